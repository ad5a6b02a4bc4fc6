"""What LimitRanger refuses: amounts beyond ``min``, ``max`` and ``maxLimitRequestRatio``.

A minimum asks for a request and a maximum for a limit, whatever the other is; a claim for a volume has requests only.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from generator.admission import totals
from generator.admission.amounts import NONE, Amounts
from generator.admission.pod import Pod
from generator.admission.ranges import Bounds
from generator.admission.refusal import Plugin, Refusal, Rule
from generator.kubernetes.limitrange import CLAIM, CONTAINER, POD
from generator.kubernetes.quantity import ZERO, Quantity

#: Go compares in thousandths while they fit an int64, and in whole units above (``resource.MaxMilliValue``).
_INT64_MAX = 2**63 - 1
_MOST_MILLI = _INT64_MAX // 1000 * 1000
#: Which of the two amounts it is, the amount (``None`` if it is not there) and its bound.
_Found = tuple[str, Quantity | None, Quantity]


def of_pod(pod: Pod, bounds: Iterable[Bounds]) -> Iterator[Refusal]:
    """Yield what each item of the LimitRanges refuses in a pod with its defaults."""
    for one in bounds:
        if one.type == CONTAINER:
            for container in pod.containers:
                yield from _beyond(one, container.name, container.requests, container.limits)
        elif one.type == POD:
            yield from _beyond(one, POD, totals.bounded(pod, "requests"), totals.bounded(pod, "limits"))


def of_claim(requests: Amounts, bounds: Iterable[Bounds]) -> Iterator[Refusal]:
    """Yield what each item of the LimitRanges refuses in a claim for a volume."""
    for one in bounds:
        if one.type == CLAIM:
            yield from _below(one, CLAIM, requests, NONE)
            for name, most in sorted(one.amounts["max"].items()):
                asked = requests.get(name)
                if asked is None or _compared(asked, most) > 0:
                    yield _refusal(Rule.MAX, one, CLAIM, name, ("request", asked, most))


def _beyond(one: Bounds, subject: str, requests: Amounts, limits: Amounts) -> Iterator[Refusal]:
    yield from _below(one, subject, requests, limits)
    for name, most in sorted(one.amounts["max"].items()):
        refused = partial(_refusal, Rule.MAX, one, subject, name)
        limit, request = limits.get(name), requests.get(name)
        if limit is None or _compared(limit, most, request) > 0:
            yield refused(("limit", limit, most))
        elif request is not None and _compared(request, most, limit) > 0:
            yield refused(("request", request, most))
    for name, ratio in sorted(one.amounts["maxLimitRequestRatio"].items()):
        yield from _of_ratio(one, subject, name, ratio, (requests.get(name, ZERO), limits.get(name, ZERO)))


def _below(one: Bounds, subject: str, requests: Amounts, limits: Amounts) -> Iterator[Refusal]:
    for name, least in sorted(one.amounts["min"].items()):
        refused = partial(_refusal, Rule.MIN, one, subject, name)
        request, limit = requests.get(name), limits.get(name)
        if request is None or _compared(request, least, limit) < 0:
            yield refused(("request", request, least))
        elif limit is not None and _compared(limit, least, request) < 0:
            yield refused(("limit", limit, least))


def _refusal(rule: Rule, one: Bounds, subject: str, name: str, found: _Found) -> Refusal:
    word, asked, allowed = found
    bound = "minimum" if rule is Rule.MIN else "maximum"
    said = f".  No {word} is specified" if asked is None else f", but {word} is {asked}"
    message = f"{bound} {name} usage per {one.type} is {allowed}{said}"
    return Refusal(Plugin.LIMIT_RANGER, rule, message, one.source, subject, name, asked, allowed)


def _of_ratio(
    one: Bounds, subject: str, name: str, ratio: Quantity, amounts: tuple[Quantity, Quantity]
) -> Iterator[Refusal]:
    request, limit = amounts
    said, asked = f"{name} max limit to request ratio per {one.type} is {ratio}", None
    if not request:
        why = "no request is specified or request is 0"
    elif not limit:
        why = "no limit is specified or limit is 0"
    else:
        observed = _quotient(limit, request, ratio)
        if not _is_above(observed, ratio):
            return
        asked, why = Quantity(round(observed * 1000)), f"provided ratio is {observed:f}"
    yield Refusal(Plugin.LIMIT_RANGER, Rule.RATIO, f"{said}, but {why}", one.source, subject, name, asked, ratio)


def _quotient(limit: Quantity, request: Quantity, ratio: Quantity) -> float:
    """Divide in floating point, as Go does: amounts that are too large for thousandths, by whole units."""
    if max(limit, request, ratio).milli <= _MOST_MILLI:
        return limit.milli / request.milli
    return _whole(limit) / _whole(request)


def _is_above(observed: float, ratio: Quantity) -> bool:
    if ratio.milli <= _MOST_MILLI:
        return observed * 1000 > float(ratio.milli)
    return observed > float(_whole(ratio))


def _compared(one: Quantity, bound: Quantity, other: Quantity | None = None) -> int:
    """Return how far an amount is above its bound: in whole units, rounded up, if any of the three is too large."""
    if max(one, bound, other or ZERO).milli <= _MOST_MILLI:
        return one.milli - bound.milli
    return _whole(one) - _whole(bound)


def _whole(amount: Quantity) -> int:
    return min(-(-amount.milli // 1000), _INT64_MAX)
