import pytest
from access.rbac import binding, role, rule
from msgspec.structs import replace
from rules.judging import asking

from generator.judgement import policy
from generator.manifest import Manifest
from generator.problems import Place


def named(name, severity, asked):
    return replace(asked, id=name, severities=dict.fromkeys(asked.severities, severity))


def grants(verbs, resources, groups=""):
    return [{"verbs": verbs.split(","), "resources": resources.split(","), "apiGroups": groups.split(",")}]


ALL = named("no-everything", "high", asking("forbid-everything"))
VERBS = named("no-wild-verbs", "low", asking("forbid-wildcards", fields=["verbs"]))
RESOURCES = named("no-wild-resources", "low", asking("forbid-wildcards", fields=["resources"]))
SECRETS = named("no-secrets", "critical", asking("forbid-grants", grants=grants("get", "secrets")))
PODS = named("no-pods", "medium", asking("forbid-grants", grants=grants("create", "pods")))
TOGETHER = named(
    "no-both",
    "high",
    asking("forbid-combined-grants", combinations=[[*grants("get", "secrets"), *grants("create", "secrets")]]),
)
EVERYTHING = rule("*", "*", "*")


def told(policies, *bodies):
    manifests = [Manifest(body, Place("m.yaml", (index,))) for index, body in enumerate(bodies)]
    found = policy.judge(policies, manifests)
    return [(one.policy.id, one.severity, one.namespace, one.name, one.subject, one.includes) for one in found]


def given(*rules, who="Group:ml"):
    return [role("ns1/r", *rules), binding("ns1/b", "r", who, kind="Role")]


def test_what_a_wildcard_covers_is_told_with_it_and_as_severe_as_the_worst():
    assert told([SECRETS, PODS, VERBS], *given(rule("*", "", "secrets,pods"))) == [
        ("no-wild-verbs", "critical", "ns1", "r", "", ("no-pods", "no-secrets"))
    ]


def test_a_severity_that_is_worse_stays():
    worse = named("no-wild-verbs", "high", VERBS)
    assert told([PODS, worse], *given(rule("*", "", "pods"))) == [
        ("no-wild-verbs", "high", "ns1", "r", "", ("no-pods",))
    ]


def test_nothing_is_lost_when_nobody_asks_about_the_wildcard():
    wild = given(EVERYTHING)
    assert [one[:2] for one in told([SECRETS, PODS], *wild)] == [("no-pods", "medium"), ("no-secrets", "critical")]
    assert [one[:2] for one in told([SECRETS, named("off", "off", VERBS)], *wild)] == [("no-secrets", "critical")]


def test_what_another_rule_grants_is_told_apart():
    found = told([SECRETS, PODS, VERBS], *given(rule("*", "", "pods"), rule("get", "", "secrets")))
    assert [(one[0], one[-1]) for one in found] == [("no-secrets", ()), ("no-wild-verbs", ("no-pods",))]


def test_what_a_second_rule_grants_as_well_is_told_apart():
    found = told([SECRETS, VERBS], *given(rule("*", "", "secrets"), rule("get", "", "secrets")))
    assert [(one[0], one[-1]) for one in found] == [("no-secrets", ()), ("no-wild-verbs", ())]


def test_two_wildcards_of_two_rules_cover_what_both_grant():
    found = told([SECRETS, VERBS, RESOURCES], *given(rule("*", "", "secrets"), rule("get", "", "*")))
    assert [(one[0], one[-1]) for one in found] == [("no-wild-resources", ()), ("no-wild-verbs", ("no-secrets",))]


def test_everything_includes_the_wildcards_that_say_it():
    assert told([ALL, SECRETS, PODS, VERBS, RESOURCES], *given(EVERYTHING)) == [
        (
            "no-everything",
            "critical",
            "ns1",
            "b",
            "group:ml",
            ("no-pods", "no-secrets", "no-wild-resources", "no-wild-verbs"),
        )
    ]


