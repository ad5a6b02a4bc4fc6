import pytest

from generator.finding import Finding, Policy
from generator.judgement import waivers
from generator.problems import Place

POLICY = Policy(
    "no-secrets", "t", "high", "access", "w", "f", (), "forbid-grants", {}, (), (), Place("policies/x.yaml"), ("R013",)
)
FINDING = Finding(POLICY, "group:ml may read secrets", Place("tenants/vision.yaml"), "high", tenant="vision", name="r")


def applied(*given, findings=(FINDING,), today="2026-11-20", whole=True):
    value = {
        "waivers": [{"policy": "no-secrets", "reason": "r", "owner": "ann", "until": "2027-01-01"} | g for g in given]
    }
    found = waivers.apply(findings, waivers.from_value(value, "tenants/waivers.yaml"), [POLICY], today, whole=whole)
    told = [f"{p.place}: {p.message}" for p in found.problems]
    told += [f"{one.severity} {'/'.join(one.policy.names)} {one.place}: {one.message}" for one in found.own]
    return [finding.waiver is not None for finding in found.findings], told


def test_a_waiver_covers_what_its_whole_scope_names():
    assert applied({"scope": {"tenant": "vision", "name": "r"}}) == ([True], [])


def test_a_waiver_of_another_tenant_or_policy_covers_nothing_and_is_told():
    idle = (
        "low waivers-are-needed/W003 tenants/waivers.yaml#waivers/0: "
        "the waiver of no-secrets for tenant {} accepts nothing any more; drop it"
    )
    assert applied({"scope": {"tenant": "nlp"}}) == ([False], [idle.format("nlp")])
    assert applied({"scope": {"tenant": "vision"}}, findings=()) == ([], [idle.format("vision")])


def test_a_waiver_that_may_cover_what_was_not_judged_is_not_called_idle():
    assert applied({"scope": {"tenant": "nlp"}}, whole=False) == ([False], [])


def test_a_waiver_holds_on_its_last_day_and_not_on_the_next():
    scope = {"scope": {"tenant": "vision"}}
    assert applied(scope, today="2027-01-01") == ([True], [])
    assert applied(scope, today="2027-01-02") == (
        [False],
        [
            (
                "medium waivers-are-current/W001 tenants/waivers.yaml#waivers/0/until: the waiver of no-secrets for "
                "tenant vision is over since 2027-01-01; mend what was accepted, or have ann renew it"
            )
        ],
    )


def test_a_waiver_for_a_whole_cluster_is_too_broad_and_covers_nothing():
    assert applied({"scope": {"cluster": ""}}) == (
        [False],
        [
            (
                "medium waivers-are-narrow/W002 tenants/waivers.yaml#waivers/0/scope: the waiver of no-secrets covers a "
                "whole policy, and so accepts nothing; name one of tenant, namespace, name, subject in its scope"
            )
        ],
    )


def test_a_waiver_for_a_policy_that_is_not_there_is_told_with_the_nearest():
    assert applied({"policy": "no-secret", "scope": {"tenant": "vision"}}) == (
        [False],
        ["tenants/waivers.yaml#waivers/0/policy: 'no-secret' is not a policy; did you mean 'no-secrets'?"],
    )


@pytest.mark.parametrize("number", ["R013", "r013"])
def test_a_waiver_names_a_policy_by_its_id_and_not_by_its_number(number):
    assert applied({"policy": number, "scope": {"tenant": "vision"}}) == (
        [False],
        [f"tenants/waivers.yaml#waivers/0/policy: {number!r} is the number of a policy; write its id, 'no-secrets'"],
    )
