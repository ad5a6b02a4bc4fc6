"""The directory of all tenants: who there is, who belongs to whom, who lets whom in.

It holds only what tenants have to know of one another, so that ten thousand of them fit into a few megabytes,
and it is the one place that sees them all at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from generator.organisation.allowance import Share, pack, unpack
from generator.organisation.cohorts import Cohorts, Member, Seat
from generator.problems import Place
from generator.spec.lifecycle import ACTIVE, OFFBOARDING, furthest
from generator.spec.platform import Platform
from generator.spec.settings import ClusterChoice, Port, Settings, port
from generator.yaml.documents import natural_key

#: In the place of a tenant's name: whatever tenants there are.
EVERY_TENANT = "*"
#: Behind a tenant's name: it and all below it.
BELOW = "/*"


class Admission(NamedTuple):
    """A tenant that lets another in: by which ports (none: by every port), and on which clusters it is."""

    tenant: str
    ports: tuple[Port, ...]
    clusters: tuple[str, ...]


class Entry(NamedTuple):
    """What other tenants have to know of one; plain values only, so that it can be kept and sent cheaply.

    ``clusters`` is a list of names, a selector, or ``None``; ``namespaces`` are pairs of short and full name;
    ``ingress`` are the tenants (and, with ``/*``, trees) let in with their ports as written, ``egress`` (with ``*`` for
    whoever lets this one in) and ``mesh`` are tenants, each ``None`` where the tenant leaves the list to others;
    ``outside`` are namespaces of the platform, each with the route of the opening that names it; ``lifecycle`` is the
    tenant's own, and ``leaving`` are clusters that it leaves while it stays on others; ``quota`` is what the file says
    of that, as ``allowance`` packs it, and ``queue`` the queue as written; ``trees`` are the selectors of trees that
    say how far a template propagates, each after the template.
    """

    document: str
    name: str
    parent: str | None
    tier: str | None
    clusters: Any
    namespaces: list[list[str | None]]
    ingress: list[Any] | None
    egress: list[str] | None
    mesh: list[str] | None
    outside: list[list[Any]]
    lifecycle: str = ACTIVE
    leaving: tuple[str, ...] | list[str] = ()
    quota: str = ""
    queue: dict[str, Any] | None = None
    trees: Sequence[Sequence[str]] = ()


def entry(value: Mapping[str, Any], document: str) -> Entry:
    """Take out of a valid tenant what others have to know of it."""
    spec = value.get("spec", {})
    network = spec.get("network", {})
    mesh = spec.get("mesh", {})
    listed = spec.get("namespaces")
    clusters = spec.get("clusters")
    ingress, egress, callers = network.get("ingress"), network.get("egress"), mesh.get("ingress")
    return Entry(
        document,
        value["metadata"]["name"],
        spec.get("parent"),
        spec.get("tier"),
        clusters["selector"] if isinstance(clusters, dict) else clusters,
        [[None, None]] if listed is None else [[item["name"], item.get("fullName")] for item in listed],
        None if ingress is None else [[caller, o.get("ports", [])] for o in ingress if (caller := _caller(o))],
        None if egress is None else [o.get("tenant", EVERY_TENANT) for o in egress if "tenant" in o or "admitted" in o],
        None if callers is None else [o["tenant"] for o in callers if "tenant" in o],
        [
            [[field, way, natural_key(item, i)], item["namespace"]]
            for field, way, items in (
                ("network", "ingress", ingress),
                ("network", "egress", egress),
                ("mesh", "ingress", callers),
            )
            for i, item in enumerate(items or ())
            if "namespace" in item
        ],
        spec.get("lifecycle", ACTIVE),
        spec.get("offboarding", {}).get("clusters", ()),
        pack(spec),
        spec.get("queue"),
        [[name, one["treeSelect"]] for name, one in spec.get("propagate", {}).items() if "treeSelect" in one] or (),
    )


def _caller(opening: Mapping[str, Any]) -> str | None:
    """Return the tenant or the tree that an opening is for; ``None`` if it is for none."""
    caller: str | None = opening.get("tenant")
    return f"{opening['tree']}{BELOW}" if "tree" in opening else caller


class Facts(NamedTuple):
    """What one tenant has to know of the others.

    ``ancestors`` are nearest first; ``admitted`` are those that let this one in, where that opens its egress;
    ``neighbours`` maps the tenants that its mesh settings name to their namespaces, by cluster; ``is_parent`` says
    whether others name it as their parent; ``share`` is what it has to know of the quotas above and below its own,
    ``None`` where there are none; ``seats`` says, by cluster, where it sits among the cohorts that queues borrow in.
    """

    ancestors: tuple[str, ...]
    admitted: tuple[Admission, ...]
    neighbours: Mapping[str, Mapping[str, tuple[str, ...]]]
    is_parent: bool = False
    share: Share | None = None
    seats: Mapping[str, Seat] = {}


NO_FACTS = Facts((), (), {})


class Level(NamedTuple):
    """What one level (a tenant, a tier, the platform) says; each field ``None`` where it leaves that to the next.

    ``ingress`` are the tenants let in, with their ports; ``egress`` those to be reached; ``mesh`` those that Istio
    lets through.
    """

    ingress: tuple[tuple[str, tuple[Port, ...]], ...] | None
    egress: tuple[str, ...] | None
    mesh: tuple[str, ...] | None
    clusters: ClusterChoice | None


class Directory:
    """All tenants at once.

    *absent* are tenants whose files are there but cannot be read: no reference to them is called wrong.
    """

    def __init__(self, entries: Iterable[Entry], platform: Platform, absent: Iterable[str] = ()) -> None:
        self.platform = platform
        self.absent = frozenset(absent)
        self.entries: dict[str, Entry] = {}
        self.doubled: list[tuple[Entry, Entry]] = []
        for item in entries:
            first = self.entries.setdefault(item.name, item)
            if first is not item:
                self.doubled.append((first, item))
        self.defaults = _level_of_settings(platform.defaults)
        self._tiers = {name: _level_of_settings(tier) for name, tier in platform.tiers.items()}
        self._chains: dict[str, tuple[str, ...]] = {n: () for n, item in self.entries.items() if item.parent is None}
        self.cycles: list[tuple[str, ...]] = []
        for name in self.entries:
            self._chain(name)
        full_name = platform.namespace_name
        self._namespaces = {
            name: [full or full_name(name, short) for short, full in item.namespaces]
            for name, item in self.entries.items()
        }
        self._common: dict[tuple[object, ...], Level] = {}
        self._decided: dict[str, Level] = {}
        for name in self._chains:  # parents stand before their children
            self._decided[name] = self._decide(name)
        self.parents = frozenset(item.parent for item in self.entries.values() if item.parent is not None)
        self._admitted = self._admissions()
        self.opens_trees = any(caller.endswith(BELOW) for caller in self._admitted)

    def _chain(self, name: str) -> None:
        """Find the ancestors of *name*, nearest first; a cycle is cut where it would begin again."""
        trail: dict[str, None] = {}
        step: str | None = name
        while step is not None and step not in self._chains:
            if step in trail:
                self.cycles.append(_circle([*trail], step))
                self._chains[step] = ()
                break
            trail[step] = None
            parent = self.entries[step].parent
            step = parent if parent in self.entries else None
        for child in reversed(trail):
            if child not in self._chains:
                parent = self.entries[child].parent
                self._chains[child] = (parent, *self._chains[parent]) if parent in self._chains else ()

    def _decide(self, name: str) -> Level:
        """Merge what a tenant, its tier and its ancestors say; most tenants say next to nothing."""
        item = self.entries[name]
        if not (item.parent or item.ingress or item.egress or item.mesh):
            silent = (item.ingress is None, item.egress is None, item.mesh is None)
            key = (item.tier, repr(item.clusters), silent)
            if key not in self._common:
                self._common[key] = _merged(self._levels(name))
            return self._common[key]
        return _merged(self._levels(name))

    def _levels(self, name: str) -> Iterator[Level]:
        """Yield what a tenant says, then its tier, then its parent with all above that."""
        yield _level(self.entries[name])
        tier = self._tiers.get(self.entries[name].tier or "")
        if tier is not None:
            yield tier
        for parent in self._chains[name][:1]:
            yield self._decided[parent]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the tenants above one, nearest first."""
        return self._chains[name]

    def _admissions(self) -> dict[str, list[Admission]]:
        """Turn "who lets whom in" around: caller -> those who let it in.

        What the platform's defaults let in everywhere is one admission by every tenant, and not one by each.
        """
        admitted: dict[str, list[Admission]] = defaultdict(list)
        for name, decided in self._decided.items():
            for caller, ports in decided.ingress or ():
                if not caller.endswith(BELOW):
                    admitted[caller].append(Admission(name, ports, self.clusters(name)))
                elif not self._inherits_ingress(name):
                    admitted[caller].append(self._tree_admission(name, caller, ports))
        for caller, ports in self.defaults.ingress or ():
            admitted[caller].append(Admission(EVERY_TENANT, ports, tuple(self.platform.clusters)))
        return admitted

    def _inherits_ingress(self, name: str) -> bool:
        parent = self.parent(name)
        return parent is not None and self._decided[name].ingress is self._decided[parent].ingress

    def _tree_admission(self, name: str, caller: str, ports: tuple[Port, ...]) -> Admission:
        """Return what lets a tree in, once for all who inherit it: among themselves, by the tree that they are all in.

        Who reaches further than he is let in is stopped on the other side, which decides; and a tree in which everybody
        lets in everybody costs each one rule.
        """
        tree = caller.removesuffix(BELOW)
        every = tuple(self.platform.clusters)
        if tree == name or tree in self._chains[name]:
            return Admission(caller, ports, every)
        if name in self.parents:
            return Admission(f"{name}{BELOW}", ports, every)
        return Admission(name, ports, self.clusters(name))

    def decided(self, name: str) -> Level:
        """Return what a tenant, its tier and its ancestors have decided, before the platform's defaults."""
        return self._decided[name]

    def admits(self, name: str, caller: str) -> bool:
        """Tell whether a tenant lets another in."""
        ingress = self._decided[name].ingress
        names = {caller, *(f"{one}{BELOW}" for one in (caller, *self._chains.get(caller, ())))}
        return any(other in names for other, _ in (self.defaults.ingress if ingress is None else ingress) or ())

    def clusters(self, name: str) -> tuple[str, ...]:
        """Return the names of the clusters that a tenant lives on; the only one there is, if nobody says."""
        choice = self._decided[name].clusters or self.defaults.clusters
        every = self.platform.clusters
        if choice is None:
            return tuple(every) if len(every) == 1 else ()
        if len(choice.names) == 1 and choice.names[0] in every:
            return choice.names
        return tuple(cluster.name for cluster in self.platform.clusters_of(choice))

    def lifecycle(self, name: str, cluster: str) -> str:
        """Return where a tenant is in its life on a cluster."""
        item = self.entries[name]
        own = OFFBOARDING if cluster in item.leaving else item.lifecycle
        return furthest(own, self.platform.clusters[cluster].lifecycle)

    def parent(self, name: str) -> str | None:
        """Return a tenant's parent; ``None`` where there is none, or where a circle of parents is cut."""
        chain = self._chains[name]
        return chain[0] if chain else None

    def namespaces(self, name: str) -> list[str]:
        """Return the full names of a tenant's namespaces."""
        return self._namespaces[name]

    def facts(self, name: str) -> Facts:
        """Return what a tenant has to know of the others."""
        decided = self._decided[name]
        callers = self.defaults.mesh if decided.mesh is None else decided.mesh
        admitted = self._letting_in(name)
        if decided.egress is not None and EVERY_TENANT not in decided.egress:
            # A list is exactly what it lists; only the platform, whose word the defaults are, adds to it.
            admitted = [admission for admission in admitted if admission.tenant == EVERY_TENANT]
        is_parent = name in self.parents
        seats = self.cohorts.seats(name)
        if not (self._chains[name] or admitted or callers or is_parent or seats):
            return NO_FACTS
        neighbours = {other: self._where(other) for other in sorted(callers or ())}
        by_name = sorted(admitted, key=lambda admission: admission.tenant)  # those of one tenant as its file has them
        return Facts(self._chains[name], tuple(by_name), neighbours, is_parent, seats=seats)

    def _letting_in(self, name: str) -> Sequence[Admission]:
        """Return who lets a tenant in, by its own name or with a tree that it is in."""
        own = self._admitted.get(name, ())
        if not self.opens_trees:
            return own
        trees = (one for above in (name, *self._chains[name]) for one in self._admitted.get(f"{above}{BELOW}", ()))
        return [*own, *sorted({one for one in trees if one.tenant != name}, key=str)]

    def _delegates(self, item: Entry) -> bool:
        """Tell whether a tenant's quota is left to Kueue to add up, by its file or its tier, or by the defaults."""
        said = unpack(item.quota)
        tier = self.platform.tiers.get(item.tier or "")
        lower = tier.quota if tier is not None else None
        if said.hard is None and item.namespaces:
            lower = lower or self.platform.defaults.quota
        return (said.to or (lower.to if lower is not None else None)) == "kueue"

    @cached_property
    def cohorts(self) -> Cohorts:
        """The queues and cohorts of all tenants."""
        queued = any(item.queue is not None for item in self.entries.values())
        members = {
            name: Member(item.document, item.queue, bool(item.namespaces), self._chains[name], self._delegates(item))
            for name, item in (self.entries.items() if queued else ())
        }
        return Cohorts(self.platform, members, self.clusters)

    def _where(self, name: str) -> Mapping[str, tuple[str, ...]]:
        if name not in self.entries:
            return {}
        return dict.fromkeys(self.clusters(name), tuple(sorted(self.namespaces(name))))


def _circle(trail: Sequence[str], step: str) -> tuple[str, ...]:
    """Return the part of a trail that goes round, from its first name in the alphabet back to that."""
    ring = trail[trail.index(step) :]
    first = ring.index(min(ring))
    return (*ring[first:], *ring[: first + 1])


_SILENT = Level(None, None, None, None)


def _level(item: Entry) -> Level:
    if item.clusters is None and item.ingress is None and item.egress is None and item.mesh is None:
        return _SILENT
    chosen = item.clusters
    place = Place(item.document, ("spec", "clusters"))
    choice = None
    if chosen is not None:
        by_label = isinstance(chosen, dict)
        choice = ClusterChoice(() if by_label else tuple(chosen), chosen if by_label else None, place)
    return Level(
        None if item.ingress is None else tuple((other, tuple(map(port, ports))) for other, ports in item.ingress),
        None if item.egress is None else tuple(item.egress),
        None if item.mesh is None else tuple(item.mesh),
        choice,
    )


def _level_of_settings(settings: Settings) -> Level:
    network, mesh = settings.network, settings.mesh
    ingress = network.ingress if network else None
    egress = network.egress if network else None
    callers = mesh.ingress if mesh else None
    return Level(
        None
        if ingress is None
        else tuple((o.tenant or f"{o.tree}{BELOW}", o.ports) for o in ingress if o.tenant or o.tree),
        None if egress is None else tuple(o.tenant or EVERY_TENANT for o in egress if o.tenant or o.admitted),
        None if callers is None else tuple(o.tenant for o in callers if o.tenant),
        settings.clusters,
    )


def _merged(levels: Iterable[Level]) -> Level:
    """Take of each list what the nearest level says."""
    merged: list[Any] = [None, None, None, None]
    for level in levels:
        for i, said in enumerate(level):
            if merged[i] is None:
                merged[i] = said
    return Level(*merged)
