"""The code quality report has what GitLab requires of an issue, and recognizes issues between branches."""

import json

from hypothesis import given
from hypothesis import strategies as st
from reporters.samples import FINDINGS, HOSTILE, UNLIMITED, WAIVED, WILDCARD, moved, orders

from generator.reporters import gitlab


def read(findings):
    return json.loads(gitlab.report(findings))


def test_findings_are_issues_worst_first_and_waived_ones_are_none():
    assert read(FINDINGS) == [
        {
            "description": "role tenant-editor allows every verb on pods",
            "check_name": "no-wildcard-verbs",
            "fingerprint": "fe1570c99d8812ff9e67c9fba7e9279c32b7afd0086879158c8fbdec86aa6526",
            "severity": "blocker",
            "location": {"path": "tenants/vision.yaml", "lines": {"begin": 14}},
        },
        {
            "description": "namespace vision-train has no quota",
            "check_name": "namespace-has-quota",
            "fingerprint": "840f294234b09354635130eb2916498650f0cc4ba28281e8ec86db4b209f4e33",
            "severity": "major",
            "location": {"path": "tenants/vision.yaml", "lines": {"begin": 1}},
        },
    ]


def test_without_findings_there_are_no_issues():
    assert gitlab.report([]) == gitlab.report([WAIVED]) == "[]\n"


def test_the_order_of_findings_does_not_matter():
    assert {gitlab.report(found) for found in orders(FINDINGS)} == {gitlab.report(FINDINGS)}


def test_a_fingerprint_stays_when_lines_move():
    [before], [after] = read([WILDCARD]), read([moved(WILDCARD)])
    assert before["location"]["lines"] != after["location"]["lines"]
    assert before["fingerprint"] == after["fingerprint"]


def test_no_two_issues_have_one_fingerprint():
    fingerprints = [issue["fingerprint"] for issue in read([UNLIMITED, UNLIMITED, moved(UNLIMITED)])]
    assert len(set(fingerprints)) == 3


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_it_is_json_that_holds_the_messages(findings):
    kept = [finding for finding in findings if finding.waiver is None]
    issues = read(findings)
    assert sorted(issue["description"] for issue in issues) == sorted(finding.message for finding in kept)
    assert all(issue["location"]["lines"]["begin"] >= 1 for issue in issues)
