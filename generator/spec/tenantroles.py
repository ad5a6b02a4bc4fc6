"""What the roles that tenants give by default may do, as RBAC rules.

The built-in ``edit`` and ``admin`` of Kubernetes leak: they read secrets, mint tokens, impersonate every service
account of the namespace, and write NetworkPolicies, Roles and RoleBindings. The roles here leave all of that out,
and name every verb and resource, so that a rule means the same tomorrow.
"""

from collections.abc import Mapping
from typing import Any

READ = ["get", "list", "watch"]
WRITE = ["create", "update", "patch", "delete"]

Rule = Mapping[str, Any]


def _rule(group: str, resources: list[str], verbs: list[str]) -> Rule:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


#: Everything that explains a workload's state, and no secret.
_VIEWER = (
    _rule(
        "",
        [
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "pods/log",
            "pods/status",
            "replicationcontrollers",
            "resourcequotas",
            "serviceaccounts",
            "services",
        ],
        READ,
    ),
    _rule("apps", ["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"], READ),
    _rule("autoscaling", ["horizontalpodautoscalers"], READ),
    _rule("batch", ["cronjobs", "jobs"], READ),
    _rule("discovery.k8s.io", ["endpointslices"], READ),
    _rule("events.k8s.io", ["events"], READ),
    _rule("networking.k8s.io", ["ingresses", "networkpolicies"], READ),
    _rule("policy", ["poddisruptionbudgets"], READ),
    _rule("resource.k8s.io", ["resourceclaims", "resourceclaimtemplates"], READ),
    _rule("", ["namespaces"], ["get"]),
)

#: Workloads and what belongs to them. No DaemonSets, which reach every node, and no command in a running pod.
_EDITOR = (
    _rule("", ["configmaps", "persistentvolumeclaims", "pods", "services"], WRITE),
    _rule("apps", ["deployments", "statefulsets"], WRITE),
    _rule("apps", ["deployments/scale", "statefulsets/scale"], ["get", "update", "patch"]),
    _rule("autoscaling", ["horizontalpodautoscalers"], WRITE),
    _rule("batch", ["cronjobs", "jobs"], WRITE),
    _rule("policy", ["poddisruptionbudgets"], WRITE),
    _rule("resource.k8s.io", ["resourceclaims", "resourceclaimtemplates"], WRITE),
)

#: Reaching into running pods, and clearing up. Who is bound to what stays in git.
_ADMIN = (
    _rule("", ["pods/exec", "pods/portforward"], ["create", "get"]),
    _rule("", ["pods/eviction"], ["create"]),
    _rule("", ["configmaps", "persistentvolumeclaims", "pods"], ["deletecollection"]),
    _rule("batch", ["cronjobs", "jobs"], ["deletecollection"]),
    _rule("networking.k8s.io", ["ingresses"], WRITE),
)

BUILT_IN: Mapping[str, tuple[Rule, ...]] = {
    "viewer": _VIEWER,
    "editor": (*_VIEWER, *_EDITOR),
    "admin": (*_VIEWER, *_EDITOR, *_ADMIN),
}
