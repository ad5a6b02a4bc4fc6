"""The directory of all tenants: who there is, who belongs to whom, who lets whom in.

It holds only what tenants have to know of one another, so that ten thousand of them fit into a few megabytes,
and it is the one place that sees them all at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from generator import names
from generator.documents import natural_key
from generator.platform import Platform
from generator.problems import Place, Problem, instead
from generator.settings import ClusterChoice, Port, Settings, port

#: A tenant that lets another in, and by which ports (none: by every port).
Admission = tuple[str, tuple[Port, ...]]


class Entry(NamedTuple):
    """What other tenants have to know of one; plain values only, so that it can be kept and sent cheaply.

    ``clusters`` is a list of names, a selector, or ``None``; ``namespaces`` are pairs of short and full name;
    ``ingress`` are the tenants let in with their ports as written, ``egress`` and ``mesh`` tenants, ``outside``
    namespaces of the platform, each ``None`` where the tenant leaves the list to others.
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
        None if ingress is None else [[o["tenant"], o.get("ports", [])] for o in ingress if "tenant" in o],
        None if egress is None else [o["tenant"] for o in egress if "tenant" in o],
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
    )


class Facts(NamedTuple):
    """What one tenant has to know of the others.

    ``ancestors`` are nearest first; ``admitted`` are the tenants that let this one in; ``neighbours`` maps the
    tenants that its mesh settings name to their namespaces, by cluster.
    """

    ancestors: tuple[str, ...]
    admitted: tuple[Admission, ...]
    neighbours: Mapping[str, Mapping[str, tuple[str, ...]]]


NO_FACTS = Facts((), (), {})


@dataclass(frozen=True, slots=True)
class _Reach:
    """A tenant's lists after inheritance: whom it lets in, whom it wants to reach, who may call it in the mesh."""

    ingress: tuple[Admission, ...]
    egress: tuple[str, ...]
    mesh: tuple[str, ...]
    clusters: ClusterChoice | None


