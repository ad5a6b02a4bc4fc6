"""The controls of a benchmark as a table, with what became of each: as text, JSON and Markdown.

A report does not depend on the order of findings. ``benchmark-report.schema.json`` describes the JSON; a field that is
added does not change its version.
"""

import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.finding import Finding
from generator.judgement.benchmark import STATES, Benchmark, Result, State
from generator.problems import dotted
from generator.reporters import dumped, ordered, shown, spot
from generator.reporters.markdown import escaped

VERSION = 1

_WIDTH = 80
_COLORS: Mapping[State, str] = {"failed": "31", "accepted": "33", "passed": "32", "undecided": "34"}
#: What people read in a summary.
_WORDS: Mapping[State, str] = {
    "failed": "failed",
    "accepted": "accepted by waivers",
    "undecided": "not decidable offline",
    "passed": "passed",
}
#: So many findings are told of a control, unless all are asked for.
_MOST = 5

Report = Callable[..., str]


def text(
    benchmark: Benchmark,
    results: Sequence[Result],
    *,
    tool_version: str = "",
    color: bool = False,
    show_all: bool = False,
) -> str:
    """Write the table for people; no line is longer than 80 columns, unless a single word in it is."""
    del tool_version
    lines = [f"{benchmark.title} {benchmark.version}", ""]
    for result in results:
        lines += _lines(result, color=color, most=len(result.findings) if show_all else _MOST)
    return "\n".join([*lines, "", summary(results)]) + "\n"


def summary(results: Sequence[Result]) -> str:
    """Count controls by what became of them."""
    found = Counter(result.state for result in results)
    told = ", ".join(f"{found[state]} {_WORDS[state]}" for state in reversed(STATES) if found[state])
    return f"{len(results)} control{'' if len(results) == 1 else 's'}: {told or 'none'}"


def _lines(result: Result, *, color: bool, most: int) -> Iterator[str]:
    control = result.control
    level = f" (level {control.level})" if control.level else ""
    first, *rest = _folded(f"{result.state:9} {control.id}: {control.title}{level}", "", hanging=10)
    yield f"\x1b[{_COLORS[result.state]}m{first[:9]}\x1b[0m{first[9:]}" if color else first
    yield from rest
    found = ordered(result.findings)
    for finding in found[:most]:
        yield from _folded(_said(finding), " " * 12, hanging=2)
    if len(found) > most:
        yield f"{'':12}... and {len(found) - most} more (--all shows them)"
    for aside in filter(None, (result.reason, control.note)):
        yield from _folded(aside, " " * 12, hanging=0)


def _said(finding: Finding) -> str:
    asides = [finding.cluster, "" if finding.confidence == "certain" else finding.confidence]
    aside = "; ".join(filter(None, asides))
    state = "waived: " if finding.waiver else ""
    return f"{state}{spot(finding.place)}: {finding.message}" + (f" ({aside})" if aside else "")


def _folded(line: str, indent: str, *, hanging: int) -> list[str]:
    return textwrap.wrap(
        shown(line),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + " " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    ) or [indent]


def json(benchmark: Benchmark, results: Sequence[Result], *, tool_version: str) -> str:
    """Write the table for programs."""
    found = Counter(result.state for result in results)
    return dumped(
        {
            "version": VERSION,
            "tool": {"name": "tenantry", "version": tool_version},
            "benchmark": {
                "id": benchmark.id,
                "title": benchmark.title,
                "version": benchmark.version,
                "references": list(benchmark.references),
            },
            "summary": {state: found[state] for state in STATES},
            "controls": [_control(result) for result in results],
        }
    )


def _control(result: Result) -> dict[str, Any]:
    control = result.control
    return {
        "id": control.id,
        "title": control.title,
        "level": control.level or None,
        "state": result.state,
        "reason": result.reason or None,
        "note": control.note or None,
        "policies": list(control.policies),
        "findings": [_finding(finding) for finding in ordered(result.findings)],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "message": finding.message,
        "confidence": finding.confidence,
        "file": place.document,
        "field": dotted(place.route) or None,
        "line": place.line or None,
        "column": (place.column or None) if place.line else None,
        "cluster": finding.cluster or None,
        "tenant": finding.tenant or None,
        "namespace": finding.namespace or None,
        "kind": finding.kind or None,
        "name": finding.name or None,
        "subject": finding.subject or None,
        "waived": finding.waiver is not None,
    }


def markdown(benchmark: Benchmark, results: Sequence[Result], *, tool_version: str) -> str:
    """Write the table as a comment on a pull request: what fails in full below it, folded away."""
    lines = [f"## {benchmark.title} {benchmark.version}: {summary(results)}", "", "| | Control | |", "|---|---|---|"]
    lines += [
        f"| {result.state} | {escaped(result.control.id)} | {escaped(result.control.title)} |" for result in results
    ]
    for result in results:
        if result.state == "failed":
            lines += ["", f"<details><summary>{escaped(result.control.id)}</summary>", ""]
            found = ordered(result.findings)
            lines += [f"- {escaped(_said(finding))}" for finding in found[:_MOST]]
            lines += [f"- ... and {len(found) - _MOST} more"] if len(found) > _MOST else []
            lines += ["", "</details>"]
    return "\n".join([*lines, "", f"<sub>tenantry {escaped(tool_version)}</sub>"]) + "\n"


#: By the format that somebody asks for.
FORMATS: Mapping[str, Report] = {"text": text, "json": json, "markdown": markdown}
