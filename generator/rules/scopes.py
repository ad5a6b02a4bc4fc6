"""What a RoleBinding gives to nobody, whatever its role says: requests that are made in no namespace.

Impersonating users, groups and what belongs to them is checked for the whole cluster, and so are the kinds that live
outside of every namespace. Two exceptions are live: the binding's own Namespace, and ``bind`` on ClusterRoles, which
is checked in the namespace of the RoleBinding that is written (``pkg/registry/rbac/escalation_check.go``).
"""

from functools import cache

from generator import kinds
from generator.access.algebra import ALL_PERMISSIONS, Permissions
from generator.access.algebra_diagrams import EVERYTHING, GROUP, NOTHING, RESOURCE, Diagram, Words, branch
from generator.access.algebra_paths import ALL_PATHS

#: Resources that no kind stands for, by API group; somebody asks for them all the same.
_VIRTUAL = {
    "": ("users", "groups"),
    "authentication.k8s.io": ("users", "groups", "uids", "userextras", "nodes"),
    "certificates.k8s.io": ("signers",),
}
_CLUSTER_WIDE = Words(frozenset({"create", "list", "watch", "deletecollection"}))


@cache
def of_role_bindings() -> Permissions:
    """Return all that a RoleBinding can give."""
    return ALL_PERMISSIONS - _dead()


def _dead() -> Permissions:
    built_in: dict[str, Diagram] = dict.fromkeys(map(_plural, kinds.CLUSTER_SCOPED), EVERYTHING)
    built_in |= {"namespaces": _CLUSTER_WIDE, "clusterroles": ~Words(frozenset({"bind"}))}
    groups = {
        group: branch(RESOURCE, NOTHING, built_in | dict.fromkeys(_VIRTUAL.get(group, ()), EVERYTHING))
        for group in kinds.BUILT_IN_GROUPS
    }
    return Permissions(branch(GROUP, NOTHING, groups), ALL_PATHS)


def _plural(kind: str) -> str:
    word = kind.lower()
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith("s") else f"{word}s"
