"""Findings as a comment on a pull request: a table, worst first, then each of its rows in full, folded away.

Messages are text and stay text: no name in a manifest can format the comment, link to anything or call somebody.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec import Struct

from generator.finding import SEVERITIES, Finding, Policy
from generator.problems import Problem
from generator.reporters import called, distinct, headline, level, ordered, shown, spot, worded
from generator.reporters.grants import Grant, alike, grants, is_grant

#: GitHub refuses a comment of 65,536 characters; the difference is for the line that says what is left out.
_MOST = 65_000
#: How much of a text is shown, and how many steps, places or names: no finding can push all others out.
_LONGEST = 400
_STEPS = 12
_PLACES = 20
#: What part of the room the table may take: the details of what is worst come before the rows of what is not.
_TABLE = 0.5
_HEAD = ("| Severity | Where | What | Policies |", "|---|---|---|---|")
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML_CHARACTER = re.compile("[&<>]")
#: What services turn into a call, an address or an issue; an empty comment behind it keeps it text.
_LINKED = re.compile(r"@|:(?=//)|www(?=\.)|#(?=\d)", re.IGNORECASE)


class _Row(Struct, frozen=True):
    """A row of the table, and what is told below it; *number* findings are in it."""

    severity: str
    where: str
    what: str
    policies: tuple[Policy, ...]
    details: tuple[str, ...]
    number: int


def report(findings: Sequence[Finding], *, tool_version: str, problems: Sequence[Problem] = ()) -> str:
    """Write a comment of fewer than 65,536 characters; the worst findings are in it, the rest is counted."""
    found = [finding for finding in ordered(findings) if finding.is_open]
    heading = [f"## Policies: {headline(findings)}", "", *_wrong(problems)]
    footer = ["", f"<sub>tenantry {escaped(tool_version)}</sub>"]
    if not found:
        return "\n".join([*heading[: len(heading) - 1], *footer]) + "\n"
    room = _MOST - _size([*heading, *_HEAD, *footer])
    rows = list(_rows(found))
    table = _fitting([[_line(row)] for row in rows], int(room * _TABLE))
    details = _fitting(list(_details(rows[: len(table)])), room - _size(table) - 1)
    left = sum(row.number for row in rows[len(table) :])
    cut = ["", f"... and {left} more, which a comment has no room for"] if left else []
    folded = sum(line == "</details>" for line in details)
    if folded < len(table):
        cut += ["", f"The details of the last {len(table) - folded} rows are left out, for which there is no room."]
    return "\n".join([*heading, *_HEAD, *table, *cut, "", *details, *footer]) + "\n"


def _wrong(problems: Sequence[Problem]) -> list[str]:
    """Tell first what was not judged for being wrong, and what is wrong with what findings are accepted by."""
    told = sorted(distinct(problems), key=lambda problem: problem.warning)  # stable
    lines = [f"- **{level(one)}** {escaped(_cut(f'{spot(one.place)}: {worded(one)}'))}" for one in told[:_PLACES]]
    more = [f"- ... and {len(told) - _PLACES} more"] if len(told) > _PLACES else []
    return [*lines, *more, ""] if lines else []


def _fitting(blocks: Sequence[Sequence[str]], room: int) -> list[str]:
    """Take blocks, the first ones, while there is room for each as a whole."""
    taken: list[str] = []
    for block in blocks:
        room -= _size(block)
        if room < 0:
            break
        taken += block
    return taken


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


# -- rows


def _rows(findings: Sequence[Finding]) -> Iterator[_Row]:
    """Yield a row for each grant, and for each policy that others break; what is wrong alike is one row."""
    given = grants(findings)
    others = [finding for finding in findings if not is_grant(finding)]
    for severity in SEVERITIES:
        yield from map(_of_grants, alike(grant for grant in given if grant.severity == severity))
        same = (finding for finding in others if finding.severity == severity)
        for _, group in groupby(same, key=lambda finding: finding.policy.id):
            yield _of_policy(list(group))


def _of_grants(same: Sequence[Grant]) -> _Row:
    first = same[0]
    more = f"; the same in {len(same) - 1} more" if len(same) > 1 else ""
    details = [*_broken(first), *(_item(step) for step in first.steps[:_STEPS])]
    if len(first.steps) > _STEPS:
        details.append(f"- ... and {len(first.steps) - _STEPS} more steps")
    details += (_item(f"instead: {instead}") for instead in first.instead)
    details += (_item(f"see {spot(place)}") for place in first.related[:_PLACES])
    details += (_item(f"the same: {spot(other.place)}: {other.whose}") for other in same[1:_PLACES])
    return _Row(
        first.severity,
        spot(first.place),
        first.heading + more,
        tuple({line.policy.id: line.policy for line in first.lines}.values()),
        (*details, *_rest(len(same))),
        sum(len(grant.findings) for grant in same),
    )


def _broken(grant: Grant) -> Iterator[str]:
    for line in grant.lines:
        only = f" (only {', '.join(line.who)})" if line.who else ""
        aside = f" ({line.aside})" if line.aside else ""
        said = f"{called(line.policy)}: {line.said}{only}{aside}"
        yield f"- **{line.severity}** {escaped(_cut(said))}"
        yield from _included(line.includes)


def _of_policy(same: Sequence[Finding]) -> _Row:
    first = same[0]
    more = f"; and {len(same) - 1} more" if len(same) > 1 else ""
    details = [line for finding in same[:_PLACES] for line in _found(finding)]
    policies = (first.policy,)
    what = _cut(first.message) + _aside(first) + more
    return _Row(first.severity, spot(first.place), what, policies, (*details, *_rest(len(same))), len(same))


def _found(finding: Finding) -> Iterator[str]:
    yield _item(f"{spot(finding.place)}: {_cut(finding.message)}{_aside(finding)}")
    yield from (f"  {_item(step)}" for step in finding.chain[:_STEPS])
    if len(finding.chain) > _STEPS:
        yield f"  - ... and {len(finding.chain) - _STEPS} more steps"
    yield from (f"  {_item(f'see {spot(place)}')}" for place in finding.related[:_PLACES])
    yield from _included(finding.includes)
    if finding.instead:
        yield f"  {_item(f'instead: {finding.instead}')}"


def _rest(number: int) -> Iterator[str]:
    if number > _PLACES:
        yield f"- ... and {number - _PLACES} more in the same way"


def _included(names: Sequence[str]) -> Iterator[str]:
    if names:
        listed = ", ".join(names)
        yield f"  {_item(f'with it come {len(names)} more: {listed}', _LONGEST * 4)}"


def _aside(finding: Finding) -> str:
    aside = "; ".join(filter(None, (finding.cluster, finding.confidence if finding.confidence != "certain" else "")))
    return f" ({aside})" if aside else ""


# -- text


def _line(row: _Row) -> str:
    policies = "<br>".join(escaped(_cut(called(policy))) for policy in row.policies[:_STEPS])
    more = f"<br>and {len(row.policies) - _STEPS} more" if len(row.policies) > _STEPS else ""
    return f"| {row.severity} | {escaped(_cut(row.where))} | {escaped(_cut(row.what))} | {policies}{more} |"


def _details(rows: Sequence[_Row]) -> Iterator[list[str]]:
    """Yield what is told of each row, with the remedies that were not told before."""
    told: set[str] = set()
    for row in rows:
        summary = f"<details><summary>{row.severity}: {_unlinked(_cut(row.what))}</summary>"
        new = [policy for policy in row.policies if policy.id not in told]
        told |= {policy.id for policy in new}
        yield [summary, "", *row.details, *map(_remedy, new), "", "</details>"]


def _remedy(policy: Policy) -> str:
    why, fix = (escaped(" ".join(text.split())) for text in (policy.why, policy.fix))
    return f"- **{escaped(called(policy))}**: {escaped(policy.title)}. {why} **Fix:** {fix}"


def _item(text: str, longest: int = _LONGEST) -> str:
    return f"- {escaped(_cut(text, longest))}"


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def escaped(text: str) -> str:
    """Make a text show as it is within a cell or a line of Markdown."""
    return _LINKED.sub(r"\g<0><!-- -->", _MARKUP.sub(r"\\\1", _as_html(text)))


def _unlinked(text: str) -> str:
    """Make a text show as it is within HTML, where Markdown has no meaning but a call still has."""
    return _LINKED.sub(r"\g<0><!-- -->", _as_html(text))


def _as_html(text: str) -> str:
    return _HTML_CHARACTER.sub(lambda match: _HTML[match[0]], shown(text))