class Directory:
    """All tenants at once.

    *absent* are tenants whose files are there but cannot be read: no reference to them is called wrong.
    """

    def __init__(self, entries: Iterable[Entry], platform: Platform, absent: Iterable[str] = ()) -> None:
        self.platform = platform
        self.entries: dict[str, Entry] = {}
        self._doubled: list[tuple[Entry, Entry]] = []
        for item in entries:
            first = self.entries.setdefault(item.name, item)
            if first is not item:
                self._doubled.append((first, item))
        self._absent = frozenset(absent)
        self._defaults = _level_of_settings(platform.defaults)
        self._tiers = {name: _level_of_settings(tier) for name, tier in platform.tiers.items()}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._cycles: list[tuple[str, ...]] = []
        for name, item in self.entries.items():
            if item.parent is None:
                self._chains[name] = ()
        for name in self.entries:
            self._chain(name)
        self._common: dict[tuple[str | None, str], _Reach] = {}
        self._reaches: dict[str, _Reach] = {name: self._reach(name) for name in self.entries}
        self._admitted = self._admissions()

    # -- who belongs to whom

    def _chain(self, name: str) -> tuple[str, ...]:
        """Return the ancestors of *name*, nearest first; a cycle is cut where it would begin again."""
        trail: list[str] = []
        step: str | None = name
        while step is not None and step not in self._chains:
            if step in trail:
                self._cycles.append((*trail[trail.index(step) :], step))
                self._chains[step] = ()
                break
            trail.append(step)
            found = self.entries.get(step)
            step = found.parent if found and found.parent in self.entries else None
        for child in reversed(trail):
            if child not in self._chains:
                parent = self.entries[child].parent
                self._chains[child] = (parent, *self._chains[parent]) if parent in self._chains else ()
        return self._chains[name]

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the names of a tenant's ancestors, nearest first."""
        return self._chains[name]

    # -- what is decided after inheritance

    def _reach(self, name: str) -> _Reach:
        """Merge what a tenant says, its tier, its ancestors and the platform; most tenants say next to nothing."""
        item = self.entries[name]
        if item.parent is None and item.ingress is None and item.egress is None and item.mesh is None:
            key = (item.tier, repr(item.clusters))
            if key not in self._common:
                self._common[key] = self._merge(name)
            return self._common[key]
        return self._merge(name)

    def _merge(self, name: str) -> _Reach:
        levels = []
        for step in (name, *self._chains[name]):
            levels.append(_level(self.entries[step]))
            tier = self._tiers.get(self.entries[step].tier or "")
            if tier is not None:
                levels.append(tier)
        return _merged((*levels, self._defaults))

    def _admissions(self) -> dict[str, list[Admission]]:
        """Turn "who lets whom in" around: caller -> those who let it in."""
        admitted: dict[str, list[Admission]] = defaultdict(list)
        for name, reach in self._reaches.items():
            for caller, ports in reach.ingress:
                admitted[caller].append((name, ports))
        return admitted

    def clusters(self, name: str) -> tuple[str, ...]:
        """Return the names of the clusters that a tenant lives on; the only one there is, if nobody says."""
        choice = self._reaches[name].clusters
        if choice is not None and len(choice.names) == 1 and choice.names[0] in self.platform.clusters:
            return choice.names
        if choice is None:
            every = tuple(self.platform.clusters)
            return every if len(every) == 1 else ()
        return tuple(cluster.name for cluster in self.platform.clusters_of(choice))

    def namespaces(self, name: str) -> list[str]:
        """Return the full names of a tenant's namespaces."""
        return [full or self.platform.namespace_name(name, short) for short, full in self.entries[name].namespaces]

    def facts(self, name: str) -> Facts:
        """Return what a tenant has to know of the others."""
        chain, admitted, mesh = self._chains[name], self._admitted.get(name), self._reaches[name].mesh
        if not (chain or admitted or mesh):
            return NO_FACTS
        return Facts(chain, tuple(sorted(admitted or ())), {other: self._where(other) for other in sorted(mesh)})

    def _where(self, name: str) -> Mapping[str, tuple[str, ...]]:
        if name not in self.entries:
            return {}
        everywhere = tuple(sorted(self.namespaces(name)))
        return dict.fromkeys(self.clusters(name), everywhere)

    # -- what is wrong

    def check(self) -> Iterator[Problem]:
        """Find everything that is wrong between tenants."""
        for first, second in self._doubled:
            message = f"{second.name!r} is the name of the tenant in {first.document} too; a tenant has one file"
            yield Problem(Place(second.document, ("metadata", "name")), message)
        yield from self._check_parents()
        yield from self._check_clusters()
        yield from self._check_namespaces()
        yield from self._check_references()
        yield from self._check_settings()

    def _check_settings(self) -> Iterator[Problem]:
        """Check the tenants that the platform file itself names."""
        for settings in (self.platform.defaults, *self.platform.tiers.values()):
            for name, origin in _named(settings):
                if name not in self.entries and name not in self._absent:
                    yield Problem(origin / "tenant", f"{name!r} is not a tenant; {instead(name, self.entries)}")

    def _check_parents(self) -> Iterator[Problem]:
        for item in self.entries.values():
            if item.parent is not None and item.parent not in self.entries and item.parent not in self._absent:
                hint = instead(item.parent, self.entries)
                message = f"{item.parent!r} is not a tenant; {hint}"
                yield Problem(Place(item.document, ("spec", "parent")), message)
        for cycle in self._cycles:
            line = " -> ".join(cycle)
            message = f"the parents go round in a circle: {line}; one of them must have another parent, or none"
            yield Problem(Place(self.entries[cycle[0]].document, ("spec", "parent")), message)

    def _check_clusters(self) -> Iterator[Problem]:
        for name, item in self.entries.items():
            if self._reaches[name].clusters is None and len(self.platform.clusters) > 1:
                message = f"nobody says on which cluster the tenant lives; {instead('', self.platform.clusters)}"
                yield Problem(Place(item.document, ("spec", "clusters")), message)

    def _check_namespaces(self) -> Iterator[Problem]:
        owners: dict[tuple[str, str], tuple[str, str | None]] = {}
        for name, item in self.entries.items():
            clusters = self.clusters(name)
            for (short, _), full in zip(item.namespaces, self.namespaces(name), strict=True):
                yield from self._check_name(full, item, short)
                for cluster in clusters:
                    owner, theirs = owners.setdefault((cluster, full), (name, short))
                    if owner != name:
                        first = _namespace_place(self.entries[owner], theirs)
                        message = f"namespace {full!r} on {cluster} is that of tenant {owner} ({first}); rename one"
                        yield Problem(_namespace_place(item, short), message)
                        break

    def _check_name(self, full: str, item: Entry, short: str | None) -> Iterator[Problem]:
        reason = names.dns_label(full)
        if reason is not None:
            message = f"the naming rule makes {full!r} of it ({len(full)} characters), which {reason}"
            yield Problem(_namespace_place(item, short), message)
        elif self.platform.is_reserved(full):
            message = f"namespace {full!r} is reserved for the platform; choose another name"
            yield Problem(_namespace_place(item, short), message)

    def _check_references(self) -> Iterator[Problem]:
        owners = {full: name for name in self.entries for full in self.namespaces(name)}
        for item in self.entries.values():
            if not (item.ingress or item.egress or item.mesh or item.outside):
                continue
            wanted = (
                *((("network", "ingress"), other) for other, _ in item.ingress or ()),
                *((("network", "egress"), other) for other in item.egress or ()),
                *((("mesh", "ingress"), other) for other in item.mesh or ()),
            )
            for route, other in wanted:
                place = Place(item.document, ("spec", *route, other, "tenant"))
                yield from self._check_reference(item, route, other, place)
            for route, namespace in item.outside:
                if namespace in owners:
                    owner = owners[namespace]
                    place = Place(item.document, ("spec", *route, "namespace"))
                    message = f"namespace {namespace!r} is that of a tenant; write tenant: {owner}"
                    yield Problem(place, message)

    def _check_reference(self, item: Entry, route: Sequence[str], other: str, place: Place) -> Iterator[Problem]:
        if other in self._absent:
            return
        if other not in self.entries:
            yield Problem(place, f"{other!r} is not a tenant; {instead(other, self.entries)}")
        elif other == item.name:
            yield Problem(place, f"{other!r} is this tenant itself, whose own traffic is ruled by sameTenant; drop it")
        elif route[1] == "egress" and all(name != other for name, _ in self._admitted.get(item.name, ())):
            message = (
                f"{other!r} does not let {item.name} in, so nothing would get through; "
                f"add {{tenant: {item.name}}} to spec.network.ingress in {self.entries[other].document}"
            )
            yield Problem(place, message)


