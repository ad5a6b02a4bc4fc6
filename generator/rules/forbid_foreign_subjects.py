"""No RoleBinding in a tenant's namespace names a service account of another tenant, by its name or by a group.

The group is that of all accounts of a namespace. Whose a namespace is, its label says. A parent's account is a
stranger too: that a tenant may decide about its child's quota does not mean that each pod in the parent's namespace may
act in the child's. Users and other groups have no home that a manifest could tell, so nothing is said of them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Subject
from generator.access.subject import SERVICE_ACCOUNTS
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, called, written

PARAMETERS: Mapping[str, Parameter] = {}

_ACCOUNTS_OF = f"{SERVICE_ACCOUNTS}:"
_PARENT = "tenantry.dev/parent"


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding in a tenant's namespace with each stranger that it names."""
    for binding in scene.bindings:
        tenant = scene.tenants.get(binding.namespace)
        for subject in binding.subjects if tenant else ():
            home = _home(subject)
            other = scene.tenants.get(home, tenant)
            if other == tenant:
                continue
            parent = scene.label(binding.namespace, _PARENT) == other
            where = f"{binding.kind} {binding.namespace}/{binding.name} ({binding.origin})"
            yield Hit(
                f"{called(binding)} lets {subject} of tenant {other} act in a namespace of tenant {tenant}",
                binding.origin,
                namespace=binding.namespace,
                kind=binding.kind,
                name=binding.name,
                subject=written(subject),
                chain=(
                    where,
                    f"namespace {binding.namespace} is that of tenant {tenant}",
                    f"namespace {home} is that of tenant {other}" + (", its parent" if parent else ""),
                ),
            )


def _home(subject: Subject) -> str:
    """Return the namespace that a subject lives in; the empty text where no manifest tells."""
    if subject.kind == "Group" and subject.name.startswith(_ACCOUNTS_OF):
        return subject.name.removeprefix(_ACCOUNTS_OF)
    return subject.namespace
