"""Sets of permissions taken apart for people: a short list of rules, or sentences where no rules can say it.

A box is what one rule can say: some verbs on some resources in some groups. A set is the union of its boxes. Rules know
"these" and "all" but not "all but", so a box, and with it the set, may have no rule.
"""

import operator
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import reduce
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from generator.access.algebra_diagrams import (
    EVERYTHING,
    GROUP,
    NOTHING,
    VERB,
    Diagram,
    Words,
    ask,
    contains,
    intersection,
    union,
)
from generator.access.algebra_paths import Paths, enclosing, parents
from generator.access.rule import ALL, Rule

#: In the order in which people think of them; others follow by alphabet.
_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")


class Target(Struct, frozen=True):
    """What stands before and after the slash of a resource; no subresource is ``""``."""

    subresources: Words
    resources: Words


class Box(Struct, frozen=True):
    """All combinations of what is selected on each side."""

    groups: Words
    targets: frozenset[Target]
    names: Words
    verbs: Words


class PathBox(Struct, frozen=True):
    """Some verbs on paths that belong to no object, written as in a rule, without the paths that are excepted."""

    paths: frozenset[str]
    excepted: frozenset[str]
    verbs: Words


AnyBox = TypeVar("AnyBox", Box, PathBox)


def boxes(diagram: Diagram) -> list[Box]:
    """Return the boxes of a set in a fixed order, each as general as it gets; what differs in one side is joined."""
    found = [
        Box(groups, frozenset({target}), names, verbs)
        for groups, subresources, resources, names, verbs in _ways_through(diagram, NOTHING, GROUP)
        for target in _targets(subresources, resources)
    ]
    found = _joined(
        found,
        alike=lambda box: (box.groups, box.targets, box.verbs),
        join=lambda same: replace(same[0], names=_any_of(box.names for box in same)),
    )
    found = _joined(
        found,
        alike=lambda box: (box.groups, None if _is_spelled(box) else box.targets, box.names, box.verbs),
        join=lambda same: replace(same[0], targets=frozenset().union(*(box.targets for box in same))),
    )
    found = _joined(
        found,
        alike=lambda box: (box.targets, box.names, box.verbs),
        join=lambda same: replace(same[0], groups=_any_of(box.groups for box in same)),
    )
    return sorted(found, key=_order)


def path_boxes(table: Paths) -> list[PathBox]:
    """Return the boxes of a set of paths: what is longer adds to what is shorter, or else all of it is excepted."""
    found = _joined(
        _added(table) if _only_adds(table) else _apart(table),
        alike=lambda box: (box.excepted, box.verbs),
        join=lambda same: replace(same[0], paths=frozenset().union(*(box.paths for box in same))),
    )
    return sorted(found, key=lambda box: (sorted(box.paths), sorted(box.excepted)))


def rule(box: Box) -> Rule | None:
    """Return the rule that says just this, or ``None`` if RBAC has no way to say it."""
    verbs, groups, names = _listed_verbs(box.verbs), _listed(box.groups), _listed(box.names)
    if verbs is None or groups is None or names is None or not _is_spelled(box):
        return None
    resources = sorted(written for target in box.targets if (written := spelled(target)) is not None)
    return Rule(verbs, groups, tuple(resources), () if box.names == EVERYTHING else names)


def path_rule(box: PathBox) -> Rule | None:
    """Return the rule that says just this, or ``None`` if RBAC has no way to say it."""
    verbs = _listed_verbs(box.verbs)
    return None if box.excepted or verbs is None else Rule(verbs, urls=tuple(sorted(box.paths)))


def verb_order(verb: str) -> tuple[int, str]:
    """Sort verbs as people think of them, others by alphabet."""
    return (_VERBS.index(verb) if verb in _VERBS else len(_VERBS)), verb


def spelled(target: Target) -> str | None:
    """Return a target as rules spell it; ``None`` if they cannot."""
    if target == Target(EVERYTHING, EVERYTHING):
        return ALL
    if target.subresources.all_but or (target.resources.all_but and target.resources.listed):
        return None
    (subresource,) = target.subresources.listed
    if target.resources.all_but:
        return f"{ALL}/{subresource}" if subresource else None
    (resource,) = target.resources.listed
    return f"{resource}/{subresource}" if subresource else resource


def _listed(selection: Words) -> tuple[str, ...] | None:
    """Return a selection as rules list it; ``None`` if they cannot."""
    if selection.all_but:
        return None if selection.listed else (ALL,)
    return tuple(sorted(selection.listed))


def _listed_verbs(verbs: Words) -> tuple[str, ...] | None:
    listed = _listed(verbs)
    return None if listed is None else tuple(sorted(listed, key=verb_order))


