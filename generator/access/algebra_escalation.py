"""The API server's escalation check: whether whoever writes a role or a binding already holds what it grants.

It compares texts, not sets, as ``auth/rbac/validation/policy_comparator.go`` of component-helpers does; the compaction
is that of ``policy_compact.go``, the wording that of ``escalation_check.go``. What is asked for is broken down into
rules of one verb, one group, one resource and at most one name, and each of them must be covered by a single rule that
is held. Only ``*`` covers ``*``.

This is not the containment of `Permissions`, though over an open universe both give the same answer wherever a rule
matches any request at all. They differ on rules that match none: whoever grants ``pods/`` must hold that very text.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache

from generator.access.algebra import AnyRule, read
from generator.access.matching import allows
from generator.access.objects import GROUP
from generator.access.request import ResourceRequest
from generator.access.rule import ALL, Rule

Texts = tuple[str, ...]


def may_write(
    held: Iterable[AnyRule], asked: Iterable[AnyRule], *, resource: str = "clusterroles", name: str = ""
) -> tuple[bool, tuple[Rule, ...]]:
    """Tell whether whoever holds rules may write a role with the rules asked for, and list what is missing.

    The verb ``escalate`` on the role excuses from holding them, and so does the group ``system:masters``, which is not
    looked at here; nor is an aggregationRule, for which one must hold everything. A request that creates a role has
    no *name*. *held* is what is held where the role lies: in its namespace, or cluster-wide for a ClusterRole.
    """
    return _unless_excused("escalate", tuple(map(read, held)), asked, resource, name)


def may_bind(
    held: Iterable[AnyRule], asked: Iterable[AnyRule], *, resource: str, name: str
) -> tuple[bool, tuple[Rule, ...]]:
    """Tell the same of binding a role that has the rules asked for: the verb is ``bind``, on the role itself."""
    return _unless_excused("bind", tuple(map(read, held)), asked, resource, name)


def _unless_excused(
    verb: str, held: tuple[Rule, ...], asked: Iterable[AnyRule], resource: str, name: str
) -> tuple[bool, tuple[Rule, ...]]:
    excuse = ResourceRequest(verb, GROUP, resource, name=name)
    return (True, ()) if any(allows(rule, excuse) for rule in held) else covers(held, asked)


def covers(held: Iterable[AnyRule], asked: Iterable[AnyRule]) -> tuple[bool, tuple[Rule, ...]]:
    """Tell whether rules that are held cover those that are asked for, and list what is missing.

    The missing rules are broken down and stand in the order of the asked ones, as often as they are asked for;
    `missing_lines` says them as the API server does.
    """
    held_verbs = _verbs_held(tuple(map(read, held)))
    missing = []
    for rule in map(read, asked):
        for atom in broken_down(rule):
            found = held_verbs(atom.api_groups, atom.resources, atom.resource_names, atom.urls)
            if ALL not in found and atom.verbs[0] not in found:
                missing.append(atom)
    return not missing, tuple(missing)


def broken_down(rule: Rule) -> Iterator[Rule]:
    """Break a rule down into rules that name one thing of each kind; no resource names stay none."""
    names: list[Texts] = [(name,) for name in rule.resource_names] or [()]
    for group in rule.api_groups:
        for resource in rule.resources:
            for verb in rule.verbs:
                for name in names:
                    yield Rule((verb,), (group,), (resource,), name)
    for url in rule.urls:
        for verb in rule.verbs:
            yield Rule((verb,), urls=(url,))


def missing_lines(missing: Iterable[Rule]) -> tuple[str, ...]:
    """Return the lines in which the API server lists what is missing, sorted.

    The verbs of one resource stand together, as often as they are asked for. URLs keep a line for each verb.
    """
    verbs: dict[Rule, tuple[str, ...]] = {}
    for rule in missing:
        place = rule if rule.urls else replace(rule, verbs=())
        verbs[place] = rule.verbs if rule.urls else verbs.get(place, ()) + rule.verbs
    return tuple(sorted({_line(place, listed) for place, listed in verbs.items()}))


def _line(rule: Rule, verbs: tuple[str, ...]) -> str:
    parts = {
        "APIGroups": rule.api_groups,
        "Resources": rule.resources,
        "NonResourceURLs": rule.urls,
        "ResourceNames": rule.resource_names,
        "Verbs": verbs,
    }
    return "{" + ", ".join(f"{name}:[{_quoted(words)}]" for name, words in parts.items() if words) + "}"


def _quoted(words: Iterable[str]) -> str:
    return " ".join(json.dumps(word, ensure_ascii=False) for word in words)


def _verbs_held(held: tuple[Rule, ...]) -> Callable[[Texts, Texts, Texts, Texts], frozenset[str]]:
    """Return a function that gives the verbs which are held on what one broken-down rule names.

    Such a rule has one verb, so to ask which rule covers it all is to ask for the verbs of those that cover the rest.
    """

    @cache
    def verbs(groups: Texts, resources: Texts, names: Texts, urls: Texts) -> frozenset[str]:
        return frozenset(
            verb
            for rule in held
            if (ALL in rule.api_groups or set(groups) <= set(rule.api_groups))
            and all(_covers_resource(rule, resource) for resource in resources)
            and (not rule.resource_names or (names and set(names) <= set(rule.resource_names)))
            and all(_covers_url(rule, url) for url in urls)
            for verb in rule.verbs
        )

    return verbs


def _covers_resource(rule: Rule, resource: str) -> bool:
    """Match as texts. What follows the *first* slash is the subresource here."""
    _, slash, subresource = resource.partition("/")
    return ALL in rule.resources or resource in rule.resources or (bool(slash) and f"*/{subresource}" in rule.resources)


def _covers_url(rule: Rule, asked: str) -> bool:
    return any(url == asked or (url.endswith(ALL) and asked.startswith(url.rstrip(ALL))) for url in rule.urls)
