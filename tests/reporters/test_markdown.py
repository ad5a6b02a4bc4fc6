"""A comment is read by people: names stay text in it, and it is never too long to be posted."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from reporters.samples import FINDINGS, HOSTILE, UNLIMITED, WAIVED, WILDCARD, many, orders

from generator.reporters import markdown


def test_a_comment_is_a_table_and_the_remedies():
    assert (
        markdown.report(FINDINGS, tool_version="1.2")
        == """\
## Policies: 1 critical, 1 medium; 1 waived

| Severity | Policy | Where | What |
|---|---|---|---|
| critical | no-wildcard-verbs | tenants/vision.yaml:14:26 | role tenant-editor allows every verb on pods (prod-eu)<br>- RoleBinding vision-train/editors<br>- Role vision-train/tenant-editor |
| medium | namespace-has-quota | tenants/vision.yaml | namespace vision-train has no quota (likely) |

- **no-wildcard-verbs**: Roles name their verbs. A wildcard allows what is not invented yet. **Fix:** Write the verbs that are needed.
- **namespace-has-quota**: A namespace has a quota. One tenant can take it all. **Fix:** Set spec.quota.

<sub>tenantry 1.2</sub>
"""
    )


def test_without_findings_a_comment_says_so():
    assert markdown.report([], tool_version="1.2") == "## Policies: no findings\n\n<sub>tenantry 1.2</sub>\n"
    assert markdown.report([WAIVED], tool_version="1.2").startswith("## Policies: no findings; 1 waived\n")


def test_a_name_is_no_markup_and_calls_nobody():
    row = row_of(replace(UNLIMITED, confidence="certain", message="<b>|*a*| `x` [y](z) @ml &amp; \\\n# b\u202e"))
    assert row.endswith(r"| &lt;b&gt;\|\*a\*\| \`x\` \[y\](z) @<!-- -->ml &amp;amp; \\\\n# b\\u202e |")


def test_a_name_is_no_link():
    row = row_of(replace(UNLIMITED, confidence="certain", message="see https://example.com www.example.com #12 #x"))
    assert row.endswith("| see https:<!-- -->//example.com www<!-- -->.example.com #<!-- -->12 #x |")


def row_of(finding):
    return markdown.report([finding], tool_version="1").splitlines()[4]


def test_a_long_comment_is_cut_after_the_worst_and_says_how_many_are_left_out():
    report = markdown.report([*many(2000), WILDCARD], tool_version="1.2")
    rows = [line for line in report.splitlines() if line.startswith(("| critical |", "| medium |"))]
    assert 60_000 < len(report) < 65_536
    assert rows[0].startswith("| critical | no-wildcard-verbs |")
    assert f"\n... and {2001 - len(rows)} more, which a comment has no room for\n" in report
    assert "- **namespace-has-quota**" in report


def test_one_finding_cannot_push_out_the_others():
    hostile = replace(WILDCARD, message="@" * 90_000, chain=("@" * 90_000,) * 90)
    report = markdown.report([hostile, UNLIMITED], tool_version="1")
    assert "| medium | namespace-has-quota |" in report
    assert "... and 84 more steps" in report
    assert len(report) < 65_536


def test_the_order_of_findings_does_not_matter():
    reports = {markdown.report(found, tool_version="1") for found in orders(FINDINGS)}
    assert reports == {markdown.report(FINDINGS, tool_version="1")}


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_a_finding_is_one_row_of_four_cells(findings):
    lines = markdown.report(findings, tool_version="1").split("\n")
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert len(rows) == sum(finding.waiver is None for finding in findings)
    for row in rows:
        assert row.isprintable()
        plain = re.sub(r"\\.", "", row)
        assert plain.count("|") == 5
        assert re.findall("<(?!br>|!-- -->)", plain) == []