def test_a_built_in_role_is_told_for_each_binding():
    bodies = [binding("a", "cluster-admin", "User:ann"), binding("ns1/b", "cluster-admin", "User:ben")]
    assert told([SECRETS, VERBS], *bodies) == [
        ("no-wild-verbs", "critical", "", "a", "", ("no-secrets",)),
        ("no-wild-verbs", "critical", "ns1", "b", "", ("no-secrets",)),
    ]


def test_everything_by_a_built_in_role_includes_its_wildcards():
    found = told([ALL, SECRETS, VERBS, RESOURCES], binding("b", "cluster-admin", "Group:ml", "User:ann"))
    assert [one[0] for one in found] == ["no-everything", "no-everything"]
    assert found[0][-1] == ("no-secrets", "no-wild-resources", "no-wild-verbs")


def test_everything_is_told_for_each_who_has_it_with_what_it_includes():
    found = told([ALL, SECRETS], role("r", EVERYTHING), binding("b", "r", "Group:ml", "User:ann"))
    assert [(one[4], one[-1]) for one in found] == [("group:ml", ("no-secrets",)), ("user:ann", ("no-secrets",))]


def test_what_another_binding_gives_is_not_swallowed():
    bodies = [
        binding("ns1/b", "cluster-admin", "Group:ml"),
        role("ns1/r", rule("get", "", "secrets")),
        binding("ns1/c", "r", "Group:ml", kind="Role"),
    ]
    found = told([ALL, SECRETS], *bodies)
    assert [one[:1] + one[3:] for one in found] == [
        ("no-everything", "b", "group:ml", ("no-secrets",)),
        ("no-secrets", "c", "group:ml", ()),
    ]


def test_a_binding_whose_wildcard_is_accepted_by_its_reach_keeps_its_own_findings():
    elsewhere = replace(ALL, severities={"control-plane": "high", "shared": "off", "tenant": "off"})
    bodies = [binding("a", "cluster-admin", "User:ann"), binding("ns1/b", "cluster-admin", "User:ann")]
    found = told([elsewhere, SECRETS], *bodies)
    assert [one[:1] + one[3:4] for one in found] == [("no-everything", "a"), ("no-secrets", "b")]


def test_a_role_of_wildcards_is_one_cause_for_all_who_have_it():
    bodies = [
        role("r", rule("*", "", "secrets")),
        *(binding(f"ns{i}/b", "r", "Group:ml", "User:ann") for i in range(3)),
    ]
    assert told([SECRETS, VERBS], *bodies) == [("no-wild-verbs", "critical", "", "r", "", ("no-secrets",))]


def test_a_combination_that_falls_with_a_wildcard_is_told_with_it():
    found = told([TOGETHER, VERBS], *given(rule("*", "", "secrets")))
    assert [(one[0], one[-1]) for one in found] == [("no-wild-verbs", ("no-both",))]
    found = told([TOGETHER, VERBS], *given(rule("*", "", "secrets"), rule("get", "", "secrets")))
    assert [(one[0], one[-1]) for one in found] == [("no-wild-verbs", ("no-both",))]


@pytest.mark.parametrize("rules", [[rule("get,create", "", "secrets"), rule("*", "", "secrets")]])
def test_a_combination_that_stays_without_the_wildcard_is_told_apart(rules):
    found = told([TOGETHER, VERBS], *given(*rules))
    assert [(one[0], one[-1]) for one in found] == [("no-both", ()), ("no-wild-verbs", ())]


def test_two_thousand_bindings_to_one_role_take_a_moment():
    bodies = [binding(f"t{i}/b", "cluster-admin", f"Group:g{i}") for i in range(2000)]
    found = told([ALL, SECRETS, PODS, VERBS, RESOURCES], *bodies)
    assert len(found) == 2000


def test_a_role_of_thousands_of_rules_and_its_thousands_of_bindings_are_not_paired():
    wild = [rule("*", "", f"secrets,x{i}") for i in range(2_000)]
    bound = [binding(f"b{i}", "r", f"User:u{i}") for i in range(2_000)]
    found = told([SECRETS, VERBS], role("r", *wild), *bound)
    assert len(found) == 2_000
    assert {one[0] for one in found} == {"no-wild-verbs"}
    assert [one[-1] for one in found].count(("no-secrets",)) == 1
