"""What the platform says of Kueue: the nodes that quotas are of, what tenants share, what keeps jobs in queues."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.kubernetes.quantity import ZERO, Quantity
from generator.kubernetes.quotakeys import check_amounts
from generator.kueue.tree import Node, Tree
from generator.problems import Place, Problem, instead
from generator.spec import queues
from generator.spec.queues import Fungibility, Preemption, Shares
from generator.spec.settings import Amounts, amounts

#: The first version of Kubernetes that has ValidatingAdmissionPolicies in v1.
_POLICIES_SINCE = (1, 30)


class Flavor(Struct, frozen=True):
    """Nodes that are alike, on all ``clusters`` if none is named; ``capacity`` ``None`` means that nobody says it."""

    name: str
    clusters: tuple[str, ...]
    node_labels: Mapping[str, str]
    node_taints: tuple[Mapping[str, Any], ...]
    tolerations: tuple[Mapping[str, Any], ...]
    topology: str | None
    capacity: Amounts | None
    origin: Place


class Topology(Struct, frozen=True):
    """How nodes lie to one another: labels of nodes, the widest first. Empty ``clusters`` mean all."""

    name: str
    clusters: tuple[str, ...]
    levels: tuple[str, ...]
    origin: Place


class PriorityClass(Struct, frozen=True):
    """How soon jobs are taken that name it. Empty ``clusters`` mean all."""

    name: str
    clusters: tuple[str, ...]
    value: int
    description: str
    origin: Place


class Cohort(Struct, frozen=True):
    """A cohort above those of tenants, with ``flavors`` beside its members' own. Empty ``clusters`` mean all."""

    name: str
    clusters: tuple[str, ...]
    parent: str | None
    weight: Quantity | None
    flavors: Shares
    origin: Place


class Defaults(Struct, frozen=True):
    """What holds for queues that say nothing; ``None`` leaves it to Kueue, and lets nobody without a parent borrow."""

    cohort: str | None
    weight: Quantity | None
    strategy: str | None
    preemption: Preemption
    fungibility: Fungibility


class JobAdmission(Struct, frozen=True):
    """What keeps jobs of these kinds in their queues: that they name one, and that they ask for these ``requests``."""

    jobs: tuple[str, ...]
    queue_name: bool
    requests: tuple[str, ...]
    except_clusters: tuple[str, ...]
    origin: Place

    def holds_on(self, cluster: str) -> bool:
        """Tell whether there is any of it on a cluster."""
        return cluster not in self.except_clusters and bool(self.queue_name or self.requests)


class Queueing(Struct, frozen=True):
    """All that the platform file says of Kueue. ``fair_sharing`` tells whether Kueue's own configuration has it on."""

    flavors: tuple[Flavor, ...]
    topologies: tuple[Topology, ...]
    priority_classes: tuple[PriorityClass, ...]
    cohorts: tuple[Cohort, ...]
    defaults: Defaults
    fair_sharing: bool
    admission: JobAdmission
    origin: Place

    def on(self, cluster: str) -> "Queueing":
        """Return what of it holds on a cluster."""
        return Queueing(
            tuple(one for one in self.flavors if _holds(one, cluster)),
            tuple(one for one in self.topologies if _holds(one, cluster)),
            tuple(one for one in self.priority_classes if _holds(one, cluster)),
            tuple(one for one in self.cohorts if _holds(one, cluster)),
            self.defaults,
            self.fair_sharing,
            self.admission,
            self.origin,
        )


_Named = Flavor | Topology | PriorityClass | Cohort


def _holds(one: _Named, cluster: str) -> bool:
    return not one.clusters or cluster in one.clusters


