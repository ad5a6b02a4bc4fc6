"""No Kustomization or HelmRelease of Flux waits for what never becomes ready, by its ``dependsOn``.

``circle``: some wait for one another. ``missing``: one waits for another that is not there; it may be in the cluster,
or come from another repository, so that this is likely and no more. An object that names no namespace is put into one
later, and is found by its name in any.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.circles import circles
from generator.access.lists import Item
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene
from generator.rules.syncs import HELM, KUSTOMIZE, hit, mappings, shown

PARAMETERS = {"cases": Words(("circle", "missing"))}

#: Namespace, name.
_Key = tuple[str, str]
_KINDS = ((KUSTOMIZE, "Kustomization"), (HELM, "HelmRelease"))


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each circle once, and each object that waits for what is not there."""
    for group, kind in _KINDS:
        items: dict[_Key, list[Item]] = defaultdict(list)  # several clusters may have one of a name
        for item in scene.of_kind(group, kind):
            if item.name:
                items[item.namespace, item.name].append(item)
        edges = {key: [one for item in some for one in _awaited(item)] for key, some in items.items()}
        if not any(edges.values()):
            continue
        if "circle" in parameters["cases"]:
            yield from _circles(items, edges)
        if "missing" in parameters["cases"]:
            yield from _missing(items)


def _awaited(item: Item) -> Iterator[_Key]:
    for one in mappings(item.body, "spec", "dependsOn"):
        namespace, name = one.get("namespace"), one.get("name")
        if isinstance(name, str):
            yield (namespace if isinstance(namespace, str) and namespace else item.namespace, name)


def _circles(items: Mapping[_Key, list[Item]], edges: Mapping[_Key, list[_Key]]) -> Iterator[Hit]:
    for part in circles(edges):
        first = min(part)
        if len(part) == 1 and first not in edges[first]:
            continue
        others = shown([f"{namespace}/{name}" for namespace, name in sorted(part)[1:]])
        yield hit(items[first][0], f"waits for itself, by way of {others}" if others else "waits for itself")


def _missing(items: Mapping[_Key, list[Item]]) -> Iterator[Hit]:
    names = {name for _, name in items}
    homeless = {name for namespace, name in items if not namespace}
    for item in (item for some in items.values() for item in some):
        for namespace, name in _awaited(item):
            known = name in names if not namespace else (namespace, name) in items or name in homeless
            if not known:
                where = f" of namespace {namespace}" if namespace else ""
                yield hit(item, f"waits for {item.kind} {name}{where}, which is not there", "likely")
