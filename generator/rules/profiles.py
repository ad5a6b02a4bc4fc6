"""Kubeflow's profiles, as manifests show them: the Profile, or what controller and access management make of one.

Sources: ``components/profile-controller`` and ``components/access-management`` of kubeflow/dashboard.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.access.objects import GROUP as RBAC
from generator.rules.scene import Scene, inside, name_of, namespace_of

#: The binding of a profile's owner, which the controller makes; all others with its annotations are contributors'.
OWNERS = "namespaceAdmin"
OWNER = "owner"
#: The front end's words for roles; of each, ``kubeflow-<role>`` is the ClusterRole.
ROLES = ("admin", "edit", "view")

_GROUP = "kubeflow.org"
_PART_OF = ("app.kubernetes.io/part-of", "kubeflow-profile")
_LABELS = f".{_GROUP}/"
_OWNERS_POLICY = "ns-owner-access-istio"


class Share(Struct, frozen=True):
    """A RoleBinding that Kubeflow's access management shows: whom its annotations name, and whom it names itself."""

    item: Item
    namespace: str
    name: str
    user: str
    role: str
    subjects: tuple[Mapping[str, Any], ...]

    @property
    def expected_name(self) -> str:
        """The name that access management would give it, and under which it looks for it to delete it."""
        kind = str(self.subjects[0].get("kind", "User")) if self.subjects else "User"
        return re.sub("[^a-z0-9]+", "-", f"{kind}-{self.user}-clusterrole-{self.role}".lower())


def profiles(scene: Scene) -> Iterator[tuple[str, Item, Mapping[str, Any]]]:
    """Yield each Profile, whose name is that of its namespace, with its owner."""
    for item in scene.of_kind(_GROUP, "Profile"):
        yield name_of(item), item, inside(item.body, "spec", "owner")


def shares(scene: Scene) -> tuple[Share, ...]:
    """Return each RoleBinding with the annotations ``user`` and ``role`` that gives a role of Kubeflow."""
    return scene.answer(_shares)


def _shares(scene: Scene) -> tuple[Share, ...]:
    return tuple(_found_shares(scene))


def _found_shares(scene: Scene) -> Iterator[Share]:
    for item in scene.of_kind(RBAC, "RoleBinding"):
        annotations = inside(item.body, "metadata", "annotations")
        if "user" not in annotations or "role" not in annotations:
            continue
        if str(inside(item.body, "roleRef").get("name", "")).startswith("kubeflow-"):
            listed = item.body.get("subjects")
            subjects = tuple(one for one in listed if isinstance(one, Mapping)) if isinstance(listed, list) else ()
            words = (str(annotations["user"]), str(annotations["role"]))
            yield Share(item, namespace_of(item), name_of(item), *words, subjects)


def namespaces(scene: Scene) -> frozenset[str]:
    """Return the namespaces that are profiles': that a Profile, a label, a share or the owner's mesh policy says so."""
    found = {name for name, _, _ in profiles(scene)} | {share.namespace for share in shares(scene)}
    found |= {name for name, item in scene.namespaces if _is_labelled(inside(item.body, "metadata", "labels"))}
    policies = scene.of_kind("security.istio.io", "AuthorizationPolicy")
    return frozenset(found | {namespace_of(item) for item in policies if name_of(item) == _OWNERS_POLICY})


def _is_labelled(labels: Mapping[str, Any]) -> bool:
    return labels.get(_PART_OF[0]) == _PART_OF[1] or _LABELS in " ".join(map(str, labels))
