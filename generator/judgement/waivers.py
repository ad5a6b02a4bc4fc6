"""Accepted findings: which waiver covers which finding, and which waivers are over, idle or too broad.

These are findings themselves, against policies that no file holds: no manifest breaks them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from generator.finding import REACHES, Finding, Policy, Waiver
from generator.problems import Place, Problem, instead

#: A waiver must name one of these, or it would cover a policy nearly everywhere.
NARROWING = ("tenant", "namespace", "name", "subject")


def _policy(name: str, code: str, severity: str, title: str, text: tuple[str, str]) -> Policy:
    """Make a policy about waivers; *text* says why, and what mends it."""
    return Policy(
        id=name,
        title=title,
        severities=dict.fromkeys(REACHES, severity),
        category="waivers",
        why=text[0],
        fix=text[1],
        references=(),
        rule="",
        parameters={},
        passes=(),
        fails=(),
        origin=Place(name),
        codes=(code,),
    )


OVER = _policy(
    "waivers-are-current",
    "W001",
    "medium",
    "No waiver is over",
    (
        "Somebody answered for what is accepted, until a day that has passed. Nobody does any more: it is found again.",
        "Mend what was accepted and drop the waiver, or have its owner agree to a later day: until.",
    ),
)
BROAD = _policy(
    "waivers-are-narrow",
    "W002",
    "medium",
    "Every waiver names what it accepts",
    (
        "A waiver for a whole policy would accept what nobody has seen yet. It accepts nothing.",
        f"Name what is accepted in the scope, by one of {', '.join(NARROWING)} at least.",
    ),
)
IDLE = _policy(
    "waivers-are-needed",
    "W003",
    "low",
    "Every waiver accepts something",
    (
        "What was accepted is not found any more. A waiver that lies about would accept it if it came back, unseen.",
        "Drop the waiver.",
    ),
)
#: What a waiver can be found with.
POLICIES = (OVER, BROAD, IDLE)


def from_value(value: Mapping[str, Any], document: str) -> tuple[Waiver, ...]:
    """Take the waivers of a value that its schema has found valid."""
    place = Place(document, ("waivers",))
    return tuple(
        Waiver(item["policy"], item["scope"], item["reason"], item["owner"], item["until"], place / i)
        for i, item in enumerate(value["waivers"])
    )


class Applied(Struct, frozen=True):
    """Findings with the waivers that cover them, what the waivers are found with, and those that are about nothing."""

    findings: tuple[Finding, ...]
    own: tuple[Finding, ...]
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
    nothing is found if *whole*, if everything was judged that it may be about: what was accepted once must not lie
    about for ever. The places of what waivers are found with have no lines yet.
    """
    if not waivers:
        return Applied(tuple(findings), (), ())
    holding = [waiver for waiver in waivers if today <= waiver.until and not _too_broad(waiver)]
    covered = [(finding, _covering(finding, holding)) for finding in findings]
    used = {waiver.origin for _, waiver in covered if waiver is not None}
    marked = tuple(replace(finding, waiver=waiver) if waiver else finding for finding, waiver in covered)
    kept = list(policies)
    known = [policy.id for policy in kept]
    numbers = {code: policy.id for policy in kept for code in policy.codes}
    if not whole:
        used |= {waiver.origin for waiver in waivers}
    problems = [
        Problem(waiver.origin / "policy", _unknown(waiver.policy, known, numbers))
        for waiver in waivers
        if waiver.policy not in known
    ]
    sound = [waiver for waiver in waivers if waiver.policy in known]
    own = tuple(finding for waiver in sound for finding in _check(waiver, used, today))
    return Applied(marked, own, tuple(problems))


def _covering(finding: Finding, waivers: Iterable[Waiver]) -> Waiver | None:
    return next((waiver for waiver in waivers if covers(waiver, finding)), None)


def covers(waiver: Waiver, finding: Finding) -> bool:
    """Tell whether a waiver is about a finding: each field of its scope must be the finding's own."""
    return waiver.policy == finding.policy.id and all(
        getattr(finding, field) == wanted for field, wanted in waiver.scope.items()
    )


def _too_broad(waiver: Waiver) -> bool:
    return not any(field in waiver.scope for field in NARROWING)


def _unknown(name: str, known: Iterable[str], numbers: Mapping[str, str]) -> str:
    """Say what to write for what is no policy; a number is what people read in reports, and may be another one day."""
    if name.upper() in numbers:
        return f"{name!r} is the number of a policy; write its id, {numbers[name.upper()]!r}"
    return f"{name!r} is not a policy; {instead(name, known)}"


def _check(waiver: Waiver, used: set[Place], today: str) -> Iterator[Finding]:
    """Find what is wrong with a waiver, one thing at most."""
    if _too_broad(waiver):
        said = f"covers a whole policy, and so accepts nothing; name one of {', '.join(NARROWING)} in its scope"
        yield _found(BROAD, waiver, said, waiver.origin / "scope")
    elif today > waiver.until:
        said = f"is over since {waiver.until}; mend what was accepted, or have {waiver.owner} renew it"
        yield _found(OVER, waiver, said, waiver.origin / "until")
    elif waiver.origin not in used:
        yield _found(IDLE, waiver, "accepts nothing any more; drop it", waiver.origin)


def _found(policy: Policy, waiver: Waiver, said: str, place: Place) -> Finding:
    scope = ", ".join(f"{field} {text}" for field, text in waiver.scope.items() if text)
    message = f"the waiver of {waiver.policy}{f' for {scope}' if scope else ''} {said}"
    return Finding(policy, message, place, policy.severity, kind="Waiver", name=waiver.policy)
