"""Nobody holds all the grants of one of ``combinations`` together.

Each is a list of grants as ``forbid-grants`` has them; to hold one is to hold any request of it. What counts is all
that a subject has in a scope: by every binding that names it, by those of the whole cluster in each namespace, and by
what the groups are given that authentication puts it into (a service account is in those of its namespace and of all,
and everybody who has logged in is in ``system:authenticated``). Groups that only an identity provider knows of are
not joined, and what every cluster starts with does not take part. The cause is a subject in a scope; what a part of it
leads to by itself (a group it is in, the whole cluster) is told of that part.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from generator.access import Rule, Subject, group, implicit_groups
from generator.access.algebra import Permissions
from generator.access.subject import AUTHENTICATED, SERVICE_ACCOUNTS, UNAUTHENTICATED
from generator.rules.parameters import Combinations, Parameter
from generator.rules.scene import Gift, Hit, RuleKey, Scene, called, chain, written
from generator.rules.shapes import granting, shape, worded

PARAMETERS: Mapping[str, Parameter] = {"combinations": Combinations()}

#: Of many bindings that take part, so many are named in the message; the chain has them all.
_SHOWN = 3


class _Part(NamedTuple):
    """The rules of a gift to a subject that grant one of what is combined."""

    subject: Subject
    gift: Gift
    indices: tuple[int, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple([self.gift.role.rules[index] for index in self.indices])


#: What takes part for each grant of a combination.
_Parts = tuple[tuple[_Part, ...], ...]
#: The same by who holds it, and by the scope in which; the empty one is the whole cluster.
_Held = Mapping[Subject, Mapping[str, _Parts]]


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each subject with each scope in which it holds a combination."""
    found: dict[tuple[Subject, str], list[tuple[_Parts, Sequence[Permissions]]]] = defaultdict(list)
    for combination in parameters["combinations"]:
        shapes = [shape([grant], scene.version) for grant in combination]
        held = _held(scene, shapes)
        for subject in held:
            for scope, parts in _causes(subject, held):
                found[subject, scope].append((parts, shapes))
    for (subject, scope), combined in found.items():
        yield _hit(subject, scope, combined)


def _held(scene: Scene, shapes: Sequence[Permissions]) -> _Held:
    """Return what each subject is given of each shape, in each scope."""
    held: dict[Subject, dict[str, list[list[_Part]]]] = defaultdict(dict)
    for gifts in scene.alike:
        in_namespace = bool(gifts[0].binding.namespace)
        granted = [granting(gifts[0].role.rules, one, in_namespace=in_namespace) for one in shapes]
        for gift in gifts if any(granted) else ():
            for subject in gift.binding.subjects:
                parts = held[subject].setdefault(gift.binding.namespace, [[] for _ in shapes])
                for part, indices in zip(parts, granted, strict=True):
                    if indices:
                        part.append(_Part(subject, gift, indices))
    return {one: {scope: tuple(map(tuple, parts)) for scope, parts in given.items()} for one, given in held.items()}


def _causes(subject: Subject, held: _Held) -> Iterator[tuple[str, _Parts]]:
    """Yield the scopes in which a subject holds everything, without those where a part of it does already."""
    line = (subject, *_groups_of(subject))
    holding = [one for one in line if one in held]
    here = held[subject]
    reached = dict.fromkeys(scope for one in holding for scope in held[one]) if "" in here else here
    for scope in reached:
        if scope in here and all(here[scope]):
            yield scope, here[scope]
            continue
        wider = [(one, "") for one in holding]
        everything = _joined([(one, scope) for one in holding] + (wider if scope else []), held)
        of_groups = _joined([(one, where) for one in holding[1:] for where in (scope, "")], held)
        of_cluster = _joined(wider, held) if scope else ()
        if all(everything) and not _all(of_groups) and not _all(of_cluster):
            yield scope, everything


