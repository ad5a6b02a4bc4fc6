import random

import pytest
from access.rbac import binding, role, rule, urls
from rules.judging import asking, findings, messages

BINDINGS = asking("forbid-redundant", case="bindings")
RULES = asking("forbid-redundant", case="rules")


def needless(*bodies):
    return [(found.namespace, found.name, found.subject) for found in findings(BINDINGS, *bodies)]


def test_a_binding_that_gives_nothing_new_is_told_with_what_gives_it():
    (finding,) = findings(BINDINGS, binding("ns1/a", "edit", "Group:ml"), binding("ns1/b", "view", "Group:ml"))
    assert finding.message == (
        "RoleBinding b of ClusterRole view gives Group ml nothing in namespace ns1 that others do not give it already"
    )
    assert finding.chain == (
        "RoleBinding b of ClusterRole view (m.yaml#1)",
        "beside RoleBinding a of ClusterRole edit (m.yaml#0)",
    )


def test_what_is_held_in_the_whole_cluster_is_held_in_a_namespace():
    bodies = [binding("a", "view", "Group:ml"), binding("ns1/b", "view", "Group:ml")]
    assert needless(*bodies) == [("ns1", "b", "group:ml")]


@pytest.mark.parametrize(
    "bodies",
    [
        [binding("ns1/a", "edit", "Group:ml"), binding("ns2/b", "view", "Group:ml")],
        [binding("ns1/a", "edit", "Group:ml"), binding("b", "view", "Group:ml")],
        [binding("ns1/a", "edit", "Group:ml"), binding("ns1/b", "view", "User:ml")],
        [binding("ns1/a", "edit", "Group:system:authenticated"), binding("ns1/b", "view", "User:ann")],
        [binding("ns1/a", "edit", "Group:ml"), role("ns1/r", rule("get", "example.com", "a"))],
        [binding("ns1/a", "edit", "Group:ml")],
        [],
    ],
)
def test_what_composes_with_nothing_is_not_needless(bodies):
    assert needless(*bodies) == []


def test_a_rule_that_is_dead_in_a_namespace_keeps_no_binding():
    bodies = [role("r", rule("get"), rule("get", "", "nodes")), role("s", rule("get,list"))]
    bound = [binding("ns1/a", "r", "Group:ml"), binding("ns1/b", "s", "Group:ml")]
    assert needless(*bodies, *bound) == [("ns1", "a", "group:ml")]


def test_a_binding_that_gives_nothing_at_all_is_another_question():
    bodies = [role("r", rule("get", "", "nodes")), binding("ns1/a", "r", "Group:ml")]
    assert needless(*bodies, binding("ns1/b", "view", "Group:ml")) == []


def test_of_equals_the_later_is_told_and_all_that_is_told_can_go():
    bodies = [binding(f"ns1/{name}", "view", "Group:ml") for name in "cab"]
    for seed in range(3):
        shuffled = random.Random(seed).sample(bodies, 3)  # noqa: S311 - an order, and no secret
        assert needless(*shuffled) == [("ns1", "b", "group:ml"), ("ns1", "c", "group:ml")]


def test_two_bindings_may_hold_a_third_together():
    roles = [role("r", rule("get")), role("s", rule("list")), role("t", rule("get,list"))]
    bound = [binding(f"ns1/{name}", name, "Group:ml") for name in "rs"]
    assert needless(*roles, *bound, binding("ns1/z", "t", "Group:ml")) == [("ns1", "z", "group:ml")]


def test_of_several_subjects_only_the_one_is_told():
    bodies = [binding("ns1/a", "edit", "Group:ml"), binding("ns1/b", "view", "Group:ml", "Group:ops")]
    assert needless(*bodies) == [("ns1", "b", "group:ml")]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([rule("get,list"), rule("get")], [(2, "pods")]),
        ([rule("get"), rule("get,list")], [(1, "pods")]),
        ([rule("get"), rule("get")], [(2, "pods")]),
        ([rule("get"), rule("list"), rule("get,list")], [(3, "pods")]),
        ([rule("*", "*", "*"), rule("get", "", "pods"), rule("get", "a.b", "c")], [(2, "pods"), (3, "c")]),
        ([rule("get", "", "*/exec"), rule("get", "", "pods/exec")], [(2, "pods/exec")]),
        ([rule("get"), rule("get", names="a")], [(2, "pods")]),
        ([rule("get"), rule("list")], []),
        ([rule("get"), rule("get", "", "pods/log")], []),
        ([rule("get", names="a"), rule("get", names="b")], []),
        ([rule("get", "", "pods,secrets"), rule("get", "", "secrets,services")], []),
        ([rule("get")], []),
    ],
)
def test_a_rule_that_the_others_contain_is_told(rules, told):
    assert messages(RULES, role("ns1/r", *rules)) == [
        f"Role r allows nothing by its rule {index}, about {about}, that its others do not allow already"
        for index, about in told
    ]


def test_a_path_may_be_contained_in_another():
    assert messages(RULES, role("r", urls("get", "/a*"), urls("get", "/a/b"))) == [
        "ClusterRole r allows nothing by its rule 2, about /a/b, that its others do not allow already"
    ]


def test_what_kubernetes_and_the_controller_wrote_is_no_finding():
    parts = [role(name, rule("get"), labels={"x": "y"}) for name in "ab"]
    assert messages(RULES, *parts, role("whole", select=["x=y"])) == []


def test_thousands_of_bindings_of_one_subject_take_a_moment():
    bodies = [role(f"r{i}", rule("get", "", "pods", f"p{i}")) for i in range(300)]
    bodies += [binding(f"b{i:04}-{j}", f"r{i}", "Group:ml") for i in range(300) for j in range(10)]
    bodies += [binding(f"t{i}/{name}", name, f"Group:g{i}") for i in range(1000) for name in ("edit", "view")]
    assert len(needless(*bodies)) == 300 * 9 + 1000
