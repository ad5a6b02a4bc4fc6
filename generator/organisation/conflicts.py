"""What is wrong between tenants: parents, names, and openings that only one side knows of."""

from collections.abc import Iterator, Mapping, Sequence

from generator.kubernetes import names, selectors
from generator.organisation import cohorts
from generator.organisation.directory import BELOW, EVERY_TENANT, Directory, Entry
from generator.problems import Place, Problem, instead
from generator.spec.platform import Platform
from generator.spec.settings import Settings

#: How many tenants of a circle are named; nobody draws a larger one by hand.
_LINE = 20
#: How many children of a missing parent a message lists.
_MOST_CHILDREN = 5


def check(
    directory: Directory,
    shared: Mapping[tuple[str, str], Place] | None = None,
    queues: Mapping[tuple[str, str, str], Place] | None = None,
) -> Iterator[Problem]:
    """Find everything that is wrong between tenants, and between them and the platform.

    *shared* says in which namespaces (by cluster) the platform's own objects lie, and who asks for them; *queues* are
    its own ClusterQueues and Cohorts, by cluster, kind and name.
    """
    for first, second in directory.doubled:
        message = f"{second.name!r} is the name of the tenant in {first.document} too; a tenant has one file"
        yield Problem(Place(second.document, ("metadata", "name")), message)
    yield from check_places(directory)
    yield from _check_namespaces(directory)
    if directory.platform.hierarchy.hnc_labels:
        yield from _check_tree_names(directory)
    yield from _check_openings(directory)
    yield from _check_shared(directory, shared or {})
    yield from cohorts.check(directory.cohorts, queues or {})
    for settings in (directory.platform.defaults, *directory.platform.tiers.values()):
        for name, place in _named(settings):
            yield from _check_exists(directory, name, place)


def check_places(directory: Directory) -> Iterator[Problem]:
    """Find tenants that have no place in the tree of tenants, or on no cluster."""
    yield from _check_parents(directory)
    yield from _check_clusters(directory)


def _check_exists(directory: Directory, name: str, place: Place) -> Iterator[Problem]:
    if name not in directory.entries and name not in directory.absent:
        yield Problem(place, f"{name!r} is not a tenant; {instead(name, directory.entries)}")


def _named(settings: Settings) -> Iterator[tuple[str, Place]]:
    """Yield the tenants that settings name, and where."""
    network, mesh = settings.network, settings.mesh
    for opening in (*(network.ingress or ()), *(network.egress or ())) if network else ():
        if opening.tenant is not None:
            yield opening.tenant, opening.origin / "tenant"
        if opening.tree is not None:
            yield opening.tree, opening.origin / "tree"
    for caller in (mesh.ingress or ()) if mesh else ():
        if caller.tenant is not None:
            yield caller.tenant, caller.origin / "tenant"


def _check_parents(directory: Directory) -> Iterator[Problem]:
    orphans: dict[str, list[Entry]] = {}
    for item in directory.entries.values():
        if item.parent is not None and item.parent not in directory.entries and item.parent not in directory.absent:
            orphans.setdefault(item.parent, []).append(item)
    for parent, children in orphans.items():
        yield from _parentless(parent, children, directory)
    for cycle in directory.cycles:
        places = tuple(_parent_place(directory, name) for name in cycle[:-1])[:_LINE]
        names = [*cycle[:_LINE], f"... ({len(cycle) - 1 - _LINE} more)", cycle[0]] if len(cycle) > _LINE + 1 else cycle
        line, where = " -> ".join(names), ", ".join(map(str, places))
        message = f"the parents go round in a circle: {line} ({where}); one of them must have another parent, or none"
        yield Problem(places[0], message, others=places)
    yield from _check_depth(directory)
    yield from _check_trees(directory)


def _parent_place(directory: Directory, name: str) -> Place:
    return Place(directory.entries[name].document, ("spec", "parent"))


def _check_depth(directory: Directory) -> Iterator[Problem]:
    """Tell the first of each line that is too deep; those below it are so for the same reason."""
    most = directory.platform.hierarchy.max_depth
    limit = directory.platform.hierarchy.origin / "maxDepth"
    for name in directory.entries if most is not None else ():
        above = directory.ancestors(name)
        if len(above) - 1 == most:
            line = " -> ".join((name, *above))
            message = (
                f"{name} has {len(above)} tenants above it ({line}), and the platform lets it have {most} ({limit}); "
                "choose a parent further up"
            )
            yield Problem(_parent_place(directory, name), message, others=(limit,))


def _parentless(parent: str, children: Sequence[Entry], directory: Directory) -> Iterator[Problem]:
    """Tell each child of a tenant that there is none of this name; who has removed it sees all that need another."""
    others = directory.entries.keys() - ({children[0].name} if len(children) == 1 else ())
    hint = instead(parent, others) if others else "there is no other; leave it out"
    if len(children) > 1:
        names = [child.name for child in children[:_MOST_CHILDREN]]
        more = f" and {len(children) - len(names)} more" if len(children) > len(names) else ""
        hint += f" (it is the parent of {', '.join(names)}{more}: give each another parent before it is removed)"
    for child in children:
        yield Problem(Place(child.document, ("spec", "parent")), f"{parent!r} is not a tenant; {hint}")


