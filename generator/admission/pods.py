"""Whether a namespace takes a pod, and what the pod then asks for."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from generator.admission import defaults, limits, pod, quota, totals, validation
from generator.admission.amounts import Amounts, Specs
from generator.admission.pod import Container, Pod
from generator.admission.quota import Counted, Quota, Selector, Used
from generator.admission.ranges import Bounds, bounds_of
from generator.admission.refusal import Refusal, answered
from generator.kubernetes import quotakeys
from generator.kubernetes.quantity import Quantity, parse

_ONE = parse(1)
_COMPUTE = ("cpu", "memory", "ephemeral-storage")
#: What each container has to name if a quota counts it; Kubernetes added nothing more to these.
_REQUIRED = {
    **{
        key: ("requests", key.removeprefix("requests.")) for key in ("cpu", "memory", "requests.cpu", "requests.memory")
    },
    **{f"limits.{name}": ("limits", name) for name in ("cpu", "memory")},
}
_COUNTS = frozenset({"pods", "count/pods"})
_KEYS = _COUNTS.union(f"{prefix}{name}" for prefix in ("", "requests.", "limits.") for name in _COMPUTE)
_OF_DEVICE_CLASSES = "deviceclass.resource.kubernetes.io/"


class Admitted(Struct, frozen=True):
    """What became of a pod: what it asks for with its defaults, and all for which it is refused.

    ``code`` and ``message`` are the API server's answer; the message is ``None`` for code 201.
    """

    pod: Pod
    refusals: tuple[Refusal, ...]
    code: int
    message: str | None

    @property
    def accepted(self) -> bool:
        """Whether the pod is created."""
        return not self.refusals

    @property
    def containers(self) -> tuple[Container, ...]:
        """The containers with their defaults, the main ones first."""
        return self.pod.containers

    @property
    def usage(self) -> Amounts:
        """What quotas count for the pod, by key."""
        return counted(self.pod).usage


def admit(
    pod_spec: Mapping[str, Any], *, limit_ranges: Specs, quotas: Specs, used: Used | None = None, name: str = "pod"
) -> Admitted:
    """Return what a namespace makes of a pod; it has these LimitRanges and quotas, and has given away *used* so far.

    All three specs are what stands under ``spec`` of the manifests; the latter two are by name. *name* is the pod's,
    which the messages repeat.
    """
    return judged(pod_spec, bounds_of(limit_ranges), quota.read(quotas, used), name)


def judged(spec: object, bounds: Sequence[Bounds], quotas: Sequence[Quota], name: str) -> Admitted:
    """Return the same for LimitRanges and quotas that have been read."""
    given, malformed = pod.read(spec)
    asked = defaults.defaulted(given, bounds)
    found = (
        *malformed,
        *validation.refusals(asked),
        *limits.of_pod(asked, bounds),
        *quota.refusals(counted(asked), quotas),
    )
    answer = answered(found, "Pod", "pods", name)
    return Admitted(asked, found, answer.code, answer.message)


def counted(asked: Pod) -> Counted:
    """Return what quotas count of a pod with its defaults."""
    usage = {**dict.fromkeys(_COUNTS, _ONE), **_usage(asked)}
    return Counted("Pod", usage, _counts, partial(_is_in, asked), {} if totals.has_own(asked) else _silent(asked))


def _usage(asked: Pod) -> Amounts:
    usage: dict[str, Quantity] = {}
    for name, amount in totals.charged(asked, "requests").items():
        if name in _COMPUTE or totals.is_huge_page(name):
            usage[name] = usage[f"requests.{name}"] = amount
        elif quotakeys.is_extended(name) or name.startswith(_OF_DEVICE_CLASSES):
            usage[f"requests.{name}"] = amount
    of_limits = totals.charged(asked, "limits")
    return usage | {f"limits.{name}": of_limits[name] for name in _COMPUTE if name in of_limits}


def _counts(key: str) -> bool:
    """Whether a quota's key is about pods (``podEvaluator.MatchingResources``)."""
    resource = key.removeprefix("requests.")
    if key in _KEYS or totals.is_huge_page(resource):
        return True
    is_native = "/" not in key or "kubernetes.io/" in key
    return key.startswith("requests.") and (not is_native or resource.startswith(_OF_DEVICE_CLASSES))


def _silent(asked: Pod) -> Mapping[str, tuple[str, ...]]:
    found = {}
    for key, (kind, resource) in _REQUIRED.items():
        names = {one.name for one in asked.containers if resource not in getattr(one, kind)}
        found[key] = tuple(sorted(names))
    return found


def _is_in(asked: Pod, selector: Selector) -> bool:
    if selector.scope == "PriorityClass":
        return quota.selects(selector, asked.priority_class)
    return selector.scope in set(_scopes(asked))


def _scopes(asked: Pod) -> Iterator[str]:
    yield "Terminating" if asked.ends else "NotTerminating"
    yield "BestEffort" if _is_best_effort(asked) else "NotBestEffort"
    if asked.reaches_out:
        yield "CrossNamespacePodAffinity"


def _is_best_effort(asked: Pod) -> bool:
    """Whether neither CPU nor memory is asked for (``qos.ComputePodQOS``); what the pod names for itself decides."""
    given = [asked] if totals.has_own(asked) else asked.containers
    return not any(
        amounts[name].milli > 0
        for one in given
        for amounts in (one.requests, one.limits)
        for name in totals.OF_PODS & amounts.keys()
    )
