"""No object of Kueue has one of ``settings``.

``malformed``: what Kueue or the API server refuses, by its schema and by the rules of its webhooks. ``old-version``: an
API version before v1beta2, which is deprecated. ``missing-flavor``, ``missing-topology``, ``missing-queue``: a name of
what is not there, so that nothing starts. ``missing-cohort``: a cohort that no object describes, which Kueue takes for
one without quota and limits. ``circle``: cohorts above one another in a circle, which stops all queues below.
``unlisted``: a queue that has a flavor and not all resources that its cohort has of it, which it can never borrow.
``open-selector``: a queue that takes jobs of namespaces by anything but their own names, where there are several queues
or tenants: whoever can label a namespace gets in. ``shut``: a LocalQueue of a namespace that its ClusterQueue takes no
jobs of. ``over-capacity``: nominal quotas of a flavor that are more in all than its annotation says there is.
``over-quota``: a queue that can use more, with what it may borrow, than the ResourceQuotas of its namespaces allow, so
that jobs are started and their pods refused.

Flavors and cohorts may come from elsewhere: where no manifest has a flavor at all, a missing one is likely and no more.
A quota with scopes bounds some pods only, and is left out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.kubernetes.quantity import ZERO, Quantity
from generator.kueue import API, GROUP, NAMESPACE_NAME, validation
from generator.kueue.quotas import Pair, caps
from generator.kueue.tree import Node
from generator.manifest import Manifest
from generator.problems import dotted
from generator.rules import clusterqueues
from generator.rules.clusterqueues import Queues, spec
from generator.rules.parameters import Words
from generator.rules.quotas import amount_of, by_namespace
from generator.rules.scene import Hit, Scene, inside
from generator.validation import validity

_KINDS = ("ClusterQueue", "Cohort", "LocalQueue", "ResourceFlavor", "Topology", "WorkloadPriorityClass")
#: So many parts of a sum are told, the largest first.
_SHOWN = 5

_Ask = Callable[[Scene, Queues], Iterator[Hit]]


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object of Kueue with each setting that it should not have."""
    found = scene.answer(clusterqueues.queues)
    for setting in parameters["settings"]:
        yield from _SETTINGS[setting](scene, found)


def _hit(item: Item, message: str, confidence: str = "certain") -> Hit:
    return Hit(
        f"{item.kind} {item.name} {message}",
        item.origin,
        namespace=item.namespace,
        kind=item.kind,
        name=item.name,
        confidence=confidence,
    )


# -- one object by itself


def _malformed(scene: Scene, _: Queues) -> Iterator[Hit]:
    judge = validity.for_version(scene.version)
    for kind in _KINDS:
        for item in scene.of_kind(GROUP, kind):
            body = {key: value for key, value in validation.modern(item.body).items() if key != "status"}
            label = f"{kind} {item.namespace}/{item.name}" if item.namespace else f"{kind} {item.name}"
            refused = [one.message.removeprefix(f"{label}: ") for one in judge.problems(Manifest(body, item.origin))]
            if not refused:
                refused = [f"{dotted(route)}: {message}" for route, message in validation.problems(body)]
            for message in refused:
                yield _hit(item, f"is refused: {message}")


def _old_version(scene: Scene, _: Queues) -> Iterator[Hit]:
    for kind in _KINDS:
        for item in scene.of_kind(GROUP, kind):
            if item.api_version != API:
                yield _hit(item, f"is of {item.api_version}, which Kueue drops; write {API}, and what it renames")


# -- names of what is not there


def _missing_flavor(_: Scene, found: Queues) -> Iterator[Hit]:
    confidence = "certain" if found.flavors else "likely"
    for item in (*found.cohorts.values(), *found.queues.values()):
        for name in clusterqueues.flavors_of(item):
            if name not in found.flavors:
                message = f"has a quota of flavor {name}, which is not there, so that nothing starts"
                yield _hit(item, message, confidence)


def _missing_topology(_: Scene, found: Queues) -> Iterator[Hit]:
    for item in found.flavors.values():
        name = spec(item).get("topologyName")
        if isinstance(name, str) and name and name not in found.topologies:
            message = f"names topology {name}, which is not there, so that nothing starts"
            yield _hit(item, message, "certain" if found.topologies else "likely")


def _missing_cohort(_: Scene, found: Queues) -> Iterator[Hit]:
    for node in found.tree.dangling:
        message = f"is in cohort {node.parent}, which is not there: Kueue takes one without quota and limits"
        yield _hit(found.item(node), message, "certain" if found.cohorts else "likely")


def _circle(_: Scene, found: Queues) -> Iterator[Hit]:
    for cycle in found.tree.cycles:
        message = f"is above itself: {' -> '.join(cycle)}; no queue below starts anything"
        yield _hit(found.cohorts[cycle[0]], message)


def _missing_queue(_: Scene, found: Queues) -> Iterator[Hit]:
    for item in found.local:
        name = spec(item).get("clusterQueue")
        if not name:
            yield _hit(item, "names no ClusterQueue, so that nothing leaves it")
        elif name not in found.queues:
            message = f"names ClusterQueue {name}, which is not there, so that nothing leaves it"
            yield _hit(item, message, "certain" if found.queues else "likely")


