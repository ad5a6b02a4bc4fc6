"""No role that is given to anybody has ``*`` in one of ``fields``.

A wildcard is what RBAC reads as one: ``*``, among resources also ``*/token``, among URLs also ``/*``. ``pods/*`` is
the literal name of a subresource and covers nothing; ``*`` among resource names is a name. The cause is the rule of
the role; where the role is Kubernetes' own, the binding that gives it. What such a rule grants is told with it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access import Role, Rule
from generator.finding import REACHES
from generator.rules.parameters import Words
from generator.rules.scene import Gift, Hit, RuleKey, Scene, called, chain, written

_FIELDS = {
    "verbs": lambda rule: "*" in rule.verbs,
    "apiGroups": lambda rule: "*" in rule.api_groups,
    "resources": lambda rule: any(resource == "*" or resource.startswith("*/") for resource in rule.resources),
    "nonResourceURLs": lambda rule: not {"*", "/*"}.isdisjoint(rule.urls),
}
#: Whom a rule is given to is told for so many.
_SHOWN = 8

PARAMETERS = {"fields": Words(tuple(_FIELDS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each rule with a wildcard, once for however many it is bound to."""
    causes: dict[object, tuple[int, tuple[str, ...], list[Gift], set[RuleKey]]] = {}
    for gifts in scene.alike:
        wild = [*_wild(gifts[0].role, parameters["fields"])]
        for gift in gifts if wild else ():
            role = gift.role
            built_in = []
            for index, fields in wild:
                if scene.is_built_in(role, index):
                    built_in.append((index, fields))
                    continue
                key = (role.rules[index], role.source(index), None if role.selectors is not None else role.key)
                _, _, given, rules = causes.setdefault(key, (index, fields, [], set()))
                given.append(gift)
                rules.add((role.key, index))
            if built_in:
                yield _bound(gift, built_in)
    for index, fields, given, rules in causes.values():
        yield _written(scene, index, fields, given, frozenset(rules))


def _wild(role: Role, fields: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for index, rule in enumerate(role.rules):
        found = tuple([field for field in fields if _FIELDS[field](rule)])
        if found:
            yield index, found


def _written(scene: Scene, index: int, fields: tuple[str, ...], given: list[Gift], rules: frozenset[RuleKey]) -> Hit:
    order = sorted(given, key=lambda gift: (gift.binding.namespace, gift.binding.name))
    binding, role = order[0]
    message = f"{role.key.kind} {role.key.name} has a wildcard in {' and '.join(fields)} of {_shown(role.rules[index])}"
    return Hit(
        message,
        role.source(index),
        namespace=role.key.namespace,
        kind=role.key.kind,
        name=role.key.name,
        chain=(*chain(binding, role, [index]), *_holders(order)),
        reach=min((scene.reach(gift.binding.namespace) for gift in given), key=REACHES.index),
        rules=rules,
        breadth=1,
    )


def _bound(gift: Gift, found: list[tuple[int, tuple[str, ...]]]) -> Hit:
    binding, role = gift
    fields = dict.fromkeys(field for _, fields in found for field in fields)
    indices = [index for index, _ in found]
    return Hit(
        f"{called(binding)} gives a role that has a wildcard in {' and '.join(fields)}",
        binding.origin,
        namespace=binding.namespace,
        kind=binding.kind,
        name=binding.name,
        chain=(*chain(binding, role, indices), *_holders([gift])),
        rules=frozenset((role.key, index) for index in indices),
        breadth=1,
    )


def _holders(gifts: list[Gift]) -> Iterator[str]:
    """Say who has it, and where; of many, the first."""
    found = [
        f"given to {written(subject)}, {_where(gift.binding.namespace)}"
        for gift in gifts
        for subject in gift.binding.subjects
    ]
    yield from found[:_SHOWN]
    if len(found) > _SHOWN:
        yield f"given to {len(found) - _SHOWN} more"


def _where(namespace: str) -> str:
    return f"in namespace {namespace}" if namespace else "in the whole cluster"


def _shown(rule: Rule) -> str:
    about = rule.urls or rule.resources
    return f"its rule about {', '.join(about)}"
