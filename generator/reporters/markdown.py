"""Findings as a comment on a pull request: a table, worst first, and how to mend each kind.

Messages are text and stay text: no name in a manifest can format the comment, link to anything or call somebody.
"""

import re
from collections.abc import Iterator, Sequence

from generator.finding import Finding, Policy
from generator.reporters import counts, ordered, shown, spot

#: GitHub refuses a comment of 65,536 characters; the difference is for the line that says what is left out.
_MOST = 65_000
#: How much of a cell is shown, and how many steps of a chain: no finding can push all others out of the comment.
_LONGEST = 400
_STEPS = 6
_HEAD = ("| Severity | Policy | Where | What |", "|---|---|---|---|")
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
_HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML_CHARACTER = re.compile("[&<>]")
#: What services turn into a call, an address or an issue; an empty comment behind it keeps it text.
_LINKED = re.compile(r"@|:(?=//)|www(?=\.)|#(?=\d)", re.IGNORECASE)


def report(findings: Sequence[Finding], *, tool_version: str) -> str:
    """Write a comment of fewer than 65,536 characters; the worst findings are in it, the rest is counted."""
    found = [finding for finding in ordered(findings) if finding.waiver is None]
    heading = [f"## {_headline(findings)}", ""]
    footer = ["", f"<sub>tenantry {_escaped(tool_version)}</sub>"]
    if not found:
        return "\n".join([*heading[:1], *footer]) + "\n"
    room = _MOST - _size([*heading, *_HEAD, *footer])
    rows, remedies = _fitting(found, room)
    left = len(found) - len(rows)
    cut = ["", f"... and {left} more, which a comment has no room for"] if left else []
    return "\n".join([*heading, *_HEAD, *rows, *cut, "", *remedies, *footer]) + "\n"


def _headline(findings: Sequence[Finding]) -> str:
    found = counts(findings)
    waived = len(findings) - sum(found.values())
    each = ", ".join(f"{count} {severity}" for severity, count in found.items())
    return f"Policies: {each or 'no findings'}" + (f"; {waived} waived" if waived else "")


def _fitting(findings: Sequence[Finding], room: int) -> tuple[list[str], list[str]]:
    """Take rows while there is room for each and, where it is the first of its policy, for the remedy."""
    rows: list[str] = []
    remedies: dict[str, str] = {}
    for finding in findings:
        row = _row(finding)
        id_ = finding.policy.id
        new = {} if id_ in remedies else {id_: _remedy(finding.policy)}
        room -= _size([row, *new.values()])
        if room < 0:
            break
        rows.append(row)
        remedies |= new
    return rows, list(remedies.values())


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _row(finding: Finding) -> str:
    cells = (finding.severity, finding.policy.id, _cut(spot(finding.place)))
    what = "<br>".join(map(_escaped, _what(finding)))
    return f"| {' | '.join(map(_escaped, cells))} | {what} |"


def _what(finding: Finding) -> Iterator[str]:
    aside = "; ".join(filter(None, (finding.cluster, finding.confidence if finding.confidence != "certain" else "")))
    yield _cut(finding.message) + (f" ({aside})" if aside else "")
    yield from (f"- {_cut(step)}" for step in finding.chain[:_STEPS])
    if len(finding.chain) > _STEPS:
        yield f"- ... and {len(finding.chain) - _STEPS} more steps"


def _remedy(policy: Policy) -> str:
    why, fix = (_escaped(" ".join(text.split())) for text in (policy.why, policy.fix))
    return f"- **{_escaped(policy.id)}**: {_escaped(policy.title)}. {why} **Fix:** {fix}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _escaped(text: str) -> str:
    """Make a text show as it is within a cell or a line of Markdown."""
    plain = _HTML_CHARACTER.sub(lambda match: _HTML[match[0]], shown(text))
    return _LINKED.sub(r"\g<0><!-- -->", _MARKUP.sub(r"\\\1", plain))
