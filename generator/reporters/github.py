"""Findings as GitHub's workflow commands, which it shows beside the changed lines of a pull request.

A step shows ten errors and ten warnings, so the worst come first, and before them what was not judged at all. Accepted
findings are no annotations.
"""

from collections.abc import Iterator, Sequence

from generator.finding import Finding
from generator.problems import Place, Problem
from generator.reporters import called, distinct, level, ordered, shown, worded

_COMMANDS = {"critical": "error", "high": "error", "medium": "warning", "low": "notice", "info": "notice"}


def report(findings: Sequence[Finding], *, tool_version: str = "", problems: Sequence[Problem] = ()) -> str:
    """Write one command a line; nothing when nothing is found. The version has no place in a command."""
    del tool_version
    told = sorted(distinct(problems), key=lambda problem: problem.warning)  # stable
    commands = [*map(_told, told), *(_command(finding) for finding in ordered(findings) if finding.is_open)]
    return "".join(f"{command}\n" for command in commands)


def _told(problem: Problem) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in _where(problem.place))
    return f"::{level(problem)} {properties},title=tenantry::{_data(worded(problem))}"


def _command(finding: Finding) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in _properties(finding))
    fix = " ".join(finding.policy.fix.split())
    more = [f"with it: {', '.join(finding.includes)}"] if finding.includes else []
    fixes = [f"fix: {fix}", *([f"instead: {finding.instead}"] if finding.instead else [])]
    text = "\n".join([finding.message, *(f"  {step}" for step in finding.chain), *more, *fixes])
    return f"::{_COMMANDS[finding.severity]} {properties}::{_data(text)}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    yield from _where(finding.place)
    yield "title", f"{finding.policy.title} ({called(finding.policy)}, {finding.severity})"


def _where(place: Place) -> Iterator[tuple[str, str]]:
    yield "file", place.document
    if place.line:
        yield "line", str(place.line)
        if place.column:
            yield "col", str(place.column)


def _data(text: str) -> str:
    """Escape what would end the message, as the runner's own toolkit does; the rest of what is unseen is spelled."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return shown(escaped)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
