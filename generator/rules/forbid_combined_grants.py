"""Nobody holds all the grants of one of ``combinations`` together.

Each is a list of grants as ``forbid-grants`` has them; to hold one is to hold any request of it. What counts is all
that a subject has in a scope: by every binding that names it, by those of the whole cluster in each namespace, and by
what the groups are given that authentication puts it into (a service account is in those of its namespace and of all,
and everybody who has logged in is in ``system:authenticated``). Groups that only an identity provider knows of are
not joined, and what every cluster starts with does not take part. The cause is a subject in a scope; what a part of it
leads to by itself (a group it is in, the whole cluster) is told of that part.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from msgspec import Struct

from generator.access import Rule, Subject, group, implicit_groups
from generator.access.algebra import Permissions
from generator.access.subject import AUTHENTICATED, SERVICE_ACCOUNTS, UNAUTHENTICATED
from generator.rules.memory import Memory
from generator.rules.parameters import Combinations, Parameter
from generator.rules.scene import Gift, Hit, RuleKey, Scene, called, keys, written
from generator.rules.scene import chain as told
from generator.rules.shapes import granting, shape, worded

PARAMETERS: Mapping[str, Parameter] = {"combinations": Combinations()}

#: Of many bindings that take part, so many are named in the message.
_SHOWN = 3
#: Of many bindings that give one grant, so many are looked at and told.
_PARTS = 64
#: Of many scopes in which only groups of a subject have anything, so many are told.
_SCOPES = 64


class _Part(Struct, frozen=True):
    """The rules of a gift to a subject that grant one of what is combined."""

    subject: Subject
    gift: Gift
    indices: tuple[int, ...]


#: What takes part for each grant of a combination.
_Parts = tuple[Sequence[_Part], ...]
#: What takes part for each grant of a combination, with what is asked for by each.
_Combined = tuple[_Parts, Sequence[Permissions]]
#: What takes part by who holds it, and by the scope in which; the empty one is the whole cluster.
_Held = Mapping[Subject, Mapping[str, _Parts]]
#: Which grants of a combination are held.
_Which = frozenset[int]


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each subject with each scope in which it holds a combination."""
    found: dict[tuple[Subject, str], list[_Combined]] = defaultdict(list)
    for combination in parameters["combinations"]:
        shapes = [shape([one], scene.version) for one in combination]
        live = [
            shape([one], scene.version, in_namespace=True) if "scope" in one else known
            for one, known in zip(combination, shapes, strict=True)
        ]
        causes = _Causes(_held(scene, shapes, live), len(shapes))
        for subject, scope, parts in causes.all():
            found[subject, scope].append((parts, shapes))
    united = Memory(_union)
    for (subject, scope), combined in found.items():
        yield _hit(subject, scope, combined, united)


def _held(scene: Scene, shapes: Sequence[Permissions], live: Sequence[Permissions]) -> _Held:
    """Return what each subject is given of each shape, in each scope; *live* are those that a namespace can have."""
    held: dict[Subject, dict[str, list[list[_Part]]]] = defaultdict(dict)
    given_of = [_given_by_all(gifts, live if gifts[0].binding.namespace else shapes) for gifts in scene.alike]
    if not all(map(any, zip(*given_of, strict=True))):
        return {}  # something of it nobody has
    for gifts, granted in zip(scene.alike, given_of, strict=True):
        for gift in gifts if any(granted) else ():
            for subject in gift.binding.subjects:
                parts = held[subject].setdefault(gift.binding.namespace, [[] for _ in shapes])
                for part, indices in zip(parts, granted, strict=True):
                    if indices:
                        part.append(_Part(subject, gift, indices))
    return {one: {scope: tuple(map(tuple, parts)) for scope, parts in given.items()} for one, given in held.items()}


def _given_by_all(gifts: Sequence[Gift], shapes: Sequence[Permissions]) -> tuple[tuple[int, ...], ...]:
    """Return the rules that grant some of each shape; those of all of the gifts are the same."""
    in_namespace = bool(gifts[0].binding.namespace)
    return tuple([granting(gifts[0].role.rules, one, in_namespace=in_namespace) for one in shapes])


class _Causes:
    """Who holds all of a combination, without those where a part of it does already."""

    def __init__(self, held: _Held, number: int) -> None:
        self._held = held
        self._everything = frozenset(range(number))
        self._which = {
            (subject, scope): frozenset(index for index, each in enumerate(parts) if each)
            for subject, given in held.items()
            for scope, parts in given.items()
        }
        self._known: dict[tuple[tuple[Subject, ...], _Which], list[str]] = {}

    def all(self) -> Iterator[tuple[Subject, str, _Parts]]:
        """Yield each subject with the scopes in which it holds everything, and how."""
        for subject, here in self._held.items():
            groups = tuple([one for one in _groups_of(subject) if one in self._held])
            for scope in self._scopes(subject, here, groups):
                nodes = [(subject, scope)]
                if self._which.get(nodes[0]) != self._everything:
                    nodes += [(one, scope) for one in groups]
                    nodes += [(one, "") for one in (subject, *groups)] if scope else []
                yield subject, scope, self._joined(nodes)

    def _scopes(self, subject: Subject, here: Mapping[str, _Parts], groups: tuple[Subject, ...]) -> Iterator[str]:
        """Yield the scopes that are a cause; of those that only groups of a subject have, the first."""
        wide = self._which.get((subject, ""), frozenset())
        for scope in here:
            own = self._which[subject, scope]
            if own == self._everything or self._is_cause(scope, own, wide, groups):
                yield scope
        if "" in here:
            key = (groups, wide)
            if key not in self._known:
                reached = dict.fromkeys(scope for one in groups for scope in self._held[one])
                nothing: _Which = frozenset()
                self._known[key] = [one for one in reached if self._is_cause(one, nothing, wide, groups)]
            yield from islice((scope for scope in self._known[key] if scope not in here), _SCOPES)

    def _is_cause(self, scope: str, own: _Which, wide: _Which, groups: tuple[Subject, ...]) -> bool:
        """Tell whether everything is held in a scope, and neither by groups alone nor in the whole cluster."""
        of_groups = self._of(groups, "").union(self._of(groups, scope))
        everything = own | wide | of_groups
        is_wider = bool(scope) and wide | self._of(groups, "") == self._everything
        return everything == self._everything and of_groups != self._everything and not is_wider

    def _of(self, groups: tuple[Subject, ...], scope: str) -> _Which:
        return frozenset[int]().union(*(self._which.get((one, scope), ()) for one in groups))

    def _joined(self, nodes: Sequence[tuple[Subject, str]]) -> _Parts:
        """Return what takes part in any of some scopes; of much, the first."""
        found = [self._held[subject][scope] for subject, scope in nodes if scope in self._held[subject]]
        return tuple([tuple(islice(chain.from_iterable(each), _PARTS)) for each in zip(*found, strict=True)])


