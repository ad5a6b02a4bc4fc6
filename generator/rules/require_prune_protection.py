"""No Namespace goes with its contents because a file did, where Flux or Argo CD (``engine``) applies its folder.

For Argo CD, ``argocd.argoproj.io/sync-options`` of the Namespace asks before it is pruned (``Prune=confirm``) and
before it is deleted with its Application (``Delete=confirm``), or forbids it (``false``). For Flux,
``kustomize.toolkit.fluxcd.io/prune: disabled`` keeps it; both look at the object in the cluster, so that it goes one
change after the annotation does. What does not prune by itself takes no Namespace away. One that says that it is on
its way out (``tenantry.dev/lifecycle: offboarding``) has lost its protection on purpose.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules import bundles
from generator.rules.parameters import Word
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import hit, path, texts

PARAMETERS = {"engine": Word(("flux", "argocd"))}

_OPTIONS = "argocd.argoproj.io/sync-options"
_PRUNE = "kustomize.toolkit.fluxcd.io/prune"
_LIFECYCLE = "tenantry.dev/lifecycle"
_FINALIZER = "resources-finalizer.argocd.argoproj.io"


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Namespace that goes without being asked about, once."""
    is_flux = parameters["engine"] == "flux"
    told: set[tuple[int, str]] = set()
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for applier, build in bundles.of_flux(scene) if is_flux else bundles.of_argo(scene):
        ways = _ways_of_flux(applier) if is_flux else tuple(_ways_of_argo(applier))
        if not ways or (id(build), ways) in seen:
            continue
        seen.add((id(build), ways))
        for space in build.spaces:
            lacking = [] if _is_leaving(space) else [way for way in ways if not _is_kept(space, way)]
            if lacking and (id(space), space.name) not in told:
                told.add((id(space), space.name))
                yield hit(space, f"goes with all in it when {applier.kind} {path(applier)} {_when(lacking)}")


def _ways_of_flux(item: Item) -> tuple[str, ...]:
    spec = inside(item.body, "spec")
    shared = inside(spec, "commonMetadata", "annotations").get(_PRUNE) == "disabled"
    return () if spec.get("prune") is not True or shared else ("prune",)


def _ways_of_argo(item: Item) -> Iterator[str]:
    if inside(item.body, "spec", "syncPolicy", "automated").get("prune") is True:
        yield "Prune"
    if _FINALIZER in texts(item.body, "metadata", "finalizers"):
        yield "Delete"


def _is_leaving(space: Item) -> bool:
    return inside(space.body, "metadata", "labels").get(_LIFECYCLE) == "offboarding"


def _is_kept(space: Item, way: str) -> bool:
    annotations = inside(space.body, "metadata", "annotations")
    if way == "prune":
        labels = inside(space.body, "metadata", "labels")
        return annotations.get(_PRUNE) == "disabled" or labels.get(_PRUNE) == "disabled"
    given = annotations.get(_OPTIONS)
    options = {one.strip() for one in given.split(",")} if isinstance(given, str) else set()
    return bool({f"{way}=confirm", f"{way}=false"} & options)


def _when(lacking: list[str]) -> str:
    said = {"prune": "no longer finds it", "Prune": "no longer finds it (Prune)", "Delete": "is deleted (Delete)"}
    return " or ".join(said[way] for way in lacking)
