"""Nobody who only views a Kubeflow profile is let in to its workloads.

Access management makes the same mesh policy for every contributor, whatever the role. A viewer who reaches a notebook
runs code in it, as the account of the notebook, and so has what editors have. A viewer here is a user to whom bindings
of the namespace give ``roles`` and no other role; let in is whoever a rule names in one of ``headers`` without keeping
it to some requests.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.meshes import allowing
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, name_of, namespace_of

PARAMETERS = {"roles": Words(), "headers": Words()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each policy with each viewer that it lets in."""
    viewers = _viewers(scene, frozenset(parameters["roles"]))
    keys = [f"request.headers[{header.lower()}]" for header in parameters["headers"]]
    for item, _, rules in allowing(scene) if viewers else ():
        namespace, name = namespace_of(item), name_of(item)
        named = [text for rule in rules if not rule.narrows_operations for key in keys for text in rule.values(key)]
        for viewer in sorted(viewers.get(namespace, ())):
            if any(_is_of(text, viewer) for text in named):
                message = f"AuthorizationPolicy {name} lets user {viewer} in, who may only view namespace {namespace}"
                who = f"user:{viewer}"
                yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name, subject=who)


def _viewers(scene: Scene, roles: frozenset[str]) -> dict[str, set[str]]:
    """Return the users, by namespace, who have one of the roles there and no other."""
    viewing: dict[str, set[str]] = {}
    others: dict[str, set[str]] = {}
    for binding in scene.bindings:
        if not binding.namespace:
            continue
        among = viewing if binding.role.name in roles and not binding.role.namespace else others
        for subject in binding.subjects:
            if subject.kind == "User":
                among.setdefault(binding.namespace, set()).add(subject.name)
    return {namespace: users - others.get(namespace, set()) for namespace, users in viewing.items()}


def _is_of(text: str, user: str) -> bool:
    """Tell whether a condition's value means a user: by name, after the prefix of a provider, or by a star."""
    if text.endswith("*"):
        return user.startswith(text[:-1])
    if text.startswith("*"):
        return user.endswith(text[1:])
    return text == user or text.endswith(f":{user}")
