"""No binding gives a role that nobody can look through.

That is one of the ClusterRoles ``roles``, or one that names ``triples`` or more of API group, resource and verb, all
its rules together; ``*`` counts as one, since it is told by others. The size is said where the role is among the
manifests; Kubeflow's own are elsewhere, and are as large as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from generator.access import Binding, Rule
from generator.rules.memory import Memory
from generator.rules.parameters import Number, Optional, Parameter, Words
from generator.rules.scene import Hit, Scene, called

#: So many triples are counted one by one, since several rules may have the same.
_COUNTED = 20_000

PARAMETERS: Mapping[str, Parameter] = {"roles": Optional(Words()), "triples": Number()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding of such a role."""
    named = frozenset(parameters.get("roles", ()))
    for gifts in scene.alike:
        triples, said = _triples.of(gifts[0].role.rules)
        for binding, role in gifts:
            if triples >= parameters["triples"] or (binding.role.name in named and not role.key.namespace):
                yield _hit(binding, f", which grants {said} triples of group, resource and verb" if triples else "")
    for binding in scene.bindings:
        is_named = binding.role.name in named and not binding.role.namespace
        if is_named and binding.subjects and binding.role not in scene.access.roles:
            yield _hit(binding, ", which is too large to look through")


def _count(rules: Sequence[Rule]) -> tuple[int, str]:
    """Return how many triples there are, and how that is said; of so many that nobody could count them, the most."""
    sides = {tuple(map(frozenset, (rule.api_groups, rule.resources, rule.verbs))) for rule in rules}
    most = sum(prod(map(len, one)) for one in sides)
    if len(sides) > 1 and most > _COUNTED:
        return most, f"up to {most}"
    number = len({one for side in sides for one in product(*side)}) if len(sides) > 1 else most
    return number, str(number)


_triples = Memory(_count)


def _hit(binding: Binding, said: str) -> Hit:
    count = len(binding.subjects)
    whom = str(binding.subjects[0]) if count == 1 else f"{count} subjects"
    message = f"{whom} {'is' if count == 1 else 'are'} given {called(binding)}{said}"
    return Hit(message, binding.origin, namespace=binding.namespace, kind=binding.kind, name=binding.name)
