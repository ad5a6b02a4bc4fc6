"""No role that is given to anybody has ``*`` in one of ``fields``.

A wildcard is what RBAC reads as one: ``*``, among resources also ``*/token``, among URLs also ``/*``. ``pods/*`` is
the literal name of a subresource and covers nothing; ``*`` among resource names is a name. The cause is the rule of
the role; where the role is Kubernetes' own, the binding that gives it. What such a rule grants is told with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct

from generator.access import Role, RoleKey, Rule
from generator.finding import REACHES
from generator.rules.memory import Memory
from generator.rules.parameters import Words
from generator.rules.scene import Gift, Hit, Scene, called, chain, keys, standing_for, written

#: Gifts of one role, or of roles that were put together from the same.
_Given = tuple[Gift, ...]

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
    causes: dict[object, tuple[tuple[str, ...], list[tuple[int, _Given]]]] = {}
    for gifts in scene.alike:
        wild = [*_wild(gifts[0].role, parameters["fields"])]
        for given in _apart(gifts) if wild else ():
            role = given[0].role
            built_in = []
            for index, fields in wild:
                if scene.is_built_in(role, index):
                    built_in.append((index, fields))
                    continue
                key = (role.rules[index], role.source(index), None if role.selectors is not None else role.key)
                causes.setdefault(key, (fields, []))[1].append((index, given))
            fields_found = tuple(dict.fromkeys(field for _, fields in built_in for field in fields))
            indices = tuple([index for index, _ in built_in])
            for gift in given if built_in else ():
                yield _bound(gift, fields_found, indices)
    summed = Memory(_sum)
    for fields, some in causes.values():
        yield _written(fields, [(index, summed.of(scene, given)) for index, given in some])


def _apart(gifts: Sequence[Gift]) -> Iterable[_Given]:
    """Return gifts of the same rules by whose they are: of one role, or of what was gathered in the same places."""
    found: dict[object, list[Gift]] = defaultdict(list)
    for gift in gifts:
        role = gift.role
        found[role.key if role.selectors is None else id(role.sources)].append(gift)
    return map(tuple, found.values())


def _wild(role: Role, fields: list[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for index, rule in enumerate(role.rules):
        found = tuple([field for field in fields if _FIELDS[field](rule)])
        if found:
            yield index, found


class _Sum(Struct, frozen=True):
    """What is told of those who are given a rule: the first of them, how many they are, and how far that reaches."""

    first: tuple[Gift, ...]
    number: int
    reach: str
    roles: frozenset[RoleKey]


def _sum(scene: Scene, given: _Given) -> _Sum:
    order = sorted(given, key=lambda gift: _by_binding((gift, 0))) if len(given) > 1 else given
    reach = min((scene.reach(gift.binding.namespace) for gift in given), key=REACHES.index)
    count = sum(len(gift.binding.subjects) for gift in given)
    return _Sum(tuple(order[:_SHOWN]), count, reach, frozenset(standing_for(gift.role).key for gift in given))


def _by_binding(one: tuple[Gift, int]) -> tuple[str, str]:
    binding = one[0].binding
    return binding.namespace, binding.name


def _written(fields: tuple[str, ...], given: Sequence[tuple[int, _Sum]]) -> Hit:
    order = [(gift, index) for index, one in given for gift in one.first]
    order.sort(key=_by_binding)
    (binding, role), index = order[0]
    message = f"{role.key.kind} {role.key.name} has a wildcard in {' and '.join(fields)} of {_shown(role.rules[index])}"
    return Hit(
        message,
        role.source(index),
        namespace=role.key.namespace,
        kind=role.key.kind,
        name=role.key.name,
        chain=(
            *chain(binding, role, (index,)),
            *_holders((gift for gift, _ in order), sum(one.number for _, one in given)),
        ),
        reach=min((one.reach for _, one in given), key=REACHES.index),
        rules=frozenset([(key, index) for index, one in given for key in one.roles]),
        breadth=1,
    )


def _bound(gift: Gift, fields: tuple[str, ...], indices: tuple[int, ...]) -> Hit:
    binding, role = gift
    return Hit(
        f"{called(binding)} gives a role that has a wildcard in {' and '.join(fields)}",
        binding.origin,
        namespace=binding.namespace,
        kind=binding.kind,
        name=binding.name,
        chain=(*chain(binding, role, indices), *_holders([gift], len(binding.subjects))),
        rules=keys(role, indices),
        breadth=1,
    )


def _holders(gifts: Iterable[Gift], count: int) -> Iterator[str]:
    """Say who has it, and where; of many, the first."""
    found = (
        f"given to {written(subject)}, {_where(gift.binding.namespace)}"
        for gift in gifts
        for subject in gift.binding.subjects
    )
    yield from islice(found, _SHOWN)
    if count > _SHOWN:
        yield f"given to {count - _SHOWN} more"


def _where(namespace: str) -> str:
    return f"in namespace {namespace}" if namespace else "in the whole cluster"


def _shown(rule: Rule) -> str:
    about = rule.urls or rule.resources
    return f"its rule about {', '.join(about)}"