def _check_trees(directory: Directory) -> Iterator[Problem]:
    """Find selectors of trees that name what is not below the tenant that propagates: a slip would say nothing."""
    selecting = [item for item in directory.entries.values() if item.trees]
    if not selecting:
        return
    owners = {full: name for name in directory.entries for full in directory.namespaces(name)}
    for item in selecting:
        for template, text in item.trees:
            place = Place(item.document, ("spec", "propagate", template, "treeSelect"))
            for name, _ in selectors.parse_tree(text):
                tenant = name if name in directory.entries else owners.get(name)
                yield from _check_below(directory, item, tenant, name, place)


def _check_below(directory: Directory, item: Entry, tenant: str | None, name: str, place: Place) -> Iterator[Problem]:
    """Check that what is called *name*, which is *tenant* or a namespace of it, is below another tenant."""
    if tenant is None:
        if name not in directory.absent:
            yield Problem(place, f"{name!r} is neither a tenant nor a namespace; {instead(name, directory.entries)}")
    elif item.name not in (tenant, *directory.ancestors(tenant)) and not _ends_open(directory, tenant):
        message = f"{name!r} is not below {item.name}, so that it says nothing here; name what is below, or drop it"
        yield Problem(place, message)


def _ends_open(directory: Directory, tenant: str) -> bool:
    """Tell whether nobody knows what is above a tenant, because a file that is there cannot be read."""
    top = (tenant, *directory.ancestors(tenant))[-1]
    return directory.entries[top].parent in directory.absent


def _check_clusters(directory: Directory) -> Iterator[Problem]:
    every = directory.platform.clusters
    for name, item in directory.entries.items():
        choice = directory.decided(name).clusters or directory.defaults.clusters
        place = Place(item.document, ("spec", "clusters"))
        if choice is None and len(every) > 1:
            yield Problem(place, f"nobody says on which cluster the tenant lives; {instead('', every)}")
        elif choice is not None and choice.selector is not None and not directory.platform.clusters_of(choice):
            labels = ", ".join(f"{key}={value}" for key, value in choice.selector.items())
            yield Problem(place, f"no cluster has the labels {labels}; name clusters, or labels that one has")


def _check_namespaces(directory: Directory) -> Iterator[Problem]:
    owners: dict[tuple[str, str], tuple[str, int]] = {}
    for name, item in directory.entries.items():
        clusters = directory.clusters(name)
        for i, full in enumerate(directory.namespaces(name)):
            yield from _check_name(directory, full, item, i)
            for cluster in clusters:
                owner, at = owners.setdefault((cluster, full), (name, i))
                if (owner, at) != (name, i):
                    first = _namespace_place(directory.entries[owner], at)
                    whose = "another of this tenant" if owner == name else f"that of tenant {owner}"
                    message = f"namespace {full!r} on {cluster} is {whose} ({first}); rename one"
                    yield Problem(_namespace_place(item, i), message)
                    break


def _check_tree_names(directory: Directory) -> Iterator[Problem]:
    """Keep namespaces out of trees that are not theirs: in HNC's labels, namespaces and tenants are named alike."""
    for name, item in directory.entries.items():
        if item.parent is None and name not in directory.parents:
            continue
        for i, full in enumerate(directory.namespaces(name)):
            other = directory.entries.get(full)
            if other is not None and full != name and (other.parent is not None or full in directory.parents):
                message = (
                    f"namespace {full!r} has the name of tenant {full} ({other.document}), at the head of whose tree "
                    "HNC's labels would put it; rename one"
                )
                yield Problem(_namespace_place(item, i), message)


def _check_name(directory: Directory, full: str, item: Entry, at: int) -> Iterator[Problem]:
    reason = names.dns_label(full)
    if reason is not None:
        message = f"the naming rule makes {full!r} of it ({len(full)} characters), which {reason}"
        yield Problem(_namespace_place(item, at), message)
    elif directory.platform.is_reserved(full):
        message = f"namespace {full!r} is reserved for the platform; choose another name"
        yield Problem(_namespace_place(item, at), message)


def _namespace_place(item: Entry, at: int) -> Place:
    short = item.namespaces[at][0]
    if short is None:
        return Place(item.document, ("metadata", "name"))
    return Place(item.document, ("spec", "namespaces", short))


