"""The quota keys ``count/<plural>.<group>``: which kinds of object they can count, and how a wrong one is spelt right.

The API server stores any such key. It counts an object when its plural and group are those of the key, so a key that
names no kind of the cluster stays at 0 for ever. We know all kinds of Kubernetes 1.36 itself and some of others;
a group that we do not know gets the benefit of the doubt, unless it is a slip of the pen away from one that we do.
Reasons read on after the key.
"""

from collections.abc import Iterable, Mapping

from generator.problems import nearest

PREFIX = "count/"

#: Namespaced kinds of Kubernetes itself, as plurals by API group. A group without a dot that is not here does not
#: exist: custom resources must have one.
BUILT_IN: Mapping[str, str] = {
    "": "configmaps endpoints limitranges persistentvolumeclaims pods podtemplates replicationcontrollers "
    "resourcequotas secrets serviceaccounts services",
    "apps": "controllerrevisions daemonsets deployments replicasets statefulsets",
    "autoscaling": "horizontalpodautoscalers",
    "batch": "cronjobs jobs",
    "certificates.k8s.io": "podcertificaterequests",
    "coordination.k8s.io": "leasecandidates leases",
    "discovery.k8s.io": "endpointslices",
    "networking.k8s.io": "ingresses networkpolicies",
    "policy": "poddisruptionbudgets",
    "rbac.authorization.k8s.io": "rolebindings roles",
    "resource.k8s.io": "resourceclaims resourceclaimtemplates",
    "scheduling.k8s.io": "podgroups workloads",
    "storage.k8s.io": "csistoragecapacities",
}
#: Namespaced kinds that tenants of data and AI platforms create, incomplete.
ADD_ONS: Mapping[str, str] = {
    "argoproj.io": "applications applicationsets appprojects cronworkflows rollouts workflows workflowtemplates",
    "batch.volcano.sh": "jobs",
    "cert-manager.io": "certificaterequests certificates issuers",
    "external-secrets.io": "externalsecrets secretstores",
    "gateway.networking.k8s.io": "gateways grpcroutes httproutes",
    "helm.toolkit.fluxcd.io": "helmreleases",
    "jobset.x-k8s.io": "jobsets",
    "kubeflow.org": "experiments mpijobs notebooks poddefaults pytorchjobs tfjobs trials xgboostjobs",
    "kueue.x-k8s.io": "localqueues workloads",
    "kustomize.toolkit.fluxcd.io": "kustomizations",
    "leaderworkerset.x-k8s.io": "leaderworkersets",
    "monitoring.coreos.com": "podmonitors prometheusrules servicemonitors",
    "networking.istio.io": "destinationrules gateways serviceentries sidecars virtualservices",
    "ray.io": "rayclusters rayjobs rayservices",
    "security.istio.io": "authorizationpolicies peerauthentications requestauthentications",
    "serving.knative.dev": "configurations revisions routes services",
    "serving.kserve.io": "inferenceservices servingruntimes",
    "snapshot.storage.k8s.io": "volumesnapshots",
    "sparkoperator.k8s.io": "scheduledsparkapplications sparkapplications",
    "tekton.dev": "pipelineruns pipelines taskruns tasks",
    "trainer.kubeflow.org": "trainingruntimes trainjobs",
}
CLUSTER_SCOPED = frozenset({
    "apiservices", "certificatesigningrequests", "clusterrolebindings", "clusterroles", "csidrivers", "csinodes",
    "customresourcedefinitions", "deviceclasses", "flowschemas", "ingressclasses", "namespaces", "nodes",
    "persistentvolumes", "priorityclasses", "resourceslices", "runtimeclasses", "storageclasses", "volumeattachments",
    "volumeattributesclasses",
})  # fmt: skip
#: What quotas pass over (``pkg/quota/v1/install/registry.go``), and what another API server serves.
IGNORED = frozenset({"events", "events.events.k8s.io", "bindings", "componentstatuses", "pods.metrics.k8s.io"})

_PLURALS = {group: frozenset(plurals.split()) for group, plurals in {**BUILT_IN, **ADD_ONS}.items()}
#: The groups of each plural, those of Kubernetes first.
GROUPS: Mapping[str, tuple[str, ...]] = {
    plural: tuple(group for group in _PLURALS if plural in _PLURALS[group])
    for plural in sorted(frozenset().union(*_PLURALS.values()))
}
#: How alike two groups are when one is a slip of the pen for the other: one or two letters.
_A_SLIP = 0.8


def idle(counted: str) -> str | None:
    """Say why ``count/<counted>`` never counts anything; ``None`` if it may."""
    plural, _, group = counted.partition(".")
    why = _why_idle(counted, plural, group)
    return f"never counts anything: {why}" if why else None


def is_known(plural: str, group: str) -> bool:
    """Whether *group* is known to have *plural*."""
    return plural in _PLURALS.get(group, ())


def key(plural: str, group: str | None = None) -> str:
    """Write the key that counts a known *plural*: in *group* if it is there, else in its first known group."""
    groups = GROUPS[plural]
    group = group if group in groups else groups[0]
    return f"{PREFIX}{plural}.{group}" if group else PREFIX + plural


def _why_idle(counted: str, plural: str, group: str) -> str | None:
    if counted in IGNORED:
        return f"quotas pass over {plural}; leave it out"
    if counted != counted.lower():
        return f"kinds are written as plurals in lower case; write {PREFIX}{counted.lower()}"
    if plural in CLUSTER_SCOPED and (not group or group.endswith(".k8s.io")):
        return f"{plural} are in no namespace; leave it out"
    if is_known(plural, group) or group in ADD_ONS:
        return None
    return _in_built_in(plural, group) if group in BUILT_IN or "." not in group else _slip(plural, group)


def _in_built_in(plural: str, group: str) -> str:
    """Say which group has a plural that a group of Kubernetes itself does not have, or what is spelt like it there."""
    if plural in GROUPS:
        return f"{plural} are in {_named(GROUPS[plural])}; write {key(plural)}"
    near = nearest(plural, _PLURALS.get(group) or GROUPS)
    meant = f"did you mean {key(near, group)}?" if near else f"write {PREFIX}<plural>.<group>"
    return f"{_named([group])} has no {plural!r}; {meant}"


def _slip(plural: str, group: str) -> str | None:
    """Say that a group is nearly the one that is known to have *plural*."""
    from difflib import SequenceMatcher  # only an unknown group pays for its import

    for right in GROUPS.get(plural, ()):
        if SequenceMatcher(None, group, right).ratio() > _A_SLIP:
            return f"{plural} are in {_named([right])}; write {key(plural, right)}"
    return None


def _named(groups: Iterable[str]) -> str:
    """Name groups; where Kubernetes has the plural itself, the others are not what people mean."""
    names = list(groups)
    names = [group for group in names if group in BUILT_IN] or names
    return " and ".join(f"group {group}" if group else "the core group" for group in names)
