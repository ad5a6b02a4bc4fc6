"""Who may do everything: in a namespace, or in the whole cluster."""

from generator.access import Rule, Subject
from generator.access.algebra import Permissions
from generator.rules import scopes
from generator.rules.scene import Scene

_EVERYTHING = Rule(("*",), ("*",), ("*",))


def holders(scene: Scene) -> frozenset[Subject]:
    """Return those to whom one role gives everything that can be given where it is bound."""
    return scene.answer(_holders)


def _holders(scene: Scene) -> frozenset[Subject]:
    everything = Permissions.of([_EVERYTHING])
    found: set[Subject] = set()
    for gifts in scene.alike:
        wanted = everything & scopes.of_role_bindings() if gifts[0].binding.namespace else everything
        if wanted <= Permissions.of(gifts[0].role.rules):
            found.update(subject for gift in gifts for subject in gift.binding.subjects)
    return frozenset(found)