def _check_openings(directory: Directory) -> Iterator[Problem]:
    outside = list(_outside(directory.platform))
    owners = _owners(directory) if outside or any(item.outside for item in directory.entries.values()) else {}
    for place, namespace in outside:
        for cluster in directory.platform.clusters:
            if (cluster, namespace) in owners:
                yield _owned(namespace, owners[cluster, namespace], place)
                break
    for item in directory.entries.values():
        if item.ingress or item.mesh:
            yield from _check_callers(directory, item)
        yield from _check_egress(directory, item)
        for route, namespace in item.outside:
            for cluster in directory.clusters(item.name):
                if (cluster, namespace) in owners:
                    place = Place(item.document, ("spec", *route, "namespace"))
                    yield _owned(namespace, owners[cluster, namespace], place)
                    break


def _check_shared(directory: Directory, shared: Mapping[tuple[str, str], Place]) -> Iterator[Problem]:
    """Keep the platform's own objects out of tenants' namespaces, where they could replace the tenants' isolation."""
    owners = _owners(directory) if shared else {}
    for (cluster, namespace), place in shared.items():
        if (cluster, namespace) in owners:
            message = (
                f"the template makes an object in namespace {namespace!r} on {cluster}, which is that of tenant "
                f"{owners[cluster, namespace]}; name the template in that tenant's extras"
            )
            yield Problem(place, message)


def _owners(directory: Directory) -> dict[tuple[str, str], str]:
    """Return whose each namespace is, by cluster and full name."""
    return {
        (cluster, full): name
        for name in directory.entries
        for cluster in directory.clusters(name)
        for full in directory.namespaces(name)
    }


def _owned(namespace: str, owner: str, place: Place) -> Problem:
    return Problem(place, f"namespace {namespace!r} is that of a tenant; write tenant: {owner}")


def _outside(platform: Platform) -> Iterator[tuple[Place, str]]:
    """Yield the namespaces that the platform file's own openings name, and where."""
    for settings in (platform.defaults, *platform.tiers.values()):
        network, mesh = settings.network, settings.mesh
        for opening in (*(network.ingress or ()), *(network.egress or ())) if network else ():
            if opening.namespace is not None:
                yield opening.origin / "namespace", opening.namespace
        for caller in (mesh.ingress or ()) if mesh else ():
            if caller.namespace is not None:
                yield caller.origin / "namespace", caller.namespace


def _check_callers(directory: Directory, item: Entry) -> Iterator[Problem]:
    """Check whom a tenant lets in: they must exist, have namespaces, and open their side if they list it."""
    network = [other for other, _ in item.ingress or ()]
    for route, others in ((("network", "ingress"), network), (("mesh", "ingress"), item.mesh or ())):
        for other in others:
            if other.endswith(BELOW):
                yield from _check_tree(directory, item, other.removesuffix(BELOW))
                continue
            place = Place(item.document, ("spec", *route, other, "tenant"))
            yield from _check_other(directory, item, other, place)
            egress = directory.decided(other).egress if other in directory.entries and route[0] == "network" else None
            if egress is not None and not {item.name, EVERY_TENANT}.intersection(egress) and other != item.name:
                message = (
                    f"{other!r} lists what it may reach, and {item.name} is not on the list; "
                    f"add {{tenant: {item.name}}} to its spec.network.egress ({directory.entries[other].document})"
                )
                yield Problem(place, message)


def _check_tree(directory: Directory, item: Entry, tree: str) -> Iterator[Problem]:
    """Check a tree that a tenant lets in. Who of it lists what it may reach has decided that for itself."""
    place = Place(item.document, ("spec", "network", "ingress", tree, "tree"))
    yield from _check_exists(directory, tree, place)
    if tree in directory.entries and tree not in directory.parents:
        what = "drop it" if tree == item.name else f"write tenant: {tree}"
        yield Problem(place, f"{tree!r} has nobody below it; {what}")


def _check_egress(directory: Directory, item: Entry) -> Iterator[Problem]:
    """Check whom a tenant wants to reach, by its own list or an inherited one: they must let it in."""
    for other in directory.decided(item.name).egress or ():
        if other == EVERY_TENANT:
            continue
        own = item.egress is not None
        inherited = ("spec", "parent" if item.parent is not None else "tier")
        place = Place(item.document, ("spec", "network", "egress", other, "tenant") if own else inherited)
        if own:
            yield from _check_other(directory, item, other, place)
        if other in directory.entries and other != item.name and not directory.admits(other, item.name):
            message = (
                f"{other!r} does not let {item.name} in, so nothing would get through; "
                f"add {{tenant: {item.name}}} to its spec.network.ingress ({directory.entries[other].document})"
            )
            yield Problem(place, message)


def _check_other(directory: Directory, item: Entry, other: str, place: Place) -> Iterator[Problem]:
    yield from _check_exists(directory, other, place)
    if other == item.name:
        message = f"{other!r} is this tenant itself, whose own traffic is ruled by sameTenant; drop it"
        yield Problem(place, message)
    elif other in directory.entries and not directory.entries[other].namespaces:
        children = [child.name for child in directory.entries.values() if child.parent == other]
        hint = f"name its children: {', '.join(children[:6])}" if children else "drop it"
        yield Problem(place, f"{other!r} has no namespaces, so nobody would get through; {hint}")
