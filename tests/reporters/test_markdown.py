"""A comment is read by people: names stay text in it, and it is never too long to be posted."""

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from reporters.samples import FINDINGS, HOSTILE, UNLIMITED, WAIVED, WILDCARD, many, orders

from generator.reporters import markdown


def test_a_comment_is_a_table_and_below_it_each_row_in_full():
    assert (
        markdown.report(FINDINGS, tool_version="1.2")
        == """\
## Policies: 1 critical, 1 medium; 1 waived

| Severity | Where | What | Policies |
|---|---|---|---|
| critical | tenants/vision.yaml:14:26 | Group ml-vision is given Role tenant-editor in namespace vision-train (prod-eu) | R002 RB003 no-wildcard-verbs |
| medium | tenants/vision.yaml | namespace vision-train has no quota (likely) | namespace-has-quota |

<details><summary>critical: Group ml-vision is given Role tenant-editor in namespace vision-train (prod-eu)</summary>

- **critical** R002 RB003 no-wildcard-verbs: role tenant-editor allows every verb on pods
  - with it come 2 more: no-exec, no-secret-reading
- RoleBinding vision-train/editors
- Role vision-train/tenant-editor
- instead: the role viewer
- see rendered/prod-eu/vision.yaml:7:1
- **R002 RB003 no-wildcard-verbs**: Roles name their verbs. A wildcard allows what is not invented yet. **Fix:** Write the verbs that are needed.

</details>
<details><summary>medium: namespace vision-train has no quota (likely)</summary>

- tenants/vision.yaml: namespace vision-train has no quota (likely)
- **namespace-has-quota**: A namespace has a quota. One tenant can take it all. **Fix:** Set spec.quota.

</details>

<sub>tenantry 1.2</sub>
"""
    )


def test_without_findings_a_comment_says_so():
    assert markdown.report([], tool_version="1.2") == "## Policies: no findings\n\n<sub>tenantry 1.2</sub>\n"
    assert markdown.report([WAIVED], tool_version="1.2").startswith("## Policies: no findings; 1 waived\n")


def test_a_name_is_no_markup_and_calls_nobody():
    row = row_of(replace(UNLIMITED, confidence="certain", message="<b>|*a*| `x` [y](z) @ml &amp; \\\n# b\u202e"))
    assert row.endswith(
        r"| &lt;b&gt;\|\*a\*\| \`x\` \[y\](z) @<!-- -->ml &amp;amp; \\\\n# b\\u202e | namespace-has-quota |"
    )


def test_a_name_is_no_link():
    row = row_of(replace(UNLIMITED, confidence="certain", message="see https://example.com www.example.com #12 #x"))
    assert row.endswith(
        "| see https:<!-- -->//example.com www<!-- -->.example.com #<!-- -->12 #x | namespace-has-quota |"
    )


def row_of(finding):
    return markdown.report([finding], tool_version="1").splitlines()[4]


def test_a_long_comment_is_cut_after_the_worst_and_says_what_is_left_out():
    others = [replace(UNLIMITED, policy=replace(UNLIMITED.policy, id=f"p{n:04}")) for n in range(2000)]
    report = markdown.report([*others, WILDCARD], tool_version="1.2")
    rows = [line for line in report.splitlines() if line.startswith(("| critical |", "| medium |"))]
    details = report.count("\n</details>\n")
    assert 60_000 < len(report) < 65_536
    assert rows[0].startswith("| critical | tenants/vision.yaml:14:26 |")
    assert f"\n... and {2001 - len(rows)} more, which a comment has no room for\n" in report
    assert f"\nThe details of the last {len(rows) - details} rows are left out, for which there is no room.\n" in report
    assert report.count("<details>") == details > 50


def test_what_is_wrong_alike_is_one_row():
    report = markdown.report(many(300), tool_version="1")
    assert "| namespace n0 has no quota (likely); and 299 more | namespace-has-quota |" in report
    assert "- ... and 280 more in the same way\n" in report


def test_one_finding_cannot_push_out_the_others():
    hostile = replace(WILDCARD, message="@" * 90_000, chain=tuple(f"{n}{'@' * 90_000}" for n in range(90)))
    report = markdown.report([hostile, UNLIMITED], tool_version="1")
    assert "| medium | tenants/vision.yaml |" in report
    assert "... and 78 more steps" in report
    assert len(report) < 65_536


def test_a_summary_is_html_in_which_a_name_is_text_and_calls_nobody():
    report = markdown.report([replace(UNLIMITED, confidence="certain", message="<b>*a* @ml #1")], tool_version="1")
    assert "<summary>medium: &lt;b&gt;*a* @<!-- -->ml #<!-- -->1</summary>" in report


def test_the_order_of_findings_does_not_matter():
    reports = {markdown.report(found, tool_version="1") for found in orders(FINDINGS)}
    assert reports == {markdown.report(FINDINGS, tool_version="1")}


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_a_row_has_four_cells_and_no_line_is_markup_that_we_did_not_write(findings):
    lines = markdown.report(findings, tool_version="1").split("\n")
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert bool(rows) == any(finding.waiver is None for finding in findings)
    assert lines.count("</details>") == len(rows)
    for row in rows:
        plain = re.sub(r"\\.", "", row)
        assert plain.count("|") == 5
    for line in lines:
        assert line.isprintable()
        assert line.startswith(("#", "|", "-", "  -", "<")) or not line
        if not line.startswith("<"):
            assert re.findall("<(?!br>|!-- -->)", re.sub(r"\\.", "", line)) == []
