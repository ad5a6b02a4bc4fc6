"""Kueue: a ClusterQueue for each tenant, in a tree of Cohorts that follows the parents, and LocalQueues.

What Kueue fills in by itself is written out, so that what lies in git is what is there. The objects of a tenant that
belong to the whole cluster stand in its own file: that of a group without namespaces holds its Cohort and nothing more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.kubernetes.quantity import Quantity
from generator.kueue import API, CAPACITY, NAMESPACE_NAME, jobs
from generator.kueue.quotas import Quota
from generator.manifest import Manifest
from generator.placement.placement import MANAGED_BY, Placement
from generator.problems import Place
from generator.spec.lifecycle import ACTIVE, FROZEN, OFFBOARDING, PHASES
from generator.spec.platform import Cluster, Platform
from generator.spec.queueing import Cohort, Defaults, Flavor, Queueing
from generator.spec.queues import Fungibility, Preemption, Queue, Shares

#: From the least to the furthest reaching.
_STOPS = ("None", "Hold", "HoldAndDrain")
#: What happens to jobs of a tenant, or of a namespace, that is no longer active.
_STOP_OF_PHASE = {ACTIVE: "None", FROZEN: "Hold", OFFBOARDING: "HoldAndDrain"}
_ONE = Quantity(1000)
_NO_DEFAULTS = Defaults(None, None, None, Preemption(), Fungibility())

#: The names of the policies that keep jobs in their queues.
NAME_A_QUEUE = "tenantry-jobs-name-a-queue"
ASK_FOR_RESOURCES = "tenantry-jobs-ask-for-resources"


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the tenant's Cohort, its ClusterQueue, and the LocalQueues of its namespaces."""
    seat, queue, tenant = placement.seat, placement.tenant.queue, placement.tenant
    if seat is None:
        return
    origin = queue.origin if queue is not None else tenant.origin
    kueue = placement.platform.kueue
    defaults = kueue.defaults if kueue is not None else _NO_DEFAULTS
    own = queue.weight if queue is not None else None
    weight = defaults.weight if own is None else own
    if seat.leads:
        pool = queue.pool if queue is not None else None
        yield _object("Cohort", _metadata(placement), _cohort(seat.parent, pool or {}, weight, kueue), origin)
    if queue is None or queue.flavors is None or not placement.queued:
        return
    spec = {
        **({"cohortName": name} if (name := tenant.name if seat.leads else seat.parent) else {}),
        "queueingStrategy": queue.strategy or defaults.strategy or "BestEffortFIFO",
        "namespaceSelector": _selector([namespace.name for namespace in placement.namespaces]),
        "flavorFungibility": _fungibility(queue.fungibility, defaults.fungibility),
        "preemption": _preemption(queue.preemption, defaults.preemption),
        "fairSharing": {"weight": str(_ONE if seat.leads or weight is None else weight)},
        "stopPolicy": _stop(queue, [namespace.lifecycle for namespace in placement.namespaces]),
        "resourceGroups": groups(queue.flavors, kueue),
    }
    yield _object("ClusterQueue", _metadata(placement), spec, origin)
    yield from _local_queues(placement, queue)


def _local_queues(placement: Placement, queue: Queue) -> Iterator[Manifest]:
    for namespace in placement.namespaces:
        stop = _STOP_OF_PHASE[namespace.lifecycle]
        for name in queue.names(namespace.short):
            spec = {"clusterQueue": placement.tenant.name} | ({"stopPolicy": stop} if stop != "None" else {})
            metadata = {"name": name, "namespace": namespace.name, "labels": placement.labels}
            yield _object("LocalQueue", metadata, spec, queue.origin / "queues")


def _stop(queue: Queue, phases: Sequence[str]) -> str:
    """Stop what the file says, and at least what the phase asks for that all namespaces have reached."""
    return max(queue.stop_policy, _STOP_OF_PHASE[min(phases, key=PHASES.index)], key=_STOPS.index)


def _metadata(placement: Placement) -> dict[str, Any]:
    return {"name": placement.tenant.name, "labels": placement.labels}


