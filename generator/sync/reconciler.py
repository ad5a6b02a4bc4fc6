"""The account as which a tenant's repository is applied, whatever engine does it: what it deploys, and no more."""

from collections.abc import Iterable, Iterator
from typing import Any

from generator.fixed import Fixed, FixedList
from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement
from generator.spec.repositories import Repository

_GROUP = "rbac.authorization.k8s.io"
#: What server-side apply, drift correction and pruning ask for.
WRITING = ("get", "list", "watch", "create", "patch", "delete")
READING = WRITING[:3]
#: What is looked at to tell whether workloads run, beside themselves (``kstatus``).
_LOOKED_AT = {"apps": ("replicasets",), "": ("pods",)}
_MAKING_PODS = frozenset({"deployments.apps", "statefulsets.apps", "replicasets.apps", "daemonsets.apps"})


def account(repository: Repository) -> str:
    """Return the name of the account, and of its rights."""
    return f"sync-{repository.name}"


def home(repository: Repository, targets: Iterable[Namespace]) -> Namespace:
    """Return the namespace that the account lives in."""
    return next(one for one in targets if one.short == repository.namespace or repository.namespace is None)


def build(placement: Placement, repository: Repository, targets: tuple[Namespace, ...]) -> Iterator[Manifest]:
    """Yield the account, and its rights in every namespace that it deploys to."""
    name = account(repository)
    where = home(repository, targets).name
    yield Manifest(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": where, "labels": placement.labels},
            "automountServiceAccountToken": False,
        },
        repository.origin,
    )
    rules = _rules(repository.resources)
    for namespace in targets:
        metadata = {"name": name, "namespace": namespace.name, "labels": placement.labels}
        role = {"apiVersion": f"{_GROUP}/v1", "kind": "Role", "metadata": metadata, "rules": rules}
        yield Manifest(role, repository.origin)
        binding = {
            "apiVersion": f"{_GROUP}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": _GROUP, "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": where}],
        }
        yield Manifest(binding, repository.origin)


def _rules(resources: Iterable[str]) -> FixedList:
    """Return the rules that let an account write some resources, and see whether they work."""
    written = set(resources)
    by_group: dict[str, list[str]] = {}
    for resource in sorted(written):
        name, _, group = resource.partition(".")
        by_group.setdefault(group, []).append(name)
    rules = [_rule(group, names, WRITING) for group, names in sorted(by_group.items())]
    if written & _MAKING_PODS:
        for group, names in sorted(_LOOKED_AT.items()):
            unseen = [name for name in names if name not in by_group.get(group, ())]
            rules += [_rule(group, unseen, READING)] if unseen else []
    return FixedList(rules)


def _rule(group: str, names: list[str], verbs: tuple[str, ...]) -> Fixed:
    rule: dict[str, Any] = {"apiGroups": [group], "resources": names, "verbs": list(verbs)}
    return Fixed(rule)
