"""What Kubernetes' resources are called, and which API group they are in, for what people type and what they write.

The source is the discovery of its API server (``api/discovery`` of kubernetes/kubernetes, up to 1.37), with what older
versions from 1.25 on had. RBAC is also asked about words that no discovery lists: those are here too.
"""

from collections.abc import Mapping
from functools import cache

from generator.kubernetes.objectcounts import BUILT_IN, GROUPS

#: Resources of Kubernetes that are in no namespace, and those that quotas do not count, by API group.
CLUSTER_SCOPED = {
    "": "componentstatuses namespaces nodes persistentvolumes",
    "admissionregistration.k8s.io": "mutatingadmissionpolicies mutatingadmissionpolicybindings "
    "mutatingwebhookconfigurations validatingadmissionpolicies validatingadmissionpolicybindings "
    "validatingwebhookconfigurations",
    "apiextensions.k8s.io": "customresourcedefinitions",
    "apiregistration.k8s.io": "apiservices",
    "authentication.k8s.io": "selfsubjectreviews tokenreviews",
    "authorization.k8s.io": "selfsubjectaccessreviews selfsubjectrulesreviews subjectaccessreviews",
    "certificates.k8s.io": "certificatesigningrequests clustertrustbundles signers",
    "flowcontrol.apiserver.k8s.io": "flowschemas prioritylevelconfigurations",
    "internal.apiserver.k8s.io": "storageversions",
    "networking.k8s.io": "clustercidrs ingressclasses ipaddresses servicecidrs",
    "node.k8s.io": "runtimeclasses",
    "policy": "podsecuritypolicies",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles",
    "resource.k8s.io": "deviceclasses devicetaintrules resourceclasses resourcepoolstatusrequests resourceslices",
    "scheduling.k8s.io": "priorityclasses",
    "storage.k8s.io": "csidrivers csinodes storageclasses volumeattachments volumeattributesclasses",
    "storagemigration.k8s.io": "storageversionmigrations",
}
_UNCOUNTED = {
    "": "bindings events",
    "authorization.k8s.io": "localsubjectaccessreviews",
    "events.k8s.io": "events",
    "resource.k8s.io": "podschedulingcontexts podschedulings resourceclaimparameters resourceclassparameters",
    "scheduling.k8s.io": "compositepodgroups",
}
#: Whom one may impersonate: resources that exist only in what RBAC is asked, never in a namespace.
IDENTITIES = {"": "groups users", "authentication.k8s.io": "groups nodes uids userextras users"}
#: Accounts live in a namespace, also where it is their impersonation that is asked about.
_ACCOUNTS = {"authentication.k8s.io": "serviceaccounts"}
#: What the group had up to 1.21; roles still list it for older clusters, Kubernetes' own among them.
_LEGACY = {
    "extensions": "daemonsets deployments ingresses networkpolicies podsecuritypolicies replicasets "
    "replicationcontrollers",
}

_STATUS = ("status",)
_SCALED = ("scale", "status")
#: The subresources of each resource that has any, by API group; among them what
#: the kubelet, the approval of certificates and the allocation of devices ask about.
_SUBRESOURCES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "": {
        "endpoints": ("restricted",),
        "namespaces": ("finalize", "status"),
        "nodes": (*("checkpoint", "configz", "healthz", "log", "metrics", "pods", "proxy", "spec", "stats", "status"),),
        "persistentvolumeclaims": _STATUS,
        "persistentvolumes": _STATUS,
        "pods": (
            *("attach", "binding", "checkpoint", "ephemeralcontainers", "eviction", "exec", "log", "portforward"),
            *("proxy", "resize", "status"),
        ),
        "replicationcontrollers": _SCALED,
        "resourcequotas": _STATUS,
        "serviceaccounts": ("token",),
        "services": ("proxy", "status"),
    },
    "admissionregistration.k8s.io": {"validatingadmissionpolicies": _STATUS},
    "apiextensions.k8s.io": {"customresourcedefinitions": _STATUS},
    "apiregistration.k8s.io": {"apiservices": _STATUS},
    "apps": {
        "daemonsets": _STATUS,
        "deployments": ("rollback", *_SCALED),
        "replicasets": _SCALED,
        "statefulsets": _SCALED,
    },
    "autoscaling": {"horizontalpodautoscalers": _STATUS},
    "batch": {"cronjobs": _STATUS, "jobs": _STATUS},
    "certificates.k8s.io": {
        "certificatesigningrequests": ("approval", "nodeclient", "selfnodeclient", "selfnodeserver", "status"),
        "podcertificaterequests": _STATUS,
    },
    "discovery.k8s.io": {"endpointslices": ("restricted",)},
    "flowcontrol.apiserver.k8s.io": {"flowschemas": _STATUS, "prioritylevelconfigurations": _STATUS},
    "internal.apiserver.k8s.io": {"storageversions": _STATUS},
    "networking.k8s.io": {"ingresses": _STATUS, "networkpolicies": _STATUS, "servicecidrs": _STATUS},
    "policy": {"poddisruptionbudgets": _STATUS},
    "resource.k8s.io": {
        "devicetaintrules": _STATUS,
        "podschedulingcontexts": _STATUS,
        "podschedulings": _STATUS,
        "resourceclaims": ("binding", "driver", "status"),
        "resourcepoolstatusrequests": _STATUS,
    },
    "scheduling.k8s.io": {"compositepodgroups": _STATUS, "podgroups": _STATUS, "workloads": _STATUS},
    "storage.k8s.io": {"volumeattachments": _STATUS},
    "storagemigration.k8s.io": {"storageversionmigrations": _STATUS},
}
#: Asked about every kind where owner references are checked (``OwnerReferencesPermissionEnforcement``).
_EVERYWHERE = frozenset({"finalizers"})

