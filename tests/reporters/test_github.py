"""A finding is one workflow command, whatever its strings hold."""

import re

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from reporters.samples import FINDINGS, HOSTILE, UNLIMITED, WAIVED, orders

from generator.problems import Place
from generator.reporters import github


def test_findings_are_commands_worst_first_and_waived_ones_are_none():
    assert github.report(FINDINGS) == (
        "::error file=tenants/vision.yaml,line=14,col=26,title=Roles name their verbs (R002 RB003 no-wildcard-verbs%2C critical)"
        "::role tenant-editor allows every verb on pods%0A  RoleBinding vision-train/editors"
        "%0A  Role vision-train/tenant-editor%0Awith it: no-exec, no-secret-reading"
        "%0Afix: Write the verbs that are needed.%0Ainstead: the role viewer\n"
        "::warning file=tenants/vision.yaml,title=A namespace has a quota (namespace-has-quota%2C medium)"
        "::namespace vision-train has no quota%0Afix: Set spec.quota.\n"
    )


def test_without_findings_there_is_nothing():
    assert github.report([]) == github.report([WAIVED]) == ""


def test_severities_have_their_commands():
    commands = {
        severity: github.report([replace(UNLIMITED, severity=severity)]).split()[0]
        for severity in ("critical", "high", "medium", "low", "info")
    }
    assert commands == {
        "critical": "::error",
        "high": "::error",
        "medium": "::warning",
        "low": "::notice",
        "info": "::notice",
    }


def test_what_would_end_a_property_or_a_message_is_escaped():
    finding = replace(UNLIMITED, message="100%,\r\n::error::x\x1b", place=Place("a:b,c%\n.yaml", (), 3, 0))
    assert github.report([finding]) == (
        "::warning file=a%3Ab%2Cc%25%0A.yaml,line=3,title=A namespace has a quota (namespace-has-quota%2C medium)"
        "::100%25,%0D%0A::error::x\\x1b%0Afix: Set spec.quota.\n"
    )


def test_the_order_of_findings_does_not_matter():
    assert {github.report(found) for found in orders(FINDINGS)} == {github.report(FINDINGS)}


@given(st.lists(HOSTILE, max_size=4))
def test_every_line_is_a_command_that_holds_its_message(findings):
    kept = [finding for finding in findings if finding.waiver is None]
    lines = github.report(findings).split("\n")[:-1]
    assert all(line.isprintable() for line in lines)
    found = [re.fullmatch(r"::(?:error|warning|notice) file=([^:,]*)[^:]*::(.*)", line) for line in lines]
    escaped = sorted(re.sub("%(25|0D|0A)", lambda code: chr(int(code[1], 16)), match[2]) for match in found)
    assert len(escaped) == len(kept)
    for finding in kept:
        if re.sub("[\r\n]", "", finding.message).isprintable():
            assert any(message.startswith(finding.message) for message in escaped)
