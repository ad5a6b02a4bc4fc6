"""The kinds of what we render, whether or not anybody has one now: what is there no more has still to be deleted."""

from collections.abc import Collection

from generator.sync.needs import Kind

_RBAC = "rbac.authorization.k8s.io"

#: What tenants can have on any cluster.
_KINDS: tuple[Kind, ...] = (
    *(("v1", kind) for kind in ("ConfigMap", "LimitRange", "Namespace", "ResourceQuota", "ServiceAccount")),
    *((f"{_RBAC}/v1", kind) for kind in ("Role", "RoleBinding")),
    ("networking.k8s.io/v1", "NetworkPolicy"),
)
_MESH: tuple[Kind, ...] = (
    ("security.istio.io/v1", "AuthorizationPolicy"),
    ("security.istio.io/v1", "PeerAuthentication"),
)
_OF_ADDONS: dict[str, tuple[Kind, ...]] = {
    "ack-eks": (("eks.services.k8s.aws/v1alpha1", "PodIdentityAssociation"),),
    "azure-service-operator": (("managedidentity.azure.com/v1api20230131", "FederatedIdentityCredential"),),
    "config-connector": (("iam.cnrm.cloud.google.com/v1beta1", "IAMPolicyMember"),),
    "crossplane-aws": (("eks.aws.upbound.io/v1beta1", "PodIdentityAssociation"),),
    "external-secrets": (("external-secrets.io/v1", "ExternalSecret"), ("external-secrets.io/v1", "SecretStore")),
    "istio": _MESH,
    "istio-ambient": _MESH,
    "kueue": tuple(("kueue.x-k8s.io/v1beta2", kind) for kind in ("ClusterQueue", "Cohort", "LocalQueue")),
    "sealed-secrets": (("bitnami.com/v1alpha1", "SealedSecret"),),
}
#: What tenants share on any cluster.
_COMMON: tuple[Kind, ...] = (
    *((f"{_RBAC}/v1", kind) for kind in ("ClusterRole", "ClusterRoleBinding")),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    *(("admissionregistration.k8s.io/v1", f"ValidatingAdmissionPolicy{suffix}") for suffix in ("", "Binding")),
)
_COMMON_OF_KUEUE = tuple(
    ("kueue.x-k8s.io/v1beta2", kind) for kind in ("Cohort", "ResourceFlavor", "Topology", "WorkloadPriorityClass")
)


def of_tenants(addons: Collection[str]) -> tuple[Kind, ...]:
    """Return the kinds that tenants can have on a cluster with these add-ons."""
    return (*_KINDS, *(kind for addon in sorted(_OF_ADDONS.keys() & set(addons)) for kind in _OF_ADDONS[addon]))


def of_common(addons: Collection[str]) -> tuple[Kind, ...]:
    """Return the kinds that tenants can share on a cluster with these add-ons."""
    return _COMMON + (_COMMON_OF_KUEUE if "kueue" in addons else ())
