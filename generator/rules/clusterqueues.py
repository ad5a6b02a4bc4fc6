"""Kueue's objects among manifests: flavors, the tree of cohorts, and who is let into which queue.

Objects of the older API versions are read as what they are called today. What a namespace is not known to be is left
open: one that no manifest declares has the label of its own name and no other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.kubernetes.quantity import Quantity
from generator.kueue import CAPACITY, GROUP, NAMESPACE_NAME
from generator.kueue.quotas import amount, of
from generator.kueue.tree import Node, Tree
from generator.kueue.validation import modern
from generator.rules.scene import Scene, inside


class Queues(Struct, frozen=True):
    """All that there is of Kueue on a cluster, by name."""

    cohorts: Mapping[str, Item]
    queues: Mapping[str, Item]
    flavors: Mapping[str, Item]
    topologies: Mapping[str, Item]
    local: tuple[Item, ...]
    tree: Tree

    def item(self, node: Node) -> Item:
        """Return the object that a node of the tree stands for."""
        is_queue = self.tree.queues.get(node.name) is node
        return (self.queues if is_queue else self.cohorts)[node.name]


def queues(scene: Scene) -> Queues:
    """Bring together what there is of Kueue. Ask by :meth:`Scene.answer`."""
    cohorts, clusterqueues, flavors, topologies = (
        _by_name(scene.of_kind(GROUP, kind)) for kind in ("Cohort", "ClusterQueue", "ResourceFlavor", "Topology")
    )
    tree = Tree(
        [_node(name, item, "parentName") for name, item in cohorts.items()],
        [_node(name, item, "cohortName") for name, item in clusterqueues.items()],
    )
    return Queues(cohorts, clusterqueues, flavors, topologies, tuple(scene.of_kind(GROUP, "LocalQueue")), tree)


def _by_name(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(item.name, item)
    return found


def spec(item: Item) -> Mapping[str, Any]:
    """Return the spec of an object of Kueue as it is called today."""
    return inside(modern(item.body), "spec")


def _node(name: str, item: Item, parent: str) -> Node:
    given = spec(item)
    above = given.get(parent)
    return Node(name, above if isinstance(above, str) else "", of(given))


def flavors_of(item: Item) -> Iterator[str]:
    """Yield the flavors that a queue or a cohort has quotas of."""
    return iter(dict.fromkeys(flavor for flavor, _ in of(spec(item))))


def capacity(item: Item) -> Mapping[str, Quantity]:
    """Return what a flavor says that its nodes have."""
    written = inside(item.body, "metadata", "annotations").get(CAPACITY)
    pairs = [pair.partition("=") for pair in (written.split(",") if isinstance(written, str) else ())]
    read = ((name.strip(), amount(value.strip())) for name, _, value in pairs)
    return {name: value for name, value in read if name and value is not None}


def homes(found: Queues) -> Mapping[str, list[str]]:
    """Return the namespaces that have a way into each queue."""
    named: dict[str, dict[str, None]] = defaultdict(dict)
    for item in found.local:
        target = spec(item).get("clusterQueue")
        if isinstance(target, str):
            named[target][item.namespace] = None
    return {name: list(some) for name, some in named.items()}


def selects(selector: object, namespace: str, labels: Mapping[str, Any]) -> bool:
    """Tell whether a queue takes jobs of a namespace; no selector selects nothing, and an empty one everything."""
    if not isinstance(selector, Mapping):
        return False
    held = {**labels, NAMESPACE_NAME: namespace}
    if any(held.get(key) != value for key, value in inside(selector, "matchLabels").items()):
        return False
    expressions = selector.get("matchExpressions")
    return all(_holds(one, held) for one in (expressions if isinstance(expressions, list) else ()))


def _holds(one: object, labels: Mapping[str, Any]) -> bool:
    given = inside(one)
    key, operator, values = given.get("key"), given.get("operator"), given.get("values")
    there = isinstance(key, str) and key in labels
    if operator in {"Exists", "DoesNotExist"}:
        return there is (operator == "Exists")
    listed = there and isinstance(values, list) and labels[str(key)] in values
    return listed is (operator == "In")


def names_namespaces(selector: object) -> bool:
    """Tell whether a selector lets in namespaces by their own names alone."""
    given = inside(selector)
    if given.get("matchLabels") and NAMESPACE_NAME in inside(given, "matchLabels"):
        return True
    expressions = given.get("matchExpressions")
    return any(
        inside(one).get("key") == NAMESPACE_NAME and inside(one).get("operator") == "In"
        for one in (expressions if isinstance(expressions, list) else ())
    )
