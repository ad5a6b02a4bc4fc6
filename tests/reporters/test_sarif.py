"""SARIF has what the standard requires and what GitHub reads, within GitHub's limits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from reporters.samples import FINDINGS, HOSTILE, QUOTA, UNLIMITED, WAIVED, WILDCARD, many, moved, orders

from generator.finding import REACHES
from generator.problems import Place
from generator.reporters import sarif

WILDCARD_PRINT = "fe1570c99d8812ff9e67c9fba7e9279c32b7afd0086879158c8fbdec86aa6526"
WAIVED_PRINT = "a2cb7b07a387d02c9e78f7c0b2d48f12f27e494a0bcd2f77d817eeb806fb1d71"


def run(findings):
    log = json.loads(sarif.report(findings, tool_version="1.2"))
    assert set(log) == {"$schema", "version", "runs"}
    assert log["version"] == "2.1.0"
    [only] = log["runs"]
    return only


def place(uri, line, column):
    location = {"uri": uri, "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": location, "region": {"startLine": line, "startColumn": column}}


def test_a_finding_is_a_result_of_its_rule_and_a_waived_one_is_suppressed():
    assert run([WAIVED, WILDCARD]) == {
        "tool": {
            "driver": {
                "name": "tenantry",
                "version": "1.2",
                "rules": [
                    {
                        "id": "namespace-has-quota",
                        "name": "namespace-has-quota",
                        "shortDescription": {"text": "A namespace has a quota"},
                        "fullDescription": {"text": "One tenant can take it all."},
                        "help": {
                            "text": "One tenant can take it all.\n\nFix: Set spec.quota.",
                            "markdown": "One tenant can take it all.\n\n**Fix:** Set spec.quota.",
                        },
                        "defaultConfiguration": {"level": "warning"},
                        "properties": {"security-severity": "5.5", "tags": ["security", "resources"]},
                    },
                    {
                        "id": "no-wildcard-verbs",
                        "name": "R002 RB003 no-wildcard-verbs",
                        "shortDescription": {"text": "Roles name their verbs"},
                        "fullDescription": {"text": "A wildcard allows what is not invented yet."},
                        "help": {
                            "text": "A wildcard allows what is not invented yet.\n\nFix: Write the verbs that are needed.",
                            "markdown": "A wildcard allows what is not invented yet.\n\n**Fix:** Write the verbs that are needed.",
                        },
                        "helpUri": "https://example.com/rbac",
                        "defaultConfiguration": {"level": "error"},
                        "properties": {
                            "security-severity": "8.0",
                            "tags": ["security", "access", "CIS Kubernetes Benchmark 1.12: 5.1.3"],
                            "codes": ["R002", "RB003"],
                        },
                    },
                ],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": []}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "results": [
            {
                "ruleId": "no-wildcard-verbs",
                "ruleIndex": 1,
                "level": "error",
                "message": {
                    "text": "role tenant-editor allows every verb on pods\n"
                    "  RoleBinding vision-train/editors\n  Role vision-train/tenant-editor"
                    "\n  instead: the role viewer"
                },
                "locations": [{"physicalLocation": place("tenants/vision.yaml", 14, 26)}],
                "partialFingerprints": {
                    "primaryLocationLineHash": WILDCARD_PRINT,
                    "tenantryIdentity/v1": WILDCARD_PRINT,
                },
                "properties": {
                    "severity": "critical",
                    "confidence": "certain",
                    "cluster": "prod-eu",
                    "tenant": "vision",
                    "namespace": "vision-train",
                    "kind": "Role",
                    "name": "tenant-editor",
                    "subject": "group:ml-vision",
                    "reach": "tenant",
                    "includes": ["no-exec", "no-secret-reading"],
                    "instead": "the role viewer",
                },
                "relatedLocations": [
                    {
                        "id": 1,
                        "physicalLocation": place("rendered/prod-eu/vision.yaml", 7, 1),
                        "message": {"text": "the manifest"},
                    }
                ],
                "suppressions": [],
            },
            {
                "ruleId": "namespace-has-quota",
                "ruleIndex": 0,
                "level": "warning",
                "message": {"text": "namespace audio has no quota"},
                "locations": [{"physicalLocation": place("tenants/audio.yaml", 3, 1)}],
                "partialFingerprints": {"primaryLocationLineHash": WAIVED_PRINT, "tenantryIdentity/v1": WAIVED_PRINT},
                "properties": {
                    "severity": "medium",
                    "confidence": "certain",
                    "tenant": "audio",
                    "namespace": "audio",
                    "kind": "Namespace",
                    "name": "audio",
                },
                "suppressions": [
                    {
                        "kind": "external",
                        "status": "accepted",
                        "justification": "It is moving out. (accepted by ann@example.com until 2027-03-31)",
                        "location": {"physicalLocation": place("waivers.yaml", 4, 3)},
                    }
                ],
            },
        ],
    }


def test_without_findings_there_are_no_results_and_no_rules():
    empty = run([])
    assert empty["results"] == empty["tool"]["driver"]["rules"] == []


def test_without_waivers_nothing_is_said_of_suppressions():
    assert [result for result in run([WILDCARD, UNLIMITED])["results"] if "suppressions" in result] == []


def test_results_say_what_a_baseline_holds_where_one_was_asked():
    compared = run([replace(WILDCARD, known=True), replace(UNLIMITED, known=False), WAIVED])["results"]
    assert [(one["ruleId"], one["baselineState"]) for one in compared] == [
        ("namespace-has-quota", "new"),
        ("no-wildcard-verbs", "unchanged"),
        ("namespace-has-quota", "new"),
    ]
    assert [one for one in run([WILDCARD, UNLIMITED])["results"] if "baselineState" in one] == []


def test_a_line_that_is_not_known_makes_no_region():
    [result] = run([UNLIMITED])["results"]
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "tenants/vision.yaml", "uriBaseId": "%SRCROOT%"}}}
    ]


def test_a_path_is_a_relative_reference():
    [result] = run([replace(UNLIMITED, place=Place("a:b/c d#\u00e9%.yaml", (), 1, 0))])["results"]
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%3Ab/c%20d%23%C3%A9%25.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1},
    }


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        ("critical", "error", "9.5"),
        ("high", "error", "8.0"),
        ("medium", "warning", "5.5"),
        ("low", "note", "3.0"),
        ("info", "note", "1.0"),
    ],
)
def test_severities_have_their_level_and_score(severity, level, score):
    only = run(
        [replace(UNLIMITED, severity=severity, policy=replace(QUOTA, severities=dict.fromkeys(REACHES, severity)))]
    )
    assert only["results"][0]["level"] == level
    [rule] = only["tool"]["driver"]["rules"]
    assert (rule["defaultConfiguration"]["level"], rule["properties"]["security-severity"]) == (level, score)


def test_a_rule_has_20_tags_at_most_and_an_address_only_if_there_is_one():
    references = ("https://no address", *(f"Benchmark {number}" for number in range(30)), "Benchmark 1")
    [rule] = run([replace(UNLIMITED, policy=replace(QUOTA, references=references))])["tool"]["driver"]["rules"]
    assert "helpUri" not in rule
    assert len(rule["properties"]["tags"]) == len(set(rule["properties"]["tags"])) == 20


def test_beyond_25000_results_the_least_severe_are_left_out_and_counted(monkeypatch):
    assert sarif._MOST_RESULTS == 25_000  # noqa: SLF001 - GitHub's limit; 25,000 findings would take the test seconds
    monkeypatch.setattr(sarif, "_MOST_RESULTS", 25)
    only = run([WAIVED, *many(30), WILDCARD])
    assert len(only["results"]) == 25
    assert only["results"][0]["ruleId"] == "no-wildcard-verbs"
    assert only["invocations"][0]["toolExecutionNotifications"] == [
        {
            "level": "warning",
            "message": {"text": "7 of the least severe findings are left out: a run holds 25 at most"},
        }
    ]


def test_a_result_has_1000_locations_at_most():
    [result] = run([replace(WILDCARD, related=WILDCARD.related * 2000)])["results"]
    assert len(result["locations"]) + len(result["relatedLocations"]) == 1000


def test_a_message_holds_no_link():
    [result] = run([replace(UNLIMITED, message="[click](https://example.com)")])["results"]
    assert result["message"]["text"] == "[click] (https://example.com)"


def test_the_order_of_findings_does_not_matter():
    reports = {sarif.report(found, tool_version="1") for found in orders(FINDINGS)}
    assert reports == {sarif.report(FINDINGS, tool_version="1")}


def test_fingerprints_stay_when_lines_move():
    before, after = run([WILDCARD])["results"][0], run([moved(WILDCARD)])["results"][0]
    assert before["locations"] != after["locations"]
    assert before["partialFingerprints"] == after["partialFingerprints"]


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_results_hold_the_messages_and_relative_ascii_uris(findings):
    results = run(findings)["results"]
    waived = [finding.waiver is not None for finding in findings]
    assert [bool(result.get("suppressions")) for result in results] == sorted(waived)
    for finding in findings:
        message = finding.message.replace("](", "] (")
        assert any(result["message"]["text"].startswith(message) for result in results)
    for result in results:
        physical = result["locations"][0]["physicalLocation"]
        assert set(physical["artifactLocation"]["uri"]) <= set(map(chr, range(33, 127))) - set(':?#[]@"<>\\^`{|}')
        assert all(number >= 1 for number in physical.get("region", {}).values())
