"""How far a namespace's trust reaches: a tenant's own, one that others use too, or the control plane's.

What may be bound in a tenant's own namespace may be fatal in ``kube-system``, where every controller has an account.
"""

from collections.abc import Mapping
from typing import Any

from generator.finding import REACHES

CONTROL_PLANE, SHARED, TENANT = REACHES

#: The label by which a namespace says that it is ``control-plane`` or ``shared``, whatever it is called.
LABEL = "tenantry.dev/reach"

#: Namespaces whose accounts act for the whole cluster, under the names that their makers give them.
NAMESPACES = frozenset(
    {
        "argo-events",
        "argocd",
        "auth",
        "calico-system",
        "capsule-system",
        "cattle-system",
        "cert-manager",
        "crossplane-system",
        "external-secrets",
        "flux-system",
        "gatekeeper-system",
        "gpu-operator",
        "hnc-system",
        "istio-system",
        "kserve",
        "kubeflow",
        "kubeflow-system",
        "kueue-system",
        "kyverno",
        "linkerd",
        "metallb-system",
        "monitoring",
        "open-cluster-management",
        "openshift-operators",
        "sealed-secrets",
        "tekton-pipelines",
        "tigera-operator",
        "vault",
        "velero",
        "volcano-system",
    }
)
_PREFIXES = ("kube-", "openshift-")


def of(namespace: str, labels: Mapping[str, Any], tenant: str, *, tenants_known: bool) -> str:
    """Return one of ``REACHES``; the empty namespace is the whole cluster.

    *tenant* is the one that the namespace says it belongs to, if any. Where no namespace says that (``tenants_known``),
    as in most foreign manifests, each is taken for one of its users' own unless it is known to be the control plane's.
    """
    if not namespace or namespace in NAMESPACES or namespace.startswith(_PREFIXES):
        return CONTROL_PLANE
    if labels.get(LABEL) in (CONTROL_PLANE, SHARED):
        return str(labels[LABEL])
    return TENANT if tenant or not tenants_known else SHARED
