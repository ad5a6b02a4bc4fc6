import pytest
from access.rbac import binding, role, rule, urls
from rules.judging import asking, findings, messages

ASKED = asking("forbid-everything")
EVERYTHING = rule("*", "*", "*")


def given(*rules):
    return [role("ns1/r", *rules), binding("ns1/b", "r", "Group:ml", kind="Role")]


def bound_everywhere(*rules):
    return [role("r", *rules), binding("b", "r", "Group:ml")]


def test_everything_is_told_for_each_who_has_it():
    bodies = [role("r", EVERYTHING), binding("b", "r", "Group:ml", "User:ann")]
    assert messages(ASKED, *bodies) == [
        "Group ml may do everything in the whole cluster, by ClusterRoleBinding b of ClusterRole r",
        "User ann may do everything in the whole cluster, by ClusterRoleBinding b of ClusterRole r",
    ]


def test_in_a_namespace_it_is_everything_there():
    (finding,) = findings(ASKED, binding("ns1/b", "cluster-admin", "User:ann"))
    assert (
        finding.message == "User ann may do everything in namespace ns1, by RoleBinding b of ClusterRole cluster-admin"
    )
    assert (finding.namespace, finding.kind, finding.name, finding.subject) == ("ns1", "RoleBinding", "b", "user:ann")
    assert finding.chain[:2] == (
        "RoleBinding ns1/b (m.yaml#0)",
        "ClusterRole cluster-admin (Kubernetes 1.36#ClusterRole/cluster-admin)",
    )


def test_several_rules_may_be_everything_together():
    assert len(messages(ASKED, *bound_everywhere(rule("get", "", "pods"), EVERYTHING, urls("*", "*")))) == 1


@pytest.mark.parametrize(
    "rules",
    [
        [rule("*", "example.com", "*")],
        [rule("*", "*", "*", "one")],
        [rule("*", "*", "*/*")],
        [rule("*", "*", "pods,*/exec")],
        [rule("get,list,watch,create,update,patch,delete,deletecollection", "*", "*")],
        [urls("*", "*")],
    ],
)
def test_much_is_not_everything(rules):
    assert messages(ASKED, *bound_everywhere(*rules)) == []
    assert messages(ASKED, binding("ns1/b", "admin", "Group:ml")) == []


def test_a_role_of_a_namespace_counts_as_a_cluster_role_does():
    assert len(messages(ASKED, *given(EVERYTHING))) == 1


def test_an_aggregated_role_may_be_everything():
    part = role("part", EVERYTHING, labels={"part": "yes"})
    assert len(messages(ASKED, part, role("whole", select=["part=yes"]), binding("b", "whole", "Group:ml"))) == 1


def test_what_every_cluster_starts_with_is_no_finding():
    assert messages(ASKED) == []
    assert messages(ASKED, role("r", EVERYTHING)) == []
