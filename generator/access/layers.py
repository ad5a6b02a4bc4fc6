"""What a cluster holds once manifests are applied to it: over a snapshot of it, over what every cluster starts with.

The API server puts back its own defaults each time that it starts (``component-helpers/auth/rbac/reconciliation``):
what a default role lacks is added, and what it has too much stays. The annotation
``rbac.authorization.kubernetes.io/autoupdate: "false"`` keeps it off. So a manifest that takes rules out of ``edit``
takes nothing away unless it is protected.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

from msgspec.structs import replace

from generator.access.objects import Binding, Objects, Role, RoleKey
from generator.access.rule import Rule
from generator.problems import Place, Problem

_Written = TypeVar("_Written", Role, Binding)


def layered(defaults: Objects, snapshot: Objects, manifests: Objects) -> Objects:
    """Put the layers over one another. A snapshot shows what is there and replaces a default as a whole."""
    found = _replaced(defaults, snapshot)
    own_roles = {role.key for role in defaults.roles}
    own_bindings = {_key(binding) for binding in defaults.bindings}
    applied = {role.key: role for role in manifests.roles}
    applied_bindings = {_key(binding): binding for binding in manifests.bindings}
    return Objects(
        tuple(_roles_of(found.roles, own_roles, applied)),
        (*_kept(found.bindings, own_bindings, applied_bindings), *manifests.bindings),
    )


def united(objects: Objects) -> tuple[Objects, tuple[Problem, ...]]:
    """Make one of each role that is written twice; which of them the cluster would keep is not known, so all count.

    Both of two bindings of one name stay, for the same reason. The result does not depend on the order of input.
    """
    roles: dict[RoleKey, list[Role]] = {}
    problems: list[Problem] = []
    for role in _in_order(objects.roles, attrgetter("key")):
        written = roles.setdefault(role.key, [])
        if not written:
            written.append(role)
        elif not _says_the_same(written[0], role):
            problems.append(_twice(role.key.kind, role.key, role.origin, written[0].origin))
            written.append(role)
    bindings: dict[RoleKey, Binding] = {}
    ordered = _in_order(objects.bindings, attrgetter("namespace", "name"))
    for binding in ordered:
        other = bindings.setdefault(_key(binding), binding)
        if (other.role, other.subjects) != (binding.role, binding.subjects):
            problems.append(_twice(binding.kind, _key(binding), binding.origin, other.origin))
    return Objects(tuple([combined(*one) for one in roles.values()]), tuple(ordered)), tuple(problems)


def _in_order(written: Iterable[_Written], key: Callable[[_Written], Any]) -> list[_Written]:
    """Sort by a key, and where that is not enough, as hardly ever, by where it is written."""
    given = list(written)
    if len(set(map(key, given))) == len(given):
        return sorted(given, key=key)
    return sorted(given, key=lambda one: (key(one), str(one.origin)))


def combined(first: Role, *others: Role) -> Role:
    """Return the first role with all that the others add to its rules, labels and selectors, in one go."""
    if not others:
        return first
    known = frozenset(first.rules)
    added: dict[Rule, Place] = {}
    for one in others:
        for index, rule in enumerate(one.rules):
            if rule not in known:
                added.setdefault(rule, one.source(index))
    sources = [first.source(i) for i in range(len(first.rules))]
    selectors = [one.selectors for one in (first, *others) if one.selectors is not None]
    labels: dict[str, str] = {}
    for one in (*reversed(others), first):
        labels.update(one.labels)
    return replace(
        first,
        rules=(*first.rules, *added),
        sources=(*sources, *added.values()),
        labels=labels,
        selectors=tuple(dict.fromkeys(chain.from_iterable(selectors))) if selectors else None,
    )


def _says_the_same(one: Role, other: Role) -> bool:
    return (one.rules, one.labels, one.selectors) == (other.rules, other.labels, other.selectors)


def _replaced(lower: Objects, upper: Objects) -> Objects:
    roles = {role.key: role for role in (*lower.roles, *upper.roles)}
    written = {_key(binding) for binding in upper.bindings}
    kept = [binding for binding in lower.bindings if _key(binding) not in written]
    return Objects(tuple(roles.values()), (*kept, *upper.bindings))


def _roles_of(found: Iterable[Role], own: set[RoleKey], applied: dict[RoleKey, Role]) -> Iterator[Role]:
    unwritten = dict(applied)
    for role in found:
        written = unwritten.pop(role.key, None)
        if written is None:
            yield role
        elif role.key in own and not (written.protected or role.protected):
            yield combined(written, role)
        else:
            yield written
    yield from unwritten.values()


def _kept(found: Iterable[Binding], own: set[RoleKey], applied: dict[RoleKey, Binding]) -> Iterator[Binding]:
    """Yield the bindings that manifests do not replace: for a default one, the API server puts its subjects back."""
    for binding in found:
        written = applied.get(_key(binding))
        if written is None or (_key(binding) in own and not (written.protected or binding.protected)):
            yield binding


def _key(binding: Binding) -> RoleKey:
    return RoleKey(binding.namespace, binding.name)


def _twice(kind: str, key: RoleKey, here: Place, first: Place) -> Problem:
    where = f"{key.namespace}/{key.name}" if key.namespace else key.name
    by = "twice here" if here == first else f"here and by {first}"
    return Problem(here, f"{kind} {where} is asked for {by}, differently; keep one of them")
