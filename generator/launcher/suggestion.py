"""Which preset would do in the place of a role: for whoever is told that a role allows too much.

The measure, in four steps, each among what the one before has left:

1. A candidate has the options of which the role grants every rule, and no power (see ``powers``) that the role lacks.
   One that can make workloads, but none with these options, is none; one that makes none and is known by kinds that
   Kubernetes does not have is none for a role that has nothing to do with them.
2. It does the role's work: it creates every workload that the role creates on purpose. Where none does, it creates
   some workload of the role's.
3. Its likeness is the part of the actions that both allow among those that either allows (Jaccard's index). An action
   is a verb on a resource; what a wildcard covers is counted where a candidate, or a rule of the role, names it.
4. Of those about as like as the likest, the smallest wins: least privilege. Then the name decides.

A role that may create anything has no purpose that could be told, and nothing is said of one that nothing is like.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any

from msgspec import Struct

from generator.access import ResourceRequest, Rule
from generator.access.algebra import Permissions, read
from generator.access.matching import allows as matches
from generator.access.rule import ALL
from generator.launcher import preset
from generator.launcher.powers import Resource, allows, created, creates_anything, powers, purposes

#: Below this likeness a candidate is another thing altogether.
LEAST = 0.2
#: What has this part of the greatest likeness is about as like.
ABOUT = 0.8
#: What the API server makes of requests to objects; ``*`` is counted as these.
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
#: What people have is no preset for an account.
_CLASSES = frozenset(preset.CLASSES) - {"human"}

Action = tuple[str, Resource]


class Choice(Struct, frozen=True):
    """An option of a candidate: what it adds, and whether it is on where nothing is said."""

    name: str
    default: bool
    rules: tuple[Rule, ...]


class Candidate(Struct, frozen=True):
    """Rules under a name that could stand in a role's place; *kind* says what they are, as ``launcher preset``."""

    name: str
    kind: str
    rules: tuple[Rule, ...]
    choices: tuple[Choice, ...] = ()


class Suggestion(Struct, frozen=True):
    """What would do in a role's place.

    *options* are those to set, since their default is the other. *beyond* is what the role allows and this does not,
    *adds* what this allows and the role does not. Empty *beyond* means that the role is no wider.
    """

    name: str
    kind: str
    options: tuple[tuple[str, bool], ...]
    rules: tuple[Rule, ...]
    likeness: float
    beyond: Permissions
    adds: Permissions

    @property
    def called(self) -> str:
        """What it is called, with the options to set: ``the launcher preset 'batch-jobs' (volumes: true)``."""
        options = ", ".join(f"{name}: {str(on).lower()}" for name, on in self.options)
        return f"the {self.kind} {self.name!r}" + (f" ({options})" if options else "")

    def describe(self) -> tuple[str, ...]:
        """Say what would do, what the role has beyond it, and what it adds."""
        beyond, adds = "; ".join(self.beyond.describe()), "; ".join(self.adds.describe())
        return (
            f"{self.called} would do",
            *([f"beyond it, the role allows {beyond}"] if beyond else []),
            *([f"it adds {adds}"] if adds else []),
        )


def candidate(name: str, kind: str, rules: Iterable[Mapping[str, Any]]) -> Candidate:
    """Make a candidate of rules as manifests have them, such as those of a tenant's role."""
    return Candidate(name, kind, tuple(map(read, rules)))


@cache
def of_presets() -> tuple[Candidate, ...]:
    """Return the presets for accounts as candidates, those that a role can be recognised by.

    What makes no workload and has no API group of its own, such as a cache in ConfigMaps, could be anything.
    """
    found = [_of_preset(one) for one in preset.every() if one.kind in _CLASSES]
    return tuple([one for one in found if any(map(_is_custom, one.rules)) or _makes(one)])


def _is_custom(rule: Rule) -> bool:
    """Tell whether a rule is about kinds that Kubernetes itself does not have."""
    return any("." in group and not group.endswith(".k8s.io") for group in rule.api_groups)


