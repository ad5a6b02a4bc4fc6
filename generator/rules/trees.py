"""The trees of namespaces that manifests describe, as HNC and accurate read them.

A namespace has one parent. Who says so: its own HierarchyConfiguration; what asks for it as a child (a
SubnamespaceAnchor of HNC, a SubNamespace of accurate), which lives in the parent; and labels and annotations that these
leave on it. Where several say something, the first of these counts here, and all can be asked for. HNC's labels on a
namespace of a tenant are for selectors: they name tenants, of which many are no namespaces, and nobody's parent.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from generator.access.lists import Item
from generator.manifest import TENANT_LABEL
from generator.rules.scene import Scene, inside

HNC = "hnc.x-k8s.io"
CONFIGURATION = (HNC, "HierarchyConfiguration")
#: What asks for a namespace of its own name, below the one that it lives in.
ANCHORS = ((HNC, "SubnamespaceAnchor"), ("accurate.cybozu.com", "SubNamespace"))

_ANNOTATION = "hnc.x-k8s.io/subnamespace-of"
_LABEL = "accurate.cybozu.com/parent"
_DEPTH = ".tree.hnc.x-k8s.io/depth"


class Claim(Struct, frozen=True):
    """Whose child a namespace is, and what says so."""

    parent: str
    item: Item
    by: str


def claims(scene: Scene) -> Mapping[str, tuple[Claim, ...]]:
    """Return what is said of the parent of each namespace, what counts most first. Ask by :meth:`Scene.answer`."""
    found: dict[str, list[Claim]] = defaultdict(list)
    for item in scene.of_kind(*CONFIGURATION):
        parent = inside(item.body, "spec").get("parent")
        if isinstance(parent, str) and parent:
            found[item.namespace].append(Claim(parent, item, item.kind))
    for kind in ANCHORS:
        for item in scene.of_kind(*kind):
            if item.namespace and item.name:
                found[item.name].append(Claim(item.namespace, item, item.kind))
    for name, item in scene.namespaces:
        found[name] += _labelled(item)
    return {name: tuple(some) for name, some in found.items() if some}


def _labelled(item: Item) -> Iterator[Claim]:
    metadata = inside(item.body, "metadata")
    annotations, labels = inside(metadata, "annotations"), inside(metadata, "labels")
    for values, key in ((annotations, _ANNOTATION), (labels, _LABEL)):
        if isinstance(parent := values.get(key), str) and parent:
            yield Claim(parent, item, key)
    for key, depth in labels.items() if TENANT_LABEL not in labels else ():
        if depth == "1" and isinstance(key, str) and key.endswith(_DEPTH):
            yield Claim(key.removesuffix(_DEPTH), item, key)


def parents(scene: Scene) -> Mapping[str, Claim]:
    """Return the parent of each namespace that has one. Ask by :meth:`Scene.answer`."""
    return {name: some[0] for name, some in scene.answer(claims).items()}


def children(scene: Scene) -> Mapping[str, tuple[str, ...]]:
    """Return the children of each namespace that has any, by name. Ask by :meth:`Scene.answer`."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, claim in sorted(scene.answer(parents).items()):
        found[claim.parent].append(name)
    return {parent: tuple(names) for parent, names in found.items()}


def cycles(scene: Scene) -> tuple[tuple[str, ...], ...]:
    """Return the circles, each from the first of its names, every namespace before its parent."""
    above = scene.answer(parents)
    seen: set[str] = set()
    found = []
    for start in sorted(above):
        trail: dict[str, int] = {}
        name = start
        while name in above and name not in seen:
            seen.add(name)
            trail[name] = len(trail)
            name = above[name].parent
        if name in trail:
            found.append(tuple(trail)[trail[name] :])
    return tuple(found)


def walk(scene: Scene) -> Iterator[tuple[str, bool]]:
    """Yield the namespaces of all trees from their roots down, each when it is entered and when it is left.

    What is in a circle, or below one, has no root and is left out.
    """
    above, below = scene.answer(parents), scene.answer(children)
    for root in sorted(below.keys() - above.keys()):
        ahead = [(root, True)]
        while ahead:
            name, entered = ahead.pop()
            yield name, entered
            if entered:
                ahead.append((name, False))
                ahead += [(child, True) for child in reversed(below.get(name, ()))]
