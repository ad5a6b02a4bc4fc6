import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, messages, named

from generator.access import Rule
from generator.access.algebra import Permissions
from generator.access.customs import CustomResource
from generator.judgement import policy
from generator.problems import Place
from generator.rules.shapes import expanded, shape

KNOWN = [
    CustomResource(group, resource, "Namespaced", effects, "a controller", Place("custom-resources.yaml"))
    for group, resource, effects in [
        ("argoproj.io", "workflows", ("creates-pods", "names-account")),
        ("argoproj.io", "applications", ("acts-as-controller",)),
        ("example.com", "issuers", ("names-account",)),
        ("ray.io", "rayjobs", ("creates-pods",)),
    ]
]
PODS = {"customs": ["creates-pods"], "verbs": ["create"]}


def test_custom_resources_are_listed_by_what_they_lead_to():
    grants = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}, {**PODS, "before": "1.40"}]
    assert expanded({"grants": grants, "unless": "confined"}, KNOWN) == {
        "grants": [
            grants[0],
            {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["create"], "before": "1.40"},
            {"apiGroups": ["ray.io"], "resources": ["rayjobs"], "verbs": ["create"], "before": "1.40"},
        ],
        "unless": "confined",
    }


def test_one_of_the_effects_is_enough():
    asked = {"customs": ["names-account", "acts-as-controller"], "verbs": ["patch"]}
    (grants,) = expanded({"grants": [asked]}, KNOWN).values()
    assert [(one["apiGroups"], one["resources"]) for one in grants] == [
        (["argoproj.io"], ["workflows", "applications"]),
        (["example.com"], ["issuers"]),
    ]


def test_what_lives_in_no_namespace_is_no_part_of_what_a_role_binding_gives():
    wide = CustomResource(
        "argoproj.io", "clusterworkflowtemplates", "Cluster", ("creates-pods",), "Argo", KNOWN[0].origin
    )
    (grants,) = expanded({"grants": [PODS]}, [*KNOWN, wide]).values()
    assert {"scope": "Cluster", "resources": ["clusterworkflowtemplates"]}.items() <= grants[-1].items()
    in_cluster, in_namespace = (shape(grants, "1.36", in_namespace=one) for one in (False, True))
    assert in_cluster - in_namespace == Permissions.of(
        [Rule(("create",), ("argoproj.io",), ("clusterworkflowtemplates",))]
    )
    assert in_namespace == shape(grants[:-1], "1.36")


def test_a_combination_of_what_lives_in_no_namespace_is_held_in_the_cluster_only():
    wide = {"apiGroups": ["example.com"], "resources": ["tenants"], "verbs": ["create"], "scope": "Cluster"}
    pods = {"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}
    asked = asking("forbid-combined-grants", combinations=[[wide, pods]])
    assert list(policy.check(asked)) == []
    both = role("r", rule("create", "example.com,", "tenants,pods"))
    assert messages(asked, both, binding("ns1/b", "r", "User:ada")) == []
    assert len(messages(asked, both, binding("b", "r", "User:ada"))) == 1


def test_combinations_are_expanded_within():
    other = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
    found = expanded({"combinations": [[PODS, other], [other]]}, KNOWN)
    assert [[one["apiGroups"] for one in grants] for grants in found["combinations"]] == [
        [["argoproj.io"], ["ray.io"], [""]],
        [[""]],
    ]


def test_parameters_of_other_rules_stay_as_they_are():
    parameters = {"fields": ["verbs"], "labels": {"a": "b"}, "subjects": "tenants"}
    assert expanded(parameters, KNOWN) == parameters


@pytest.mark.parametrize("grants", [[PODS], expanded({"grants": [PODS]}, [])["grants"]])
def test_custom_resources_that_nobody_listed_never_pass_for_nothing(grants):
    asked = asking("forbid-grants", grants=grants)
    assert list(policy.check(asked)) == []
    with pytest.raises(ValueError, match="has to be expanded"):
        messages(asked, named("ClusterRole", "r"))


def test_a_grant_is_what_a_rule_of_a_role_is():
    asked = {"apiGroups": ["", "apps"], "resources": ["pods", "*/scale"], "verbs": ["*"], "resourceNames": ["a"]}
    assert shape([asked], "1.36") == Permissions.of([Rule(("*",), ("", "apps"), ("pods", "*/scale"), ("a",))])


@pytest.mark.parametrize(
    ("resources", "group", "inside"),
    [("a/b", "g", True), ("a/c", "g", True), ("a", "g", False), ("b/b", "g", False), ("a/b", "h", False)],
)
def test_all_subresources_are_those_of_the_resource(resources, group, inside):
    asked = shape([{"apiGroups": ["g"], "resources": ["a/*"], "verbs": ["get"]}], "1.36")
    assert (Permissions.of([Rule(("get",), (group,), (resources,))]) <= asked) is inside
    assert not Permissions.of([Rule(("list",), (group,), (resources,))]) <= asked
