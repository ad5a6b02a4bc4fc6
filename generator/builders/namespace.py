"""Namespaces, with the labels that Pod Security, Istio and the tenant's own isolation go by."""

from collections.abc import Iterator, Mapping

from generator.hierarchy import HNC_DOMAIN, OWN_DOMAIN
from generator.kueue.jobs import MANAGED_LABEL
from generator.lifecycle import LABEL, OFFBOARDING
from generator.manifest import Manifest
from generator.placement import Namespace, Placement

#: What keeps a namespace when its file disappears from git. Both engines read it from the live object, so it is
#: lifted (by ``lifecycle: offboarding``) in a commit of its own, before the file goes.
_KEEP: Mapping[str, Mapping[str, str]] = {
    "flux": {"kustomize.toolkit.fluxcd.io/prune": "disabled"},
    "argocd": {"argocd.argoproj.io/sync-options": "Delete=confirm,Prune=confirm"},
}


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the tenant's namespaces."""
    for namespace in placement.namespaces:
        metadata = {"name": namespace.name, "labels": _labels(placement, namespace)}
        annotations = _annotations(placement, namespace)
        if annotations:
            metadata["annotations"] = annotations
        yield Manifest({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}, namespace.spec.origin)


def _labels(placement: Placement, namespace: Namespace) -> dict[str, str]:
    labels = {
        **placement.labels,
        **namespace.labels,
        **_pod_security(placement, namespace),
        **_tree(placement, namespace),
    }
    if placement.tenant.parent is not None:
        labels["tenantry.dev/parent"] = placement.tenant.parent
    labels[LABEL] = namespace.lifecycle
    if placement.queued:
        labels[MANAGED_LABEL] = "true"
    if "istio" in placement.cluster.addons:
        labels["istio-injection"] = "enabled"
    elif "istio-ambient" in placement.cluster.addons:
        labels["istio.io/dataplane-mode"] = "ambient"
    return dict(sorted(labels.items()))


def _tree(placement: Placement, namespace: Namespace) -> dict[str, str]:
    """Say how far below each tenant of its line a namespace is, so that selectors find all that is below one.

    In HNC's domain it is the namespaces that have a depth: there the namespace itself is at 0 and its tenant above it,
    unless they have one name.
    """
    line = placement.line
    labels = {f"{name}.tree.{OWN_DOMAIN}/depth": str(depth) for depth, name in enumerate(line)}
    if line and placement.platform.hierarchy.hnc_labels:
        whole = line if namespace.name == line[0] else (namespace.name, *line)
        labels |= {f"{name}.tree.{HNC_DOMAIN}/depth": str(depth) for depth, name in enumerate(whole)}
    return labels


def _pod_security(placement: Placement, namespace: Namespace) -> dict[str, str]:
    """Pin each level's version: an upgrade of the cluster must not change who is admitted without a commit."""
    level = namespace.pod_security
    version = level.version or f"v{placement.cluster.version}"
    labels = {}
    for mode, value in (("enforce", level.enforce), ("audit", level.audit), ("warn", level.warn)):
        labels[f"pod-security.kubernetes.io/{mode}"] = value
        labels[f"pod-security.kubernetes.io/{mode}-version"] = version
    return labels


def _annotations(placement: Placement, namespace: Namespace) -> dict[str, str]:
    annotations = dict(namespace.annotations)
    if placement.cluster.engine is not None and namespace.lifecycle != OFFBOARDING:
        annotations.update(_KEEP[placement.cluster.engine])
    return dict(sorted(annotations.items()))
