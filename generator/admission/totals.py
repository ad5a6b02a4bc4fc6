"""What a pod takes in all, as LimitRanger and ResourceQuota count it.

Init containers run one after the other before the main ones, so of each resource the pod takes the greatest moment:
what all main containers and sidecars take together, or what one init container takes with the sidecars before it. What
the pod names for itself takes the place of that sum. (``component-helpers/resource``, ``limitranger.podRequests``.)
"""

from generator.admission.amounts import Amounts, greatest, summed
from generator.admission.pod import Field, Pod, Role
from generator.kubernetes.quantity import Quantity

#: What a pod as a whole may name, besides huge pages.
OF_PODS = frozenset({"cpu", "memory"})
_HUGE_PAGES = "hugepages-"


def is_huge_page(name: str) -> bool:
    """Whether a resource is memory in large pages."""
    return name.startswith(_HUGE_PAGES)


def is_of_pods(name: str) -> bool:
    """Whether a pod as a whole may name a resource."""
    return name in OF_PODS or is_huge_page(name)


def has_own(pod: Pod) -> bool:
    """Whether a pod names any resource for itself: then its containers need not name theirs."""
    return any(is_of_pods(name) for name in (*pod.requests, *pod.limits))


def of_containers(pod: Pod, kind: Field) -> dict[str, Quantity]:
    """Return what the containers of a pod take in its greatest moment."""
    beside = [one.amounts(kind) for one in pod.containers if one.role is Role.MAIN]
    sidecars: list[Amounts] = []
    before: dict[str, Quantity] = {}
    for one in pod.containers:
        if one.role is Role.SIDECAR:
            sidecars.append(one.amounts(kind))
            before = greatest(before, summed(sidecars))
        elif one.role is Role.INIT:
            before = greatest(before, summed([one.amounts(kind), *sidecars]))
    return greatest(summed([*beside, *sidecars]), before)


def bounded(pod: Pod, kind: Field) -> dict[str, Quantity]:
    """Return what LimitRanger puts against limits of type Pod: without overhead, and huge pages by containers only."""
    own = pod.amounts(kind)
    return {**of_containers(pod, kind), **{name: own[name] for name in own if name in OF_PODS}}


def charged(pod: Pod, kind: Field) -> dict[str, Quantity]:
    """Return what a quota charges: with the overhead of the pod's runtime class, on limits only where there are any."""
    own = pod.amounts(kind)
    total = {**of_containers(pod, kind), **{name: own[name] for name in own if is_of_pods(name)}}
    overhead = pod.overhead
    if kind == "limits":
        overhead = {name: amount for name, amount in pod.overhead.items() if total.get(name)}
    return summed([total, overhead])
