"""No binding gives another role than it did before.

The API server lets nobody change the ``roleRef`` of a binding that is there, so that such a manifest is refused when it
is applied, and the old role stays given. It is asked of what the manifests were, where that is known, and finds nothing
where it is not. A binding of a new name, and one that has come to a new namespace, is another binding.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import RoleKey, parse
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that would have to give another role than the one of its name does."""
    before, _problems = parse(scene.before)
    roles: dict[tuple[str, str], set[RoleKey]] = defaultdict(set)
    for binding in before.bindings:
        roles[binding.namespace, binding.name].add(binding.role)
    for binding in scene.bindings if roles else ():
        were = roles.get((binding.namespace, binding.name))
        if not were or binding.role in were:
            continue
        was = " and ".join(f"{role.kind} {role.name}" for role in sorted(were))
        yield Hit(
            f"{binding.kind} {binding.name} gave {was} and is to give {binding.role.kind} {binding.role.name}, "
            "which the API server refuses",
            binding.origin,
            namespace=binding.namespace,
            kind=binding.kind,
            name=binding.name,
        )
