"""Findings for people at a terminal: by severity; those of one grant under one heading, others by policy."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from generator.finding import SEVERITIES, Finding, Policy
from generator.problems import Problem
from generator.reporters import accepted, called, counts, headline, ordered, shown, spot
from generator.reporters.grants import Grant, Line, alike, grants, is_grant

_WIDTH = 80
#: The codes of ECMA-48 that set a colour.
_COLORS = {"critical": "1;31", "high": "31", "medium": "33", "low": "36", "info": "34"}
_BOLD = "1"
#: So much of what is alike is listed, unless all is asked for: whoever has more has one cause.
_MOST = 20


def report(
    findings: Sequence[Finding],
    *,
    tool_version: str = "",
    problems: Sequence[Problem] = (),
    color: bool = False,
    show_all: bool = False,
) -> str:
    """Write findings for people; no line is longer than 80 columns, unless a single word in it is.

    Accepted ones are counted. With *show_all* they are shown as well, and nothing is cut. The version stands in no
    line, and problems are told on standard error: they are parameters because every format has them.
    """
    del tool_version, problems
    writer = _Writer(color=color, most=10**9 if show_all else _MOST)
    kept = [finding for finding in ordered(findings) if show_all or finding.is_open]
    number = sum(counts(findings).values())
    total = headline(findings, f"{number} finding{'' if number == 1 else 's'}: {{}}")
    return "\n".join([*writer.lines(kept), total]) + "\n"


class _Writer:
    """Writes the lines of one report; each remedy once."""

    def __init__(self, *, color: bool, most: int) -> None:
        self._color = color
        self._most = most
        self._explained: set[str] = set()

    def lines(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Yield what was found, worst first: a grant stands where the worst that is wrong with it does."""
        given = grants(findings)
        others = [finding for finding in findings if not is_grant(finding)]
        for severity in SEVERITIES:
            blocks = [self._grant(same) for same in alike(grant for grant in given if grant.severity == severity)]
            same = [finding for finding in others if finding.severity == severity]
            blocks += [self._policy(list(group)) for _, group in groupby(same, key=lambda finding: finding.policy.id)]
            if blocks:
                yield self._painted(severity, _COLORS[severity])
                for block in blocks:
                    yield from block
                yield ""

    def _policy(self, same: Sequence[Finding]) -> Iterator[str]:
        """Yield the findings against one policy that are about no grant."""
        policy = same[0].policy
        yield from self._heading(f"{called(policy)}: {policy.title}")
        for finding in same[: self._most]:
            yield from self._finding(finding)
        yield from self._rest(len(same), "    ")
        yield from self._remedies([policy])

    def _grant(self, same: Sequence[Grant]) -> Iterator[str]:
        """Yield one grant with all that is wrong with it, and where else there are such."""
        first = same[0]
        yield from self._heading(first.heading)
        yield from _folded(f"{spot(first.place)}: {first.called}", "    ")
        yield from (line for place in first.related for line in _folded(f"see {spot(place)}", "      "))
        for line in first.lines:
            yield from self._broken(line)
        for step in first.steps:
            yield from _folded(step, "      ")
        for instead in first.instead:
            yield from _folded(f"instead: {instead}", "    ")
        if len(same) > 1:
            yield f"    the same in {len(same) - 1} more:"
            for other in same[1 : self._most]:
                yield from _folded(f"{spot(other.place)}: {other.whose}", "      ")
            yield from self._rest(len(same), "      ")
        yield from self._remedies([line.policy for line in first.lines])

    def _broken(self, line: Line) -> Iterator[str]:
        word = f"{line.severity:8}"
        only = f" (only {', '.join(line.who)})" if line.who else ""
        aside = f" ({line.aside})" if line.aside else ""
        first, *rest = _folded(f"{called(line.policy)}: {line.said}{only}{aside}", " " * (6 + len(word)), hanging=2)
        yield "    " + self._painted(word, _COLORS[line.severity]) + "  " + first.lstrip()
        yield from rest
        yield from self._included(line.includes)

    def _finding(self, finding: Finding) -> Iterator[str]:
        """Yield a finding that is about no grant."""
        aside = "; ".join(
            filter(None, (finding.cluster, "" if finding.confidence == "certain" else finding.confidence))
        )
        state = "" if finding.is_open else "waived: " if finding.waiver else "known: "
        message = f"{state}{spot(finding.place)}: {finding.message}" + (f" ({aside})" if aside else "")
        yield from _folded(message, "    ")
        for step in (*finding.chain, *(f"see {spot(place)}" for place in finding.related)):
            yield from _folded(step, "      ")
        yield from self._included(finding.includes)
        if finding.instead:
            yield from _folded(f"instead: {finding.instead}", "      ")
        if finding.waiver:
            yield from _folded(accepted(finding), "      ")

    def _included(self, names: Sequence[str]) -> Iterator[str]:
        """Yield the policies that a finding stands for besides its own."""
        if names:
            number = f"{len(names)} {'policies' if len(names) > 1 else 'policy'}"
            more = f" and {len(names) - self._most} more" if len(names) > self._most else ""
            yield from _folded(f"with it come {number}: {', '.join(names[: self._most])}{more}", "      ")

    def _remedies(self, policies: Iterable[Policy]) -> Iterator[str]:
        """Yield the remedies that have not been told; policies that have the same one share it."""
        by_id = {policy.id: policy for policy in policies}
        fixes: dict[str, list[str]] = {}
        for name in by_id.keys() - self._explained:
            fixes.setdefault(" ".join(by_id[name].fix.split()), []).append(name)
        self._explained.update(by_id)
        for fix, names in sorted(fixes.items(), key=lambda item: min(map([*by_id].index, item[1]))):
            whose = f" ({', '.join(sorted(names))})" if len(by_id) > 1 else ""
            yield from _folded(f"fix{whose}: {fix}", "    ")

    def _rest(self, number: int, indent: str) -> Iterator[str]:
        if number > self._most:
            yield f"{indent}... and {number - self._most} more in the same way; --all lists them"

    def _heading(self, text: str) -> Iterator[str]:
        for line in _folded(text, "  "):
            yield self._painted(line, _BOLD)

    def _painted(self, line: str, code: str) -> str:
        return f"\x1b[{code}m{line}\x1b[0m" if self._color else line


def _folded(line: str, indent: str, hanging: int = 2) -> list[str]:
    safe = shown(line)
    if safe and safe.strip() == safe and "  " not in safe:
        return _broken(safe, indent, indent + " " * hanging)
    return textwrap.wrap(
        safe,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent]


def _broken(text: str, first: str, others: str) -> list[str]:
    """Break a text of words with one space between as ``textwrap`` would, which takes six times as long."""
    if len(first) + len(text) <= _WIDTH:
        return [first + text]
    lines, indent, start = [], first, 0
    while len(text) - start > (room := _WIDTH - len(indent)):
        end = text.rfind(" ", start, start + room + 1)
        end = text.find(" ", start) if end < 0 else end  # a single word that is longer
        if end < 0:
            break
        lines.append(indent + text[start:end])
        indent, start = others, end + 1
    return [*lines, indent + text[start:]]