#: What ``kubectl api-resources`` lists as short names.
_SHORT = {
    "cm": "configmaps", "crd": "customresourcedefinitions", "crds": "customresourcedefinitions", "cj": "cronjobs",
    "csr": "certificatesigningrequests", "deploy": "deployments", "ds": "daemonsets", "ep": "endpoints",
    "ev": "events", "hpa": "horizontalpodautoscalers", "ing": "ingresses", "limits": "limitranges",
    "netpol": "networkpolicies", "no": "nodes", "ns": "namespaces", "pc": "priorityclasses",
    "pdb": "poddisruptionbudgets", "po": "pods", "pv": "persistentvolumes", "pvc": "persistentvolumeclaims",
    "quota": "resourcequotas", "rc": "replicationcontrollers", "rs": "replicasets", "sa": "serviceaccounts",
    "sc": "storageclasses", "sts": "statefulsets", "svc": "services",
}  # fmt: skip


def group_of(resource: str) -> tuple[str, tuple[str, ...]]:
    """Find the API group of a resource, and say so where it is a guess."""
    for table in (CLUSTER_SCOPED, _UNCOUNTED, BUILT_IN, IDENTITIES):
        for api_group, plurals in table.items():
            if resource in plurals.split():
                return api_group, ()
    if resource in GROUPS:
        found = GROUPS[resource][0]
        return found, (f"{resource} are taken to be those of {found}; write {resource}.GROUP for others",)
    if resource == "*":
        return "*", ()
    said = f"{resource!r} is no resource that we know, and taken to be in the core group; write {resource}.GROUP if not"
    return "", (said,)


def is_cluster_scoped(resource: str, group: str) -> bool:
    """Tell whether objects of a built-in resource lie in no namespace; nor do those whom one may impersonate."""
    return any(resource in table.get(group, "").split() for table in (CLUSTER_SCOPED, IDENTITIES))


@cache
def known(group: str) -> frozenset[str]:
    """Return the resources of an API group of Kubernetes; nothing for groups that are not its own."""
    tables = (CLUSTER_SCOPED, _UNCOUNTED, BUILT_IN, IDENTITIES, _ACCOUNTS, _LEGACY)
    return frozenset(plural for table in tables for plural in table.get(group, "").split())


@cache
def groups_of(resource: str) -> tuple[str, ...]:
    """Return the API groups of Kubernetes that have a resource today, in order."""
    groups = {group for table in (CLUSTER_SCOPED, _UNCOUNTED, BUILT_IN, IDENTITIES) for group in table}
    return tuple(sorted(group for group in groups if resource in known(group)))


def subresources(group: str, resource: str) -> frozenset[str]:
    """Return the subresources of a resource of Kubernetes."""
    if group in _LEGACY:
        return frozenset().union(*(subresources(home, resource) for home in groups_of(resource)))
    return frozenset(_SUBRESOURCES.get(group, {}).get(resource, ())) | _EVERYWHERE


def plural(word: str) -> str:
    """Return a resource as rules name it, for a short name, a singular or a kind; anything else stays as it is."""
    lower = word.lower()
    return _SHORT.get(lower) or _singulars().get(lower, word)


@cache
def _singulars() -> dict[str, str]:
    tables = (*CLUSTER_SCOPED.values(), *_UNCOUNTED.values(), *BUILT_IN.values())
    plurals = [plural for table in tables for plural in table.split()]
    return {_singular(plural): plural for plural in plurals} | {plural: plural for plural in plurals}


def _singular(plural: str) -> str:
    if plural.endswith("ies"):
        return plural[:-3] + "y"
    return plural[:-2] if plural.endswith(("sses", "uses")) else plural[:-1]
