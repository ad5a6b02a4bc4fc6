"""Findings as GitLab's code quality report, which it shows in a merge request as new or resolved.

GitLab compares two branches by fingerprint. It knows no waivers: what is accepted is left out. What could not be judged
is a blocker, so that it does not look as if it had been mended; a warning about the input is none.
"""

from collections.abc import Sequence
from typing import Any

from generator.finding import Finding
from generator.judgement.baseline import fingerprint
from generator.problems import Place, Problem
from generator.reporters import distinct, dumped, fingerprinted, ordered, worded

_SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def report(findings: Sequence[Finding], *, tool_version: str = "", problems: Sequence[Problem] = ()) -> str:
    """Write a JSON array, empty when nothing is found. The format has no place for a version."""
    del tool_version
    kept = [finding for finding in ordered(findings) if finding.is_open]
    wrong = {(one.place.document, worded(one)): one for one in reversed(distinct(problems)) if not one.warning}
    issues = [_error(wrong[key], fingerprint(("input", *key))) for key in sorted(wrong)]
    return dumped([*issues, *(_issue(finding, mark) for mark, finding in fingerprinted(kept))])


def _error(problem: Problem, mark: str) -> dict[str, Any]:
    about = {"description": worded(problem), "check_name": "input", "fingerprint": mark, "severity": "blocker"}
    return {**about, "location": _location(problem.place)}


def _issue(finding: Finding, mark: str) -> dict[str, Any]:
    return {
        "description": finding.message,
        "check_name": finding.policy.id,
        "fingerprint": mark,
        "severity": _SEVERITIES[finding.severity],
        "location": _location(finding.place),
    }


def _location(place: Place) -> dict[str, Any]:
    return {"path": place.document, "lines": {"begin": max(place.line, 1)}}  # a line is required
