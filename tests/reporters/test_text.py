"""The text is short, says where, why and how to mend it, and no name in a manifest can write a line of it."""

import textwrap

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from reporters.samples import FINDINGS, HOSTILE, QUOTA, UNLIMITED, WAIVED, WILDCARD, many, orders, policy

from generator.finding import Finding
from generator.problems import Place
from generator.reporters import text


def test_findings_stand_by_severity_a_grant_by_itself_and_others_by_policy():
    assert (
        text.report(FINDINGS)
        == """\
critical
  Group ml-vision is given Role tenant-editor in namespace vision-train
    (prod-eu)
    tenants/vision.yaml:14:26: Role tenant-editor
      see rendered/prod-eu/vision.yaml:7:1
    critical  R002 RB003 no-wildcard-verbs: role tenant-editor allows every verb
                on pods
      with it come 2 policies: no-exec, no-secret-reading
      RoleBinding vision-train/editors
      Role vision-train/tenant-editor
    instead: the role viewer
    fix: Write the verbs that are needed.

medium
  namespace-has-quota: A namespace has a quota
    tenants/vision.yaml: namespace vision-train has no quota (likely)
    fix: Set spec.quota.

2 findings: 1 critical, 1 medium; 1 waived
"""
    )


def granted(policy, said, subject="ml", *, severity="high", namespace="shared", line=3):
    """Make a finding as rules about grants do."""
    return Finding(
        policy=policy,
        message=f"Group {subject} is granted {said}, in namespace {namespace} by RoleBinding edit of ClusterRole edit",
        place=Place(f"{namespace}.yaml", (), line, 1),
        severity=severity,
        namespace=namespace,
        kind="RoleBinding",
        name="edit",
        subject=f"group:{subject}",
        chain=(
            f"RoleBinding {namespace}/edit ({namespace}.yaml)",
            "ClusterRole edit (Kubernetes 1.36#edit)",
            f"rule: {said}",
        ),
    )


SECRETS = policy("no-secret-reading", "high", codes=("R013",), fix="Leave secrets out.")
EXEC = policy("no-exec", "high", codes=("R020",), fix="Leave pods/exec out.")


def test_what_one_grant_breaks_is_told_under_it_with_its_chain_and_each_remedy_once():
    found = [
        granted(SECRETS, "get on secrets"),
        granted(EXEC, "create on pods/exec", severity="critical"),
        granted(SECRETS, "get on secrets", "ops"),
        granted(EXEC, "create on pods/exec", "ops", severity="critical"),
        granted(SECRETS, "list on secrets", "ops"),
    ]
    assert {text.report(order) for order in orders(found)} == {
        """\
critical
  Group ml and Group ops are given ClusterRole edit in namespace shared
    shared.yaml:3:1: RoleBinding edit
    critical  R020 no-exec: create on pods/exec
    high      R013 no-secret-reading: get on secrets
    high      R013 no-secret-reading: list on secrets (only Group ops)
      ClusterRole edit (Kubernetes 1.36#edit)
      rule: create on pods/exec
      rule: get on secrets
      rule: list on secrets
    fix (no-exec): Leave pods/exec out.
    fix (no-secret-reading): Leave secrets out.

5 findings: 2 critical, 3 high
"""
    }


def test_grants_that_are_wrong_in_the_same_way_are_told_with_the_first():
    found = [granted(SECRETS, "get on secrets", f"g{n}", namespace=f"n{n:02}") for n in range(30)]
    told = text.report(found).splitlines()
    assert told[1] == "  Group g0 is given ClusterRole edit in namespace n00"
    assert told[6:8] == ["    the same in 29 more:", "      n01.yaml:3:1: Group g1 in namespace n01"]
    assert told[26] == "      ... and 10 more in the same way; --all lists them"
    assert told.count("    fix: Leave secrets out.") == 1
    assert "n29.yaml:3:1: Group g29" in text.report(found, show_all=True)


def test_the_worst_grant_comes_first_and_of_two_the_one_that_breaks_more():
    one = granted(SECRETS, "get on secrets", namespace="a")
    two = [granted(SECRETS, "get on secrets", namespace="b"), granted(EXEC, "create on pods/exec", namespace="b")]
    bad = granted(SECRETS, "get on secrets", namespace="c", severity="critical")
    told = text.report([one, *two, bad])
    assert [line[-1] for line in told.splitlines() if " is given " in line] == ["c", "b", "a"]


def test_a_message_that_says_something_else_is_told_in_full():
    other = replace(granted(SECRETS, "x"), message="RoleBinding edit is a trap, by nobody")
    assert "no-secret-reading: RoleBinding edit is a trap, by nobody\n" in text.report([other])


def test_a_grant_that_includes_many_policies_lists_the_first_and_counts_the_rest():
    names = tuple(f"p{n:02}" for n in range(40))
    found = [replace(granted(SECRETS, "x", who), includes=names[at:]) for who, at in (("ml", 0), ("ops", 1))]
    report = text.report(found)
    assert "      with it come 40 policies: p00, p01," in report
    assert "p19 and 20 more\n" in report
    assert report.count("with it come") == 1
    assert "p39" in text.report(found, show_all=True)


def test_many_findings_of_one_policy_are_cut_and_counted_unless_all_are_asked_for():
    report = text.report(many(300))
    assert report.count(" has no quota (likely)\n") == 20
    assert "    ... and 280 more in the same way; --all lists them\n" in report
    assert report.endswith("\n300 findings: 300 medium\n")
    assert text.report(many(300), show_all=True).count(" has no quota (likely)\n") == 300


def test_what_a_baseline_holds_is_counted_and_shown_to_who_asks():
    known = replace(UNLIMITED, known=True)
    assert text.report([known, WAIVED]) == "no findings; 1 known; 1 waived\n"
    assert "    known: tenants/vision.yaml: namespace vision-train" in text.report([known], show_all=True)


def test_waived_findings_are_shown_to_who_asks_with_who_answers_for_them():
    assert (
        text.report([WAIVED], show_all=True)
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
    assert {text.report(found, show_all=True) for found in orders(FINDINGS)} == {text.report(FINDINGS, show_all=True)}


def test_a_name_cannot_write_a_line_or_move_the_cursor():
    report = text.report([replace(UNLIMITED, message="a\nno findings\x1b[2K\u202e\u2028b")])
    assert "    tenants/vision.yaml: a\\nno findings\\x1b[2K\\u202e\\u2028b (likely)\n" in report


def test_no_line_is_longer_than_80_columns():
    long = replace(WILDCARD, message="role allows " + "every verb and " * 20, chain=("binding " * 30,))
    assert max(map(len, text.report([long]).splitlines())) <= 80


@given(st.lists(HOSTILE, max_size=4))
def test_whatever_strings_hold_lines_are_printable(findings):
    lines = text.report(findings, show_all=True).split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines[-2].split(";")[0].split(":")) == 1 + any(finding.waiver is None for finding in findings)


@given(st.lists(st.integers(1, 90), max_size=30))
@settings(derandomize=True, database=None, deadline=None)
def test_lines_are_broken_where_textwrap_breaks_them(lengths):
    message = " ".join("x" * length for length in (1, *lengths))
    wrapped = textwrap.wrap(
        f"tenants/vision.yaml: {message} (likely)",
        80,
        initial_indent="    ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert "\n".join(wrapped) in text.report([replace(UNLIMITED, message=message)])
