"""One finding for one cause: what somebody may do only because of a wildcard is told with the wildcard.

A binding to ``cluster-admin`` breaks nearly every policy about access. Told one by one, that would be some fifty
findings with one remedy; told as the one that it is, it names the others, and is as severe as the worst of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from generator.finding import Policy
from generator.rules.scene import Hit, RuleKey

#: A binding and a subject: ``""`` where a hit is about no subject.
_About = tuple[str, str, str, str]
_ANY = "*"
#: So many hits of one binding are told apart by their rules.
_FEW = 4


class Cause(Struct, frozen=True):
    """A hit with its policy, how severe it is, and the other policies that it breaks."""

    policy: Policy
    hit: Hit
    severity: str
    includes: tuple[str, ...] = ()


def united(causes: Iterable[Cause], severities: Sequence[str]) -> Iterator[Cause]:
    """Yield the causes that are left when the narrower are told with the broader; *severities* come worst first."""
    kept = list(causes)
    broad = _Broad()
    told: dict[int, list[int]] = defaultdict(list)
    by_breadth: dict[int, list[int]] = defaultdict(list)
    for index, cause in enumerate(kept):
        by_breadth[cause.hit.breadth].append(index)
    for breadth in sorted(by_breadth, reverse=True):  # what is told with a broader one broadens nothing itself
        above = {index: broad.above(kept[index].hit) for index in by_breadth[breadth] if kept[index].hit.rules}
        for index in by_breadth[breadth]:
            if (found := above.get(index)) is not None:
                told[found].append(index)
            elif breadth:
                broad.add(kept[index].hit, index)
    gone = {index for some in told.values() for index in some}
    for index, cause in enumerate(kept):
        if index in gone:
            continue
        if index not in told:
            yield cause
            continue
        others = [kept[other] for other in told[index]]
        worst = min((cause.severity, *(other.severity for other in others)), key=severities.index)
        names = {other.policy.id for other in others} - {cause.policy.id}
        yield replace(cause, severity=worst, includes=tuple(sorted(names)))


class _Broad:
    """The broad hits, by what they are about: a binding and a subject, or whatever their rules are those of.

    A role may have thousands of rules and thousands of bindings, whose hits share few sets of rules. A set is gone
    through once, and not once for each hit: sets are known by their identity, and are kept by their hits.
    """

    def __init__(self) -> None:
        self._bound: dict[_About, dict[int, tuple[frozenset[RuleKey], int]]] = defaultdict(dict)
        self._of_rule: dict[tuple[RuleKey, str], int] = {}
        self._entered: set[tuple[int, str]] = set()
        self._known: dict[tuple[object, ...], bool] = {}
        self._least: dict[int, RuleKey] = {}

    def add(self, hit: Hit, index: int) -> None:
        """Add a hit, after all that are broader."""
        self._known.clear()
        for about in _keys(hit):
            self._bound[about].setdefault(id(hit.rules), (hit.rules, index))
        for whose in (_ANY,) if _is_bound(hit) else ("", _ANY):
            if (id(hit.rules), whose) not in self._entered:
                self._entered.add((id(hit.rules), whose))
                for rule in hit.rules:
                    self._of_rule.setdefault((rule, whose), index)

    def above(self, hit: Hit) -> int | None:
        """Return the broader hit that a hit is told with: each of its rules must be one of a broader hit's."""
        abouts = _above_all(hit)
        bound = [one for about in abouts if about in self._bound for one in self._bound[about].values()]
        roles = ("",) if _is_bound(hit) else ("", _ANY)
        which = tuple([id(rules) for rules, _ in bound]) if len(bound) <= _FEW else abouts
        key = (id(hit.rules), roles, which)
        if key not in self._known:
            self._known[key] = all(self._holding(rule, bound, roles) is not None for rule in hit.rules)
        if not self._known[key]:
            return None
        if id(hit.rules) not in self._least:
            self._least[id(hit.rules)] = min(hit.rules)
        return self._holding(self._least[id(hit.rules)], bound, roles)

    def _holding(
        self, rule: RuleKey, bound: Iterable[tuple[frozenset[RuleKey], int]], roles: Iterable[str]
    ) -> int | None:
        """Return the broader hit that a rule's comes of: of the same binding, or of a role, whoever is given it."""
        of_binding = next((index for rules, index in bound if rule in rules), None)
        if of_binding is not None:
            return of_binding
        return next((index for about in roles if (index := self._of_rule.get((rule, about))) is not None), None)


def _is_bound(hit: Hit) -> bool:
    return hit.kind.endswith("Binding")


def _above_all(hit: Hit) -> tuple[_About, ...]:
    """Return what a broader hit may be about, of the same binding; one that is about no subject may come of any."""
    if not _is_bound(hit):
        return ()
    return (hit.kind, hit.namespace, hit.name, hit.subject or _ANY), (hit.kind, hit.namespace, hit.name, "")


def _keys(hit: Hit) -> tuple[_About, ...]:
    """Return what a broad hit is about, for those that look for it."""
    if not _is_bound(hit):
        return ()
    return (hit.kind, hit.namespace, hit.name, hit.subject), (hit.kind, hit.namespace, hit.name, _ANY)
