"""Exact set algebra on permissions: union, intersection, difference, containment and equality.

The universe is open: ``*`` means what is known and what is not, so that an answer still holds when somebody installs
another CustomResourceDefinition. It consists of the requests that the API server makes of URLs: there a resource is one
segment of the path, and has no slash. A value is about one scope, a namespace or the whole cluster; who is bound where
is decided elsewhere. What a single rule matches is what ``matching`` says; property tests hold the two together.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import TypeVar

from msgspec import Struct

from generator.access import algebra_boxes as taking_apart
from generator.access.algebra_diagrams import (
    EVERYTHING,
    GROUP,
    NAME,
    NOTHING,
    RESOURCE,
    SUBRESOURCE,
    Diagram,
    Words,
    branch,
    contains,
    difference,
    intersection,
    meets,
    union,
    verbs,
)
from generator.access.algebra_paths import ALL_PATHS, NO_PATHS, Paths, combined, from_urls
from generator.access.algebra_wording import path_sentence, sentence
from generator.access.request import Request, UrlRequest
from generator.access.rule import ALL, Rule

#: Sets and results that are remembered: thousands of tenants share a handful of roles.
_REMEMBERED = 1024

AnySet = TypeVar("AnySet", Diagram, Paths, "Permissions")

#: A rule, as a value or as a manifest has it.
AnyRule = Rule | Mapping[str, Sequence[str] | None]


class Permissions(Struct, frozen=True):
    """A set of requests that are allowed in one scope.

    Equal sets are equal values with equal hashes, however the rules that they come from were cut, ordered or repeated.
    `of` makes one; ``|``, ``&``, ``-``, ``<=`` and ``<`` mean what they mean for sets.
    """

    resources: Diagram
    paths: Paths

    @staticmethod
    def of(rules: Iterable[AnyRule]) -> "Permissions":
        """Return what a list of rules allows together; the same rules are worked out only once."""
        return _of(frozenset(map(read, rules)))

    def allows(self, request: Request) -> bool:
        """Tell whether a request is in the set. Its namespace does not matter here."""
        if isinstance(request, UrlRequest):
            return request.verb in self.paths.at(request.path)
        answers = (request.group, request.subresource, request.resource, request.name)
        return request.verb in verbs(self.resources, answers)

    def meets(self, other: "Permissions") -> bool:
        """Tell whether the sets have anything in common, without working out what."""
        return meets(self.resources, other.resources) or (
            NO_PATHS not in (self.paths, other.paths) and bool(self & other)
        )

    @staticmethod
    def united(sets: Iterable["Permissions"]) -> "Permissions":
        """Return the union of many sets."""
        return _united(list(sets), operator.or_, NO_PERMISSIONS)

    def rules(self) -> tuple[Rule, ...] | None:
        """Return a short list of rules that denotes exactly this set, in a fixed order.

        ``None`` means that no list of rules does, since the set has an exception: `describe` says which.
        """
        found = [taking_apart.rule(box) for box in taking_apart.boxes(self.resources)]
        found += [taking_apart.path_rule(box) for box in taking_apart.path_boxes(self.paths)]
        rules = tuple(rule for rule in found if rule is not None)
        return rules if len(rules) == len(found) else None

    def describe(self) -> tuple[str, ...]:
        """Say exactly what the set holds, in sentences that may overlap; an empty set has none."""
        return (
            *map(sentence, taking_apart.boxes(self.resources)),
            *map(path_sentence, taking_apart.path_boxes(self.paths)),
        )

    def __repr__(self) -> str:
        return f"Permissions({'; '.join(self.describe())})"

    def __bool__(self) -> bool:
        return self != NO_PERMISSIONS

    def __or__(self, other: "Permissions") -> "Permissions":
        return _either(self, other)

    def __and__(self, other: "Permissions") -> "Permissions":
        return _both(self, other)

    def __sub__(self, other: "Permissions") -> "Permissions":
        return _without(self, other)

    def __le__(self, other: "Permissions") -> bool:
        return _within(self, other)

    def __lt__(self, other: "Permissions") -> bool:
        return self != other and self <= other


NO_PERMISSIONS = Permissions(NOTHING, NO_PATHS)
ALL_PERMISSIONS = Permissions(EVERYTHING, ALL_PATHS)


def read(rule: AnyRule) -> Rule:
    """Return a rule as a value; a field that a manifest leaves out, or leaves empty, is an empty list."""
    if isinstance(rule, Rule):
        return rule
    fields = ("verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs")
    return Rule(*(tuple(rule.get(field) or ()) for field in fields))


def write(rule: Rule) -> dict[str, list[str]]:
    """Return a rule as a manifest has it, without the fields that are empty."""
    fields = {
        "apiGroups": rule.api_groups,
        "resources": rule.resources,
        "resourceNames": rule.resource_names,
        "nonResourceURLs": rule.urls,
        "verbs": rule.verbs,
    }
    return {field: list(words) for field, words in fields.items() if words}


@lru_cache(_REMEMBERED)
def _of(rules: frozenset[Rule]) -> Permissions:
    resources = _united([_resources(rule) for rule in rules], union, NOTHING)
    paths = _united(
        [from_urls(rule.urls, _as_words(rule.verbs)) for rule in rules if rule.urls], _either_paths, NO_PATHS
    )
    return Permissions(resources, paths)


def _united(sets: list[AnySet], either: Callable[[AnySet, AnySet], AnySet], nothing: AnySet) -> AnySet:
    """Return the union of many sets, two by two: one after the other would copy what is there for each rule."""
    while len(sets) > 1:
        sets = [either(*pair) for pair in zip_longest(sets[::2], sets[1::2], fillvalue=nothing)]
    return sets[0] if sets else nothing


@lru_cache(_REMEMBERED)
def _resources(rule: Rule) -> Diagram:
    """Return what one rule allows; a rule without groups, or without resources, allows nothing."""
    named: Diagram = _as_words(rule.verbs)
    if rule.resource_names:
        named = branch(NAME, NOTHING, dict.fromkeys(rule.resource_names, named))
    targets = named if ALL in rule.resources else _subresources(rule.resources, named)
    return targets if ALL in rule.api_groups else branch(GROUP, NOTHING, dict.fromkeys(rule.api_groups, targets))


def _subresources(resources: Sequence[str], named: Diagram) -> Diagram:
    found: dict[str, dict[str, Diagram]] = {}
    for resource, subresource in _split(resources):
        found.setdefault(subresource, {})[resource] = named
    cases = {
        subresource: named if ALL in cases else branch(RESOURCE, NOTHING, cases) for subresource, cases in found.items()
    }
    return branch(SUBRESOURCE, NOTHING, cases)


def _split(resources: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield resources and subresources; what ends in a slash matches no request, since no subresource is empty."""
    for written in resources:
        resource, slash, subresource = written.partition("/")
        if subresource or not slash:
            yield resource, subresource


def _as_words(words: Iterable[str]) -> Words:
    listed = frozenset(words)
    return EVERYTHING if ALL in listed else Words(listed)


def _either_paths(a: Paths, b: Paths) -> Paths:
    return combined(operator.or_, a, b)


@lru_cache(_REMEMBERED)
def _either(a: Permissions, b: Permissions) -> Permissions:
    return Permissions(union(a.resources, b.resources), combined(operator.or_, a.paths, b.paths))


@lru_cache(_REMEMBERED)
def _both(a: Permissions, b: Permissions) -> Permissions:
    return Permissions(intersection(a.resources, b.resources), combined(operator.and_, a.paths, b.paths))


@lru_cache(_REMEMBERED)
def _without(a: Permissions, b: Permissions) -> Permissions:
    return Permissions(difference(a.resources, b.resources), combined(operator.sub, a.paths, b.paths))


@lru_cache(_REMEMBERED)
def _within(a: Permissions, b: Permissions) -> bool:
    return contains(b.resources, a.resources) and combined(operator.sub, a.paths, b.paths) == NO_PATHS
