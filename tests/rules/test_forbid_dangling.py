import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, findings, messages, named, space, tenants_space

ROLE = asking("forbid-dangling", case="role")
ACCOUNT = asking("forbid-dangling", case="account")


@pytest.mark.parametrize(
    ("bound", "kind"),
    [
        (binding("ns1/b", "r", "Group:ml", kind="Role"), "RoleBinding b of Role r"),
        (binding("ns1/b", "r", "Group:ml"), "RoleBinding b of ClusterRole r"),
        (binding("b", "r", "Group:ml"), "ClusterRoleBinding b of ClusterRole r"),
    ],
)
def test_a_role_that_is_not_there_is_told(bound, kind):
    elsewhere = role("ns2/r", rule("get"))
    assert messages(ROLE, elsewhere, bound) == [f"{kind} gives Group ml a role that is not in these manifests"]


@pytest.mark.parametrize(
    "bodies",
    [
        [role("ns1/r", rule("get")), binding("ns1/b", "r", "Group:ml", kind="Role")],
        [binding("ns1/b", "view", "Group:ml")],
        [binding("b", "system:node", "User:n")],
        [binding("ns1/b", "r")],
        [],
    ],
)
def test_a_role_that_is_there_or_given_to_nobody_is_fine(bodies):
    assert messages(ROLE, *bodies) == []


def test_a_binding_is_one_cause_for_all_whom_it_names():
    (finding,) = findings(ROLE, binding("ns1/b", "r", "Group:ml", "User:ann"))
    assert (finding.kind, finding.name, finding.subject) == ("RoleBinding", "b", "")
    assert finding.message == (
        "RoleBinding b of ClusterRole r gives Group ml, User ann a role that is not in these manifests"
    )


def test_a_cluster_role_may_be_one_that_no_manifest_shows():
    (missing,) = findings(ROLE, binding("ns1/b", "r", "Group:ml", kind="Role"))
    (unseen,) = findings(ROLE, binding("ns1/b", "r", "Group:ml"))
    assert (missing.confidence, unseen.confidence) == ("certain", "likely")


@pytest.mark.parametrize("where", ["ns1/b", "ns2/b", "b"])
def test_an_account_that_its_namespace_does_not_declare_is_told(where):
    (message,) = messages(ACCOUNT, space(), binding(where, "view", "ServiceAccount:ns1/runner"))
    assert message.endswith(" names ServiceAccount ns1/runner, which namespace ns1 does not declare")


@pytest.mark.parametrize(
    "bodies",
    [
        [space(), named("ServiceAccount", "runner", "ns1"), binding("ns1/b", "view", "ServiceAccount:ns1/runner")],
        [space(), binding("ns1/b", "view", "ServiceAccount:ns1/default")],
        [binding("ns1/b", "view", "ServiceAccount:ns1/runner")],
        [space(), binding("ns1/b", "view", "ServiceAccount:ns2/runner")],
        [space(), binding("ns1/b", "view", "User:runner", "Group:system:serviceaccounts:ns1")],
        [space("kube-system")],
    ],
)
def test_accounts_that_are_there_or_not_known_are_fine(bodies):
    assert messages(ACCOUNT, *bodies) == []


def test_an_account_of_that_name_elsewhere_is_another():
    bodies = [space(), named("ServiceAccount", "runner", "ns2"), binding("ns1/b", "view", "ServiceAccount:ns1/runner")]
    assert len(messages(ACCOUNT, *bodies)) == 1


def test_a_stranger_that_is_not_there_is_told_as_a_stranger():
    bodies = [tenants_space("ns1", "vision"), binding("ns1/b", "view", "ServiceAccount:ns2/runner")]
    assert messages(ACCOUNT, *bodies, tenants_space("ns2", "speech")) == []
    assert len(messages(ACCOUNT, *bodies, tenants_space("ns2", "vision"))) == 1
    assert len(messages(ACCOUNT, *bodies, space("ns2"))) == 1
