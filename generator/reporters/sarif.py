"""Findings as SARIF 2.1.0, for code scanning on GitHub and elsewhere.

Section numbers are those of the standard (OASIS, SARIF 2.1.0 plus Errata 01). The limits are GitHub's, which takes
what a file has up to them and refuses the file beyond.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.finding import Finding, Policy
from generator.problems import Place, Problem
from generator.reporters import called, distinct, dumped, fingerprinted, level, ordered, worded

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_MOST_RESULTS = 25_000
_MOST_LOCATIONS = 1_000
_MOST_TAGS = 20
_MOST_NOTES = 1_000
_ROOT = "%SRCROOT%"
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
#: Numbers on the scale of CVSS; GitHub turns them back into words.
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0", "info": "1.0"}
#: What a URI (RFC 3986, 2.3) holds as it is, and the slash between the names of a path.
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_ABOUT = ("cluster", "tenant", "namespace", "kind", "name", "subject", "reach", "includes", "instead")


def report(findings: Sequence[Finding], *, tool_version: str, problems: Sequence[Problem] = ()) -> str:
    """Write one run: findings worst first, accepted ones last, waived ones suppressed; the rest is counted."""
    found = sorted(fingerprinted(ordered(findings)), key=lambda item: not item[1].is_open)  # stable
    kept = found[:_MOST_RESULTS]
    policies = {finding.policy.id: finding.policy for _, finding in kept}
    rules = {id_: index for index, id_ in enumerate(sorted(policies))}
    waives = any(finding.waiver for _, finding in kept)
    compares = any(finding.known is not None for _, finding in kept)
    run = {
        "tool": {
            "driver": {"name": "tenantry", "version": tool_version, "rules": [_rule(policies[id_]) for id_ in rules]}
        },
        "invocations": [_invocation(len(found) - len(kept), problems)],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": [
            _result(finding, fingerprint, rules, waives=waives, compares=compares) for fingerprint, finding in kept
        ],
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _invocation(cut: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """Say whether everything was judged (3.20.14): what was not must not look as if it had been mended."""
    text = f"{cut} of the least severe findings are left out: a run holds {_MOST_RESULTS} at most"
    notes = [{"level": "warning", "message": {"text": text}}] if cut else []
    notes += [_notification(problem) for problem in distinct(problems)[:_MOST_NOTES]]
    successful = all(problem.warning for problem in problems)
    return {"executionSuccessful": successful, "toolExecutionNotifications": notes}


def _notification(problem: Problem) -> dict[str, Any]:
    return {
        "level": level(problem),
        "message": {"text": _message(worded(problem))},
        "locations": [{"physicalLocation": _physical(problem.place)}],
    }


def _rule(policy: Policy) -> dict[str, Any]:
    why, fix = " ".join(policy.why.split()), " ".join(policy.fix.split())
    address = next(filter(_is_address, policy.references), None)
    labels = [reference for reference in policy.references if not _is_address(reference)]
    tags = dict.fromkeys(["security", policy.category, *labels])  # a tag stands once (3.8.2.1)
    return {
        "id": policy.id,
        "name": called(policy),
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": why},
        "help": {"text": f"{why}\n\nFix: {fix}", "markdown": f"{_escaped(why)}\n\n**Fix:** {_escaped(fix)}"},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[policy.severity]},
        "properties": {
            "security-severity": _SCORES[policy.severity],
            "tags": list(tags)[:_MOST_TAGS],
            **({"codes": list(policy.codes)} if policy.codes else {}),
        },
    }


def _is_address(reference: str) -> bool:
    is_web = reference.startswith(("https://", "http://"))
    return is_web and reference.isascii() and reference.isprintable() and not set(reference) & set(' "<>\\^`{|}')


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_[]<>&|~$" else char for char in text)


def _result(
    finding: Finding, fingerprint: str, rules: Mapping[str, int], *, waives: bool, compares: bool
) -> dict[str, Any]:
    about = {key: list(value) if key == "includes" else value for key in _ABOUT if (value := getattr(finding, key))}
    steps = [f"  {step}" for step in finding.chain] + ([f"  instead: {finding.instead}"] if finding.instead else [])
    result: dict[str, Any] = {
        "ruleId": finding.policy.id,
        "ruleIndex": rules[finding.policy.id],
        "level": _LEVELS[finding.severity],
        "message": {"text": _message("\n".join([finding.message, *steps]))},
        "locations": [{"physicalLocation": _physical(finding.place)}],
        # GitHub goes by the first name; the second says what is hashed.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint, "tenantryIdentity/v1": fingerprint},
        "properties": {"severity": finding.severity, "confidence": finding.confidence, **about},
    }
    if finding.related:
        places = finding.related[: _MOST_LOCATIONS - 1]
        result["relatedLocations"] = [_related(index, place) for index, place in enumerate(places, 1)]
    if waives:  # results of one run have them all or none (3.27.23)
        result["suppressions"] = _suppressions(finding)
    if compares:  # so with these (3.27.24)
        result["baselineState"] = "unchanged" if finding.known else "new"
    return result


def _message(text: str) -> str:
    """Keep a message from holding a link (3.11.6) that nobody wrote as one."""
    return text.replace("](", "] (")


def _related(index: int, place: Place) -> dict[str, Any]:
    return {"id": index, "physicalLocation": _physical(place), "message": {"text": "the manifest"}}


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    waiver = finding.waiver
    if waiver is None:
        return []
    justification = f"{waiver.reason} (accepted by {waiver.owner} until {waiver.until})"
    location = {"physicalLocation": _physical(waiver.origin)}
    return [{"kind": "external", "status": "accepted", "justification": justification, "location": location}]


def _physical(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.document), "uriBaseId": _ROOT}}
    if place.line:
        column = {"startColumn": place.column} if place.column else {}
        physical["region"] = {"startLine": place.line, **column}
    return physical


def _uri(path: str) -> str:
    """Write a path below the root as a relative reference; a first name with a colon is none without being escaped."""
    raw = path.encode("utf-8", "surrogatepass")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in raw)
