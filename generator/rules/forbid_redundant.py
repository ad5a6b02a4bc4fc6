"""Nothing is granted that is granted already: the parameter ``case`` says where.

``bindings``: what a binding gives a subject in a namespace is held there by its other bindings, those of the whole
cluster among them; in the whole cluster only those count that hold there. What comes by groups does not count, since
who is in one changes elsewhere. ``rules``: a rule of a role is contained in the role's others; what an aggregated role
gathers and what Kubernetes itself wrote is left out. All that is told can be taken away together: of two that are
equal, it is the later one. What grants nothing at all is no question of this.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from generator.access import Role, Rule, Subject
from generator.access.algebra import NO_PERMISSIONS, Permissions
from generator.rules import scopes
from generator.rules.halves import Halves
from generator.rules.parameters import Word
from generator.rules.scene import Gift, Hit, Scene, called, shortened, written

#: Of many other bindings, so many are named in the chain.
_SHOWN = 8
#: Thousands of tenants share a handful of roles.
_REMEMBERED = 1024

_Rules = tuple[Rule, ...]
#: What a subject is given, by scope; the empty one is the whole cluster.
_Given = dict[str, list[Gift]]


def _bindings(scene: Scene) -> Iterator[Hit]:
    given: dict[Subject, _Given] = defaultdict(dict)
    for gift in scene.gifts:
        for subject in gift.binding.subjects:
            given[subject].setdefault(gift.binding.namespace, []).append(gift)
    bases: dict[tuple[int, ...], Permissions] = {}
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    for subject, by_scope in given.items():
        wide = by_scope.get("", [])
        below = _base(wide, bases) if len(by_scope) > 1 else NO_PERMISSIONS
        for scope, gifts in by_scope.items():
            base = wide if scope else []
            if len(gifts) + len(base) == 1:
                continue
            beside = below if scope and wide else NO_PERMISSIONS
            key = (bool(scope), id(beside), *(id(gift.role.rules) for gift in gifts))
            if key not in known:
                parts = [_held(gift.role.rules, in_namespace=bool(scope)) for gift in gifts]
                known[key] = _needless(parts, beside)
            for index in known[key]:
                yield _of_binding(subject, gifts[index], gifts, base)


def _base(wide: Sequence[Gift], known: dict[tuple[int, ...], Permissions]) -> Permissions:
    """Return what those who are given something in the whole cluster have in each namespace."""
    key = tuple([id(gift.role.rules) for gift in wide])
    if key not in known:
        known[key] = Permissions.united(_held(gift.role.rules, in_namespace=True) for gift in wide)
    return known[key]


@lru_cache(_REMEMBERED)
def _held(rules: _Rules, *, in_namespace: bool) -> Permissions:
    held = Permissions.of(rules)
    return held & scopes.of_role_bindings() if in_namespace else held


def _needless(parts: Sequence[Permissions], base: Permissions = NO_PERMISSIONS) -> tuple[int, ...]:
    """Return those of some parts that the others hold without them, all together, beside a base."""
    first = {part: index for index, part in reversed([*enumerate(parts)]) if part}
    found = [index for index, part in enumerate(parts) if part and first[part] != index]
    different = sorted(first.values())
    if different:
        sets = Halves([parts[index] for index in different])
        found += [different[index] for index in _taken(sets, base & sets.held)[0]]
    return tuple(sorted(found))


def _taken(sets: Halves, beside: Permissions) -> tuple[list[int], Permissions]:
    """Return which of some sets the others and what is beside them hold, the last first, and the union of the rest.

    What is beside sets is cut down to what they hold, so that all that is looked at is as large as they are.
    """
    if not sets.halves:
        return ([sets.first], NO_PERMISSIONS) if sets.held <= beside else ([], sets.held)
    earlier, later = sets.halves
    taken, kept = _taken(later, (beside & later.held) | (earlier.held & later.held))
    more, rest = _taken(earlier, (beside & earlier.held) | (kept & earlier.held))
    return [*taken, *more], kept | rest


def _of_binding(subject: Subject, gift: Gift, gifts: Sequence[Gift], base: Sequence[Gift]) -> Hit:
    binding = gift.binding
    where = f"in namespace {binding.namespace}" if binding.namespace else "in the whole cluster"
    shown = [*islice((one.binding for one in chain(gifts, base) if one.binding is not binding), _SHOWN)]
    others = len(gifts) + len(base) - 1
    more = [f"and {others - _SHOWN} more"] if others > _SHOWN else []
    return Hit(
        f"{called(binding)} gives {subject} nothing {where} that others do not give it already",
        binding.origin,
        namespace=binding.namespace,
        kind=binding.kind,
        name=binding.name,
        subject=written(subject),
        chain=(
            f"{called(binding)} ({binding.origin})",
            *(f"beside {called(one)} ({one.origin})" for one in shown),
            *more,
        ),
    )


def _rules(scene: Scene) -> Iterator[Hit]:
    for roles in scene.written_roles:
        rules = roles[0].rules
        for index in _needless([Permissions.of([rule]) for rule in rules]) if _may_repeat(rules) else ():
            yield from (_of_rule(role, index) for role in roles if not scene.is_built_in(role, index))


def _may_repeat(rules: _Rules) -> bool:
    """Tell whether two rules may be about the same; without a wildcard, that takes a resource that stands in both."""
    seen: set[str] = set()
    for rule in rules:
        if rule.urls or "*" in rule.api_groups or any(one.startswith("*") for one in rule.resources):
            return len(rules) > 1
        if not seen.isdisjoint(rule.resources):
            return True
        seen.update(rule.resources)
    return False


def _of_rule(role: Role, index: int) -> Hit:
    rule = role.rules[index]
    about = ", ".join(rule.urls or rule.resources)
    return Hit(
        f"{role.key.kind} {role.key.name} allows nothing by its rule {index + 1}, about {about}, "
        "that its others do not allow already",
        role.source(index),
        namespace=role.key.namespace,
        kind=role.key.kind,
        name=role.key.name,
        chain=(f"rule: {shortened('; '.join(Permissions.of([rule]).describe()))}",),
    )


_CASES: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {"bindings": _bindings, "rules": _rules}

PARAMETERS = {"case": Word(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield what could be taken away and would change nothing."""
    return _CASES[parameters["case"]](scene)
