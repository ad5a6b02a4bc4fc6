import pytest
from access.rbac import binding, role, rule, urls
from rules.judging import asking, messages

ASKED = asking("forbid-dead-grants")
GIVEN = binding("ns1/b", "r", "Group:ml")


@pytest.mark.parametrize(
    ("granted", "said"),
    [
        (rule("get,list", "", "pods,persistentvolumes"), "get, list on persistentvolumes"),
        (rule("get,list", "", "namespaces"), "list on namespaces"),
        (rule("get", "", "nodes/proxy,pods"), "get on nodes/proxy"),
        (rule("*", "", "nodes"), "* on nodes"),
        (rule("impersonate", "", "users,groups,serviceaccounts"), "impersonate on users, groups"),
        (rule("impersonate", "authentication.k8s.io", "uids"), "impersonate on uids of authentication.k8s.io"),
        (
            rule("bind,escalate", "rbac.authorization.k8s.io", "clusterroles"),
            "escalate on clusterroles of rbac.authorization.k8s.io",
        ),
        (rule("get", ",storage.k8s.io", "pods,storageclasses"), "get on storageclasses of storage.k8s.io"),
    ],
)
def test_the_dead_part_is_named(granted, said):
    assert messages(ASKED, role("ns1/r", granted)) == [f"Role r names what no RoleBinding can give: {said}"]
    assert messages(ASKED, role("r", granted), GIVEN) == [f"ClusterRole r names what no RoleBinding can give: {said}"]


@pytest.mark.parametrize(
    "granted",
    [
        rule("*", "*", "*"),
        rule("get", "", "*"),
        rule("get", "*", "nodes"),
        rule("get", "example.com", "nodes"),
        rule("get,update,patch,delete", "", "namespaces"),
        rule("*", "", "namespaces"),
        rule("impersonate", "", "serviceaccounts"),
        rule("create", "", "*/token"),
    ],
)
def test_a_wildcard_and_what_is_live_are_fine(granted):
    assert messages(ASKED, role("ns1/r", granted)) == []


def test_paths_are_in_no_namespace():
    assert messages(ASKED, role("r", urls("get", "/metrics")), GIVEN) == [
        "ClusterRole r names what no RoleBinding can give: the paths /metrics"
    ]


@pytest.mark.parametrize("others", [[], [binding("all", "r", "Group:ops")], [GIVEN, binding("all", "r", "Group:ops")]])
def test_a_cluster_role_is_dead_only_where_nothing_brings_it_to_life(others):
    assert messages(ASKED, role("r", rule("get", "", "nodes")), *others) == []


def test_a_part_of_an_aggregated_role_may_live_there():
    part = role("r", rule("get", "", "nodes"), labels={"x": "y"})
    assert messages(ASKED, part, role("whole", select=["x=y"]), GIVEN) == []


def test_built_in_roles_are_no_finding():
    assert (
        messages(ASKED, binding("ns1/b", "cluster-admin", "Group:ml"), binding("ns1/c", "system:node", "User:n")) == []
    )


def test_what_somebody_adds_to_a_built_in_role_is_told_without_the_rest():
    widened = role("system:node-problem-detector", rule("get", "", "persistentvolumes"))
    bound = binding("ns1/b", "system:node-problem-detector", "Group:ml")
    assert messages(ASKED, widened, bound) == [
        "ClusterRole system:node-problem-detector names what no RoleBinding can give: get on persistentvolumes"
    ]
