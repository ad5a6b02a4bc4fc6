import pytest
from access.rbac import binding
from rules.judging import asking, findings, messages, space, tenants_space

ASKED = asking("forbid-cluster-bindings", subjects="tenants")
HOME = [tenants_space(), binding("ns1/b", "view", "Group:ml", "User:ann")]


@pytest.mark.parametrize(
    ("bound", "who"),
    [
        ("Group:ml", "Group ml"),
        ("User:ann", "User ann"),
        ("ServiceAccount:ns1/runner", "ServiceAccount ns1/runner"),
        ("User:system:serviceaccount:ns1:runner", "ServiceAccount ns1/runner"),
        ("Group:system:serviceaccounts:ns1", "Group system:serviceaccounts:ns1"),
    ],
)
def test_a_principal_of_a_tenant_has_nothing_in_the_whole_cluster(bound, who):
    assert messages(ASKED, *HOME, binding("all", "view", bound)) == [
        f"ClusterRoleBinding all of ClusterRole view reaches beyond tenant vision, to which {who} belongs"
    ]


@pytest.mark.parametrize("bound", ["Group:platform", "User:ml", "Group:ann", "ServiceAccount:ns2/runner"])
def test_others_may_have_rights_in_the_whole_cluster(bound):
    assert messages(ASKED, *HOME, space("ns2"), binding("all", "view", bound)) == []


def test_a_namespace_that_is_no_tenants_makes_nobody_a_tenant():
    assert messages(ASKED, space(), HOME[1], binding("all", "view", "Group:ml")) == []


def test_a_role_that_is_still_to_be_written_counts():
    assert len(messages(ASKED, *HOME, binding("all", "later", "Group:ml"))) == 1


def test_each_principal_is_a_cause_of_its_own():
    found = findings(ASKED, *HOME, binding("all", "view", "User:ann", "Group:ml", "Group:other"))
    assert [finding.subject for finding in found] == ["group:ml", "user:ann"]


@pytest.mark.parametrize("broad", ["Group:system:authenticated", "Group:system:serviceaccounts"])
def test_everybody_is_told_as_everybody_and_not_once_more_as_a_tenant(broad):
    bound = binding("all", "view", broad)
    assert messages(ASKED, *HOME, bound) == []
    asked = asking("forbid-subjects", subjects=["group:system:authenticated", "group:system:serviceaccounts"])
    assert len(messages(asked, *HOME, bound)) == 1
