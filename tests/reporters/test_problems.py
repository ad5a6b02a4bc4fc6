"""What was not judged is in every report: without it, what nobody has looked at would seem to be well."""

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from reporters.samples import TEXTS, WILDCARD, many

from generator import shipped
from generator.problems import Place, Problem
from generator.reporters import FORMATS, reporter

OVER = Problem(Place("tenants/waivers.yaml", ("waivers", 0, "until"), 9, 12), "'2026-03-31' is over; have it renewed")
IDLE = Problem(Place("tenants/waivers.yaml", ("waivers", 1), 10, 5), "nothing is found any more; drop it", warning=True)
BROKEN = Problem(Place("a.yaml", (), 3, 1), "a tab cannot indent YAML; write spaces")
SERIOUS = [name for name in FORMATS if name != "text"]


def report(name, findings, *problems):
    return reporter(name)(findings, tool_version="1.2", problems=problems)


def test_a_run_that_could_not_judge_everything_has_not_succeeded():
    [run] = json.loads(report("sarif", [WILDCARD], IDLE, OVER, BROKEN, OVER))["runs"]
    [invocation] = run["invocations"]
    assert not invocation["executionSuccessful"]
    location = {"uri": "tenants/waivers.yaml", "uriBaseId": "%SRCROOT%"}
    region = {"startLine": 9, "startColumn": 12}
    notes = invocation["toolExecutionNotifications"]
    assert [note["level"] for note in notes] == ["error", "error", "warning"]
    assert notes[1] == {
        "level": "error",
        "message": {"text": "waivers[0].until: '2026-03-31' is over; have it renewed"},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": region}}],
    }


def test_a_warning_leaves_a_run_successful():
    [run] = json.loads(report("sarif", [], IDLE))["runs"]
    [invocation] = run["invocations"]
    assert invocation["executionSuccessful"]
    assert [note["level"] for note in invocation["toolExecutionNotifications"]] == ["warning"]


def test_the_json_lists_them_as_its_schema_says():
    found = json.loads(report("json", [WILDCARD], IDLE, OVER))
    Draft202012Validator(json.loads(shipped.schema("report"))).validate(found)
    place = {"file": "tenants/waivers.yaml", "field": "waivers[0].until", "line": 9, "column": 12}
    assert found["problems"][0] == {
        "level": "error",
        "message": "'2026-03-31' is over; have it renewed",
        "place": place,
    }
    assert [one["level"] for one in found["problems"]] == ["error", "warning"]


def test_an_error_is_a_test_that_could_not_be_run():
    root = ET.fromstring(report("junit", [WILDCARD], IDLE, OVER))  # noqa: S314 - ours
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "2",
        "failures": "1",
        "errors": "1",
    }
    [error] = root.findall("testsuite[@name='input']/testcase/error")
    assert error.text == "tenants/waivers.yaml:9:12: waivers[0].until: '2026-03-31' is over; have it renewed"
    assert "no findings" not in report("junit", [], OVER)
    assert "no findings" in report("junit", [], IDLE)


def test_they_are_the_first_annotations():
    lines = report("github", [WILDCARD], IDLE, OVER).splitlines()
    assert lines[:2] == [
        "::error file=tenants/waivers.yaml,line=9,col=12,title=tenantry::waivers[0].until: '2026-03-31' is over; have it renewed",
        "::warning file=tenants/waivers.yaml,line=10,col=5,title=tenantry::waivers[1]: nothing is found any more; drop it",
    ]


def test_an_error_blocks_a_merge_request_and_stays_the_same_while_lines_move():
    first, second = (json.loads(report("gitlab", [WILDCARD], one, IDLE)) for one in (OVER, moved(OVER)))
    assert [issue["check_name"] for issue in first] == ["input", "no-wildcard-verbs"]
    assert (first[0]["severity"], first[0]["location"]["lines"]["begin"]) == ("blocker", 9)
    assert second[0]["fingerprint"] == first[0]["fingerprint"]


def moved(problem):
    return Problem(replace(problem.place, line=49), problem.message)


def test_a_comment_tells_them_first_and_no_more_than_it_has_room_for():
    lines = report("markdown", [WILDCARD], IDLE, OVER).splitlines()
    assert lines[:6] == [
        "## Policies: 1 critical",
        "",
        "- **error** tenants/waivers.yaml:9:12: waivers\\[0\\].until: '2026-03-31' is over; have it renewed",
        "- **warning** tenants/waivers.yaml:10:5: waivers\\[1\\]: nothing is found any more; drop it",
        "",
        "| Severity | Where | What | Policies |",
    ]
    flood = [Problem(Place(f"{one}.yaml"), "x" * 500) for one in range(3000)]
    text = report("markdown", many(3000), *flood)
    assert len(text) < 65_536
    assert "- ... and 2980 more" in text


def test_a_comment_without_findings_tells_them():
    assert report("markdown", [], BROKEN).splitlines() == [
        "## Policies: no findings",
        "",
        "- **error** a.yaml:3:1: a tab cannot indent YAML; write spaces",
        "",
        "<sub>tenantry 1.2</sub>",
    ]


@pytest.mark.parametrize("name", SERIOUS)
@given(st.lists(st.builds(Problem, st.builds(Place, TEXTS, st.just(()), st.integers(0, 9)), TEXTS, st.booleans())))
def test_nothing_in_them_becomes_anything_else(name, problems):
    text = report(name, [], *problems)
    assert report(name, [], *reversed(problems)) == text
    if name == "junit":
        ET.fromstring(text)  # noqa: S314 - ours
    elif name == "github":
        assert all(line.startswith(("::error file=", "::warning file=")) for line in text.splitlines())
    elif name != "markdown":
        json.loads(text)
