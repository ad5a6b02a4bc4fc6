"""What the roles that tenants give may do, as RBAC rules.

The built-in ``edit`` and ``admin`` of Kubernetes leak: they read secrets, mint tokens, impersonate every service
account of the namespace, and write NetworkPolicies, Roles and RoleBindings. The roles here leave all of that out,
and name every verb and resource, so that a rule means the same tomorrow.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from generator.fixed import FixedList
from generator.platform import Platform
from generator.problems import Problem, instead

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


@lru_cache(maxsize=4)
def table(platform: Platform) -> Mapping[str, FixedList]:
    """Return the rules of every role of a platform that :func:`check` accepts; each list is never changed."""
    return {name: FixedList(_rules(name, platform)) for name in {**BUILT_IN, **platform.roles}}


def includes_viewer(name: str, platform: Platform) -> bool:
    """Tell whether whoever has this role may also do what a viewer may."""
    definition = platform.roles.get(name)
    if definition is None:
        return name == "viewer" or "viewer" not in platform.roles  # the built-in roles include the built-in viewer
    if name == "viewer":
        return True
    if definition.extends == name:
        return "viewer" not in platform.roles
    return definition.extends is not None and includes_viewer(definition.extends, platform)


def _rules(name: str, platform: Platform) -> list[Rule]:
    definition = platform.roles.get(name)
    if definition is None:
        return list(BUILT_IN[name])
    return [*(_rules_below(definition.extends, name, platform)), *definition.rules]


def _rules_below(extended: str | None, name: str, platform: Platform) -> list[Rule]:
    """Return the rules of the role that *name* extends; a role that replaces a built-in one can extend that."""
    if extended is None:
        return []
    return list(BUILT_IN[name]) if extended == name else _rules(extended, platform)


def check(platform: Platform) -> Iterator[Problem]:
    """Find roles that extend nothing, or themselves in a circle."""
    known = {**BUILT_IN, **platform.roles}
    for name, definition in platform.roles.items():
        trail, step = [name], definition.extends
        while step is not None:
            place = definition.origin / "extends"
            if step not in known:
                yield Problem(place, f"{step!r} is not a role; {instead(step, known)}")
                break
            if step in trail:
                if step == trail[-1] and step in BUILT_IN:
                    break
                line = " -> ".join((*trail, step))
                yield Problem(
                    place, f"the roles extend one another in a circle: {line}; one must extend another, or none"
                )
                break
            trail.append(step)
            below = platform.roles.get(step)
            step = below.extends if below else None
