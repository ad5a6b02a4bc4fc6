"""All queues and cohorts of a platform, cluster by cluster: who sits where, and what is wrong between them.

The tree follows the tenants' parents. A tenant with a queue has a ClusterQueue of its own name; one with a pool, or
with queues below it, is a Cohort of its own name too. It sits in the Cohort of the nearest ancestor that lives on the
same cluster; one without sits in a cohort of the platform, or alone. Names do not change with anything but the tenant's
own, since a LocalQueue can never name another ClusterQueue.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct

from generator.kubernetes.quantity import ZERO, Quantity
from generator.kueue.quotas import Quotas
from generator.kueue.tree import Node, Totals, Tree
from generator.problems import Place, Problem, instead
from generator.spec import queues
from generator.spec.platform import Platform
from generator.spec.queueing import Queueing
from generator.spec.queues import Shares

#: Amounts as plain values: flavor, resource, and the amount as a text.
Written = tuple[tuple[str, str, str], ...]


class Seat(NamedTuple):
    """Where a tenant sits on a cluster; plain values only, so that it can be compared and sent cheaply.

    ``parent`` is the cohort that it is in, empty for one that stands alone. ``leads`` tells whether it is a cohort
    itself. ``available`` is what its queue can use at most, ``promised`` the nominal quotas of it and of all below it,
    ``reach`` what all of these can use at most together. Where its quota is left to Kueue to add up, ``unqueued`` are
    those at or below it whose namespaces have no queue.
    """

    parent: str
    leads: bool
    available: Written
    promised: Written
    reach: Written
    unqueued: tuple[str, ...] = ()


class Member(NamedTuple):
    """What is known of a tenant here: its document, its queue as written, whether it has namespaces, its ancestors.

    ``delegates`` tells whether its quota is left to Kueue to add up.
    """

    document: str
    queue: Mapping[str, Any] | None
    has_namespaces: bool
    ancestors: Sequence[str]
    delegates: bool = False

    @property
    def place(self) -> Place:
        """Where its queue is written."""
        return Place(self.document, ("spec", "queue"))

    @property
    def has_queue(self) -> bool:
        """Whether it has a ClusterQueue."""
        return self.queue is not None and "flavors" in self.queue and self.has_namespaces


class Cohorts(Struct, frozen=True, dict=True):
    """The trees of all clusters. *lives* tells on which clusters a tenant is."""

    platform: Platform
    members: Mapping[str, Member]
    lives: Callable[[str], Sequence[str]]

    def seats(self, name: str) -> Mapping[str, Seat]:
        """Return where a tenant sits, by cluster; nothing where it has neither queue nor cohort."""
        return self._seats.get(name, {})

    @cached_property
    def _queued(self) -> Mapping[str, Member]:
        return {name: member for name, member in self.members.items() if member.queue is not None}

    @cached_property
    def on(self) -> Mapping[str, "Branch"]:
        """The tree of each cluster that has Kueue."""
        where: dict[str, list[str]] = defaultdict(list)
        for name in self._queued:
            for cluster in self.lives(name):
                where[cluster].append(name)
        return {name: Branch(self, name, where[name]) for name, one in self.platform.clusters.items() if one.has_kueue}

    @cached_property
    def _seats(self) -> Mapping[str, Mapping[str, Seat]]:
        found: dict[str, dict[str, Seat]] = defaultdict(dict)
        for cluster, branch in self.on.items():
            for name, seat in branch.seats():
                found[name][cluster] = seat
        return found


class Branch:
    """The tree of one cluster."""

    def __init__(self, cohorts: Cohorts, cluster: str, queued: Sequence[str]) -> None:
        self._members = cohorts.members
        self.queued = queued
        self.given: Queueing | None = cohorts.platform.kueue and cohorts.platform.kueue.on(cluster)
        above = _above(cohorts.members[name].ancestors for name in queued)
        self.leading = {name for name in above if cluster in cohorts.lives(name)}
        self.leading |= {name for name in queued if "pool" in (self._members[name].queue or {})}
        self._unqueued = _unqueued(cohorts, cluster)
        self._here = self.leading.union(queued)
        self.parents = {name: self._parent(name) for name in (*queued, *sorted(self.leading))}
        self.tree = Tree(self._platform_cohorts() + self._cohorts(), self._queues())

    def _parent(self, name: str) -> str:
        """Return the cohort that a tenant sits in: that of an ancestor, or one of the platform."""
        member = self._members[name]
        above = next((one for one in member.ancestors if one in self._here), None)
        if above is not None:
            return above
        chosen = (member.queue or {}).get("cohort")
        default = self.given.defaults.cohort if self.given else None
        known = {one.name for one in self.given.cohorts} if self.given else set()
        return next((str(one) for one in (chosen, default) if one in known), "")

    def _platform_cohorts(self) -> list[Node]:
        given = self.given.cohorts if self.given else ()
        return [Node(one.name, one.parent or "", queues.pairs(one.flavors)) for one in given]

    def _cohorts(self) -> list[Node]:
        return [Node(name, self.parents[name], _pairs(self._members[name], "pool")) for name in sorted(self.leading)]

    def _queues(self) -> list[Node]:
        return [
            Node(name, name if name in self.leading else self.parents[name], _pairs(self._members[name], "flavors"))
            for name in self.queued
            if self._members[name].has_queue
        ]

    def seats(self) -> Iterator[tuple[str, Seat]]:
        """Yield where each tenant sits that has a queue or a cohort."""
        for name in dict.fromkeys((*self.queued, *sorted(self.leading))):
            queue = self.tree.queues.get(name)
            leads = name in self.leading
            available = self.tree.available(queue) if queue is not None else {}
            promised = self.tree.promised.get(name, {}) if leads else {}
            reach = self.tree.reach(name) if leads else available
            if queue is not None or leads:
                sums = (_written(available), _written(promised), _written(reach))
                yield name, Seat(self.parents[name], leads, *sums, tuple(self._unqueued.get(name, ())))

    def parts(self, resource: str, flavor: str | None = None) -> Iterator[tuple[Place, Quantity]]:
        """Yield every nominal quota of a resource that is not 0, of one flavor or of all, and where it is written."""
        for place, given in self._given():
            for pair, quota in queues.pairs(given).items():
                if pair[1] == resource and flavor in {None, pair[0]} and quota.nominal:
                    yield place / pair[0] / pair[1], quota.nominal

    def _given(self) -> Iterator[tuple[Place, Shares | None]]:
        for one in self.given.cohorts if self.given else ():
            yield one.origin / "flavors", one.flavors
        for name in self.queued:
            member = self._members[name]
            for field in ("flavors", "pool") if member.has_namespaces else ("pool",):
                yield member.place / field, queues.shares((member.queue or {}).get(field))


def _above(lines: Iterable[Sequence[str]]) -> set[str]:
    """Return everybody who is an ancestor, each looked at once: where one is known, so are those above it."""
    found: set[str] = set()
    for line in lines:
        for name in line:
            if name in found:
                break
            found.add(name)
    return found


def _unqueued(cohorts: Cohorts, cluster: str) -> Mapping[str, list[str]]:
    """Return whose jobs nobody adds up, by each tenant above that leaves this to Kueue."""
    adding = {name for name, member in cohorts.members.items() if member.delegates}
    found: dict[str, list[str]] = defaultdict(list)
    for name, member in cohorts.members.items() if adding else ():
        if member.has_namespaces and not member.has_queue and cluster in cohorts.lives(name):
            for above in adding.intersection((name, *member.ancestors)):
                found[above].append(name)
    return found


def _pairs(member: Member, field: str) -> Quotas:
    return queues.pairs(queues.shares((member.queue or {}).get(field)))


def _written(totals: Totals) -> Written:
    return tuple((flavor, name, str(amount)) for (flavor, name), amount in sorted(totals.items()))


def check(cohorts: Cohorts, taken: Mapping[tuple[str, str, str], Place]) -> Iterator[Problem]:
    """Find what is wrong between queues, and between them and the platform.

    *taken* are the platform's own ClusterQueues and Cohorts, by cluster, kind and name.
    """
    if not any(member.queue is not None for member in cohorts.members.values()):
        return
    kueue = [name for name, one in cohorts.platform.clusters.items() if one.has_kueue]
    for name, member in cohorts.members.items():
        if member.queue is not None:
            yield from _check_clusters(member, cohorts.lives(name), kueue)
            yield from _check_cohort(cohorts, name, member)
    for cluster, branch in cohorts.on.items():
        yield from _check_names(cohorts, cluster, branch, taken)
        yield from _check_flavors(cohorts, cluster, branch)
        yield from _check_capacity(cohorts, cluster, branch)


def _check_clusters(member: Member, lives: Sequence[str], kueue: Sequence[str]) -> Iterator[Problem]:
    if not set(lives).intersection(kueue):
        where = f"{', '.join(kueue)} {'has' if len(kueue) == 1 else 'have'}" if kueue else "no cluster has"
        message = (
            f"none of the tenant's clusters has kueue among its addons ({where}), so nothing would come of it; "
            "add it there if it is installed, or drop this"
        )
        yield Problem(member.place, message)


def _check_cohort(cohorts: Cohorts, name: str, member: Member) -> Iterator[Problem]:
    """Find a cohort that is not there, and one that the parent has decided already."""
    chosen = (member.queue or {}).get("cohort")
    given = cohorts.platform.kueue.cohorts if cohorts.platform.kueue else ()
    if chosen is None:
        return
    known = [one.name for one in given]
    if chosen not in known:
        message = f"{chosen!r} is not a cohort of the platform file; {instead(chosen, known)}"
        yield Problem(member.place / "cohort", message)
    for cluster, branch in cohorts.on.items():
        parent = branch.parents.get(name, chosen)
        if parent == chosen or chosen not in known:
            continue
        if parent in branch.leading:
            message = f"on {cluster} the tenant is in the cohort of {parent}, which is above it; drop this"
        else:
            message = f"{chosen!r} is not a cohort on {cluster}; add {cluster} to its clusters in the platform file"
        yield Problem(member.place / "cohort", message)
        return


def _check_names(
    cohorts: Cohorts, cluster: str, branch: Branch, taken: Mapping[tuple[str, str, str], Place]
) -> Iterator[Problem]:
    """Find tenants whose own queue or cohort would replace one of the platform."""
    for kind, names in (("Cohort", branch.leading), ("ClusterQueue", branch.tree.queues.keys())):
        for name in sorted(names):
            other = taken.get((cluster, kind, name))
            if other is not None:
                message = (
                    f"the tenant has a {kind} of its own name on {cluster}, and {name!r} is one of the platform there "
                    f"too ({other}); rename one"
                )
                place = Place(cohorts.members[name].document, ("metadata", "name"))
                yield Problem(place, message, others=(other,))


def _check_flavors(cohorts: Cohorts, cluster: str, branch: Branch) -> Iterator[Problem]:
    known = [one.name for one in branch.given.flavors] if branch.given else []
    for name in branch.queued:
        member = cohorts.members[name]
        for field in ("flavors", "pool"):
            for flavor in (member.queue or {}).get(field, ()):
                if flavor not in known:
                    message = f"{flavor!r} is not a flavor of the platform file on {cluster}; {instead(flavor, known)}"
                    yield Problem(member.place / field / flavor, message)


def _check_capacity(cohorts: Cohorts, cluster: str, branch: Branch) -> Iterator[Problem]:
    """Find nominal quotas that are more, all together, than a flavor or the whole cluster has."""
    told: set[str] = set()
    for flavor in branch.given.flavors if branch.given else ():
        for name, there in (flavor.capacity or {}).items():
            if branch.tree.total.get((flavor.name, name), ZERO) > there:
                told.add(name)
                place = flavor.origin / "capacity" / name
                yield _too_much(f"{name} of {flavor.name} on {cluster}", place, there, branch.parts(name, flavor.name))
    one = cohorts.platform.clusters[cluster]
    for name, there in one.capacity.items():
        total = sum((amount for (_, other), amount in branch.tree.total.items() if other == name), ZERO)
        if total > there and name not in told:
            yield _too_much(f"{name} on {cluster}", one.origin / "capacity" / name, there, branch.parts(name))


def _too_much(what: str, place: Place, there: Quantity, parts: Iterable[tuple[Place, Quantity]]) -> Problem:
    largest = sorted(parts, key=lambda part: (-part[1].milli, str(part[0])))
    shown = " + ".join(f"{amount} ({at})" for at, amount in largest[:_SHOWN])
    more = f" + {len(largest) - _SHOWN} more" if len(largest) > _SHOWN else ""
    total = f" = {sum((amount for _, amount in largest), ZERO)}" if len(largest) > 1 else ""
    message = f"queues have {shown}{more}{total} {what}, and there are {there}; lower one of them"
    return Problem(place, message, others=tuple(at for at, _ in largest[:_SHOWN]))


#: Of many quotas that make a sum, so many are told, the largest first.
_SHOWN = 5
