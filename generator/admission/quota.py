"""What ResourceQuota refuses: what a quota counts and a container does not name, and what is more than is left.

A quota is asked about an object if it counts anything of such objects and if the object is in all its scopes. All
quotas that are asked must agree. What a quota has given away already comes as ``used``, by quota and key; a key that is
not in it has been given to nobody.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec import Struct, field

from generator.admission.amounts import NONE, Amounts, Specs, items, mapping, read_amount, read_amounts
from generator.admission.refusal import Plugin, Refusal, Rule
from generator.kubernetes import quotakeys
from generator.kubernetes.quantity import ZERO, Quantity, QuantityError

#: What each quota has given away, by its name and by key.
Used = Mapping[str, Mapping[str, Any]]


class Selector(NamedTuple):
    """A scope that a quota selects: its name, an operator (``Exists`` for one that is just listed), and values."""

    scope: str
    operator: str = "Exists"
    values: frozenset[str] = frozenset()


class Quota(Struct, frozen=True):
    """One quota as the API server stores it. ``used`` is what it had given away before."""

    name: str
    hard: Amounts
    selectors: tuple[Selector, ...] = ()
    used: Amounts = field(default_factory=dict)


class Counted(Struct, frozen=True):
    """What quotas count of one object.

    ``usage`` is by key; ``counts`` tells which keys are of such objects at all, also if this one uses none of it;
    ``is_in`` tells whether the object is in a scope. ``silent`` are the names of the containers that do not name what a
    key counts, by key.
    """

    subject: str
    usage: Amounts
    counts: Callable[[str], bool]
    is_in: Callable[[Selector], bool]
    silent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read(specs: Specs, used: Used | None = None) -> tuple[Quota, ...]:
    """Return the quotas that the API server would store, in order of their names."""
    found = []
    for name in sorted(specs):
        spec = mapping(specs[name])
        selectors = _selectors(spec)
        hard = _hard(mapping(spec.get("hard")), frozenset(one.scope for one in selectors))
        if hard and all(map(_is_sound, selectors)) and not quotakeys.check_scopes(one.scope for one in selectors):
            found.append(Quota(name, hard, selectors, read_amounts(mapping(used).get(name))))
    return tuple(found)


def refusals(object_: Counted, quotas: Sequence[Quota]) -> Iterator[Refusal]:
    """Yield what quotas refuse: first what each wants named, then what each has too little of."""
    asked = [one for one in quotas if _is_about(one, object_)]
    for one in asked:
        yield from _unnamed(one, object_)
    for one in asked:
        yield from _exceeded(one, object_)


def charged(object_: Counted, quotas: Iterable[Quota]) -> tuple[Quota, ...]:
    """Return the quotas as they are once the object is there."""
    return tuple(_charged(one, object_) if _is_about(one, object_) else one for one in quotas)


def room(object_: Counted, quotas: Iterable[Quota]) -> int | None:
    """Return how many such objects there is room for, by amounts alone; ``None`` if no quota bounds them."""
    counts = [
        max(one.hard[key].milli - one.used.get(key, ZERO).milli, 0) // object_.usage[key].milli
        for one in quotas
        if _is_about(one, object_)
        for key in one.hard
        if object_.usage.get(key, ZERO).milli > 0
    ]
    return min(counts, default=None)


# Quotas as they are stored --------------------------------------------------------------------------------------------


def _hard(given: Mapping[Any, Any], scopes: frozenset[str]) -> Amounts:
    """Read what a quota has in all; nothing if the API server refuses any of it, for it stores no part of a quota."""
    hard: dict[str, Quantity] = {}
    for key, value in given.items():
        try:
            amount = read_amount(value)
        except QuantityError:
            return NONE
        if not isinstance(key, str) or quotakeys.refused_value(key, amount):
            return NONE
        if scopes <= quotakeys.SCOPES.keys() and not quotakeys.check_key(key, scopes).accepted:
            return NONE
        hard[key] = amount
    return hard


def _selectors(spec: Mapping[str, Any]) -> tuple[Selector, ...]:
    listed = [Selector(str(scope)) for scope in items(spec.get("scopes"))]
    expressions = map(mapping, items(mapping(spec.get("scopeSelector")).get("matchExpressions")))
    selected = [
        Selector(str(one.get("scopeName")), str(one.get("operator")), frozenset(map(str, items(one.get("values")))))
        for one in expressions
    ]
    return (*listed, *selected)


def _is_sound(one: Selector) -> bool:
    """Whether the API server takes a selector: only classes are selected by their names."""
    if one.operator in {"In", "NotIn"}:
        return bool(one.values) and one.scope in {"PriorityClass", "VolumeAttributesClass"}
    if one.values:
        return False
    return one.operator == "Exists" or (
        one.operator == "DoesNotExist" and one.scope in {"PriorityClass", "VolumeAttributesClass"}
    )


def selects(one: Selector, name: str) -> bool:
    """Whether a selector of classes takes an object of the class *name*; empty for none."""
    if one.operator == "Exists":
        return bool(name)
    if one.operator == "DoesNotExist":
        return not name
    return (name in one.values) is (one.operator == "In") if name else one.operator == "NotIn"


# What they say --------------------------------------------------------------------------------------------------------


def _is_about(one: Quota, object_: Counted) -> bool:
    return any(map(object_.counts, one.hard)) and all(map(object_.is_in, one.selectors))


def _unnamed(one: Quota, object_: Counted) -> Iterator[Refusal]:
    missing = {key: object_.silent[key] for key in sorted(one.hard) if object_.silent.get(key)}
    said = "; ".join(f"{key} for: {','.join(containers)}" for key, containers in missing.items())
    message = f"failed quota: {one.name}: must specify {said}"
    for key, containers in missing.items():
        subject = ",".join(containers)
        yield Refusal(Plugin.RESOURCE_QUOTA, Rule.REQUIRED, message, one.name, subject, key, allowed=one.hard[key])


def _exceeded(one: Quota, object_: Counted) -> Iterator[Refusal]:
    """Yield the keys of which there is too little left; what the object does not use is not looked at."""
    keys = [
        key
        for key in sorted(one.hard)
        if (asked := object_.usage.get(key)) and one.used.get(key, ZERO) + asked > one.hard[key]
    ]
    usage = _listed(object_.usage, keys), _listed(one.used, keys), _listed(one.hard, keys)
    message = "exceeded quota: {}, requested: {}, used: {}, limited: {}".format(one.name, *usage)
    for key in keys:
        yield Refusal(
            Plugin.RESOURCE_QUOTA,
            Rule.EXCEEDED,
            message,
            one.name,
            object_.subject,
            key,
            asked=object_.usage[key],
            allowed=one.hard[key],
            used=one.used.get(key, ZERO),
        )


def _listed(amounts: Amounts, keys: Iterable[str]) -> str:
    return ",".join(f"{key}={amounts.get(key, ZERO)}" for key in keys)


def _charged(one: Quota, object_: Counted) -> Quota:
    more = {key: one.used.get(key, ZERO) + amount for key, amount in object_.usage.items() if key in one.hard}
    return Quota(one.name, one.hard, one.selectors, {**one.used, **more})
