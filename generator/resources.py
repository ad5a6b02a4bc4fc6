"""What Kubernetes' resources are called, and which API group they are in, for questions that people type."""

from functools import cache

from generator.objectcounts import BUILT_IN, GROUPS

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
    "networking.k8s.io": "ingressclasses ipaddresses servicecidrs",
    "node.k8s.io": "runtimeclasses",
    "rbac.authorization.k8s.io": "clusterrolebindings clusterroles",
    "resource.k8s.io": "deviceclasses devicetaintrules resourceslices",
    "scheduling.k8s.io": "priorityclasses",
    "storage.k8s.io": "csidrivers csinodes storageclasses volumeattachments volumeattributesclasses",
}
_UNCOUNTED = {"": "bindings events", "authorization.k8s.io": "localsubjectaccessreviews"}

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
    for table in (CLUSTER_SCOPED, _UNCOUNTED, BUILT_IN):
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
    """Tell whether objects of a built-in resource lie in no namespace."""
    return resource in CLUSTER_SCOPED.get(group, "").split()


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
