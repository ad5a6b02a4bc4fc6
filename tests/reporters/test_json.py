"""The JSON is what its published schema says, complete, and the same for the same findings."""

import inspect
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from reporters.samples import FINDINGS, HOSTILE, UNLIMITED, WAIVED, WILDCARD, moved, orders

from generator import shipped
from generator.reporters import FORMATS, json_report, reporter

SCHEMA = json.loads(shipped.schema("report"))
VALIDATOR = Draft202012Validator(SCHEMA)


def read(findings):
    return json.loads(json_report.report(findings, tool_version="1.2"))


def test_a_report_holds_policies_once_and_findings_worst_first():
    assert read([UNLIMITED, WILDCARD]) == {
        "version": 1,
        "tool": {"name": "tenantry", "version": "1.2"},
        "policies": [
            {
                "id": "namespace-has-quota",
                "title": "A namespace has a quota",
                "severity": "medium",
                "codes": [],
                "severities": {"control-plane": "medium", "shared": "medium", "tenant": "medium"},
                "category": "resources",
                "why": "One tenant can take it all.",
                "fix": "Set spec.quota.",
                "references": [],
            },
            {
                "id": "no-wildcard-verbs",
                "title": "Roles name their verbs",
                "severity": "high",
                "codes": ["R002", "RB003"],
                "severities": {"control-plane": "high", "shared": "high", "tenant": "high"},
                "category": "access",
                "why": "A wildcard allows\nwhat is not invented yet.",
                "fix": "Write the verbs that are needed.",
                "references": ["CIS Kubernetes Benchmark 1.12: 5.1.3", "https://example.com/rbac"],
            },
        ],
        "findings": [
            {
                "policy": "no-wildcard-verbs",
                "severity": "critical",
                "confidence": "certain",
                "message": "role tenant-editor allows every verb on pods",
                "place": {"file": "tenants/vision.yaml", "field": "spec.members[0].role", "line": 14, "column": 26},
                "cluster": "prod-eu",
                "tenant": "vision",
                "namespace": "vision-train",
                "kind": "Role",
                "name": "tenant-editor",
                "subject": "group:ml-vision",
                "reach": "tenant",
                "chain": ["RoleBinding vision-train/editors", "Role vision-train/tenant-editor"],
                "includes": ["no-exec", "no-secret-reading"],
                "instead": "the role viewer",
                "related": [{"file": "rendered/prod-eu/vision.yaml", "field": None, "line": 7, "column": 1}],
                "fingerprint": "fe1570c99d8812ff9e67c9fba7e9279c32b7afd0086879158c8fbdec86aa6526",
                "waiver": None,
                "baseline": None,
            },
            {
                "policy": "namespace-has-quota",
                "severity": "medium",
                "confidence": "likely",
                "message": "namespace vision-train has no quota",
                "place": {"file": "tenants/vision.yaml", "field": "spec", "line": None, "column": None},
                "cluster": None,
                "tenant": None,
                "namespace": "vision-train",
                "kind": "Namespace",
                "name": "vision-train",
                "subject": None,
                "reach": None,
                "chain": [],
                "includes": [],
                "instead": None,
                "related": [],
                "fingerprint": "840f294234b09354635130eb2916498650f0cc4ba28281e8ec86db4b209f4e33",
                "waiver": None,
                "baseline": None,
            },
        ],
        "problems": [],
    }


def test_a_waived_finding_says_who_answers_for_it():
    assert read([WAIVED])["findings"][0]["waiver"] == {
        "reason": "It is moving out.",
        "owner": "ann@example.com",
        "until": "2027-03-31",
        "scope": {"tenant": "audio"},
        "place": {"file": "waivers.yaml", "field": "waivers[0]", "line": 4, "column": 3},
    }


def test_what_a_baseline_holds_is_unchanged_and_all_else_is_new():
    found = read([replace(WILDCARD, known=True), replace(UNLIMITED, known=False), WAIVED])["findings"]
    assert sorted(str(one["baseline"]) for one in found) == ["None", "new", "unchanged"]


def test_without_findings_the_lists_are_empty():
    assert read([]) == {
        "version": 1,
        "tool": {"name": "tenantry", "version": "1.2"},
        "policies": [],
        "findings": [],
        "problems": [],
    }


def test_the_order_of_findings_does_not_matter():
    reports = {json_report.report(found, tool_version="1") for found in orders(FINDINGS)}
    assert reports == {json_report.report(FINDINGS, tool_version="1")}


def test_fingerprints_stay_when_lines_move():
    before, after = read(FINDINGS)["findings"], read(map(moved, FINDINGS))["findings"]
    assert [one["place"]["line"] for one in before] != [one["place"]["line"] for one in after]
    assert [one["fingerprint"] for one in before] == [one["fingerprint"] for one in after]


def test_findings_that_look_the_same_have_fingerprints_of_their_own():
    fingerprints = [one["fingerprint"] for one in read([UNLIMITED, UNLIMITED, WILDCARD])["findings"]]
    assert len(set(fingerprints)) == 3


def test_half_a_character_becomes_a_whole_one():
    [found] = read([replace(UNLIMITED, message="\ud800 \\ud800 \U0001f600 \udc00")])["findings"]
    assert found["message"] == "\ufffd \\ud800 \U0001f600 \ufffd"


# The schema


def test_the_schema_is_one_and_describes_every_field():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["version"] == {
        "const": json_report.VERSION,
        "description": "The version of this format.",
        "examples": [1],
    }
    objects = [SCHEMA, SCHEMA["properties"]["tool"], *SCHEMA["$defs"].values()]
    for one in objects:
        assert one["additionalProperties"] is False
        assert one["required"] == list(one["properties"])
        assert all(field["description"] for field in one["properties"].values())


@pytest.mark.parametrize(
    ("route", "value"),
    [
        (("version",), 2),
        (("extra",), 1),
        (("tool", "name"), "other"),
        (("findings", 0, "severity"), "bad"),
        (("findings", 0, "place", "line"), 0),
        (("findings", 0, "fingerprint"), "x"),
        (("findings", 0, "waiver"), {}),
        (("policies", 0, "id"), ""),
        (("policies", 0, "severities", "tenant"), "bad"),
        (("findings", 0, "reach"), "far"),
        (("findings", 0, "baseline"), "old"),
    ],
)
def test_the_schema_refuses_what_no_report_holds(route, value):
    report = read(FINDINGS)
    assert VALIDATOR.is_valid(report)
    inner = report
    for key in route[:-1]:
        inner = inner[key]
    inner[route[-1]] = value
    assert not VALIDATOR.is_valid(report)


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_a_report_is_valid_and_holds_the_messages(findings):
    report = read(findings)
    VALIDATOR.validate(report)
    assert sorted(one["message"] for one in report["findings"]) == sorted(finding.message for finding in findings)


# The registry


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_the_same_function_and_writes_whole_lines(name):
    report = reporter(name)
    version = inspect.signature(report).parameters["tool_version"]
    assert version.kind is inspect.Parameter.KEYWORD_ONLY
    for findings in ((), FINDINGS):
        assert report(findings, tool_version="1.2").endswith("\n") or (name, findings) == ("github", ())
