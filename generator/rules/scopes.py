"""What a RoleBinding gives to nobody, whatever its role says: requests that are made in no namespace.

Impersonating users, groups and what belongs to them is checked for the whole cluster, and so are the kinds that live
outside of every namespace. Two exceptions are live: the binding's own Namespace, and ``bind`` on ClusterRoles, which
is checked in the namespace of the RoleBinding that is written (``pkg/registry/rbac/escalation_check.go``).
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from generator.access.algebra import ALL_PERMISSIONS, Permissions
from generator.access.algebra_diagrams import EVERYTHING, GROUP, NOTHING, RESOURCE, Words, branch
from generator.access.algebra_paths import ALL_PATHS
from generator.kubernetes import kinds, resources

_CLUSTER_WIDE = Words(frozenset({"create", "list", "watch", "deletecollection"}))


@cache
def of_role_bindings() -> Permissions:
    """Return all that a RoleBinding can give."""
    return ALL_PERMISSIONS - _dead()


def _dead() -> Permissions:
    groups = {group: branch(RESOURCE, NOTHING, dead_in(group)) for group in kinds.BUILT_IN_GROUPS}
    return Permissions(branch(GROUP, NOTHING, groups), ALL_PATHS)


@lru_cache(256)
def dead_in(group: str) -> Mapping[str, Words]:
    """Return the verbs that a RoleBinding cannot give on each resource of a group, and on what is below it."""
    if group not in kinds.BUILT_IN_GROUPS:
        return {}
    tables = (resources.CLUSTER_SCOPED, resources.IDENTITIES)
    found: dict[str, Words] = {word: EVERYTHING for table in tables for word in table.get(group, "").split()}
    live = {"namespaces": _CLUSTER_WIDE, "clusterroles": ~Words(frozenset({"bind"}))}
    return found | {word: dead for word, dead in live.items() if word in found}
