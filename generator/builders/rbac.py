"""Roles and RoleBindings: who may do what in the tenant's namespaces, and nowhere else.

A Role is rendered where somebody is bound to it, as a Role of that namespace: a ClusterRole could be bound
elsewhere, and its rules would be everybody's to see and reuse. People share a binding for each role; a service
account has one of its own, so that a review shows which workload gains what.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement
from generator.problems import Place
from generator.spec import roles
from generator.spec.subjects import Subject
from generator.spec.tenant import Member

_API = "rbac.authorization.k8s.io/v1"
_GROUP = "rbac.authorization.k8s.io"


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield each namespace's roles and bindings; in a frozen namespace people keep the viewer's role alone."""
    tenant = placement.tenant
    people = (*(tenant.owners or ()), *(tenant.members or ()))
    for namespace in placement.namespaces:
        by_role = _by_role(placement, people, namespace)
        bound = dict.fromkeys(by_role)
        for role, members in by_role.items():
            members.sort(key=lambda member: _key(member.subject))
            subjects = list({_key(member.subject): _subject(member.subject) for member in members}.values())
            yield _binding(placement, namespace, f"tenant-{role}", role, subjects, members[0].origin)
        for account in tenant.service_accounts:
            if account.role is not None and namespace.running and namespace in placement.chosen(account.namespaces):
                bound[account.role] = None
                subject = {"kind": "ServiceAccount", "name": account.name, "namespace": namespace.name}
                yield _binding(placement, namespace, f"account-{account.name}", account.role, [subject], account.origin)
        for role in bound:
            yield _role(placement, namespace, role)


def _by_role(placement: Placement, people: Iterable[Member], namespace: Namespace) -> dict[str, list[Member]]:
    by_role: dict[str, list[Member]] = {}
    for member in people:
        role = member.role if namespace.running else _frozen_role(placement, member)
        if role is not None and (not member.namespaces or namespace.short in member.namespaces):
            by_role.setdefault(role, []).append(member)
    return by_role


def _frozen_role(placement: Placement, member: Member) -> str | None:
    """Return what somebody keeps in a frozen tenant: a viewer's rights, if they had them, and machines nothing."""
    if member.subject.kind == "ServiceAccount" or not roles.includes_viewer(member.role, placement.platform):
        return None
    return "viewer"


def _key(subject: Subject) -> tuple[str, str, str]:
    return (subject.kind, subject.namespace or "", subject.name)


def _subject(subject: Subject) -> dict[str, str]:
    if subject.namespace is not None:
        return {"kind": subject.kind, "name": subject.name, "namespace": subject.namespace}
    return {"apiGroup": _GROUP, "kind": subject.kind, "name": subject.name}


def _binding(
    placement: Placement, namespace: Namespace, name: str, role: str, subjects: list[dict[str, str]], origin: Place
) -> Manifest:
    body: dict[str, Any] = {
        "apiVersion": _API,
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace.name, "labels": placement.labels},
        "roleRef": {"apiGroup": _GROUP, "kind": "Role", "name": f"tenant-{role}"},
        "subjects": subjects,
    }
    return Manifest(body, origin)


def _role(placement: Placement, namespace: Namespace, role: str) -> Manifest:
    body = {
        "apiVersion": _API,
        "kind": "Role",
        "metadata": {"name": f"tenant-{role}", "namespace": namespace.name, "labels": placement.labels},
        "rules": (roles.with_queues if placement.queued else roles.table)(placement.platform)[role],
    }
    definition = placement.platform.roles.get(role)
    return Manifest(body, definition.origin if definition else namespace.spec.origin)