def _groups_of(subject: Subject) -> tuple[Subject, ...]:
    """Return the groups in which everybody is whom a subject stands for."""
    if subject.kind != "Group":
        return tuple(map(group, implicit_groups(subject)))
    if subject.name in (AUTHENTICATED, UNAUTHENTICATED):
        return ()
    of_accounts = subject.name.startswith(f"{SERVICE_ACCOUNTS}:")
    return tuple(map(group, (SERVICE_ACCOUNTS, AUTHENTICATED) if of_accounts else (AUTHENTICATED,)))


def _hit(subject: Subject, scope: str, combined: Sequence[_Combined], united: Memory[..., frozenset[RuleKey]]) -> Hit:
    parts = {_named_by(part): part for found, _ in combined for each in found for part in each}
    gifts: dict[Hashable, list[_Part]] = defaultdict(list)
    for part in parts.values():
        gifts[_named_by(part)[:-2]].append(part)
    among = parts.values()
    first = min(among, key=lambda part: (part.gift.binding.namespace != scope, part.subject != subject)).gift.binding
    return Hit(
        f"{subject} holds {_said(combined)}, {_where(scope)} by {_named([same[0].gift for same in gifts.values()])}",
        first.origin,
        namespace=scope,
        kind=first.kind,
        name=first.name,
        subject=written(subject),
        chain=tuple(_steps(subject, gifts.values())),
        rules=united.of(*dict.fromkeys(_cause(combined))),
    )


def _named_by(part: _Part) -> tuple[Hashable, ...]:
    """Return what tells a part from others, and is short: a binding may have thousands of subjects."""
    binding = part.gift.binding
    return binding.namespace, binding.name, binding.role, binding.origin, part.subject, id(part.indices)


def _where(scope: str) -> str:
    return f"in namespace {scope}" if scope else "in the whole cluster"


def _said(combined: Sequence[_Combined]) -> str:
    said = [
        " together with ".join(
            _worded(frozenset(_granted.of(part.gift.role.rules, part.indices) for part in each), one)
            for each, one in zip(parts, shapes, strict=True)
        )
        for parts, shapes in combined
    ]
    return ", and ".join(said)


@lru_cache(1024)  # thousands of tenants share a handful of roles
def _worded(held: frozenset[Permissions], asked: Permissions) -> str:
    return worded(Permissions.united(held) & asked)


def _named(gifts: Sequence[Gift]) -> str:
    named = [called(gift.binding) for gift in gifts[:_SHOWN]]
    more = [f"{len(gifts) - _SHOWN} more"] if len(gifts) > _SHOWN else []
    return " and ".join((*named, *more))


def _steps(subject: Subject, gifts: Iterable[Sequence[_Part]]) -> Iterator[str]:
    """Yield how each grant comes about; what a group is given, with who is in it."""
    for parts in gifts:
        if all(part.subject != subject for part in parts):
            yield f"{subject} is in {parts[0].subject}"
        indices = _merged.of(*{id(part.indices): part.indices for part in parts}.values())
        yield from told(parts[0].gift.binding, parts[0].gift.role, indices)


def _cause(combined: Sequence[_Combined]) -> Iterator[frozenset[RuleKey]]:
    """Yield the rules that the combinations come of.

    Where all that gives one of the grants is written with wildcards, it is these: the combination goes with them.
    """
    for parts, _ in combined:
        wild = next(
            (each for each in parts if all(_are_wild.of(one.gift.role.rules, one.indices) for one in each)), None
        )
        for part in wild or tuple(part for each in parts for part in each):
            yield keys(part.gift.role, part.indices)


def _union(*some: frozenset[RuleKey]) -> frozenset[RuleKey]:
    return some[0] if len(some) == 1 else frozenset().union(*some)


def _is_wild(rule: Rule) -> bool:
    resources = any(one == "*" or one.startswith("*/") for one in rule.resources)
    return resources or "*" in rule.verbs or "*" in rule.api_groups


_are_wild = Memory(lambda rules, indices: all(_is_wild(rules[index]) for index in indices))
_granted = Memory(lambda rules, indices: Permissions.of([rules[index] for index in indices]))
_merged = Memory(lambda *some: some[0] if len(some) == 1 else tuple(sorted({index for one in some for index in one})))
