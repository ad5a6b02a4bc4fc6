"""What several namespaces share by a quota that is counted over all of them, and what each was promised of it.

HNC's HierarchicalResourceQuota holds for a namespace and all below it; what a child has is what its own such quota
says, else its ResourceQuotas and what its children have. OpenShift's ClusterResourceQuota and Capsule's
GlobalResourceQuota hold for the namespaces that a selector chooses.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.kubernetes.quantity import ZERO, Quantity
from generator.rules.quotas import HIERARCHICAL, SHARED, Quota, amounts, by_namespace, quotas
from generator.rules.scene import Scene, inside
from generator.rules.trees import walk

Amounts = Mapping[str, Quantity]


class Pool(Struct, frozen=True):
    """A shared quota, and what each part of it was promised, by what the part is called."""

    quota: Quota
    promised: Mapping[str, Amounts]


def pools(scene: Scene) -> Iterator[Pool]:
    """Yield all shared quotas with what they are shared among."""
    shared = [one for one in scene.answer(quotas) if one.kind in SHARED]
    trees: dict[str, list[Quota]] = defaultdict(list)
    for quota in shared:
        if quota.kind == HIERARCHICAL:
            trees[quota.item.namespace].append(quota)
    if trees:
        yield from _of_trees(scene, trees)
    chosen = [quota for quota in shared if quota.kind != HIERARCHICAL]
    if chosen:
        yield from _of_selectors(scene, chosen)


def _of_trees(scene: Scene, trees: Mapping[str, list[Quota]]) -> Iterator[Pool]:
    """Go through the trees from their leaves up; each namespace is looked at once."""
    below: dict[str, dict[str, Amounts]] = defaultdict(dict)
    trail: list[str] = []
    for name, entered in walk(scene):
        if entered:
            trail.append(name)
            continue
        trail.pop()
        own = _has(scene, name)
        parts = {**below.pop(name, {}), **({f"{name} itself": own} if own else {})}
        for quota in trees.get(name, ()):
            yield Pool(quota, parts)
        if trail:
            below[trail[-1]][name] = _least(trees[name]) if name in trees else summed(parts.values())


def _of_selectors(scene: Scene, chosen: Iterable[Quota]) -> Iterator[Pool]:
    spaces = [(name, item) for name, item in scene.namespaces if name in scene.answer(by_namespace)]
    by_pair: dict[tuple[str, str], list[str]] = defaultdict(list)
    labels = {name: inside(item.body, "metadata", "labels") for name, item in spaces}
    for name, some in labels.items():
        for key, text in some.items():
            by_pair[str(key), str(text)].append(name)
    for quota in chosen:
        members: dict[str, Amounts] = {}
        for wanted in _selectors(quota.item):
            pairs = sorted(wanted.items())
            first = min((by_pair.get(pair, []) for pair in pairs), key=len, default=[])
            members |= {
                name: _has(scene, name) for name in first if all(labels[name].get(key) == text for key, text in pairs)
            }
        yield Pool(quota, members)


def _selectors(item: Item) -> Iterator[Mapping[str, str]]:
    """Yield the labels that namespaces are chosen by; who chooses by anything else is not asked about."""
    spec = inside(item.body, "spec")
    several = spec.get("namespaceSelectors")
    for one in several if isinstance(several, list) else [inside(spec, "selector", "labels")]:
        if not inside(one).get("matchExpressions") and not inside(spec, "selector").get("annotations"):
            yield {str(key): str(text) for key, text in inside(one, "matchLabels").items()}


def _has(scene: Scene, namespace: str) -> Amounts:
    """Return what the ResourceQuotas of a namespace give it: of each key, the least."""
    return _least([one for one in scene.answer(by_namespace).get(namespace, ()) if not one.scopes])


def _least(some: Iterable[Quota]) -> dict[str, Quantity]:
    found: dict[str, Quantity] = {}
    for quota in some:
        for key, amount in amounts(quota.hard):
            found[key] = min(found.get(key, amount), amount)
    return found


def summed(parts: Iterable[Mapping[str, Any]]) -> dict[str, Quantity]:
    """Return what several have together."""
    found: dict[str, Quantity] = {}
    for part in parts:
        for key, amount in part.items():
            found[key] = found.get(key, ZERO) + amount
    return found
