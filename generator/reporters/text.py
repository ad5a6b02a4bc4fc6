"""Findings for people at a terminal: by severity, then by policy, with the remedy once for each policy."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from generator.finding import Finding, Policy
from generator.reporters import counts, ordered, shown, spot

_WIDTH = 80
#: The codes of ECMA-48 that set a colour.
_COLORS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36", "info": "34"}
_BOLD = "1"


def report(
    findings: Sequence[Finding], *, tool_version: str = "", color: bool = False, show_waived: bool = False
) -> str:
    """Write findings for people; no line is longer than 80 columns, unless a single word in it is.

    Waived ones are counted, and shown with who answers for them if *show_waived*. The version stands in no line: it
    is a parameter because every format has it.
    """
    del tool_version
    lines = _lines([f for f in ordered(findings) if show_waived or f.waiver is None], color=color)
    return "\n".join([*lines, _total(findings)]) + "\n"


def _lines(findings: Iterable[Finding], *, color: bool) -> Iterator[str]:
    explained: set[str] = set()
    for severity, alike in groupby(findings, key=lambda finding: finding.severity):
        yield _painted(severity, _COLORS[severity], color=color)
        for _, group in groupby(alike, key=lambda finding: finding.policy.id):
            same = list(group)
            policy = same[0].policy
            for line in _folded(f"{policy.id}: {policy.title}", "  "):
                yield _painted(line, _BOLD, color=color)
            for finding in same:
                yield from _finding(finding)
            if policy.id not in explained:
                yield from _remedy(policy)
            explained.add(policy.id)
        yield ""


def _finding(finding: Finding) -> Iterator[str]:
    aside = "; ".join(filter(None, (finding.cluster, finding.confidence if finding.confidence != "certain" else "")))
    waived = "waived: " if finding.waiver else ""
    message = f"{waived}{spot(finding.place)}: {finding.message}" + (f" ({aside})" if aside else "")
    yield from _folded(message, "    ")
    for step in finding.chain:
        yield from _folded(step, "      ")
    for place in finding.related:
        yield from _folded(f"see {spot(place)}", "      ")
    if waiver := finding.waiver:
        yield from _folded(f"accepted by {waiver.owner} until {waiver.until}: {waiver.reason}", "      ")


def _remedy(policy: Policy) -> Iterator[str]:
    yield from _folded(f"fix: {' '.join(policy.fix.split())}", "    ")


def _total(findings: Sequence[Finding]) -> str:
    found = counts(findings)
    number = sum(found.values())
    waived = len(findings) - number
    each = ", ".join(f"{count} {severity}" for severity, count in found.items())
    total = f"{number} finding{'' if number == 1 else 's'}: {each}" if number else "no findings"
    return f"{total}; {waived} waived" if waived else total


def _folded(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        shown(line),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _painted(line: str, code: str, *, color: bool) -> str:
    return f"\x1b[{code}m{line}\x1b[0m" if color else line
