"""What a pod gets that it does not say: from its own limits, then from the LimitRanges of its namespace.

A container's request is its limit unless written (``SetDefaults_Pod``), and a pod's is the sum of its containers'.
LimitRanger comes after that, and fills limits and requests apart from one another: a request from a LimitRange may
thus be above the limit that the container wrote.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from generator.admission import totals
from generator.admission.amounts import Amounts
from generator.admission.pod import Container, Pod
from generator.admission.ranges import Bounds
from generator.kubernetes.limitrange import CONTAINER
from generator.kubernetes.quantity import Quantity


def defaulted(pod: Pod, bounds: Iterable[Bounds]) -> Pod:
    """Return the pod as it is validated: with all defaults."""
    own = _own_defaults(pod)
    defaults = _defaults(bounds)
    return replace(own, containers=tuple(_filled(one, *defaults) for one in own.containers))


def _own_defaults(pod: Pod) -> Pod:
    containers = tuple(replace(one, requests={**one.limits, **one.requests}) for one in pod.containers)
    return _with_pod_requests(_with_huge_pages(replace(pod, containers=containers)))


def _with_huge_pages(pod: Pod) -> Pod:
    """Limit a pod that names resources of its own to the huge pages that its containers are limited to."""
    if not pod.requests and not pod.limits:
        return pod
    pages = {
        name: amount
        for name, amount in totals.of_containers(pod, "limits").items()
        if totals.is_huge_page(name) and name not in pod.requests
    }
    return replace(pod, limits={**pages, **pod.limits})


def _with_pod_requests(pod: Pod) -> Pod:
    """Let a pod with limits of its own request what its containers request, or else its limits."""
    if not pod.limits:
        return pod
    asked = totals.of_containers(pod, "requests")
    of_containers = {name: amount for name, amount in asked.items() if name in totals.OF_PODS}
    of_limits = {name: amount for name, amount in pod.limits.items() if totals.is_of_pods(name)}
    return replace(pod, requests={**of_limits, **of_containers, **pod.requests})


def _defaults(bounds: Iterable[Bounds]) -> tuple[Amounts, Amounts]:
    """Return the default limits and requests of containers; of several LimitRanges, the first that has one."""
    limits: dict[str, Quantity] = {}
    requests: dict[str, Quantity] = {}
    for one in bounds:
        if one.type == CONTAINER:
            limits = {**one.amounts["default"], **limits}
            requests = {**one.amounts["defaultRequest"], **requests}
    return limits, requests


def _filled(container: Container, limits: Amounts, requests: Amounts) -> Container:
    return replace(container, limits={**limits, **container.limits}, requests={**requests, **container.requests})
