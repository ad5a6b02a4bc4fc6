"""Each namespace admits a pod of one container that says nothing of resources.

Where a quota counts CPU or memory, the API server refuses whoever does not say what they need; with ephemeral storage
it lets them in uncounted. So the LimitRanges have to say it for them, by defaults that the bounds of all LimitRanges
allow and of which the quota has room for one at least. Asks what the API server makes of such a pod (`admission`), be
it one that ends (``Terminating``) or not. A quota of 0 wants no pods, and refuses nobody by mistake.
"""

from collections.abc import Iterator, Mapping
from operator import le
from typing import Any

from generator.admission import Admitted, Plugin, Refusal, Rule, admit
from generator.kubernetes import quotakeys
from generator.kubernetes.limitrange import CONTAINER
from generator.kubernetes.quantity import ZERO, Quantity, QuantityError, parse
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside, name_of

PARAMETERS: Mapping[str, Parameter] = {}

#: The container has the name of the limits for it, so that whose an amount is reads the same for it and for its pod.
_POD = {"containers": [{"name": CONTAINER}]}
#: The second differs from the first only in the scopes of quotas that it is in.
_PODS = (_POD, {**_POD, "activeDeadlineSeconds": 1})
_OF_NO_PODS = ("pods", "count/pods", "requests.cpu", "cpu", "requests.memory")

#: Quotas of one shape that are remembered as enough; of two, the one with less of everything.
_REMEMBERED = 8
#: Shapes and answers that are remembered, from one scene to the next.
_SHAPES = 1000

