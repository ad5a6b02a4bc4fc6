"""The labels of a namespace, by which Pod Security, Istio, the tenant's isolation and selectors go."""

from collections.abc import Mapping

from generator.kueue.jobs import MANAGED_LABEL
from generator.placement.placement import Namespace, Placement
from generator.spec.hierarchy import HNC_DOMAIN, OWN_DOMAIN
from generator.spec.lifecycle import LABEL


def of(placement: Placement, namespace: Namespace) -> dict[str, str]:
    """Return all labels of a namespace, in the order in which they are written."""
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


def seen(placement: Placement, namespace: Namespace) -> Mapping[str, str]:
    """Return the labels that a selector sees, with those that the API server and HNC add."""
    return of(placement, namespace) | _hnc(placement, namespace) | {"kubernetes.io/metadata.name": namespace.name}


def line(placement: Placement, namespace: Namespace) -> tuple[str, ...]:
    """Return what HNC would take a namespace to be below, itself first: then its tenant, unless they have one name."""
    names = placement.line
    return names if names[:1] == (namespace.name,) else (namespace.name, *names)


def _tree(placement: Placement, namespace: Namespace) -> dict[str, str]:
    """Say how far below each tenant of its line a namespace is.

    Where HNC runs, its labels are its own to write: it removes others, and the sync engine would bring them back.
    """
    labels = {f"{name}.tree.{OWN_DOMAIN}/depth": str(depth) for depth, name in enumerate(placement.line)}
    return labels if "hnc" in placement.cluster.addons else labels | _hnc(placement, namespace)


def _hnc(placement: Placement, namespace: Namespace) -> dict[str, str]:
    """Say the same in HNC's domain, in which the namespace itself is the lowest."""
    if not (placement.line and placement.platform.hierarchy.hnc_labels):
        return {}
    return {f"{name}.tree.{HNC_DOMAIN}/depth": str(depth) for depth, name in enumerate(line(placement, namespace))}


def _pod_security(placement: Placement, namespace: Namespace) -> dict[str, str]:
    """Pin each level's version: an upgrade of the cluster must not change who is admitted without a commit."""
    level = namespace.pod_security
    version = level.version or f"v{placement.cluster.version}"
    labels = {}
    for mode, value in (("enforce", level.enforce), ("audit", level.audit), ("warn", level.warn)):
        labels[f"pod-security.kubernetes.io/{mode}"] = value
        labels[f"pod-security.kubernetes.io/{mode}-version"] = version
    return labels
