"""JUnit's XML parses whatever strings hold, and its tests keep their names when lines move."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from reporters.samples import FINDINGS, HOSTILE, UNLIMITED, WILDCARD, moved, orders

from generator.reporters import junit


def read(findings):
    return ET.fromstring(junit.report(findings, tool_version="1.2"))  # noqa: S314 - our own text


def test_a_policy_is_a_suite_a_finding_a_failure_and_a_waived_one_skipped():
    assert (
        junit.report(FINDINGS, tool_version="1.2")
        == """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="tenantry 1.2" tests="3" failures="2" errors="0" skipped="1">
  <testsuite name="namespace-has-quota" tests="2" failures="1" errors="0" skipped="1">
    <testcase classname="namespace-has-quota" name="tenants/audio.yaml: namespace audio has no quota" file="tenants/audio.yaml" line="3">
      <skipped message="accepted by ann@example.com until 2027-03-31: It is moving out." />
    </testcase>
    <testcase classname="namespace-has-quota" name="tenants/vision.yaml: namespace vision-train has no quota" file="tenants/vision.yaml">
      <failure type="medium" message="namespace vision-train has no quota">tenants/vision.yaml: namespace vision-train has no quota
why: One tenant can take it all.
fix: Set spec.quota.</failure>
    </testcase>
  </testsuite>
  <testsuite name="no-wildcard-verbs" tests="1" failures="1" errors="0" skipped="0">
    <testcase classname="no-wildcard-verbs" name="prod-eu: tenants/vision.yaml: role tenant-editor allows every verb on pods" file="tenants/vision.yaml" line="14">
      <failure type="critical" message="role tenant-editor allows every verb on pods">tenants/vision.yaml:14:26: role tenant-editor allows every verb on pods
  RoleBinding vision-train/editors
  Role vision-train/tenant-editor
  see rendered/prod-eu/vision.yaml:7:1
with it: no-exec, no-secret-reading
policy: R002 RB003 no-wildcard-verbs
why: A wildcard allows what is not invented yet.
fix: Write the verbs that are needed.
instead: the role viewer</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def test_what_a_baseline_holds_is_skipped():
    [skipped] = read([replace(UNLIMITED, known=True)]).iter("skipped")
    assert skipped.get("message") == "known: the baseline holds it"


def test_without_findings_one_test_passes():
    assert (
        junit.report([], tool_version="1.2")
        == """\
<?xml version="1.0" encoding="utf-8"?>
<testsuites name="tenantry 1.2" tests="1" failures="0" errors="0" skipped="0">
  <testsuite name="policies" tests="1" failures="0" errors="0" skipped="0">
    <testcase classname="policies" name="no findings" />
  </testsuite>
</testsuites>
"""
    )


def test_the_order_of_findings_does_not_matter():
    reports = {junit.report(found, tool_version="1") for found in orders(FINDINGS)}
    assert reports == {junit.report(FINDINGS, tool_version="1")}


def test_a_test_keeps_its_name_when_lines_move():
    [before], [after] = read([WILDCARD]).iter("testcase"), read([moved(WILDCARD)]).iter("testcase")
    assert before.get("line") != after.get("line")
    assert before.get("name") == after.get("name")


def test_what_xml_cannot_hold_is_spelled():
    [failure] = read([replace(UNLIMITED, message="a\x00\x1b\ufffe\ud800]]></failure>\U0001f600")]).iter("failure")
    assert failure.get("message") == "a\\x00\\x1b\\ufffe\\ud800]]></failure>\U0001f600"


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_it_is_xml_that_holds_the_messages(findings):
    root = read(findings)
    told = [failure.get("message") for failure in root.iter("failure")]
    assert len(told) == int(root.get("failures")) == sum(finding.waiver is None for finding in findings)
    assert len([*root.iter("testcase")]) == int(root.get("tests")) == (len(findings) or 1)
    for finding in findings:
        if finding.waiver is None and not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", finding.message):
            assert finding.message in told