#: Specs of LimitRanges or quotas, by name.
Specs = Mapping[str, Mapping[str, Any]]


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace that refuses such a pod, or does not count it, with all reasons."""
    for name, item in scene.namespaces:
        quotas = _specs(scene, name, "ResourceQuota")
        ranges = _specs(scene, name, "LimitRange")
        if not quotas and not ranges:
            continue
        reasons = _admitting.reasons(quotas, ranges)
        if reasons:
            message = f"namespace {name} does not admit, or does not count, ordinary pods: {'; '.join(reasons)}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


class _Admitting:
    """Remembers which quotas are enough for a pod: one that has more of everything is enough too.

    Thousands of tenants have the same defaults and quotas of the same keys, each with amounts of its own; and where
    quotas come in a few sizes, their answers are few.
    """

    def __init__(self) -> None:
        self._enough: dict[object, list[tuple[Quantity, ...]]] = {}
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}

    def reasons(self, quotas: Specs, ranges: Specs) -> tuple[str, ...]:
        """Return why a pod that says nothing is not admitted, or not counted."""
        amounts, limits = _amounts(quotas), repr(ranges)
        if amounts is None:
            return self._worked_out(quotas, ranges, limits)
        if len(self._enough) >= _SHAPES:
            self._enough.clear()
        enough = self._enough.setdefault((_shape(quotas), tuple(map(bool, amounts)), limits), [])
        if any(all(map(le, one, amounts)) for one in enough):
            return ()
        found = self._worked_out(quotas, ranges, limits)
        if not found:
            others = [one for one in enough if not all(map(le, amounts, one))]
            enough[:] = [*others[: _REMEMBERED - 1], amounts]
        return found

    def _worked_out(self, quotas: Specs, ranges: Specs, limits: str) -> tuple[str, ...]:
        key = (repr(quotas), limits)
        if key not in self._known:
            if len(self._known) >= _SHAPES:
                self._known.clear()
            self._known[key] = tuple(dict.fromkeys(_reasons(quotas, ranges)))
        return self._known[key]


_admitting = _Admitting()


def _shape(quotas: Specs) -> str:
    """Return all of quotas but their amounts."""
    return repr([(name, [*inside(spec, "hard")], {**spec, "hard": None}) for name, spec in quotas.items()])


def _amounts(quotas: Specs) -> tuple[Quantity, ...] | None:
    """Return the amounts of quotas in order; ``None`` where one of them is none."""
    try:
        return tuple([parse(value) for spec in quotas.values() for value in inside(spec, "hard").values()])
    except QuantityError:
        return None


def _specs(scene: Scene, namespace: str, kind: str) -> Specs:
    found = {name_of(item): inside(item.body, "spec") for item in scene.within(namespace, "", kind)}
    return dict(sorted(found.items()))


def _reasons(quotas: Specs, ranges: Specs) -> Iterator[str]:
    meant = {name: spec for name, spec in quotas.items() if not _wants_no_pods(spec)}
    for pod in _PODS if any(map(_has_scopes, meant.values())) else _PODS[:1]:
        admitted = admit(pod, limit_ranges=ranges, quotas=meant)
        for one in admitted.refusals:
            if reason := _reason(one, admitted):
                yield reason
        yield from _uncounted(admitted, meant)


def _has_scopes(spec: Mapping[str, Any]) -> bool:
    return bool(spec.get("scopes") or spec.get("scopeSelector"))


def _wants_no_pods(spec: Mapping[str, Any]) -> bool:
    hard = inside(spec, "hard")
    return any(key in hard and _is_nothing(hard[key]) for key in _OF_NO_PODS)


def _is_nothing(value: object) -> bool:
    try:
        return not parse(value)
    except QuantityError:
        return False


def _reason(one: Refusal, admitted: Admitted) -> str | None:
    if one.plugin is Plugin.LIMIT_RANGER:
        return f"{_beyond(one, admitted)}, and LimitRange {one.source} for each {one.subject} {_bound(one)}"
    if one.plugin is Plugin.RESOURCE_QUOTA:
        return _reason_of_quota(one)
    if one.rule is not Rule.REQUEST:
        return f"its defaults are invalid: {one.message}"
    if one.allowed is None:
        return f"there is a default request for {one.resource}, and no default limit, which has to be the same"
    return (
        f"the default request for {one.resource} is {one.asked}, and another LimitRange gives the limit {one.allowed}"
    )


def _beyond(one: Refusal, admitted: Admitted) -> str:
    if one.rule is Rule.RATIO:
        [container] = admitted.containers
        limit, request = (amounts.get(one.resource, ZERO) for amounts in (container.limits, container.requests))
        return f"the default limit for {one.resource} is {limit} and the default request {request}"
    if one.asked is None:
        return f"there is no default {'request' if one.rule is Rule.MIN else 'limit'} for {one.resource}"
    return f"the default for {one.resource} is {one.asked}"


def _bound(one: Refusal) -> str:
    if one.rule is Rule.RATIO:
        return f"allows a ratio of {one.allowed} at most"
    return f"asks for {one.allowed} at least" if one.rule is Rule.MIN else f"allows {one.allowed} at most"


def _reason_of_quota(one: Refusal) -> str | None:
    """Say what a quota refuses; one that has nothing of something wants none of it."""
    if one.rule is Rule.REQUIRED:
        return _unnamed(one.source, one.resource)
    if not one.allowed:
        return None
    has = f"ResourceQuota {one.source} has {one.allowed} of {one.resource} in all"
    return f"{has}, and one pod takes {one.asked} by default"


def _uncounted(admitted: Admitted, quotas: Specs) -> Iterator[str]:
    """Say which quotas pass over the pod, since nobody is made to name ephemeral storage."""
    for name, spec in quotas.items():
        for key in sorted(map(str, inside(spec, "hard"))):
            wanted = quotakeys.forced(key)
            if wanted and wanted[1] == "ephemeral-storage" and key not in admitted.usage:
                yield _unnamed(name, key)


def _unnamed(quota: str, key: str) -> str:
    field, resource = quotakeys.forced(key) or ("", key)
    word = "limit" if field == "default" else "request"
    return f"ResourceQuota {quota} counts {key}, and there is no default {word} for {resource}"