def _namespace_place(item: Entry, short: str | None) -> Place:
    if short is None:
        return Place(item.document, ("metadata", "name"))
    return Place(item.document, ("spec", "namespaces", short))


class _Level(NamedTuple):
    """One level's say, each field ``None`` where it leaves the list to the next."""

    ingress: tuple[Admission, ...] | None
    egress: tuple[str, ...] | None
    mesh: tuple[str, ...] | None
    clusters: ClusterChoice | None


def _level(item: Entry) -> _Level:
    if item.clusters is None and item.ingress is None and item.egress is None and item.mesh is None:
        return _SILENT
    chosen = item.clusters
    place = Place(item.document, ("spec", "clusters"))
    return _Level(
        None if item.ingress is None else tuple((other, tuple(map(port, ports))) for other, ports in item.ingress),
        None if item.egress is None else tuple(item.egress),
        None if item.mesh is None else tuple(item.mesh),
        None
        if chosen is None
        else ClusterChoice((), chosen, place)
        if isinstance(chosen, dict)
        else ClusterChoice(tuple(chosen), None, place),
    )


_SILENT = _Level(None, None, None, None)


def _level_of_settings(settings: Settings) -> _Level:
    network, mesh = settings.network, settings.mesh
    ingress = network.ingress if network else None
    egress = network.egress if network else None
    callers = mesh.ingress if mesh else None
    return _Level(
        None if ingress is None else tuple((o.tenant, o.ports) for o in ingress if o.tenant),
        None if egress is None else tuple(o.tenant for o in egress if o.tenant),
        None if callers is None else tuple(o.tenant for o in callers if o.tenant),
        settings.clusters,
    )


def _named(settings: Settings) -> Iterator[tuple[str, Place]]:
    """Yield the tenants that settings name, and where."""
    network, mesh = settings.network, settings.mesh
    for opening in (*(network.ingress or ()), *(network.egress or ())) if network else ():
        if opening.tenant is not None:
            yield opening.tenant, opening.origin
    for caller in mesh.ingress or () if mesh else ():
        if caller.tenant is not None:
            yield caller.tenant, caller.origin


def _merged(levels: Sequence[_Level]) -> _Reach:
    """Take of each list what the nearest level says."""
    merged: list[Any] = [None, None, None, None]
    for level in levels:
        for i, said in enumerate(level):
            if merged[i] is None:
                merged[i] = said
    return _Reach(merged[0] or (), merged[1] or (), merged[2] or (), merged[3])
