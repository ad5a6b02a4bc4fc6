"""Nobody who only views a Kubeflow profile is let in to its workloads.

Access management makes the same mesh policy for every contributor, whatever the role. A viewer who reaches a notebook
runs code in it, as the account of the notebook, and so has what editors have. A viewer here is a user to whom bindings
of the namespace give ``roles`` and no other role; let in is whoever a rule names in one of ``headers`` without keeping
it to some requests.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.rules.meshes import allowing
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, name_of, namespace_of

#: Of many viewers that one policy lets in, so many are told one by one.
_TOLD = 100

PARAMETERS = {"roles": Words(), "headers": Words()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each policy with each viewer that it lets in."""
    viewers = {name: _Users(users) for name, users in _viewers(scene, frozenset(parameters["roles"])).items() if users}
    keys = [f"request.headers[{header.lower()}]" for header in parameters["headers"]]
    for item, _, rules in allowing(scene) if viewers else ():
        namespace, name = namespace_of(item), name_of(item)
        named = [text for rule in rules if not rule.narrows_operations for key in keys for text in rule.values(key)]
        found = sorted(viewers[namespace].meant(named)) if namespace in viewers else []
        for viewer in found[:_TOLD]:
            message = f"AuthorizationPolicy {name} lets user {viewer} in, who may only view namespace {namespace}"
            who = f"user:{viewer}"
            yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name, subject=who)
        if len(found) > _TOLD:
            more = f"{len(found) - _TOLD} more users in, who may only view namespace {namespace}"
            message = f"AuthorizationPolicy {name} lets {more}"
            yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name)


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


class _Users:
    """The users of a namespace, so that whom a text means is found without a look at each."""

    def __init__(self, users: Iterable[str]) -> None:
        self._users = frozenset(users)
        self._sorted = sorted(self._users)
        self._backwards = sorted(user[::-1] for user in self._users)
        self._colons = sorted({user.count(":") for user in self._users})

    def meant(self, texts: Iterable[str]) -> set[str]:
        """Return whom the values of a condition mean: by name, after the prefix of a provider, or by a star."""
        return {user for text in dict.fromkeys(texts) for user in self._of(text)}

    def _of(self, text: str) -> Iterable[str]:
        if text.endswith("*"):
            return _starting(self._sorted, text[:-1])
        if text.startswith("*"):
            return (user[::-1] for user in _starting(self._backwards, text[:0:-1]))
        after = (text.split(":", text.count(":") - more)[-1] for more in self._colons if text.count(":") > more)
        return self._users.intersection((text, *after))


def _starting(words: Sequence[str], start: str) -> Iterator[str]:
    """Yield those of some sorted words that start so."""
    for index in range(bisect_left(words, start), len(words)):
        if not words[index].startswith(start):
            return
        yield words[index]
