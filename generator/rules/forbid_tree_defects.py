"""No tree of namespaces has one of ``defects``, in what HNC and accurate are asked for.

``cycle``: a namespace is below itself; HNC then halts all that are in the circle. ``missing-parent``: the parent is
neither among the manifests nor one that every cluster has; HNC halts the whole tree below. ``two-parents``: what is
said of a namespace names several. ``weaker-level``: a namespace enforces less of Pod Security than its parent does.
``managed-label``: a namespace, or HNC's settings for it, give a label that one above it manages with another value; the
one above wins, and nobody is told.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.podsecurity import ENFORCE, LEVELS
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.trees import ANCHORS, CONFIGURATION, Claim, claims, cycles, parents, walk

#: Namespaces that every cluster has.
_OWN = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})


def _circles(scene: Scene) -> Iterator[Hit]:
    for circle in scene.answer(cycles):
        claim = scene.answer(parents)[circle[0]]
        said = " is below ".join((*circle, circle[0]))
        yield _hit(claim, circle[0], f"the tree of namespaces has a circle: {said}")


def _orphans(scene: Scene) -> Iterator[Hit]:
    declared = {name for name, _ in scene.namespaces} | {item.name for kind in ANCHORS for item in scene.of_kind(*kind)}
    for name, claim in sorted(scene.answer(parents).items()):
        if declared and claim.parent not in declared and claim.parent not in _OWN:
            yield _hit(claim, name, f"namespace {name} is below {claim.parent}, which is not among the manifests")


def _disputed(scene: Scene) -> Iterator[Hit]:
    for name, said in sorted(scene.answer(claims).items()):
        named = {claim.parent: claim for claim in reversed(said)}
        if len(named) > 1:
            ways = " and ".join(f"{parent} ({claim.by})" for parent, claim in sorted(named.items()))
            yield _hit(said[0], name, f"namespace {name} is below several others at once: {ways}")


def _weaker(scene: Scene) -> Iterator[Hit]:
    for name, claim in sorted(scene.answer(parents).items()):
        if not (scene.declares(name) and scene.declares(claim.parent)):
            continue
        own, above = (scene.label(one, ENFORCE) or LEVELS[0] for one in (name, claim.parent))
        if own in LEVELS and above in LEVELS and LEVELS.index(own) < LEVELS.index(above):
            yield _hit(claim, name, f"namespace {name} enforces {own}, and {claim.parent} above it enforces {above}")


def _overruled(scene: Scene) -> Iterator[Hit]:
    """Go through the trees once, with the labels that are managed on the way down; the topmost one wins."""
    managed, items = _managed(scene)
    spaces = dict(scene.namespaces)
    active: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, entered in walk(scene):
        own = managed.get(name, {})
        if not entered:
            for key in own:
                active[key].pop()
            continue
        for item, labels in _given(name, own, items, spaces):
            for key, text in labels.items():
                if active.get(key) and active[key][0][0] != text:
                    value, above = active[key][0]
                    said = f"label {key} of namespace {name} is to be {text!r}, and {above} above it manages {value!r}"
                    yield _of(item, name, said)
        for key, text in own.items():
            active[key].append((text, name))


def _managed(scene: Scene) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, Item]]:
    """Return the labels that HNC manages from each namespace down, and what says so."""
    found: dict[str, dict[str, str]] = {}
    items: dict[str, Item] = {}
    for item in scene.of_kind(*CONFIGURATION):
        labels = _pairs(inside(item.body, "spec").get("labels"))
        if labels:
            found[item.namespace], items[item.namespace] = labels, item
    for item in scene.of_kind(*ANCHORS[0]):
        labels = _pairs(inside(item.body, "spec").get("labels"))
        if labels:
            found[item.name], items[item.name] = {**labels, **found.get(item.name, {})}, item
    return found, items


def _given(
    name: str, own: Mapping[str, str], items: Mapping[str, Item], spaces: Mapping[str, Item]
) -> Iterator[tuple[Item, Mapping[str, str]]]:
    if own:
        yield items[name], own
    if name in spaces:
        labels = inside(spaces[name].body, "metadata", "labels")
        yield spaces[name], {key: text for key, text in labels.items() if isinstance(text, str) and key not in own}


def _pairs(value: object) -> dict[str, str]:
    pairs = [(inside(one).get("key"), inside(one).get("value")) for one in value] if isinstance(value, list) else []
    return {key: text for key, text in pairs if isinstance(key, str) and isinstance(text, str)}


_DEFECTS: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "cycle": _circles,
    "missing-parent": _orphans,
    "two-parents": _disputed,
    "weaker-level": _weaker,
    "managed-label": _overruled,
}
PARAMETERS = {"defects": Words(tuple(_DEFECTS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield what is wrong with the trees of namespaces."""
    for defect in parameters["defects"] if scene.answer(parents) else ():
        yield from _DEFECTS[defect](scene)


def _hit(claim: Claim, namespace: str, message: str) -> Hit:
    return _of(claim.item, namespace, message)


def _of(item: Item, namespace: str, message: str) -> Hit:
    return Hit(message, item.origin, namespace=namespace, kind=item.kind, name=item.name)
