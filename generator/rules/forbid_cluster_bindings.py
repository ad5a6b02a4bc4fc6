"""No ClusterRoleBinding names a principal of a tenant.

That is one that a RoleBinding in a tenant's namespace names, or a service account of such a namespace, by its name or
by the group of all of them. It does not matter whether the role is there: whoever writes it later gives it to them.

``system:authenticated`` and ``system:serviceaccounts`` hold every tenant's principals too. That is one cause with one
remedy, to name somebody in particular, and ``forbid-subjects`` tells it, whether there are tenants or not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Subject
from generator.access.subject import SERVICE_ACCOUNTS
from generator.rules.parameters import Word
from generator.rules.scene import Hit, Scene, called, written

PARAMETERS = {"subjects": Word(("tenants",))}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each ClusterRoleBinding with each principal of a tenant that it names."""
    found = homes(scene)
    for binding in scene.bindings:
        if binding.namespace:
            continue
        for subject in binding.subjects:
            home = home_of(subject, scene, found)
            if home is None:
                continue
            where = f"{binding.kind} {binding.name} ({binding.origin})"
            yield Hit(
                f"{called(binding)} reaches beyond tenant {scene.tenants[home]}, to which {subject} belongs",
                binding.origin,
                kind=binding.kind,
                name=binding.name,
                subject=written(subject),
                chain=(where, f"{subject} belongs to tenant {scene.tenants[home]} by namespace {home}"),
            )


def homes(scene: Scene) -> dict[Subject, str]:
    """Return the first namespace of a tenant in which each subject is bound to something."""
    found: dict[Subject, str] = {}
    for binding in scene.bindings:
        if binding.namespace in scene.tenants:
            for subject in binding.subjects:
                found.setdefault(subject, binding.namespace)
    return found


def home_of(subject: Subject, scene: Scene, known: Mapping[Subject, str]) -> str | None:
    """Return the namespace by which a subject is a tenant's; ``None`` if it is no tenant's."""
    namespace = subject.namespace or subject.name.removeprefix(f"{SERVICE_ACCOUNTS}:")
    is_account = subject.kind == "ServiceAccount" or subject.name.startswith(f"{SERVICE_ACCOUNTS}:")
    return namespace if is_account and namespace in scene.tenants else known.get(subject)
