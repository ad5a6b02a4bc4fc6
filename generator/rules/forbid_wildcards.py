"""No role that is given to anybody has ``*`` in one of ``fields``.

A wildcard is what RBAC reads as one: ``*``, among resources also ``*/token``, among URLs also ``/*``. ``pods/*`` is
the literal name of a subresource and covers nothing; ``*`` among resource names is a name. The cause is the rule of
the role; where the role is Kubernetes' own, the binding that gives it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Binding, Role, Rule
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, called, chain

_FIELDS = {
    "verbs": lambda rule: "*" in rule.verbs,
    "apiGroups": lambda rule: "*" in rule.api_groups,
    "resources": lambda rule: any(resource == "*" or resource.startswith("*/") for resource in rule.resources),
    "nonResourceURLs": lambda rule: not {"*", "/*"}.isdisjoint(rule.urls),
}

PARAMETERS = {"fields": Words(tuple(_FIELDS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each rule with a wildcard, once for however many it is bound to."""
    judged: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
    seen: set[object] = set()
    for binding, role in scene.gifts:
        if id(role.rules) not in judged:
            judged[id(role.rules)] = [*_wild(role, parameters["fields"])]
        built_in = []
        for index, fields in judged[id(role.rules)]:
            if scene.is_built_in(role, index):
                built_in.append((index, fields))
                continue
            cause = (role.rules[index], role.source(index), None if role.selectors is not None else role.key)
            if cause not in seen:
                seen.add(cause)
                yield _written(binding, role, index, fields)
        if built_in:
            yield _bound(binding, role, built_in)


def _wild(role: Role, fields: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for index, rule in enumerate(role.rules):
        found = tuple([field for field in fields if _FIELDS[field](rule)])
        if found:
            yield index, found


def _written(binding: Binding, role: Role, index: int, fields: tuple[str, ...]) -> Hit:
    message = f"{role.key.kind} {role.key.name} has a wildcard in {' and '.join(fields)} of {_shown(role.rules[index])}"
    return Hit(
        message,
        role.source(index),
        namespace=role.key.namespace,
        kind=role.key.kind,
        name=role.key.name,
        chain=chain(binding, role, [index]),
    )


def _bound(binding: Binding, role: Role, found: list[tuple[int, tuple[str, ...]]]) -> Hit:
    fields = dict.fromkeys(field for _, fields in found for field in fields)
    message = f"{called(binding)} gives a role that has a wildcard in {' and '.join(fields)}"
    steps = chain(binding, role, [index for index, _ in found])
    return Hit(message, binding.origin, namespace=binding.namespace, kind=binding.kind, name=binding.name, chain=steps)


def _shown(rule: Rule) -> str:
    about = rule.urls or rule.resources
    return f"its rule about {', '.join(about)}"
