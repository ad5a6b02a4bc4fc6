"""The owner of each Kubeflow profile is one that its mesh lets in.

The profile controller's policy compares the user's name in a header with the owner's. A group or a service account that
owns a profile gets its rights in Kubernetes, and never reaches a notebook, unless another policy of the namespace names
it: a group by the claim or header of groups, a service account by its principal.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.rules.meshes import AllowRule, allowing, texts
from generator.rules.parameters import Parameter
from generator.rules.profiles import OWNERS, profiles, shares
from generator.rules.scene import Hit, Scene, name_of, namespace_of

PARAMETERS: Mapping[str, Parameter] = {}

_GROUPS = ("request.auth.claims[groups]", "request.headers[kubeflow-groups]")


class _Owner(Struct, frozen=True):
    namespace: str
    kind: str
    name: str
    item: Item


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each owner that no policy lets in."""
    owners = [owner for owner in _owners(scene) if owner.kind != "User"]
    admitted: dict[str, set[tuple[bool, str]]] = defaultdict(set)
    for item, _spec, rules in allowing(scene) if owners else ():
        admitted[namespace_of(item)].update(who for rule in rules for who in _admitted(rule))
    for owner in owners:
        if (owner.kind == "Group", owner.name) not in admitted[owner.namespace]:
            name = name_of(owner.item)
            message = f"{owner.kind} {owner.name} owns the profile {owner.namespace}, and its mesh lets in users only"
            yield Hit(message, owner.item.origin, namespace=owner.namespace, kind=owner.item.kind, name=name)


def _owners(scene: Scene) -> Iterator[_Owner]:
    """Yield the owner of each profile, once: by the Profile, or else by the owner's binding."""
    declared = set()
    for name, item, owner in profiles(scene):
        declared.add(name)
        yield _Owner(name, str(owner.get("kind", "User")), str(owner.get("name", "")), item)
    for share in shares(scene):
        if share.name == OWNERS and share.namespace not in declared:
            for subject in share.subjects[:1]:
                kind = str(subject.get("kind", "User"))
                yield _Owner(share.namespace, kind, str(subject.get("name", "")), share.item)


def _admitted(rule: AllowRule) -> Iterator[tuple[bool, str]]:
    """Yield the names of groups (true) and of service accounts (false) that a rule lets in."""
    yield from ((True, name) for key in _GROUPS for name in rule.values(key))
    for source in rule.sources:
        for principal in texts(source.get("principals")):
            _, is_account, name = principal.rpartition("/sa/")
            if is_account:
                yield False, name
