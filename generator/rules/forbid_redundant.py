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
from itertools import islice
from typing import Any

from generator.access import Role, Rule, Subject
from generator.access.algebra import NO_PERMISSIONS, Permissions
from generator.rules import scopes
from generator.rules.parameters import Word
from generator.rules.scene import Gift, Hit, Scene, called, written

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
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    for subject, by_scope in given.items():
        wide = by_scope.get("", [])
        for scope, gifts in by_scope.items():
            base = wide if scope else []
            if len(gifts) + len(base) == 1:
                continue
            others = [*gifts, *base]
            key = (bool(scope), len(base), *(id(gift.role.rules) for gift in (*base, *gifts)))
            if key not in known:
                known[key] = _needless_gifts(gifts, base)
            for index in known[key]:
                yield _of_binding(subject, gifts[index], others)


def _needless_gifts(gifts: Sequence[Gift], base: Sequence[Gift]) -> tuple[int, ...]:
    """Return the gifts of one scope that give nothing to whoever has the others and the base."""
    is_in_namespace = bool(gifts[0].binding.namespace)
    parts = [_held(gift.role.rules, in_namespace=is_in_namespace) for gift in gifts]
    below = _joined([_held(gift.role.rules, in_namespace=is_in_namespace) for gift in base])
    return _needless(parts, below)


@lru_cache(_REMEMBERED)
def _held(rules: _Rules, *, in_namespace: bool) -> Permissions:
    held = Permissions.of(rules)
    return held & scopes.of_role_bindings() if in_namespace else held


def _needless(parts: Sequence[Permissions], base: Permissions = NO_PERMISSIONS) -> tuple[int, ...]:
    """Return those of some parts that the others hold without them, all together, beside a base."""
    first = {part: index for index, part in reversed([*enumerate(parts)]) if part}
    found = [index for index, part in enumerate(parts) if part and first[part] != index]
    different = sorted(first.values())
    before = [base]
    for index in different:
        before.append(before[-1] | parts[index])
    kept = NO_PERMISSIONS
    for index, others in zip(reversed(different), before[-2::-1], strict=True):
        if parts[index] <= others | kept:
            found.append(index)
        else:
            kept |= parts[index]
    return tuple(sorted(found))


def _joined(parts: Sequence[Permissions]) -> Permissions:
    found = NO_PERMISSIONS
    for part in parts:
        found |= part
    return found


def _of_binding(subject: Subject, gift: Gift, others: Sequence[Gift]) -> Hit:
    binding = gift.binding
    where = f"in namespace {binding.namespace}" if binding.namespace else "in the whole cluster"
    shown = [*islice((one.binding for one in others if one.binding is not binding), _SHOWN)]
    more = [f"and {len(others) - 1 - _SHOWN} more"] if len(others) - 1 > _SHOWN else []
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
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        if rule.urls or "*" in rule.api_groups or any(one.startswith("*") for one in rule.resources):
            return len(rules) > 1
        named = {(group, resource) for group in rule.api_groups for resource in rule.resources}
        if not seen.isdisjoint(named):
            return True
        seen |= named
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
        chain=(f"rule: {'; '.join(Permissions.of([rule]).describe())}",),
    )


_CASES: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {"bindings": _bindings, "rules": _rules}

PARAMETERS = {"case": Word(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield what could be taken away and would change nothing."""
    return _CASES[parameters["case"]](scene)
