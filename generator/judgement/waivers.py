"""Accepted findings: which waiver covers which finding, and which waivers are over, idle or too broad."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from generator.finding import Finding, Policy, Waiver
from generator.problems import Place, Problem, instead

#: A waiver must name one of these, or it would cover a policy nearly everywhere.
NARROWING = ("tenant", "namespace", "name", "subject")


def from_value(value: Mapping[str, Any], document: str) -> tuple[Waiver, ...]:
    """Take the waivers of a value that its schema has found valid."""
    place = Place(document, ("waivers",))
    return tuple(
        Waiver(item["policy"], item["scope"], item["reason"], item["owner"], item["until"], place / i)
        for i, item in enumerate(value["waivers"])
    )


@dataclass(frozen=True, slots=True)
class Applied:
    """Findings with the waivers that cover them, and what there is to say of the waivers themselves."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def apply(
    findings: Iterable[Finding],
    waivers: Sequence[Waiver],
    policies: Iterable[Policy],
    today: str,
    *,
    whole: bool = True,
) -> Applied:
    """Mark each finding with the first waiver that covers it; *today* is ``YYYY-MM-DD``.

    A waiver holds on its last day and not on the next. One that is over covers nothing, and one that covers
    nothing is told if *whole*, if everything was judged that it may be about: what was accepted once must not lie
    about for ever.
    """
    holding = [waiver for waiver in waivers if today <= waiver.until and not _too_broad(waiver)]
    covered = [(finding, _covering(finding, holding)) for finding in findings]
    used = {waiver.origin for _, waiver in covered if waiver is not None}
    marked = tuple(replace(finding, waiver=waiver) if waiver else finding for finding, waiver in covered)
    ids = {policy.id for policy in policies}
    if not whole:
        used |= {waiver.origin for waiver in waivers}
    return Applied(marked, tuple(problem for waiver in waivers for problem in _check(waiver, ids, used, today)))


def _covering(finding: Finding, waivers: Iterable[Waiver]) -> Waiver | None:
    return next((waiver for waiver in waivers if covers(waiver, finding)), None)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Tell whether a waiver is about a finding: each field of its scope must be the finding's own."""
    return waiver.policy == finding.policy.id and all(
        getattr(finding, field) == wanted for field, wanted in waiver.scope.items()
    )


def _too_broad(waiver: Waiver) -> bool:
    return not any(field in waiver.scope for field in NARROWING)


def _check(waiver: Waiver, policies: Iterable[str], used: set[Place], today: str) -> Iterator[Problem]:
    known = list(policies)
    if waiver.policy not in known:
        yield Problem(waiver.origin / "policy", f"{waiver.policy!r} is not a policy; {instead(waiver.policy, known)}")
    elif _too_broad(waiver):
        message = f"the scope is too broad; name one of {', '.join(NARROWING)} in it"
        yield Problem(waiver.origin / "scope", message)
    elif today > waiver.until:
        message = f"{waiver.until!r} is over; mend what was accepted, or have {waiver.owner} renew it"
        yield Problem(waiver.origin / "until", message)
    elif waiver.origin not in used:
        yield Problem(waiver.origin, "nothing is found any more that this accepts; drop it", warning=True)
