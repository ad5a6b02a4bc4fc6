"""Nobody is granted everything: every verb on every resource of every API group.

In a namespace, everything that can be granted there. It does not matter whether one rule says so or several together.
All else that such a grant breaks is told with it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Rule
from generator.access.algebra import Permissions
from generator.rules import scopes
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, called, chain, keys, written

PARAMETERS: Mapping[str, Parameter] = {}

_EVERYTHING = Rule(("*",), ("*",), ("*",))


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that gives a subject everything."""
    everything = Permissions.of([_EVERYTHING])
    for gifts in scene.alike:
        wanted = everything & scopes.of_role_bindings() if gifts[0].binding.namespace else everything
        if not wanted <= Permissions.of(gifts[0].role.rules):
            continue
        indices = tuple(range(len(gifts[0].role.rules)))
        for binding, role in gifts:
            steps, rules = chain(binding, role, indices), keys(role, indices)
            where = f"in namespace {binding.namespace}" if binding.namespace else "in the whole cluster"
            for subject in binding.subjects:
                yield Hit(
                    f"{subject} may do everything {where}, by {called(binding)}",
                    binding.origin,
                    namespace=binding.namespace,
                    kind=binding.kind,
                    name=binding.name,
                    subject=written(subject),
                    chain=steps,
                    rules=rules,
                    breadth=2,
                )
