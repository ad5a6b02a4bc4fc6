"""Which resources a pod may name at all, and in which amounts (``validateResourceRequirements``).

Messages are the API server's, but for a name that is malformed. No verdict on ``spec.resources`` is recorded; how the
API server writes the place of a container's limit that is above the pod's is taken from its code alone.
"""

from collections.abc import Callable, Iterator

from generator.admission import totals
from generator.admission.amounts import NONE, Amounts
from generator.admission.pod import Pod
from generator.admission.refusal import Plugin, Refusal, Rule
from generator.kubernetes import names, quotakeys
from generator.kubernetes.quantity import Quantity, QuantityError, parse

_OF_CONTAINERS = frozenset({"cpu", "memory", "ephemeral-storage"})
_STANDARD = quotakeys.STANDARD_KEYS | {"storage"}

#: Says what is wrong with a resource's name.
_Naming = Callable[[str], Iterator[str]]


def refusals(pod: Pod, path: str = "spec") -> Iterator[Refusal]:
    """Yield what is invalid in the resources of a pod with its defaults, whose spec is at *path*."""
    for one in pod.containers:
        place = f"{path}.{one.place}.resources"
        yield from _of_requirements(one.requests, one.limits, place, one.name, _container_name)
    if pod.requests or pod.limits:
        place = f"{path}.resources"
        yield from _of_requirements(pod.requests, pod.limits, place, "Pod", _pod_name)
        yield from _inconsistent(pod, place)
    if pod.overhead:
        yield from _of_requirements(NONE, pod.overhead, f"{path}.overhead", "Pod", _container_name)


def _of_requirements(
    requests: Amounts, limits: Amounts, place: str, subject: str, naming: _Naming
) -> Iterator[Refusal]:
    for name in sorted(limits):
        yield from _of_amount(name, limits[name], f"{place}.limits[{name}]", subject, naming)
    for name in sorted(requests):
        yield from _of_amount(name, requests[name], f"{place}.requests[{name}]", subject, naming)
        yield from _of_request(name, requests[name], limits.get(name), place, subject)
    given = {*requests, *limits}
    if any(map(totals.is_huge_page, given)) and not given & totals.OF_PODS:
        yield _invalid(f"{place}: Forbidden: HugePages require cpu or memory", subject, "")


def _of_amount(name: str, amount: Quantity, place: str, subject: str, naming: _Naming) -> Iterator[Refusal]:
    for message in naming(name):
        yield _invalid(f"{place}: {message}", subject, name, amount)
    if amount.milli < 0:
        yield _invalid(f'{place}: Invalid value: "{amount}": must be greater than or equal to 0', subject, name, amount)
    if quotakeys.is_extended(name) and not amount.whole:
        yield _invalid(f'{place}: Invalid value: "{amount}": must be an integer', subject, name, amount)
    if totals.is_huge_page(name) and not _fills_pages(name, amount):
        why = f"{amount} is not positive integer multiple of {name}"
        yield _invalid(f'{place}: Invalid value: "{amount}": {why}', subject, name, amount)


def _of_request(name: str, request: Quantity, limit: Quantity | None, place: str, subject: str) -> Iterator[Refusal]:
    is_fixed = ("/" in name and "kubernetes.io/" not in name) or totals.is_huge_page(name)
    if limit is None:
        if is_fixed:
            message = f"{place}.limits: Required value: Limit must be set for non overcommitable resources"
            yield Refusal(Plugin.VALIDATION, Rule.REQUEST, message, "", subject, name, request)
        return
    relation = "equal to" if is_fixed and request != limit else "less than or equal to" if request > limit else ""
    if relation:
        message = f'{place}.requests: Invalid value: "{request}": must be {relation} {name} limit of {limit}'
        yield Refusal(Plugin.VALIDATION, Rule.REQUEST, message, "", subject, name, request, limit)


def _inconsistent(pod: Pod, place: str) -> Iterator[Refusal]:
    """Find what the containers take beyond what the pod as a whole names."""
    for kind in ("requests", "limits"):
        own, total = pod.amounts(kind), totals.of_containers(pod, kind)
        for name in sorted(own.keys() & total.keys()):
            if total[name] > own[name] and (kind == "requests" or totals.is_huge_page(name)):
                why = f"must be greater than or equal to aggregate container {kind} of {total[name]}"
                message = f'{place}.{kind}[{name}]: Invalid value: "{own[name]}": {why}'
                yield _invalid(message, "Pod", name, total[name], own[name])
    for index, one in enumerate(one for one in pod.containers if one.place.startswith("containers")):
        for name in sorted(one.limits.keys() & pod.limits.keys()):
            limit, allowed = one.limits[name], pod.limits[name]
            if limit > allowed:
                at = f"{place}.containers[{index}][{name}].limits"
                message = f'{at}: Invalid value: "{limit}": must be less than or equal to pod limits of {allowed}'
                yield _invalid(message, one.name, name, limit, allowed)


def _invalid(
    message: str, subject: str, resource: str, asked: Quantity | None = None, allowed: Quantity | None = None
) -> Refusal:
    return Refusal(Plugin.VALIDATION, Rule.INVALID, message, "", subject, resource, asked, allowed)


def _container_name(name: str) -> Iterator[str]:
    yield from _resource_name(name)
    if "/" not in name:
        if name not in _OF_CONTAINERS and not totals.is_huge_page(name):
            yield f'Invalid value: "{name}": must be a standard resource for containers'
    elif "kubernetes.io/" not in name and not quotakeys.is_extended(name):
        yield f'Invalid value: "{name}": doesn\'t follow extended resource name standard'


def _pod_name(name: str) -> Iterator[str]:
    yield from _resource_name(name)
    if not totals.is_of_pods(name):
        yield f'Unsupported value: "{name}": supported values: "cpu", "hugepages-", "memory"'


def _resource_name(name: str) -> Iterator[str]:
    if names.label_key(name):
        yield f'Invalid value: "{name}": a resource is {names.LABEL_KEY.allows}'
    elif "/" not in name and name not in _STANDARD and not name.startswith(("hugepages-", "requests.hugepages-")):
        yield f'Invalid value: "{name}": must be a standard resource type or fully qualified'


def _fills_pages(name: str, amount: Quantity) -> bool:
    """Whether an amount of huge pages is so many whole pages (``IsHugePageResourceValueDivisible``)."""
    try:
        page = parse(name.removeprefix("hugepages-"))
    except QuantityError:
        return False
    return page.milli > 0 and page.whole and -(-amount.milli // 1000) % (page.milli // 1000) == 0
