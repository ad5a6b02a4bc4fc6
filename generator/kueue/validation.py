"""What Kueue refuses beyond what a JSON Schema can say, for one object at a time."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.kubernetes import quantity
from generator.kubernetes.quantity import QuantityError
from generator.kueue import API, GROUP, groups
from generator.kueue.groups import Reason
from generator.kueue.quotas import listed

_HOST = "kubernetes.io/hostname"


def problems(body: Mapping[str, Any]) -> Iterator[Reason]:
    """Yield what Kueue would refuse in an object of v1beta2, by its route; nothing for an object of others."""
    ask = _KINDS.get(str(body.get("kind"))) if body.get("apiVersion") == API else None
    spec = body.get("spec")
    if ask is not None and isinstance(spec, Mapping):
        yield from ((("spec", *route), message) for route, message in ask(spec))


def modern(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an object as v1beta2 writes it, where an older version wrote it otherwise."""
    spec = body.get("spec")
    if body.get("apiVersion") not in (f"{GROUP}/v1beta1", f"{GROUP}/v1alpha1") or not isinstance(spec, Mapping):
        return body
    renamed = {_RENAMED.get((str(body.get("kind")), key), key): value for key, value in spec.items()}
    renamed.pop("admissionChecks", None)
    fungibility = renamed.get("flavorFungibility")
    if isinstance(fungibility, Mapping):
        stops = {"Borrow": "MayStopSearch", "Preempt": "MayStopSearch"}
        renamed["flavorFungibility"] = {
            key: stops.get(value, value) if isinstance(value, str) else value for key, value in fungibility.items()
        }
    return {**body, "apiVersion": API, "spec": renamed}


#: Kind and field of an older version, and what v1beta2 calls it.
_RENAMED = {("ClusterQueue", "cohort"): "cohortName", ("Cohort", "parent"): "parentName"}


def _cluster_queue(spec: Mapping[str, Any]) -> Iterator[Reason]:
    yield from groups.problems(spec, "cohortName", lends_more=False)
    yield from _weight(spec)
    yield from _preemption(spec.get("preemption"))
    fungibility = spec.get("flavorFungibility")
    if isinstance(fungibility, Mapping) and "preference" in fungibility:
        ways = (fungibility.get("whenCanBorrow"), fungibility.get("whenCanPreempt"))
        if ways != ("TryNextFlavor", "TryNextFlavor"):
            message = "a preference counts where both whenCanBorrow and whenCanPreempt are TryNextFlavor; write these"
            yield ("flavorFungibility", "preference"), message
    yield from _checks(spec)


def _cohort(spec: Mapping[str, Any]) -> Iterator[Reason]:
    yield from groups.problems(spec, "parentName", lends_more=True)
    yield from _weight(spec)


def _preemption(value: object) -> Iterator[Reason]:
    """Find a queue that may preempt others to borrow, and not to get back what is its own."""
    if not isinstance(value, Mapping):
        return
    borrow = value.get("borrowWithinCohort")
    policy = borrow.get("policy", "Never") if isinstance(borrow, Mapping) else "Never"
    if value.get("reclaimWithinCohort", "Never") == "Never" and policy != "Never":
        message = (
            f"{policy} lets jobs that borrow preempt others, and reclaimWithinCohort Never lets none get back what is "
            "its own; write Never here, or LowerPriority or Any there"
        )
        yield ("preemption", "borrowWithinCohort", "policy"), message


def _weight(spec: Mapping[str, Any]) -> Iterator[Reason]:
    sharing = spec.get("fairSharing")
    written = sharing.get("weight") if isinstance(sharing, Mapping) else None
    if written is None:
        return
    try:
        weight = quantity.parse(written)
    except QuantityError as error:
        yield ("fairSharing", "weight"), str(error)
        return
    if weight < quantity.ZERO:
        yield ("fairSharing", "weight"), f"{written!r} is negative; write 0 or more"


def _checks(spec: Mapping[str, Any]) -> Iterator[Reason]:
    known = {str(flavor.get("name")) for group in listed(spec, "resourceGroups") for flavor in listed(group, "flavors")}
    for index, check in enumerate(listed(spec.get("admissionChecksStrategy"), "admissionChecks")):
        flavors = check.get("onFlavors")
        for at, name in enumerate(flavors if isinstance(flavors, list) else ()):
            if name not in known:
                route = ("admissionChecksStrategy", "admissionChecks", index, "onFlavors", at)
                yield route, f"{name!r} is not a flavor of this queue; name one that is"


def _flavor(spec: Mapping[str, Any]) -> Iterator[Reason]:
    if spec.get("topologyName") and not spec.get("nodeLabels"):
        yield ("topologyName",), "a topology needs nodes to look at; write nodeLabels"
    seen: set[tuple[object, object]] = set()
    for index, taint in enumerate(listed(spec, "nodeTaints")):
        key = (taint.get("key"), taint.get("effect"))
        if key in seen:
            yield ("nodeTaints", index), f"a taint {key[0]} with effect {key[1]} is there already; write it once"
        seen.add(key)
    for index, toleration in enumerate(listed(spec, "tolerations")):
        yield from ((("tolerations", index, field), message) for field, message in _toleration(toleration))


def _toleration(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    exists = value.get("operator") == "Exists"
    if not value.get("key") and not exists:
        yield "key", "without a key every taint is meant; write operator: Exists, or a key"
    if exists and value.get("value") is not None:
        yield "value", "Exists asks for no value; drop it, or write operator: Equal"
    if value.get("tolerationSeconds") is not None and value.get("effect") != "NoExecute":
        yield "tolerationSeconds", "only NoExecute waits; write effect: NoExecute, or drop the seconds"


def _topology(spec: Mapping[str, Any]) -> Iterator[Reason]:
    labels = [str(level.get("nodeLabel")) for level in listed(spec, "levels")]
    for index, label in enumerate(labels):
        if label in labels[:index]:
            yield ("levels", index, "nodeLabel"), f"{label!r} is a level already; write each once"
        elif label == _HOST and index < len(labels) - 1:
            yield ("levels", index, "nodeLabel"), f"{label!r} is a single node; write it last"


_KINDS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Reason]]] = {
    "ClusterQueue": _cluster_queue,
    "Cohort": _cohort,
    "LocalQueue": _weight,
    "ResourceFlavor": _flavor,
    "Topology": _topology,
}
