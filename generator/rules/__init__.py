"""The questions that policies ask of manifests: one module for each, whose docstring is its documentation.

No I/O here. A rule is a pure function of a scene (the manifests of one cluster) and of a policy's parameters; what it
yields does not depend on the order of the manifests. It is imported when there is something to ask about: a folder
without a mesh never pays for the rules about meshes, however many there are.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from msgspec import Struct

from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene

#: What decides who may do what, even what a cluster starts with: a role that is written anew changes what it gives.
_ACCESS = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_MESH = frozenset({"AuthorizationPolicy"})
_NAMESPACES = frozenset({"Namespace"})
_PODS = frozenset(
    {
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "Pod",
        "PodTemplate",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    }
)
_PROFILES = frozenset({"Profile"})
_QUOTAS = frozenset({"ResourceQuota", "HierarchicalResourceQuota", "ClusterResourceQuota", "GlobalResourceQuota"})
#: What Kueue shares out by, where that is a tenant's own.
_QUEUES = frozenset({"ClusterQueue", "Cohort", "LocalQueue"})
_FLAVORS = frozenset({"ResourceFlavor", "Topology", "WorkloadPriorityClass"})
_ROUTES = frozenset({"HTTPRoute", "Ingress", "Route"})
_SHARED_QUOTAS = _QUOTAS - {"ResourceQuota"}
_SHARES = frozenset({"RoleBinding"})
#: What Flux applies by, and where it takes that from.
_APPLIERS = frozenset({"Kustomization", "HelmRelease"})
_BUILDS = frozenset({"Kustomization", "Component"})
_SOURCES = frozenset({"GitRepository", "OCIRepository", "HelmRepository", "HelmChart", "Bucket"})
_WATCHERS = frozenset({"Alert", "ImagePolicy", "ImageRepository", "ImageUpdateAutomation", "Provider", "Receiver"})
_APPLICATIONS = frozenset({"Application", "ApplicationSet"})
_TREES = frozenset({"HierarchyConfiguration", "SubNamespace", "SubnamespaceAnchor"})
_ANYTHING: None = None


class Rule(Struct, frozen=True):
    """A question by its name; the module that answers it is called the same, with underscores.

    Where there is no object of one of the kinds that it is *about*, whatever their API group, it finds nothing, and is
    not asked; ``None`` is any object. Nearly every question can be asked of a tenant by itself, with what all tenants
    share; *across* marks those that are about a tenant and another, by bindings or objects of the kinds *reaching*.
    *compares* marks those that ask what the manifests were before.
    """

    name: str
    about: frozenset[str] | None
    across: bool = False
    reaching: frozenset[str] = frozenset()
    compares: bool = False

    @property
    def check(self) -> Callable[[Scene, Mapping[str, Any]], Iterator[Hit]]:
        """What answers the question."""
        found: Callable[[Scene, Mapping[str, Any]], Iterator[Hit]] = self._module.check
        return found

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """What it must be given: all that are not optional."""
        found: Mapping[str, Parameter] = self._module.PARAMETERS
        return found

    @property
    def _module(self) -> ModuleType:
        return _imported(self.name)


@cache
def _imported(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name.replace('-', '_')}")


_ALL = (
    Rule("require-quota", _NAMESPACES),
    Rule("require-container-defaults", _NAMESPACES),
    Rule("require-default-deny", _NAMESPACES),
    Rule("require-pod-security", _NAMESPACES),
    Rule("require-token-opt-out", _NAMESPACES),
    Rule("forbid-everything", _ACCESS),
    Rule("forbid-wildcards", _ACCESS),
    Rule("forbid-grants", _ACCESS),
    Rule("forbid-combined-grants", _ACCESS),
    Rule("forbid-borrowed-identity", _ACCESS),
    Rule("forbid-namespaces", _ANYTHING),
    Rule("forbid-needless-tokens", _PODS),
    Rule("forbid-plaintext-secrets", frozenset({"Secret"})),
    Rule("forbid-leaked-credentials", _ANYTHING),
    Rule("forbid-loose-secrets", _ANYTHING),
    Rule("forbid-secret-types", frozenset({"Secret"})),
    Rule("forbid-service-exposure", frozenset({"Service"})),
    Rule("forbid-launcher-settings", frozenset({"ConfigMap"})),
    Rule("forbid-unadmitted-pods", _PODS),
    Rule("forbid-refused-pods", _PODS),
    Rule("require-admissible-pods", _NAMESPACES),
    Rule("forbid-connecting-viewers", _MESH),
    Rule("forbid-contributor-collisions", _SHARES),
    Rule("forbid-mutating-plugins", _PROFILES),
    Rule("forbid-open-mesh", _MESH),
    Rule("forbid-oversized-roles", _ACCESS),
    Rule("forbid-spoofed-headers", _MESH),
    Rule("require-cloud-names", _PROFILES | {"ServiceAccount"}),
    Rule("require-labels", _ANYTHING),
    Rule("require-matching-owner", _PROFILES),
    Rule("require-one-contributor", _SHARES),
    Rule("require-reachable-owner", _PROFILES | _SHARES),
    Rule("forbid-cluster-bindings", _ACCESS, across=True),
    Rule("forbid-subjects", _ACCESS),
    Rule("forbid-foreign-subjects", _ACCESS, across=True),
    Rule("forbid-dangling", _ACCESS),
    Rule("forbid-changed-role-refs", _ACCESS, compares=True),
    Rule("forbid-changed-scopes", _QUOTAS, compares=True),
    Rule("forbid-lost-namespaces", _ANYTHING, compares=True),
    Rule("forbid-aggregation", _ACCESS),
    Rule("forbid-resource-names", _ACCESS),
    Rule("forbid-unmatched-words", _ACCESS),
    Rule("forbid-dead-grants", _ACCESS),
    Rule("forbid-limit-defects", frozenset({"LimitRange"})),
    Rule("forbid-quota-conflicts", frozenset({"ResourceQuota"})),
    Rule("forbid-quota-defects", _QUOTAS),
    Rule("forbid-unlisted-classes", _QUOTAS),
    Rule("forbid-oversized-quotas", _QUOTAS),
    Rule("forbid-oversold-quotas", _SHARED_QUOTAS, across=True, reaching=_SHARED_QUOTAS),
    Rule("forbid-tree-defects", _TREES | _NAMESPACES, across=True, reaching=_TREES),
    Rule("forbid-shadowed-objects", _TREES | _NAMESPACES, across=True, reaching=_TREES),
    Rule("forbid-shared-hosts", _ROUTES, across=True, reaching=_ROUTES),
    Rule("forbid-invalid-queues", _QUEUES | _FLAVORS, across=True, reaching=_QUEUES),
    Rule("forbid-changed-queues", frozenset({"LocalQueue", "ResourceFlavor"}), compares=True),
    Rule("forbid-disputed-namespaces", _NAMESPACES),
    Rule("require-namespace-names", _NAMESPACES | _TREES),
    Rule("forbid-open-selectors", frozenset({"NetworkPolicy"})),
    Rule("forbid-untyped-texts", _ANYTHING),
    Rule("forbid-container-settings", _PODS),
    Rule("require-refusals", _NAMESPACES),
    Rule("require-grants", _NAMESPACES),
    Rule("forbid-managed-changes", _ACCESS),
    Rule("forbid-cluster-reach", _ACCESS, across=True),
    Rule("forbid-redundant", _ACCESS),
    Rule("forbid-flux-settings", _APPLIERS | _SOURCES | _WATCHERS),
    Rule("forbid-powerful-reconcilers", _APPLIERS),
    Rule("forbid-broken-dependencies", _APPLIERS),
    Rule("forbid-shared-decryption", _APPLIERS),
    Rule("forbid-project-settings", frozenset({"AppProject"})),
    Rule("forbid-application-settings", _APPLICATIONS),
    Rule("forbid-late-projects", frozenset({"AppProject"})),
    Rule("forbid-flux-bundles", _BUILDS),
    Rule("forbid-argocd-bundles", frozenset({"Application"})),
    Rule("forbid-large-bundles", _BUILDS | {"Application"}),
    Rule("forbid-large-files", _ANYTHING),
    Rule("require-prune-protection", _BUILDS | {"Application"}),
    Rule("forbid-orphaning", _APPLIERS, compares=True),
    Rule("require-flux-lock-down", frozenset({"Deployment", "FluxInstance"})),
    Rule("require-argocd-lock-down", frozenset({"ConfigMap"})),
)

#: By the name that a policy's ``rule`` gives.
RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}

#: The kinds of objects, beside bindings, by which a tenant reaches another.
REACHING: frozenset[str] = frozenset().union(*(rule.reaching for rule in _ALL))