def from_value(value: Mapping[str, Any] | None, place: Place) -> Queueing | None:
    """Take what the platform says of Kueue from a value that its schema has found valid."""
    if value is None:
        return None
    here = place / "kueue"
    get = value.get
    return Queueing(
        flavors=tuple(_flavor(one, at) for one, at in _items(get("flavors"), here / "flavors")),
        topologies=tuple(
            Topology(one["name"], tuple(one.get("clusters", ())), tuple(one["levels"]), at)
            for one, at in _items(get("topologies"), here / "topologies")
        ),
        priority_classes=tuple(
            PriorityClass(one["name"], tuple(one.get("clusters", ())), one["value"], one.get("description", ""), at)
            for one, at in _items(get("priorityClasses"), here / "priorityClasses")
        ),
        cohorts=tuple(_cohort(one, at) for one, at in _items(get("cohorts"), here / "cohorts")),
        defaults=_defaults(get("defaults", {})),
        fair_sharing=get("fairSharing", False),
        admission=_admission(get("admission", {}), here),
        origin=here,
    )


def _items(value: Sequence[Mapping[str, Any]] | None, place: Place) -> Iterator[tuple[Mapping[str, Any], Place]]:
    """Yield the items of a list with their places; what has one name on several clusters is told apart by its index."""
    names = [one["name"] for one in value or ()]
    for index, one in enumerate(value or ()):
        yield one, place / (one["name"] if names.count(one["name"]) == 1 else index)


def _flavor(value: Mapping[str, Any], place: Place) -> Flavor:
    get = value.get
    return Flavor(
        name=value["name"],
        clusters=tuple(get("clusters", ())),
        node_labels=get("nodeLabels", {}),
        node_taints=tuple(get("nodeTaints", ())),
        tolerations=tuple(get("tolerations", ())),
        topology=get("topology"),
        capacity=amounts(value["capacity"]) if "capacity" in value else None,
        origin=place,
    )


def _cohort(value: Mapping[str, Any], place: Place) -> Cohort:
    return Cohort(
        name=value["name"],
        clusters=tuple(value.get("clusters", ())),
        parent=value.get("parent"),
        weight=queues.weight(value.get("weight")),
        flavors=queues.shares(value.get("flavors")) or {},
        origin=place,
    )


def _defaults(value: Mapping[str, Any]) -> Defaults:
    get = value.get
    return Defaults(
        cohort=get("cohort"),
        weight=queues.weight(get("weight")),
        strategy=get("strategy"),
        preemption=queues.preemption(get("preemption", {})),
        fungibility=queues.fungibility(get("fungibility", {})),
    )


def _admission(value: Mapping[str, Any], place: Place) -> JobAdmission:
    get = value.get
    return JobAdmission(
        jobs=tuple(get("jobs", ("Job",))),
        queue_name=get("queueName", True),
        requests=tuple(get("requests", ("cpu", "memory"))),
        except_clusters=tuple(get("exceptClusters", ())),
        origin=place / "admission",
    )


class Ground(Struct, frozen=True):
    """What has to be known of a cluster: its Kubernetes version, whether Kueue runs there, what its nodes have."""

    version: str
    has_kueue: bool
    capacity: Amounts


def check(given: Queueing, clusters: Mapping[str, Ground]) -> Iterator[Problem]:
    """Find what does not fit the platform's clusters, or one another."""
    if not any(one.has_kueue for one in clusters.values()):
        message = "no cluster has kueue among its addons; add it where it is installed, or drop this"
        yield Problem(given.origin, message)
    everything: tuple[_Named, ...] = (*given.flavors, *given.topologies, *given.priority_classes, *given.cohorts)
    for one in everything:
        yield from _check_clusters(one.clusters, one.origin / "clusters", clusters)
    for flavor in given.flavors:
        yield from check_amounts(flavor.capacity or {}, flavor.origin / "capacity")
    yield from _check_clusters(given.admission.except_clusters, given.admission.origin / "exceptClusters", clusters)
    for name, ground in clusters.items():
        if ground.has_kueue:
            here = given.on(name)
            for some in (here.flavors, here.topologies, here.priority_classes, here.cohorts):
                yield from _check_doubled(some, name)
            yield from _check_flavors(here, name, ground)
            yield from _check_cohorts(here, name)
            yield from _check_policies(here.admission, name, ground)
    yield from _check_defaults(given)


