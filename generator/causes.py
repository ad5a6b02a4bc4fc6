"""One finding for one cause: what somebody may do only because of a wildcard is told with the wildcard.

A binding to ``cluster-admin`` breaks nearly every policy about access. Told one by one, that would be some fifty
findings with one remedy; told as the one that it is, it names the others, and is as severe as the worst of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from generator.finding import Policy
from generator.rules.scene import Hit, RuleKey

#: A rule, with what a broader hit is about: a binding and a subject (``""`` for all of them), or a role.
_Key = tuple[RuleKey, *tuple[str, ...]]
_ANY = "*"


class Cause(NamedTuple):
    """A hit with its policy, how severe it is, and the other policies that it breaks."""

    policy: Policy
    hit: Hit
    severity: str
    includes: tuple[str, ...] = ()


def united(causes: Iterable[Cause], severities: Sequence[str]) -> Iterator[Cause]:
    """Yield the causes that are left when the narrower are told with the broader; *severities* come worst first."""
    kept = list(causes)
    order = sorted(range(len(kept)), key=lambda index: -kept[index].hit.breadth)
    broad: dict[_Key, int] = {}
    told: dict[int, list[int]] = defaultdict(list)
    for index in order:
        hit = kept[index].hit
        above = _above(hit, kept, broad)
        if above is not None:
            told[above].append(index)
        elif hit.breadth:
            for key in _keys(hit):
                broad.setdefault(key, index)  # the broadest come first
    gone = {index for some in told.values() for index in some}
    for index, cause in enumerate(kept):
        if index in gone:
            continue
        others = [kept[other] for other in told.get(index, ())]
        worst = min((cause.severity, *(other.severity for other in others)), key=severities.index)
        names = {other.policy.id for other in others} - {cause.policy.id}
        yield cause._replace(severity=worst, includes=tuple(sorted(names)))


def _above(hit: Hit, kept: Sequence[Cause], broad: Mapping[_Key, int]) -> int | None:
    """Return the broader hit that a hit is told with: each of its rules must be one of a broader hit's."""
    found = [_holding(hit, rule, kept, broad) for rule in sorted(hit.rules)]
    return found[0] if found and None not in found else None


def _holding(hit: Hit, rule: RuleKey, kept: Sequence[Cause], broad: Mapping[_Key, int]) -> int | None:
    """Return the broader hit that a rule's comes of: of the same binding, or of a role, whoever is given it."""
    for about in _above_all(hit):
        index = broad.get((rule, *about))
        if index is not None and kept[index].hit.breadth > hit.breadth:
            return index
    return None


def _above_all(hit: Hit) -> Iterator[tuple[str, ...]]:
    """Yield what a broader hit may be about; one that is about no binding, or no subject, may come of any."""
    if hit.kind.endswith("Binding"):
        yield hit.kind, hit.namespace, hit.name, hit.subject or _ANY
        yield hit.kind, hit.namespace, hit.name, ""
        yield ("",)
    else:
        yield ("",)
        yield (_ANY,)


def _keys(hit: Hit) -> Iterator[_Key]:
    """Yield what a broad hit is about, for those that look for it."""
    for rule in hit.rules:
        if hit.kind.endswith("Binding"):
            yield rule, hit.kind, hit.namespace, hit.name, hit.subject
            yield rule, hit.kind, hit.namespace, hit.name, _ANY
        else:
            yield rule, ""
        yield rule, _ANY
