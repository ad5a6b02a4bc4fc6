"""Namespaces, with their labels, and what keeps them."""

from collections.abc import Iterator, Mapping

from generator.manifest import Manifest
from generator.placement import namespacelabels
from generator.placement.placement import Namespace, Placement
from generator.spec.lifecycle import OFFBOARDING

#: What keeps a namespace when its file disappears from git. Both engines read it from the live object, so it is
#: lifted (by ``lifecycle: offboarding``) in a commit of its own, before the file goes.
_KEEP: Mapping[str, Mapping[str, str]] = {
    "flux": {"kustomize.toolkit.fluxcd.io/prune": "disabled"},
    "argocd": {"argocd.argoproj.io/sync-options": "Delete=confirm,Prune=confirm"},
}


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the tenant's namespaces."""
    for namespace in placement.namespaces:
        metadata = {"name": namespace.name, "labels": namespacelabels.of(placement, namespace)}
        annotations = _annotations(placement, namespace)
        if annotations:
            metadata["annotations"] = annotations
        yield Manifest({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}, namespace.spec.origin)


def _annotations(placement: Placement, namespace: Namespace) -> dict[str, str]:
    annotations = dict(namespace.annotations)
    if placement.cluster.engine is not None and namespace.lifecycle != OFFBOARDING:
        annotations.update(_KEEP[placement.cluster.engine])
    return dict(sorted(annotations.items()))