def _check_clusters(names: Sequence[str], place: Place, clusters: Mapping[str, Ground]) -> Iterator[Problem]:
    for name in names:
        if name not in clusters:
            yield Problem(place / name, f"{name!r} is not a cluster of the platform; {instead(name, clusters)}")
        elif not clusters[name].has_kueue:
            message = (
                f"cluster {name} does not have kueue among its addons; add it there if it is installed, or drop this"
            )
            yield Problem(place / name, message)


def _check_doubled(some: Sequence[_Named], cluster: str) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    for one in some:
        if one.name in first:
            message = (
                f"{one.name!r} is there on cluster {cluster} already ({first[one.name]}); rename one, or name clusters"
            )
            yield Problem(one.origin, message, others=(first[one.name],))
        first.setdefault(one.name, one.origin)


def _check_flavors(here: Queueing, cluster: str, ground: Ground) -> Iterator[Problem]:
    topologies = [one.name for one in here.topologies]
    for flavor in here.flavors:
        if flavor.topology is not None and flavor.topology not in topologies:
            hint = instead(flavor.topology, topologies)
            message = f"{flavor.topology!r} is not a topology on cluster {cluster}; {hint}"
            yield Problem(flavor.origin / "topology", message)
    parts: dict[str, list[tuple[Flavor, Quantity]]] = defaultdict(list)
    for flavor in here.flavors:
        for name, amount in (flavor.capacity or {}).items():
            parts[name].append((flavor, amount))
    for name, some in parts.items():
        total, there = sum((amount for _, amount in some), ZERO), ground.capacity.get(name)
        if there is not None and total > there:
            sums = " + ".join(f"{amount} ({flavor.name})" for flavor, amount in some)
            message = f"the flavors have {sums} = {total} of {name}, and cluster {cluster} has {there}; lower a part"
            yield Problem(some[-1][0].origin / "capacity" / name, message)


def _check_cohorts(here: Queueing, cluster: str) -> Iterator[Problem]:
    flavors = [one.name for one in here.flavors]
    cohorts = {one.name: one for one in here.cohorts}
    for one in here.cohorts:
        for name in one.flavors:
            if name not in flavors:
                message = f"{name!r} is not a flavor on cluster {cluster}; {instead(name, flavors)}"
                yield Problem(one.origin / "flavors" / name, message)
        yield from queues.check_shares(one.flavors, one.origin / "flavors")
    tree = Tree([Node(one.name, one.parent or "", {}) for one in here.cohorts], [])
    for node in tree.dangling:
        message = f"{node.parent!r} is not a cohort on cluster {cluster}; {instead(node.parent, cohorts)}"
        yield Problem(cohorts[node.name].origin / "parent", message)
    for cycle in tree.cycles:
        line = " -> ".join(cycle)
        message = f"the cohorts go round in a circle: {line}; one of them must have another parent, or none"
        yield Problem(cohorts[cycle[0]].origin / "parent", message)


def _check_policies(admission: JobAdmission, cluster: str, ground: Ground) -> Iterator[Problem]:
    """Find a cluster that is too old for the policies."""
    version = tuple(map(int, ground.version.split(".")))
    if version < _POLICIES_SINCE and admission.holds_on(cluster):
        message = (
            f"Kubernetes {ground.version} of cluster {cluster} has no ValidatingAdmissionPolicies (1.30 has); "
            f"write exceptClusters: [{cluster}], or upgrade it"
        )
        yield Problem(admission.origin, message)


def _check_defaults(given: Queueing) -> Iterator[Problem]:
    place = given.origin / "defaults"
    cohorts = [one.name for one in given.cohorts]
    name = given.defaults.cohort
    if name is not None and name not in cohorts:
        yield Problem(place / "cohort", f"{name!r} is not a cohort of the platform; {instead(name, cohorts)}")
    yield from check_fairness(given, given.defaults.preemption, place)


def check_fairness(given: Queueing, preemption: Preemption, place: Place) -> Iterator[Problem]:
    """Find preemption to borrow where fair sharing decides who borrows."""
    if given.fair_sharing and preemption.borrow not in {None, "Never"}:
        message = f"{preemption.borrow} does nothing with fairSharing: true, which decides who borrows; write Never"
        yield Problem(place / "preemption" / "borrow", message)
