from generator.finding import Finding, Policy
from generator.judgement import waivers
from generator.problems import Place

POLICY = Policy(
    "no-secrets", "t", "high", "access", "w", "f", (), "forbid-grants", {}, (), (), Place("policies/x.yaml")
)
FINDING = Finding(POLICY, "group:ml may read secrets", Place("tenants/vision.yaml"), "high", tenant="vision", name="r")


def applied(*given, findings=(FINDING,), today="2026-11-20", whole=True):
    value = {
        "waivers": [{"policy": "no-secrets", "reason": "r", "owner": "ann", "until": "2027-01-01"} | g for g in given]
    }
    found = waivers.apply(findings, waivers.from_value(value, "tenants/waivers.yaml"), [POLICY], today, whole=whole)
    problems = [f"{p.place}: {'warning: ' if p.warning else ''}{p.message}" for p in found.problems]
    return [finding.waiver is not None for finding in found.findings], problems


def test_a_waiver_covers_what_its_whole_scope_names():
    assert applied({"scope": {"tenant": "vision", "name": "r"}}) == ([True], [])


def test_a_waiver_of_another_tenant_or_policy_covers_nothing_and_is_told():
    idle = ["tenants/waivers.yaml#waivers/0: warning: nothing is found any more that this accepts; drop it"]
    assert applied({"scope": {"tenant": "nlp"}}) == ([False], idle)
    assert applied({"scope": {"tenant": "vision"}}, findings=()) == ([], idle)


def test_a_waiver_that_may_cover_what_was_not_judged_is_not_called_idle():
    assert applied({"scope": {"tenant": "nlp"}}, whole=False) == ([False], [])


def test_a_waiver_holds_on_its_last_day_and_not_on_the_next():
    scope = {"scope": {"tenant": "vision"}}
    assert applied(scope, today="2027-01-01") == ([True], [])
    assert applied(scope, today="2027-01-02") == (
        [False],
        [("tenants/waivers.yaml#waivers/0/until: '2027-01-01' is over; mend what was accepted, or have ann renew it")],
    )


def test_a_waiver_for_a_whole_cluster_is_too_broad_and_covers_nothing():
    assert applied({"scope": {"cluster": ""}}) == (
        [False],
        [
            (
                "tenants/waivers.yaml#waivers/0/scope: the scope is too broad; name one of tenant, namespace, name, "
                "subject in it"
            )
        ],
    )


def test_a_waiver_for_a_policy_that_is_not_there_is_told_with_the_nearest():
    assert applied({"policy": "no-secret", "scope": {"tenant": "vision"}}) == (
        [False],
        ["tenants/waivers.yaml#waivers/0/policy: 'no-secret' is not a policy; did you mean 'no-secrets'?"],
    )
