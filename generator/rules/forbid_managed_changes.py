"""Nobody of a tenant may change or delete what the platform manages in the tenant's namespaces.

What it manages has one of ``labels``, with that value. RBAC knows kinds and no labels: whoever may delete
NetworkPolicies may delete the one that denies all traffic. Accounts that act for the whole cluster, such as those of
Flux and Argo CD, are no tenant's. What a ValidatingAdmissionPolicy protects is still found here, as likely: its words
are not read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from generator.access import Subject
from generator.access.algebra import Permissions
from generator.admission import plural_of
from generator.rules.forbid_grants import granted
from generator.rules.parameters import Texts
from generator.rules.reach import CONTROL_PLANE, TENANT
from generator.rules.scene import Gift, Hit, Scene, called, chain, inside, keys, written
from generator.rules.shapes import shape

PARAMETERS = {"labels": Texts()}

_VERBS = ["update", "patch", "delete", "deletecollection"]
_PROTECTING = frozenset({"ValidatingAdmissionPolicyBinding"})

#: Kinds of objects, as API group and plural.
Resources = frozenset[tuple[str, str]]


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that lets somebody change what is managed beside it."""
    gifts = scene.answer(_by_namespace)
    confidence = "likely" if scene.holds(_PROTECTING) else "certain"
    for namespace, _ in scene.namespaces:
        managed = _managed(scene, namespace, parameters["labels"]) if namespace in gifts else frozenset()
        if not managed or scene.reach(namespace) != TENANT:
            continue
        for binding, role in gifts[namespace]:
            indices, said = granted(role, _changes(managed, scene.version), in_namespace=True)
            for subject in binding.subjects if indices else ():
                if not _acts_for_the_cluster(subject, scene):
                    yield Hit(
                        f"{subject} is granted {said}, which is managed in namespace {namespace}, by {called(binding)}",
                        binding.origin,
                        namespace=namespace,
                        kind=binding.kind,
                        name=binding.name,
                        subject=written(subject),
                        chain=chain(binding, role, indices),
                        rules=keys(role, indices),
                        confidence=confidence,
                    )


def _by_namespace(scene: Scene) -> Mapping[str, list[Gift]]:
    found: dict[str, list[Gift]] = defaultdict(list)
    for gift in scene.gifts:
        if gift.binding.namespace:
            found[gift.binding.namespace].append(gift)
    return found


def _managed(scene: Scene, namespace: str, labels: Mapping[str, str]) -> Resources:
    found = set()
    for (group, kind), items in scene.kinds_within(namespace):
        for item in items:
            own = inside(item.body, "metadata", "labels")
            if any(own.get(key) == text for key, text in labels.items()):
                found.add((group, plural_of(kind, group)))
                break
    return frozenset(found)


@lru_cache(256)
def _changes(managed: Resources, version: str) -> Permissions:
    grants = [{"apiGroups": [group], "resources": [plural], "verbs": _VERBS} for group, plural in sorted(managed)]
    return shape(grants, version)


def _acts_for_the_cluster(subject: Subject, scene: Scene) -> bool:
    return subject.kind == "ServiceAccount" and scene.reach(subject.namespace) == CONTROL_PLANE
