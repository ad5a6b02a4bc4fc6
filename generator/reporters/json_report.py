"""Findings for programs: the JSON that ``report.schema.json`` describes.

What is not known or does not apply is ``null``. A field that is added does not change the version; one that is
renamed, removed or means something else does.
"""

from collections.abc import Sequence
from typing import Any

from generator.finding import REACHES, Finding, Policy, Waiver
from generator.problems import Place, Problem, dotted
from generator.reporters import distinct, dumped, fingerprinted, level, ordered

VERSION = 1


def report(findings: Sequence[Finding], *, tool_version: str, problems: Sequence[Problem] = ()) -> str:
    """Write all findings, accepted ones too, and once each policy that they are about; and what is wrong otherwise."""
    found = ordered(findings)
    policies = {finding.policy.id: finding.policy for finding in found}
    return dumped(
        {
            "version": VERSION,
            "tool": {"name": "tenantry", "version": tool_version},
            "policies": [_policy(policies[id_]) for id_ in sorted(policies)],
            "findings": [_finding(finding, fingerprint) for fingerprint, finding in fingerprinted(found)],
            "problems": [_problem(problem) for problem in distinct(problems)],
        }
    )


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity,
        "codes": list(policy.codes),
        "severities": {reach: policy.severities[reach] for reach in REACHES},
        "category": policy.category,
        "why": policy.why,
        "fix": policy.fix,
        "references": list(policy.references),
    }


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    return {
        "policy": finding.policy.id,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "place": _place(finding.place),
        "cluster": finding.cluster or None,
        "tenant": finding.tenant or None,
        "namespace": finding.namespace or None,
        "kind": finding.kind or None,
        "name": finding.name or None,
        "subject": finding.subject or None,
        "reach": finding.reach or None,
        "chain": list(finding.chain),
        "includes": list(finding.includes),
        "instead": finding.instead or None,
        "related": [_place(place) for place in finding.related],
        "fingerprint": fingerprint,
        "waiver": _waiver(finding.waiver) if finding.waiver else None,
        "baseline": None if finding.known is None else "unchanged" if finding.known else "new",
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"level": level(problem), "message": problem.message, "place": _place(problem.place)}


def _place(place: Place) -> dict[str, Any]:
    return {
        "file": place.document,
        "field": dotted(place.route) or None,
        "line": place.line or None,
        "column": (place.column or None) if place.line else None,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "until": waiver.until,
        "scope": dict(sorted(waiver.scope.items())),
        "place": _place(waiver.origin),
    }
