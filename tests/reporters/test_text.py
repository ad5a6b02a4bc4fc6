"""The text is short, says where, why and how to mend it, and no name in a manifest can write a line of it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from reporters.samples import FINDINGS, HOSTILE, QUOTA, UNLIMITED, WAIVED, WILDCARD, orders

from generator.reporters import text


def test_findings_stand_by_severity_and_policy_with_one_remedy_for_each_policy():
    assert (
        text.report(FINDINGS)
        == """\
critical
  no-wildcard-verbs: Roles name their verbs
    tenants/vision.yaml:14:26: role tenant-editor allows every verb on pods
      (prod-eu)
      RoleBinding vision-train/editors
      Role vision-train/tenant-editor
      see rendered/prod-eu/vision.yaml:7:1
    fix: Write the verbs that are needed.

medium
  namespace-has-quota: A namespace has a quota
    tenants/vision.yaml: namespace vision-train has no quota (likely)
    fix: Set spec.quota.

2 findings: 1 critical, 1 medium; 1 waived
"""
    )


def test_waived_findings_are_shown_to_who_asks_with_who_answers_for_them():
    assert (
        text.report([WAIVED], show_waived=True)
        == """\
medium
  namespace-has-quota: A namespace has a quota
    waived: tenants/audio.yaml:3:1: namespace audio has no quota
      accepted by ann@example.com until 2027-03-31: It is moving out.
    fix: Set spec.quota.

no findings; 1 waived
"""
    )


def test_colours_mark_severities_and_policies():
    assert (
        text.report([UNLIMITED], color=True)
        == """\
\x1b[33mmedium\x1b[0m
\x1b[1m  namespace-has-quota: A namespace has a quota\x1b[0m
    tenants/vision.yaml: namespace vision-train has no quota (likely)
    fix: Set spec.quota.

1 finding: 1 medium
"""
    )


def test_without_findings_there_is_one_line():
    assert text.report([]) == "no findings\n"
    assert text.report([WAIVED]) == "no findings; 1 waived\n"


def test_a_policy_is_explained_once_although_its_findings_differ_in_severity():
    report = text.report([UNLIMITED, replace(UNLIMITED, severity="high"), replace(UNLIMITED, severity="info")])
    assert report.count(QUOTA.title) == 3
    assert report.count("fix: ") == 1


def test_the_order_of_findings_does_not_matter():
    assert {text.report(found, show_waived=True) for found in orders(FINDINGS)} == {
        text.report(FINDINGS, show_waived=True)
    }


def test_a_name_cannot_write_a_line_or_move_the_cursor():
    report = text.report([replace(UNLIMITED, message="a\nno findings\x1b[2K\u202e\u2028b")])
    assert "    tenants/vision.yaml: a\\nno findings\\x1b[2K\\u202e\\u2028b (likely)\n" in report


def test_no_line_is_longer_than_80_columns():
    long = replace(WILDCARD, message="role allows " + "every verb and " * 20, chain=("binding " * 30,))
    assert max(map(len, text.report([long]).splitlines())) <= 80


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_lines_are_printable(findings):
    lines = text.report(findings, show_waived=True).split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines[-2].split(";")[0].split(":")) == 1 + any(finding.waiver is None for finding in findings)