def _object(kind: str, metadata: Mapping[str, Any], spec: Mapping[str, Any], origin: Place) -> Manifest:
    return Manifest({"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}, origin)


def _selector(names: Sequence[str]) -> dict[str, Any]:
    """Select namespaces by the label that nobody but the API server can set."""
    if len(names) == 1:
        return {"matchLabels": {NAMESPACE_NAME: names[0]}}
    return {"matchExpressions": [{"key": NAMESPACE_NAME, "operator": "In", "values": sorted(names)}]}


def _preemption(own: Preemption, default: Preemption) -> dict[str, Any]:
    borrow: dict[str, Any] = {"policy": own.borrow or default.borrow or "Never"}
    below = default.borrow_below if own.borrow_below is None else own.borrow_below
    if below is not None:
        borrow["maxPriorityThreshold"] = below
    return {
        "reclaimWithinCohort": own.reclaim or default.reclaim or "Never",
        "withinClusterQueue": own.within or default.within or "Never",
        "borrowWithinCohort": borrow,
    }


def _fungibility(own: Fungibility, default: Fungibility) -> dict[str, str]:
    preference = own.preference or default.preference
    return {
        "whenCanBorrow": own.when_can_borrow or default.when_can_borrow or "MayStopSearch",
        "whenCanPreempt": own.when_can_preempt or default.when_can_preempt or "TryNextFlavor",
        **({"preference": preference} if preference else {}),
    }


def _cohort(parent: str, pool: Shares, weight: Quantity | None, kueue: Queueing | None) -> dict[str, Any]:
    return {
        **({"parentName": parent} if parent else {}),
        **({"fairSharing": {"weight": str(weight)}} if weight is not None else {}),
        **({"resourceGroups": groups(pool, kueue)} if pool else {}),
    }


def groups(shares: Shares, kueue: Queueing | None) -> list[dict[str, Any]]:
    """Return resource groups: flavors with the same resources are one, in the order of the platform file."""
    order = {one.name: index for index, one in enumerate(kueue.flavors if kueue is not None else ())}
    by_resources: dict[tuple[str, ...], list[str]] = {}
    for flavor in sorted(shares, key=lambda name: (order.get(name, len(order)), name)):
        by_resources.setdefault(tuple(sorted(shares[flavor])), []).append(flavor)
    return [
        {
            "coveredResources": list(resources),
            "flavors": [
                {"name": flavor, "resources": [_quota(name, shares[flavor][name]) for name in resources]}
                for flavor in flavors
            ],
        }
        for resources, flavors in by_resources.items()
    ]


def _quota(name: str, quota: Quota) -> dict[str, str]:
    limits = {"borrowingLimit": quota.borrow, "lendingLimit": quota.lend}
    written = {key: str(amount) for key, amount in limits.items() if amount is not None}
    return {"name": name, "nominalQuota": str(quota.nominal), **written}


def build_shared(platform: Platform, cluster: Cluster) -> Iterator[Manifest]:
    """Yield what the platform file says of Kueue, for one cluster."""
    if platform.kueue is None or not cluster.has_kueue:
        return
    here = platform.kueue.on(cluster.name)
    for topology in here.topologies:
        levels = [{"nodeLabel": label} for label in topology.levels]
        yield _object("Topology", _common(topology.name), {"levels": levels}, topology.origin)
    for flavor in here.flavors:
        yield _flavor(flavor)
    for one in here.priority_classes:
        body = {"apiVersion": API, "kind": "WorkloadPriorityClass", "metadata": _common(one.name), "value": one.value}
        yield Manifest({**body, **({"description": one.description} if one.description else {})}, one.origin)
    for cohort in here.cohorts:
        yield _platform_cohort(cohort, here)
    yield from _policies(here, cluster)


def _flavor(flavor: Flavor) -> Manifest:
    """Make a flavor that says what its nodes have, so that whoever judges manifests can add up what is promised."""
    metadata = _common(flavor.name)
    if flavor.capacity is not None:
        amounts = sorted(flavor.capacity.items())
        metadata["annotations"] = {CAPACITY: ",".join(f"{name}={amount}" for name, amount in amounts)}
    spec = {
        "nodeLabels": dict(flavor.node_labels),
        "nodeTaints": list(flavor.node_taints),
        "tolerations": list(flavor.tolerations),
        "topologyName": flavor.topology,
    }
    return _object("ResourceFlavor", metadata, {key: value for key, value in spec.items() if value}, flavor.origin)


def _platform_cohort(cohort: Cohort, here: Queueing) -> Manifest:
    spec = _cohort(cohort.parent or "", cohort.flavors, cohort.weight, here)
    return _object("Cohort", _common(cohort.name), spec, cohort.origin)


def _policies(here: Queueing, cluster: Cluster) -> Iterator[Manifest]:
    admission = here.admission
    if not admission.holds_on(cluster.name):
        return
    specs: dict[str, Callable[[], dict[str, Any]]] = {}
    if admission.queue_name:
        specs[NAME_A_QUEUE] = lambda: jobs.name_a_queue(admission.jobs)
    if admission.requests:
        specs[ASK_FOR_RESOURCES] = lambda: jobs.ask_for_resources(admission.jobs, admission.requests)
    for name, spec in specs.items():
        for kind, made in (
            ("ValidatingAdmissionPolicy", spec()),
            ("ValidatingAdmissionPolicyBinding", jobs.binding(name)),
        ):
            body = {"apiVersion": jobs.ADMISSION_API, "kind": kind, "metadata": _common(name), "spec": made}
            yield Manifest(body, admission.origin)


def _common(name: str) -> dict[str, Any]:
    return {"name": name, "labels": {MANAGED_BY: "tenantry"}}