# -- whom a queue takes


def _open_selector(scene: Scene, found: Queues) -> Iterator[Hit]:
    if not (scene.tenants_known or scene.tenants or len(found.queues) > 1):
        return
    for item in found.queues.values():
        selector = spec(item).get("namespaceSelector")
        if isinstance(selector, Mapping) and not clusterqueues.names_namespaces(selector):
            everybody = not selector.get("matchLabels") and not selector.get("matchExpressions")
            whom = "jobs of every namespace" if everybody else "jobs of namespaces by labels that can be changed"
            yield _hit(item, f"takes {whom}; select {NAMESPACE_NAME}")


def _shut(scene: Scene, found: Queues) -> Iterator[Hit]:
    labels = {name: inside(item.body, "metadata", "labels") for name, item in scene.namespaces}
    for item in found.local:
        queue = found.queues.get(str(spec(item).get("clusterQueue")))
        if queue is None:
            continue
        selector = spec(queue).get("namespaceSelector")
        if not clusterqueues.selects(selector, item.namespace, labels.get(item.namespace, {})):
            known = item.namespace in labels or clusterqueues.names_namespaces(selector) or selector is None
            message = f"names ClusterQueue {queue.name}, which takes no jobs of namespace {item.namespace}"
            yield _hit(item, message, "certain" if known else "likely")


# -- amounts


def _unlisted(_: Scene, found: Queues) -> Iterator[Hit]:
    for name, item in found.queues.items():
        node = found.tree.queues[name]
        there = found.tree.listed.get(found.tree.roots.get(node.parent, ""), frozenset())
        own = {flavor for flavor, _ in node.quotas}
        for flavor, resource in sorted(there - node.quotas.keys()):
            if flavor in own:
                message = f"does not list {resource} of flavor {flavor}, so that it can never borrow any; list it"
                yield _hit(item, message)


def _over_capacity(_: Scene, found: Queues) -> Iterator[Hit]:
    for name, item in found.flavors.items():
        for resource, there in clusterqueues.capacity(item).items():
            total = found.tree.total.get((name, resource), ZERO)
            if total > there:
                parts = _parts(found, (name, resource))
                message = f"has {there} {resource}, and {total} of it is promised: {parts}"
                yield _hit(item, message)


def _parts(found: Queues, pair: Pair) -> str:
    nodes: list[Node] = [*found.tree.cohorts.values(), *found.tree.queues.values()]
    held = [(node.quotas[pair].nominal, node) for node in nodes if pair in node.quotas and node.quotas[pair].nominal]
    held.sort(key=lambda one: (-one[0].milli, one[1].name))
    shown = [f"{_kind(found, node)} {node.name} {amount}" for amount, node in held[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(held) - _SHOWN} more" if len(held) > _SHOWN else "")


def _kind(found: Queues, node: Node) -> str:
    return "ClusterQueue" if found.tree.queues.get(node.name) is node else "Cohort"


def _over_quota(scene: Scene, found: Queues) -> Iterator[Hit]:
    hard = _hard(scene)
    homes = clusterqueues.homes(found)
    for name, item in found.queues.items():
        namespaces = homes.get(name, [])
        most: dict[str, Quantity] = defaultdict(lambda: ZERO)
        for (_, resource), amount in found.tree.available(found.tree.queues[name]).items():
            most[resource] = most[resource] + amount
        for resource, amount in sorted(most.items()):
            allowed = [caps(resource, hard.get(namespace, {})) for namespace in namespaces]
            if not namespaces or None in allowed:
                continue
            cap = sum((one for one in allowed if one is not None), ZERO)
            if amount > cap:
                message = (
                    f"can use {amount} {resource} with what it may borrow, and the quotas of {', '.join(namespaces)} "
                    f"allow {cap}: jobs are started and their pods refused"
                )
                yield _hit(item, message)


def _hard(scene: Scene) -> Mapping[str, Mapping[str, Quantity]]:
    """Return what the ResourceQuotas without scopes of each namespace allow, the least of several."""
    found: dict[str, dict[str, Quantity]] = {}
    for namespace, quotas in scene.answer(by_namespace).items():
        least: dict[str, Quantity] = {}
        for quota in quotas:
            for key, value in quota.hard.items() if not quota.scopes else ():
                amount = amount_of(value)
                if amount is not None:
                    least[key] = min(least.get(key, amount), amount)
        found[namespace] = least
    return found


_SETTINGS: Mapping[str, _Ask] = {
    "malformed": _malformed,
    "old-version": _old_version,
    "missing-flavor": _missing_flavor,
    "missing-topology": _missing_topology,
    "missing-cohort": _missing_cohort,
    "missing-queue": _missing_queue,
    "circle": _circle,
    "unlisted": _unlisted,
    "open-selector": _open_selector,
    "shut": _shut,
    "over-capacity": _over_capacity,
    "over-quota": _over_quota,
}
PARAMETERS = {"settings": Words(tuple(_SETTINGS))}