def _is_spelled(box: Box) -> bool:
    return all(spelled(target) is not None for target in box.targets)


def _targets(subresources: Words, resources: Words) -> Iterator[Target]:
    """Yield each string by itself, as rules spell it; what excepts strings stays as it is."""
    for subresource in _each(subresources):
        for resource in _each(resources):
            yield Target(subresource, resource)


def _each(selection: Words) -> Iterable[Words]:
    return [selection] if selection.all_but else [Words(frozenset({word})) for word in selection.listed]


def _ways_through(diagram: Diagram, granted: Diagram, axis: int) -> Iterator[tuple[Words, ...]]:
    """Yield boxes, as a selection for each question, that together with *granted* are the diagram.

    What more general boxes grant is not repeated; a string that allows less than all others do is excepted by them.
    Strings that lead to the same go on as one: a rule may name thousands on each side.
    """
    if contains(granted, diagram):
        return
    if axis == VERB and isinstance(diagram, Words) and isinstance(granted, Words):
        yield (_verbs_left(diagram, granted),)
        return
    (default, cases), (granted_default, granted_cases) = ask(diagram, axis), ask(granted, axis)
    excepted = frozenset(word for word, case in cases.items() if not contains(case, default))
    everywhere = reduce(intersection, granted_cases.values(), granted_default)
    for rest in _ways_through(default, everywhere, axis + 1):
        yield (Words(excepted, all_but=True), *rest)
    alike: dict[tuple[Diagram, Diagram], list[str]] = {}
    for word in sorted(cases):
        held = granted_cases.get(word, granted_default)
        alike.setdefault((cases[word], held if word in excepted else union(held, default)), []).append(word)
    for (case, held), words in alike.items():
        for rest in _ways_through(case, held, axis + 1):
            yield (Words(frozenset(words)), *rest)


def _verbs_left(verbs: Words, granted: Words) -> Words:
    """Return the verbs to name besides those granted: "all verbs" says more than "all verbs but get"."""
    return verbs if verbs.all_but else verbs - granted


def _only_adds(table: Paths) -> bool:
    return all(granted <= verbs for _, verbs, granted in _rows(table))


def _rows(table: Paths) -> Iterator[tuple[str, Words, Words]]:
    """Yield each prefix and path as a rule writes it, with its verbs and those of the next shorter prefix."""
    shorter, above = enclosing(table.below), parents(table.exactly, table.below)
    for prefix, verbs in table.below.items():
        yield prefix + ALL, verbs, table.below[shorter[prefix]] if prefix else NOTHING
    for path, verbs in table.exactly.items():
        yield path, verbs, table.below[above[path]]


def _added(table: Paths) -> Iterator[PathBox]:
    for written, verbs, granted in _rows(table):
        if not verbs <= granted:
            yield PathBox(frozenset({written}), frozenset(), _verbs_left(verbs, granted))


def _apart(table: Paths) -> Iterator[PathBox]:
    excepted: dict[str, set[str]] = {prefix: set() for prefix in table.below}
    shorter, above = enclosing(table.below), parents(table.exactly, table.below)
    for prefix in filter(None, table.below):
        excepted[shorter[prefix]].add(prefix + ALL)
    for path in table.exactly:
        excepted[above[path]].add(path)
    for prefix, verbs in table.below.items():
        if verbs:
            yield PathBox(frozenset({prefix + ALL}), frozenset(excepted[prefix]), verbs)
    for path, verbs in table.exactly.items():
        if verbs:
            yield PathBox(frozenset({path}), frozenset(), verbs)


def _joined(
    found: Iterable[AnyBox], alike: Callable[[AnyBox], Hashable], join: Callable[[list[AnyBox]], AnyBox]
) -> list[AnyBox]:
    """Join boxes that differ in one side alone: their union is a box again."""
    together: dict[Hashable, list[AnyBox]] = {}
    for box in found:
        together.setdefault(alike(box), []).append(box)
    return [join(same) if len(same) > 1 else same[0] for same in together.values()]


def _any_of(selections: Iterable[Words]) -> Words:
    """Return the union of many selections; the lists are put together at once."""
    kept = list(selections)
    listed = Words(frozenset().union(*(one.listed for one in kept if not one.all_but)))
    return reduce(operator.or_, (one for one in kept if one.all_but), listed)


def _order(box: Box) -> tuple[object, ...]:
    targets = sorted((_key(target.resources), _key(target.subresources)) for target in box.targets)
    return _key(box.groups), targets, _key(box.names), _key(box.verbs)


def _key(selection: Words) -> tuple[bool, list[str]]:
    return not selection.all_but, sorted(selection.listed)