def _joined(nodes: Sequence[tuple[Subject, str]], held: _Held) -> _Parts:
    """Return what takes part in any of some scopes; nothing at all has no parts."""
    found = [held[subject][scope] for subject, scope in nodes if scope in held[subject]]
    return tuple([tuple([part for parts in each for part in parts]) for each in zip(*found, strict=True)])


def _all(parts: _Parts) -> bool:
    return bool(parts) and all(parts)


def _groups_of(subject: Subject) -> tuple[Subject, ...]:
    """Return the groups in which everybody is whom a subject stands for."""
    if subject.kind != "Group":
        return tuple(map(group, implicit_groups(subject)))
    if subject.name in (AUTHENTICATED, UNAUTHENTICATED):
        return ()
    of_accounts = subject.name.startswith(f"{SERVICE_ACCOUNTS}:")
    return tuple(map(group, (SERVICE_ACCOUNTS, AUTHENTICATED) if of_accounts else (AUTHENTICATED,)))


def _hit(subject: Subject, scope: str, combined: Sequence[tuple[_Parts, Sequence[Permissions]]]) -> Hit:
    parts = dict.fromkeys(part for found, _ in combined for each in found for part in each)
    gifts: dict[Gift, set[int]] = defaultdict(set)
    for part in parts:
        gifts[part.gift].update(part.indices)
    first = min(parts, key=lambda part: (part.gift.binding.namespace != scope, part.subject != subject)).gift.binding
    return Hit(
        f"{subject} holds {_said(combined)}, {_where(scope)} by {_named(list(gifts))}",
        first.origin,
        namespace=scope,
        kind=first.kind,
        name=first.name,
        subject=written(subject),
        chain=tuple(_steps(subject, parts, gifts)),
        rules=frozenset(_cause(combined)),
    )


def _where(scope: str) -> str:
    return f"in namespace {scope}" if scope else "in the whole cluster"


def _said(combined: Sequence[tuple[_Parts, Sequence[Permissions]]]) -> str:
    said = [
        " together with ".join(
            _worded(frozenset(rule for part in each for rule in part.rules), one)
            for each, one in zip(parts, shapes, strict=True)
        )
        for parts, shapes in combined
    ]
    return ", and ".join(said)


@lru_cache(1024)  # thousands of tenants share a handful of roles
def _worded(rules: frozenset[Rule], asked: Permissions) -> str:
    return worded(Permissions.of(rules) & asked)


def _named(gifts: Sequence[Gift]) -> str:
    named = [called(gift.binding) for gift in gifts[:_SHOWN]]
    more = [f"{len(gifts) - _SHOWN} more"] if len(gifts) > _SHOWN else []
    return " and ".join((*named, *more))


def _steps(subject: Subject, parts: Mapping[_Part, None], gifts: Mapping[Gift, set[int]]) -> Iterator[str]:
    """Yield how each grant comes about; what a group is given, with who is in it."""
    holders = defaultdict(list)
    for part in parts:
        holders[part.gift].append(part.subject)
    for gift, indices in gifts.items():
        if subject not in holders[gift]:
            yield f"{subject} is in {holders[gift][0]}"
        yield from chain(gift.binding, gift.role, sorted(indices))


def _cause(combined: Sequence[tuple[_Parts, Sequence[Permissions]]]) -> Iterator[RuleKey]:
    """Yield the rules that the combinations come of.

    Where all that gives one of the grants is written with wildcards, it is these: the combination goes with them.
    """
    for parts, _ in combined:
        wild = next((each for each in parts if all(map(_is_wild, (rule for one in each for rule in one.rules)))), None)
        for part in wild or tuple(part for each in parts for part in each):
            yield from ((part.gift.role.key, index) for index in part.indices)


def _is_wild(rule: Rule) -> bool:
    resources = any(one == "*" or one.startswith("*/") for one in rule.resources)
    return resources or "*" in rule.verbs or "*" in rule.api_groups
