"""What the API server makes of a LimitRange, and LimitRanges that keep a quota from making ordinary pods fail.

A spec is the plain mapping under ``spec`` of the manifest, of the shape that its schema asks for. Amounts in it are
texts, whole numbers or quantities, and come out as canonical texts. The law: `defaulted` returns what is stored, and
`problems` is empty if and only if the API server accepts the spec. Sources: ``SetDefaults_LimitRangeItem`` and
``ValidateLimitRange`` of Kubernetes 1.36, recorded in ``tests/oracles/limitranges.jsonl``.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from msgspec import Struct

from generator.kubernetes import names, quotakeys
from generator.kubernetes.quantity import ZERO, Quantity, QuantityError, parse
from generator.problems import Route, instead

#: What stands under ``spec``, and amounts by resource, as YAML or our own code hold them.
Spec = Mapping[str, Any]
Amounts = Mapping[str, Any]

CONTAINER, POD, CLAIM = TYPES = ("Container", "Pod", "PersistentVolumeClaim")

#: Fields of amounts that must not decrease in this order, for each resource.
_CHAIN = ("min", "defaultRequest", "default", "max")
_RATIO = "maxLimitRequestRatio"
FIELDS = (*_CHAIN, _RATIO)

_OF_CONTAINERS = frozenset({"cpu", "memory", "ephemeral-storage"})
_STANDARD = quotakeys.STANDARD_KEYS | {"storage"}
_ONE = parse(1)
#: Go compares a ratio in thousandths while they fit an int64, and in whole units above (``resource.MaxMilliValue``).
_MOST_MILLI = (2**63 - 1) // 1000 * 1000


class Wrong(NamedTuple):
    """One cause for which the API server refuses a spec: the route to it below ``spec``, and what would be right."""

    route: Route
    message: str


class _Item(Struct):
    """One item of ``limits``, with all `FIELDS`, empty where nothing is written."""

    type: str
    amounts: dict[str, dict[str, Quantity]]


def defaulted(spec: Spec) -> dict[str, Any]:
    """Return *spec* as the API server stores it; raise `QuantityError` if an amount is none.

    A container's ``default`` is ``max`` unless written; its ``defaultRequest`` is that default, or else its ``min``.
    """
    return _stored(_read(item) for item in spec.get("limits") or ())


def problems(spec: Spec) -> list[Wrong]:
    """Return every cause for which the API server refuses *spec*, in the order of its items."""
    return list(_problems(spec.get("limits") or ()))


def complete(
    spec: Spec, quota_keys: Iterable[str], fallback_default: Amounts, fallback_request: Amounts
) -> dict[str, Any]:
    """Return an accepted *spec*, fully defaulted, so that no container is refused for what it does not say.

    What is written stays. A limit or request that a quota key or a bound on pods forces, that a ratio asks for, or
    that Kubernetes would take from ``max`` or ``default``, comes from the fallbacks (by resource), moved into what
    ``min``, ``max`` and the ratio allow; the request is never above the limit. Devices without a fallback default to
    0: who caps them at 2 does not want 2 in each container. What has neither is left to Kubernetes, and `missing`
    names it.
    """
    items = [_read(item) for item in spec.get("limits") or ()]
    needs = frozenset(place for key in quota_keys if (place := quotakeys.forced(key))) | _by_pods(items)
    if needs and all(item.type != CONTAINER for item in items):
        items.insert(0, _read({"type": CONTAINER}))
    fallbacks = {"default": _amounts(fallback_default), "defaultRequest": _amounts(fallback_request)}
    for item in items:
        if item.type == CONTAINER:
            _complete(item.amounts, needs, fallbacks)
    return _stored(items)


def missing(spec: Spec, quota_keys: Iterable[str]) -> tuple[str, ...]:
    """Return the quota keys that force each container to name a value, and for which the stored *spec* has none."""
    containers = [item for item in defaulted(spec)["limits"] if item["type"] == CONTAINER]
    given = {(field, resource) for item in containers for field in FIELDS for resource in item.get(field, ())}
    return tuple(key for key in sorted(set(quota_keys)) if (place := quotakeys.forced(key)) and place not in given)


def _read(item: Mapping[str, Any]) -> _Item:
    return _Item(item.get("type") or "", {field: _amounts(item.get(field)) for field in FIELDS})


def _amounts(given: Amounts | None) -> dict[str, Quantity]:
    return {name: q if isinstance(q, Quantity) else parse(q) for name, q in (given or {}).items()}


def _stored(items: Iterable[_Item]) -> dict[str, Any]:
    """Write items with their defaults, fields and resources in alphabetical order, without what is empty."""
    limits = []
    for item in items:
        amounts = sorted(_with_defaults(item).items())
        fields = {field: {name: str(given[name]) for name in sorted(given)} for field, given in amounts if given}
        limits.append({**fields, "type": item.type})
    return {"limits": limits}


def _with_defaults(item: _Item) -> dict[str, dict[str, Quantity]]:
    if item.type != CONTAINER:
        return item.amounts
    given = item.amounts
    default = {**given["max"], **given["default"]}
    return {**given, "default": default, "defaultRequest": {**given["min"], **default, **given["defaultRequest"]}}


# What is refused ------------------------------------------------------------------------------------------------------


def _problems(items: Iterable[Mapping[str, Any]]) -> Iterator[Wrong]:
    first: dict[str, int] = {}
    for index, raw in enumerate(items):
        route: Route = ("limits", index)
        kind = raw.get("type") or ""
        if message := _wrong_type(kind):
            yield Wrong((*route, "type"), message)
        if first.setdefault(kind, index) != index:
            yield Wrong(
                (*route, "type"), f"{kind!r} is limited already in limits[{first[kind]}]; write one item for it"
            )
        yield from _item_problems(raw, kind, route)


def _wrong_type(kind: str) -> str | None:
    if kind in TYPES or ("/" in kind and names.label_key(kind) is None):
        return None
    return f"{kind!r} is not a type of limits; {instead(kind, TYPES)}"


def _item_problems(raw: Mapping[str, Any], kind: str, route: Route) -> Iterator[Wrong]:
    forbidden = {"default", "defaultRequest"} if kind == POD else set()
    given: dict[str, dict[str, Quantity]] = {field: {} for field in FIELDS}
    for field in FIELDS:
        if field in forbidden and raw.get(field):
            yield Wrong((*route, field), f"{kind!r} takes no {field}; write it under type {CONTAINER!r}")
        for name, value in (raw.get(field) or {}).items():
            try:
                amount = value if isinstance(value, Quantity) else parse(value)
            except QuantityError as error:
                yield Wrong((*route, field, name), str(error))
                continue
            if field not in forbidden:
                given[field][name] = amount
                if message := _wrong_name(name, kind):
                    yield Wrong((*route, field, name), message)
    if kind == CLAIM and not (raw.get("min") or {}).keys() | (raw.get("max") or {}).keys() >= {"storage"}:
        yield Wrong(route, f"{kind!r} has neither min nor max for storage; write one of them")
    for name in sorted({name for amounts in given.values() for name in amounts}):
        yield from _amount_problems(_Item(kind, given), name, route)


def _wrong_name(name: str, kind: str) -> str | None:
    """Say why items of type *kind* take no resource *name*; ``None`` if they do."""
    of_containers = kind in (CONTAINER, POD)
    if names.label_key(name):
        return f"{name!r} is not a resource ({names.LABEL_KEY.allows})"
    if "/" in name:
        refused = of_containers and "kubernetes.io/" not in name and not quotakeys.is_extended(name)
        device = name.removeprefix("requests.")
        return f"{name!r} is not a resource that containers have; write {device}" if refused else None
    if name.startswith("hugepages-") or (not of_containers and name.startswith("requests.hugepages-")):
        return None
    known = _OF_CONTAINERS if of_containers else _STANDARD
    return None if name in known else f"{name!r} is not a resource for type {kind!r}; {instead(name, known)}"


def _amount_problems(item: _Item, name: str, route: Route) -> Iterator[Wrong]:
    """Find what is wrong with the amounts of one resource.

    Only neighbours among the written amounts are compared: whatever defaulting adds equals one of them.
    """
    given = {field: amounts[name] for field, amounts in item.amounts.items() if name in amounts}
    for low, high in pairwise(field for field in _CHAIN if field in given):
        if given[low] > given[high]:
            message = f"{low} '{given[low]}' is more than {high} '{given[high]}'; lower {low} or raise {high}"
            yield Wrong((*route, low, name), message)
    full = {field: amounts[name] for field, amounts in _with_defaults(item).items() if name in amounts}
    request, default = full.get("defaultRequest"), full.get("default")
    if request is not None and default is not None and request < default and not _may_overcommit(name):
        source = "default" if "default" in given else "default (which max sets)"
        message = f"{name} cannot be overcommitted: defaultRequest '{request}' must equal {source} '{default}'"
        yield Wrong((*route, "defaultRequest", name), f"{message}; write '{default}'")
    if _RATIO in given and (wrong := _wrong_ratio(given)):
        yield Wrong((*route, _RATIO, name), wrong)


def _may_overcommit(name: str) -> bool:
    return ("/" not in name or "kubernetes.io/" in name) and not name.startswith("hugepages-")


def _wrong_ratio(given: Mapping[str, Quantity]) -> str | None:
    ratio, least, most = given[_RATIO], given.get("min"), given.get("max")
    if ratio < _ONE:
        return f"the ratio of limit to request '{ratio}' is less than 1; write 1 or more"
    if least is None or most is None or least > most or not _above_quotient(ratio, most, least):
        return None
    return f"the ratio '{ratio}' is more than max '{most}' / min '{least}' allow; lower it or leave it out"


def _above_quotient(ratio: Quantity, most: Quantity, least: Quantity) -> bool:
    """Whether *ratio* is more than *most* / *least*, in floating point as Go computes it; nothing is above x / 0."""
    if not least:
        return False
    if max(ratio, most, least).milli < _MOST_MILLI:
        return ratio.milli / 1000 > float(most.milli) / float(least.milli)
    # The API server's amounts end at 2^63 - 1, whatever is written.
    whole_ratio, whole_most, whole_least = (float(min(-(-q.milli // 1000), 2**63 - 1)) for q in (ratio, most, least))
    return whole_ratio > whole_most / whole_least


# What is added --------------------------------------------------------------------------------------------------------


def _complete(
    given: dict[str, dict[str, Quantity]],
    needs: frozenset[tuple[str, str]],
    fallbacks: Mapping[str, Mapping[str, Quantity]],
) -> None:
    """Fill ``default`` and ``defaultRequest`` of a container's amounts, limits first since they bound the requests."""
    by_ratio = given[_RATIO].keys()
    limited = {name for field, name in needs if field == "default"} | given["max"].keys() | by_ratio
    for name in sorted(limited - given["default"].keys()):
        if (wish := _wish(name, fallbacks["default"])) is not None:
            given["default"][name] = _fitting_limit(wish, given, name)
    requested = {name for field, name in needs if field == "defaultRequest"} | given["default"].keys() | by_ratio
    for name in sorted(requested - given["defaultRequest"].keys()):
        if (wish := _wish(name, fallbacks["defaultRequest"])) is not None and _may_overcommit(name):
            given["defaultRequest"][name] = _fitting_request(wish, given, name)


