"""No folder that an Application of Argo CD applies holds one of ``cases``, as far as it is among the files read.

``kustomization-in-directory``: there is a kustomization.yaml where the Application asks for a directory, or below one
that it looks through; the first is an error, the second is sent to the cluster, which knows no such kind. ``shared``:
two Applications apply the same object to the same cluster, where each undoes and deletes what the other has applied.
``FailOnSharedResource=true`` stops the second, which is told all the same: it never syncs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.checkout import KUSTOMIZATIONS
from generator.kubernetes import kinds
from generator.rules import bundles
from generator.rules.bundles import Build
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import hit, path, shown

#: The address of the cluster that Argo CD runs in, which it calls in-cluster.
_HERE = "https://kubernetes.default.svc"
#: So many objects of a folder are told of at most.
_SHOWN = 4


def _kustomization_in_directory(scene: Scene) -> Iterator[Hit]:
    for item, build in bundles.of_argo(scene):
        if any("directory" in source for source in bundles.sources(item)):
            found = [one.path for one in build.files if one.path.rpartition("/")[2] in KUSTOMIZATIONS]
            if found:
                yield hit(item, f"applies a directory as it is, though there is {shown(found)}")


def _shared(scene: Scene) -> Iterator[Hit]:
    first: dict[tuple[str, ...], tuple[Item, str]] = {}
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    items: dict[str, Item] = {}
    whole: dict[tuple[int, str, str], Item] = {}
    for item, build in bundles.of_argo(scene):
        cluster, home = _destination(item)
        items[path(item)] = item
        same = whole.setdefault((id(build), cluster, home), item)
        if same is not item:  # the very same folder: its objects need not be gone through again
            pairs[path(item), path(same)] += [f"{one.item.kind} {one.item.name}" for one in build.applied[:_SHOWN]]
            continue
        for key, name in _objects(build, cluster, home):
            owner, _ = first.setdefault(key, (item, name))
            if owner is not item:
                pairs[path(item), path(owner)].append(name)
    for (own, other), names in sorted(pairs.items()):
        if names and own != other:  # the same one, of two clusters that have an Argo CD each
            yield hit(items[own], f"applies what Application {other} applies too: {shown(names)}")


def _objects(build: Build, cluster: str, home: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for item, moved in build.applied:
        group, _, _ = item.api_version.rpartition("/")
        lives = kinds.namespaced(item.api_version, item.kind)
        where = "" if lives is False else moved or item.namespace or home
        if item.name:
            yield (cluster, group, item.kind, where, item.name), f"{item.kind} {item.name}"


def _destination(item: Item) -> tuple[str, str]:
    to = inside(item.body, "spec", "destination")
    server = to.get("server")
    return "in-cluster" if server == _HERE else str(server or to.get("name")), str(to.get("namespace") or "")


_CASES: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "kustomization-in-directory": _kustomization_in_directory,
    "shared": _shared,
}

PARAMETERS = {"cases": Words(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Application that applies what it should not."""
    for case in parameters["cases"]:
        yield from _CASES[case](scene)
