"""No binding gives a role that nobody can look through.

That is one of the ClusterRoles ``roles``, or one that names ``triples`` or more of API group, resource and verb, all
its rules together; ``*`` counts as one, since it is told by others. The size is said where the role is among the
manifests; Kubeflow's own are elsewhere, and are as large as they are.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from generator.access import Binding, Role
from generator.rules.parameters import Number, Optional, Parameter, Words
from generator.rules.scene import Hit, Scene, called

PARAMETERS: Mapping[str, Parameter] = {"roles": Optional(Words()), "triples": Number()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding of such a role."""
    named = frozenset(parameters.get("roles", ()))
    for gifts in scene.alike:
        triples = _triples(gifts[0].role)
        for binding, role in gifts:
            if triples >= parameters["triples"] or (binding.role.name in named and not role.key.namespace):
                yield _hit(binding, f", which grants {triples} triples of group, resource and verb" if triples else "")
    for binding in scene.bindings:
        is_named = binding.role.name in named and not binding.role.namespace
        if is_named and binding.subjects and binding.role not in scene.access.roles:
            yield _hit(binding, ", which is too large to look through")


def _triples(role: Role) -> int:
    return len({one for rule in role.rules for one in product(rule.api_groups, rule.resources, rule.verbs)})


def _hit(binding: Binding, said: str) -> Hit:
    count = len(binding.subjects)
    whom = str(binding.subjects[0]) if count == 1 else f"{count} subjects"
    message = f"{whom} {'is' if count == 1 else 'are'} given {called(binding)}{said}"
    return Hit(message, binding.origin, namespace=binding.namespace, kind=binding.kind, name=binding.name)
