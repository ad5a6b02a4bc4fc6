"""Findings as GitLab's code quality report, which it shows in a merge request as new or resolved.

GitLab compares two branches by fingerprint. It knows no waivers: what is accepted is left out.
"""

from collections.abc import Sequence
from typing import Any

from generator.finding import Finding
from generator.reporters import dumped, fingerprinted, ordered

_SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def report(findings: Sequence[Finding], *, tool_version: str = "") -> str:
    """Write a JSON array, empty when nothing is found. The format has no place for a version."""
    del tool_version
    kept = [finding for finding in ordered(findings) if finding.is_open]
    return dumped([_issue(finding, fingerprint) for fingerprint, finding in fingerprinted(kept)])


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "description": finding.message,
        "check_name": finding.policy.id,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {
            "path": finding.place.document,
            "lines": {"begin": max(finding.place.line, 1)},  # a line is required
        },
    }