def _by_pods(items: Iterable[_Item]) -> frozenset[tuple[str, str]]:
    """Return what containers of bounded pods must name: a maximum asks for limits, a minimum for requests."""
    bounds = [item.amounts for item in items if item.type == POD]
    limited = {name for given in bounds for name in (*given["max"], *given[_RATIO]) if name in _OF_CONTAINERS}
    requested = {name for given in bounds for name in (*given["min"], *given[_RATIO]) if name in _OF_CONTAINERS}
    return frozenset([("default", name) for name in limited] + [("defaultRequest", name) for name in requested])


def _wish(name: str, fallbacks: Mapping[str, Quantity]) -> Quantity | None:
    return fallbacks.get(name, ZERO if quotakeys.is_extended(name) else None)


def _fitting_limit(wish: Quantity, given: Mapping[str, Mapping[str, Quantity]], name: str) -> Quantity:
    """Return the limit nearest to *wish* that the written min, max, request and ratio allow."""
    request, ratio = given["defaultRequest"].get(name), given[_RATIO].get(name)
    if request is not None and not _may_overcommit(name):
        return request
    highest = [given["max"][name]] if name in given["max"] else []
    if request is not None and ratio is not None:
        highest.append(Quantity(_whole(request.milli * ratio.milli // 1000, name), request.style))
    lowest = [request] if request is not None else [given["min"][name]] if name in given["min"] else []
    return max([min([wish, *highest]), *lowest])


def _fitting_request(wish: Quantity, given: Mapping[str, Mapping[str, Quantity]], name: str) -> Quantity:
    """Return the request nearest to *wish* that the written min, max and ratio allow below the limit."""
    limit, ratio = given["default"].get(name, given["max"].get(name)), given[_RATIO].get(name)
    lowest = [given["min"][name]] if name in given["min"] else []
    if limit is not None and ratio is not None and ratio >= _ONE:
        lowest.append(Quantity(-_whole(-limit.milli * 1000 // ratio.milli, name), limit.style))
    return min([max([wish, *lowest]), *([limit] if limit is not None else [])])


def _whole(milli: int, name: str) -> int:
    """Round thousandths down to whole units, but for cpu, which has thousandths."""
    return milli if name == "cpu" else milli // 1000 * 1000
