"""What an AppProject of Argo CD lets its Applications do, decided as Argo CD decides it.

Patterns are globs, and one that starts with ``!`` denies. A kind of a namespace is allowed where no list says
otherwise, a kind of the whole cluster only where a list says so (``IsGroupKindNamePermitted`` in
``app_project_types.go``).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.manifest import TENANT_LABEL
from generator.rules.globs import ends, is_any, matches
from generator.rules.scene import Scene, inside
from generator.rules.syncs import ARGO, CONTROL_PLANE, FLUX_TENANT, mappings, owners, texts

#: The project that everybody may use, and that allows everything, until somebody writes another of its name.
DEFAULT = "default"

ANY = "*"

#: So many tenants are told of by name.
_FEW = 4


def projects(scene: Scene) -> Iterable[Item]:
    """Return all AppProjects."""
    return scene.of_kind(ARGO, "AppProject")


def named(scene: Scene) -> Iterator[Item]:
    """Yield the AppProjects without the one that everybody may use."""
    return (item for item in projects(scene) if item.name != DEFAULT)


def destinations(item: Item) -> list[Mapping[str, Any]]:
    """Return where the Applications of a project may go; an entry that denies is none."""
    found = mappings(item.body, "spec", "destinations")
    return [
        one
        for one in found
        if not any(str(one.get(key, "")).startswith("!") for key in ("server", "name", "namespace"))
    ]


def is_open(item: Item) -> bool:
    """Tell whether a project allows every namespace, or everything in the whole cluster."""
    everywhere = any(is_any(one.get("namespace")) for one in destinations(item))
    kinds = mappings(item.body, "spec", "clusterResourceWhitelist")
    return everywhere or any(is_any(one.get("kind")) and is_any(one.get("group")) for one in kinds)


def tenants_reached(scene: Scene, pattern: object) -> list[str]:
    """Return the tenants whose namespaces a glob matches; of many, a few."""
    if not isinstance(pattern, str) or pattern.startswith("!"):
        return []
    known = owners(scene)
    around = ends(pattern)
    if around is None:
        return [known[pattern]] if pattern in known else []
    found: set[str] = set()
    for namespace in scene.answer(_Spelled).near(*around):
        if matches(pattern, namespace):
            found.add(known[namespace])
            if len(found) == _FEW:
                break
    return sorted(found)


class _Spelled:
    """The namespaces of tenants by how they begin and end: thousands of projects have a glob each."""

    def __init__(self, scene: Scene) -> None:
        self._forward = sorted(owners(scene))
        self._backward = sorted(name[::-1] for name in self._forward)

    def near(self, beginning: str, end: str) -> Iterable[str]:
        """Return those that may match, by the fewer of the two."""
        first = _range(self._forward, beginning)
        last = _range(self._backward, end[::-1])
        if len(first) <= len(last):
            return (self._forward[index] for index in first)
        return (self._backward[index][::-1] for index in last)


def _range(names: list[str], beginning: str) -> range:
    return range(bisect_left(names, beginning), bisect_left(names, f"{beginning}\U0010ffff"))


def is_tenants(scene: Scene, item: Item) -> bool:
    """Tell whether a project is one tenant's: by its label, or by where its Applications may go.

    One that allows every namespace, one of the control plane, or those of several tenants is the platform's own, and so
    is one that makes namespaces. Where no namespace says whose it is, each other project is taken for a tenant's.
    """
    labels = inside(item.body, "metadata", "labels")
    if labels.get(TENANT_LABEL) or labels.get(FLUX_TENANT):
        return True
    patterns = [one.get("namespace") for one in destinations(item)]
    if not patterns or item.name == DEFAULT or any(map(is_any, patterns)):
        return False
    if _holds(inside(item.body, "spec").get("clusterResourceWhitelist"), "", "Namespace"):
        return False
    if any(isinstance(one, str) and scene.reach(one) == CONTROL_PLANE for one in patterns):
        return False
    reached = {tenant for one in patterns for tenant in tenants_reached(scene, one)}
    return len(reached) == 1 or not (owners(scene) or scene.tenants_known)


def allows(item: Item, group: str, kind: str) -> bool:
    """Tell whether a project allows a kind that lives in namespaces."""
    spec = inside(item.body, "spec")
    allowed, denied = spec.get("namespaceResourceWhitelist"), spec.get("namespaceResourceBlacklist")
    listed = allowed is None or _holds(allowed, group, kind)
    return listed and not _holds(denied, group, kind)


def _holds(entries: object, group: str, kind: str) -> bool:
    found = entries if isinstance(entries, list) else []
    return any(
        matches(one.get("group", ""), group) and matches(one.get("kind", ""), kind)
        for one in found
        if isinstance(one, Mapping)
    )


def home(item: Item) -> str:
    """Return the namespace that Argo CD itself lives in, as far as a project tells."""
    return item.namespace or "argocd"


def source_namespaces(item: Item) -> list[str]:
    """Return the globs of the namespaces whose Applications may use a project."""
    return texts(item.body, "spec", "sourceNamespaces")
