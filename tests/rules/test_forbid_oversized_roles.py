import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, messages

ASKED = asking("forbid-oversized-roles", roles=["kubeflow-edit"], triples=6)


def test_the_size_is_counted_over_all_rules_each_triple_once():
    large = role("ns1/r", rule("get,list", "a,b", "x"), rule("get,list,watch", "a", "x"), rule("get", "c", "x"))
    assert messages(ASKED, large, binding("ns1/b", "r", "Group:ml", kind="Role")) == [
        "Group ml is given RoleBinding b of Role r, which grants 6 triples of group, resource and verb"
    ]
    smaller = role("ns1/r", rule("get,list", "a,b", "x"), rule("get,list,watch", "a", "x"))
    assert messages(ASKED, smaller, binding("ns1/b", "r", "Group:ml", kind="Role")) == []


def test_a_role_that_is_named_is_told_whatever_its_size():
    bound = binding("ns1/b", "kubeflow-edit", "User:ann", "User:bob")
    assert messages(ASKED, bound) == [
        "2 subjects are given RoleBinding b of ClusterRole kubeflow-edit, which is too large to look through"
    ]
    assert messages(ASKED, role("kubeflow-edit", rule("get")), bound) == [
        (
            "2 subjects are given RoleBinding b of ClusterRole kubeflow-edit, "
            "which grants 1 triples of group, resource and verb"
        )
    ]


def test_a_role_of_a_namespace_may_be_called_the_same():
    assert messages(ASKED, binding("ns1/b", "kubeflow-edit", "User:ann", kind="Role")) == []


def test_nobody_is_given_what_has_no_subject():
    assert messages(ASKED, binding("ns1/b", "kubeflow-edit")) == []


@pytest.mark.parametrize("triples", [0, -1, True, "6", 1.5, None])
def test_a_size_is_a_whole_number(triples):
    from generator.judgement import policy

    (problem,) = policy.check(asking("forbid-oversized-roles", triples=triples))
    assert problem.message == "a whole number of 1 or more is expected here"
