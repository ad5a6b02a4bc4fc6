"""Reads whom a binding is for and which role it gives, with the API server's defaults."""

from collections.abc import Collection
from typing import Any

from generator.access.objects import GROUP, RoleKey
from generator.access.reader import Reader
from generator.access.subject import Subject, group, service_account, user
from generator.kubernetes import names
from generator.problems import instead
from generator.yaml.scalars import shown

#: The fields of a reference to a role, and of a subject.
_REF = ("apiGroup", "kind", "name")
_SUBJECT = ("kind", "name", "apiGroup", "namespace")
#: The kinds of subjects, and the API group of each.
_SUBJECTS = {"User": GROUP, "Group": GROUP, "ServiceAccount": ""}


def read_role_ref(fields: Reader, value: Any, namespace: str) -> RoleKey:
    """Read the role of a binding; only a RoleBinding can name a Role, and it is one of its own namespace."""
    body = fields.mapping(value, "roleRef")
    api_group, kind, name = fields.each(body, _REF, "roleRef")
    if api_group not in ("", GROUP):
        fields.refuse(f"{shown(api_group)} has no roles; write {GROUP}", "roleRef", "apiGroup")
    _expect(fields, kind, ("Role", "ClusterRole") if namespace else ("ClusterRole",), "roleRef", "kind")
    reason = names.path_segment(name) if name else "names no role; write the name of one"
    if reason is not None:
        fields.refuse(f"{shown(name)} {reason}", "roleRef", "name")
    return RoleKey(namespace if kind == "Role" else "", name)


def read_subject(fields: Reader, value: Any, index: int, namespace: str) -> Subject:
    """Read a subject; a service account without a namespace is one of the RoleBinding's namespace."""
    body = fields.mapping(value, "subjects", index)
    kind, name, api_group, home = fields.each(body, _SUBJECT, "subjects", index)
    home = home or namespace
    if not name:
        fields.refuse("'' names nobody; write the name of the subject", "subjects", index, "name")
    if _expect(fields, kind, _SUBJECTS, "subjects", index, "kind") and api_group not in ("", _SUBJECTS[kind]):
        right = f"write {GROUP}" if _SUBJECTS[kind] else "leave it out"
        fields.refuse(f"{shown(api_group)} is not the API group of a {kind}; {right}", "subjects", index, "apiGroup")
    if kind != "ServiceAccount":
        return group(name) if kind == "Group" else user(name)
    reason = names.dns_subdomain(name) if name else None
    if reason is not None:
        fields.refuse(f"{shown(name)} {reason}", "subjects", index, "name")
    if not home:
        fields.refuse("a ServiceAccount needs its namespace here; write it", "subjects", index, "namespace")
    return service_account(home, name)


def _expect(fields: Reader, kind: str, known: Collection[str], *route: str | int) -> bool:
    if kind in known:
        return True
    fields.refuse(f"{shown(kind)} cannot stand here; {instead(kind, known)}", *route)
    return False