def _of_preset(one: preset.Preset) -> Candidate:
    choices = [Choice(option.name, option.default, tuple(map(read, option.rules))) for option in one.options]
    return Candidate(one.name, f"{one.kind} preset", tuple(map(read, one.rules)), tuple(choices))


def nearest(rules: Sequence[Rule], candidates: Iterable[Candidate]) -> Suggestion | None:
    """Return the candidate that would do in the place of a role with these rules; ``None`` if none would.

    The order of rules and candidates does not matter.
    """
    return _nearest(frozenset(rules), frozenset(candidates))


class _Fitted(Struct, frozen=True):
    """A candidate with the options that suit a role."""

    candidate: Candidate
    on: frozenset[str]
    rules: tuple[Rule, ...]
    held: Permissions


@lru_cache(256)
def _nearest(rules: frozenset[Rule], candidates: frozenset[Candidate]) -> Suggestion | None:
    return measured(rules, candidates) if may_be_like(rules, candidates) else None


def measured(rules: frozenset[Rule], candidates: frozenset[Candidate]) -> Suggestion | None:
    """Return what :func:`nearest` does, by the four steps, whatever they take."""
    held = Permissions.of(rules)
    if creates_anything(held):
        return None
    able = _able(held, candidates)
    measure = _Measure(rules, held, candidates)
    likeness = {fitted: measure.likeness(fitted) for fitted in able}
    greatest = max(likeness.values(), default=0.0)
    if greatest < LEAST:
        return None
    about = [fitted for fitted, like in likeness.items() if like >= max(LEAST, ABOUT * greatest)]
    best = min(about, key=lambda fitted: (len(_actions(fitted.rules)), fitted.candidate.name, fitted.candidate.kind))
    return _suggestion(best, likeness[best], held)


def may_be_like(rules: frozenset[Rule], candidates: frozenset[Candidate]) -> bool:
    """Tell whether any candidate names enough of the resources of a role; most roles of operators name only their own.

    What a candidate shares with a role without wildcards is among the actions that it names on the role's resources.
    """
    if any(word == ALL or word.startswith(f"{ALL}/") for rule in rules for word in (*rule.api_groups, *rule.resources)):
        return True
    written = _actions(rules)
    shared: Counter[int] = Counter()
    for resource in {resource for _, resource in written}:
        shared.update(_by_resource(candidates).get(resource, {}))
    return any(number >= LEAST * len(written) for number in shared.values())


@lru_cache(16)
def _by_resource(candidates: frozenset[Candidate]) -> Mapping[Resource, Mapping[int, int]]:
    """Count the actions on each resource that each candidate names, whatever its options."""
    found: dict[Resource, Counter[int]] = defaultdict(Counter)
    for number, one in enumerate(candidates):
        for _, resource in _actions(_all_rules(one)):
            found[resource][number] += 1
    return found


def _able(held: Permissions, candidates: Iterable[Candidate]) -> list[_Fitted]:
    """Return the candidates that do the role's work, all of it if any does, and give no power that it lacks."""
    have = powers(held)
    recognised = (_fitted(one, held) for one in candidates if not _is_foreign(one, held))
    fitted = [one for one in recognised if powers(one.held) <= have and not _is_idle(one)]
    work = purposes(held)
    return [one for one in fitted if work <= created(one.held)] or [
        one for one in fitted if created(held) & created(one.held)
    ]


def _fitted(one: Candidate, held: Permissions) -> _Fitted:
    """Turn those options on of which the role has every rule."""
    return _with(one, frozenset(choice.name for choice in one.choices if _allowed(choice.rules) <= held))


@lru_cache(1024)
def _with(one: Candidate, on: frozenset[str]) -> _Fitted:
    rules = (*one.rules, *(rule for choice in one.choices if choice.name in on for rule in choice.rules))
    return _Fitted(one, on, rules, Permissions.of(rules))


