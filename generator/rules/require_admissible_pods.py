"""Each namespace admits a pod of one container that says nothing of resources.

Where a quota counts CPU or memory, the API server refuses whoever does not say what they need; with ephemeral storage
it lets them in uncounted. So the LimitRanges have to say it for them, by defaults that the bounds of all LimitRanges
allow and of which the quota has room for one at least. Asks what the API server makes of such a pod: the defaults of
each LimitRange in order of their names, then ``min``, ``max`` and ``maxLimitRequestRatio`` of containers and pods, then
each quota, be it for pods that end (``Terminating``) or not. A quota of 0 wants no pods, and refuses nobody by mistake.
Sources: ``plugin/pkg/admission/limitranger`` and ``pkg/quota/v1/evaluator/core`` of Kubernetes 1.36.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator import limitrange, quotakeys
from generator.quantity import ZERO, Quantity, QuantityError, parse
from generator.rules.parameters import Parameter
from generator.rules.ranges import stored
from generator.rules.require_quota import scopes_of
from generator.rules.scene import Hit, Scene, inside, name_of

PARAMETERS: Mapping[str, Parameter] = {}

#: Scopes of which an ordinary pod has one or the other.
_ORDINARY = frozenset({"Terminating", "NotTerminating", "NotBestEffort"})
_BEST_EFFORT_UNLESS = ("cpu", "memory")
_THOUSAND = 1000

#: A LimitRange's or quota's name, with its spec.
Named = tuple[str, Mapping[str, Any]]


@dataclass(slots=True)
class _Pod:
    """What the one container of a pod gets, by resource."""

    limits: dict[str, Quantity] = field(default_factory=dict)
    requests: dict[str, Quantity] = field(default_factory=dict)

    def usage(self, key: str) -> Quantity | None:
        """Return what a quota counts for the pod under a key; ``None`` is nothing that we know of."""
        if key in ("pods", "count/pods"):
            return parse(1)
        if key.startswith("limits."):
            return self.limits.get(key.removeprefix("limits."))
        return self.requests.get(key.removeprefix("requests."))


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace that refuses such a pod, or does not count it, with all reasons."""
    known: dict[str, tuple[str, ...]] = {}
    for name, item in scene.namespaces:
        quotas = _specs(scene, name, "ResourceQuota")
        ranges = _specs(scene, name, "LimitRange")
        if not quotas and not ranges:
            continue
        key = repr((quotas, ranges))
        if key not in known:
            known[key] = tuple(dict.fromkeys(_reasons(quotas, ranges)))
        if known[key]:
            message = f"namespace {name} does not admit, or does not count, ordinary pods: {'; '.join(known[key])}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


def _specs(scene: Scene, namespace: str, kind: str) -> list[Named]:
    return sorted(
        ((name_of(item), inside(item.body, "spec")) for item in scene.within(namespace, "", kind)),
        key=lambda named: named[0],
    )


def _reasons(quotas: Sequence[Named], ranges: Sequence[Named]) -> Iterator[str]:
    bounds = [(name, item) for name, spec in ranges for item in stored(spec)]
    pod = _defaulted(item for _, item in bounds if item["type"] == limitrange.CONTAINER)
    yield from _invalid(pod)
    for name, item in bounds:
        if item["type"] in (limitrange.CONTAINER, limitrange.POD):
            yield from _refused_by_bounds(pod, name, item)
    for name, spec in quotas:
        yield from _refused_by_quota(pod, name, spec)


def _invalid(pod: _Pod) -> Iterator[str]:
    """Say why the container itself is refused; of devices and huge pages the request is the limit."""
    for resource, request in sorted(pod.requests.items()):
        limit = pod.limits.get(resource)
        is_fixed = quotakeys.is_extended(resource) or resource.startswith("hugepages-")
        if limit is None and is_fixed:
            yield f"there is a default request for {resource}, and no default limit, which has to be the same"
        elif limit is not None and (request > limit or (is_fixed and request != limit)):
            yield f"the default request for {resource} is {request}, and another LimitRange gives the limit {limit}"


def _defaulted(items: Iterable[Mapping[str, Any]]) -> _Pod:
    pod = _Pod()
    for item in items:
        for given, source in ((pod.limits, "default"), (pod.requests, "defaultRequest")):
            for resource, amount in item.get(source, {}).items():
                given.setdefault(resource, parse(amount))
    return pod


# Bounds ---------------------------------------------------------------------------------------------------------------


def _refused_by_bounds(pod: _Pod, name: str, item: Mapping[str, Any]) -> Iterator[str]:
    whose = f"LimitRange {name} for each {item['type']}"
    for resource, amount in item.get("min", {}).items():
        request, limit = pod.requests.get(resource), pod.limits.get(resource)
        least = request if request is None or limit is None else min(request, limit)
        if least is None or least < parse(amount):
            yield f"{_shown('request', resource, least)}, and {whose} asks for {amount} at least"
    for resource, amount in item.get("max", {}).items():
        limit, request = pod.limits.get(resource), pod.requests.get(resource)
        most = limit if request is None or limit is None else max(request, limit)
        if most is None or most > parse(amount):
            yield f"{_shown('limit', resource, most)}, and {whose} allows {amount} at most"
    for resource, amount in item.get("maxLimitRequestRatio", {}).items():
        request, limit = pod.requests.get(resource, ZERO), pod.limits.get(resource, ZERO)
        if not request or not limit or limit.milli * _THOUSAND > request.milli * parse(amount).milli:
            yield (
                f"the default limit for {resource} is {limit} and the default request {request}, and {whose} allows a "
                f"ratio of {amount} at most"
            )


def _shown(word: str, resource: str, amount: Quantity | None) -> str:
    return f"there is no default {word} for {resource}" if amount is None else f"the default for {resource} is {amount}"


# Quotas ---------------------------------------------------------------------------------------------------------------


def _refused_by_quota(pod: _Pod, name: str, spec: Mapping[str, Any]) -> Iterator[str]:
    scopes = scopes_of(spec)
    is_best_effort = not any(pod.requests.get(one) or pod.limits.get(one) for one in _BEST_EFFORT_UNLESS)
    if not scopes <= _ORDINARY or (is_best_effort and "NotBestEffort" in scopes):
        return
    hard = {key: amount for key, value in inside(spec, "hard").items() if (amount := _amount(value)) is not None}
    if any(not hard[key] for key in ("pods", "count/pods", "requests.cpu", "cpu", "requests.memory") if key in hard):
        return
    for key in sorted(hard):
        if not quotakeys.check_key(key, scopes).enforced:
            continue
        used, wanted = pod.usage(key), quotakeys.forced(key)
        if used is None and wanted is not None:
            word = "limit" if wanted[0] == "default" else "request"
            yield f"ResourceQuota {name} counts {key}, and there is no default {word} for {wanted[1]}"
        elif used is not None and hard[key] and used > hard[key]:
            yield f"ResourceQuota {name} has {hard[key]} of {key} in all, and one pod takes {used} by default"


def _amount(value: object) -> Quantity | None:
    try:
        return parse(value)
    except QuantityError:
        return None