@lru_cache(1024)
def _allowed(rules: tuple[Rule, ...]) -> Permissions:
    return Permissions.of(rules)


def _is_idle(one: _Fitted) -> bool:
    return not created(one.held) and bool(_makes(one.candidate))


def _is_foreign(one: Candidate, held: Permissions) -> bool:
    """Tell whether all that a role has in common with a candidate is what anything might need, such as to get pods."""
    marks = _allowed(tuple(filter(_is_custom, one.rules)))
    return bool(marks) and not _makes(one) and not marks.meets(held)


@lru_cache(1024)
def _makes(one: Candidate) -> frozenset[Resource]:
    """Return the workloads that a candidate can create, whatever its options."""
    return created(Permissions.of(_all_rules(one)))


def _all_rules(one: Candidate) -> Iterator[Rule]:
    yield from one.rules
    for choice in one.choices:
        yield from choice.rules


def _suggestion(best: _Fitted, likeness: float, held: Permissions) -> Suggestion:
    one = best.candidate
    changed = [choice for choice in one.choices if (choice.name in best.on) != choice.default]
    options = tuple([(choice.name, not choice.default) for choice in changed])
    return Suggestion(one.name, one.kind, options, best.rules, likeness, held - best.held, best.held - held)


class _Measure:
    """Likeness to one role, over the actions that the role or any candidate names."""

    def __init__(self, rules: frozenset[Rule], held: Permissions, candidates: frozenset[Candidate]) -> None:
        self._held = held
        self._candidates = candidates
        self._written = _actions(rules)
        self._wide = [rule for rule in rules if _has_wildcard(rule)]

    @cached_property
    def _role(self) -> frozenset[Action]:
        """What the role allows; worked out for the first candidate that has enough in common with it."""
        named = _named(self._candidates) if self._wide else ()
        return self._written.union(action for action in named if any(_covers(rule, action) for rule in self._wide))

    def likeness(self, fitted: _Fitted) -> float:
        """Return a number from 0, too little in common, to 1, the same actions; some names alone need just those."""
        actions = _actions(fitted.rules)
        if not actions:
            return 0.0
        shared = {
            (verb, resource)
            for rule in fitted.rules
            for verb, resource in _actions((rule,))
            if allows(self._held, verb, resource, rule.resource_names)
        }
        if len(shared) < LEAST * len(self._written | actions):
            return 0.0  # however much its wildcards cover
        return len(shared) / len(self._role | actions)


@lru_cache(16)
def _named(candidates: frozenset[Candidate]) -> frozenset[Action]:
    """Return the actions that any candidate names."""
    return frozenset[Action]().union(*(_actions(_all_rules(one)) for one in candidates))


@lru_cache(1024)
def _of_rule(rule: Rule) -> frozenset[Action]:
    """Return the actions that a rule names; groups and resources that are wildcards name none."""
    verbs = [*VERBS, *rule.verbs] if ALL in rule.verbs else rule.verbs
    return frozenset(
        (verb, (group, resource))
        for verb in verbs
        for group in rule.api_groups
        for resource in rule.resources
        if ALL not in (verb, group, resource) and not resource.startswith(f"{ALL}/")
    )


def _actions(rules: Iterable[Rule]) -> frozenset[Action]:
    return frozenset[Action]().union(*map(_of_rule, rules))


def _has_wildcard(rule: Rule) -> bool:
    written = (*rule.verbs, *rule.api_groups, *rule.resources)
    return any(word == ALL or word.startswith(f"{ALL}/") for word in written)


def _covers(rule: Rule, action: Action) -> bool:
    """Tell whether a rule allows an action on anything, be it on some names alone."""
    verb, (group, written) = action
    resource, _, subresource = written.partition("/")
    name = rule.resource_names[0] if rule.resource_names else ""
    return matches(rule, ResourceRequest(verb, group, resource, subresource, name))
