import pytest
from access.rbac import access, ask, binding, manifests, role, rule, urls

from generator.access import RoleKey, about_namespace, effective, group, service_account, user

GET_PODS = rule("get")
EVERYTHING = rule("*", "*", "*")


def may(found, name, request, *groups):
    return bool(found.decide(name, groups, request))


# Where a binding holds


def test_a_role_binding_holds_in_its_namespace_only():
    found = access(role("all", EVERYTHING), binding("ns1/b", "all", "User:ada"))
    assert may(found, "ada", ask("get", "pods", namespace="ns1"))
    assert not may(found, "ada", ask("get", "pods", namespace="ns2"))
    assert not may(found, "ada", ask("get", "pods"))
    assert not may(found, "ada", ask("get", "nodes", "n"))


def test_a_cluster_role_binding_holds_everywhere():
    found = access(role("all", EVERYTHING), binding("b", "all", "User:ada"))
    for namespace in ("", "ns1", "ns2"):
        assert may(found, "ada", ask("list", "pods", namespace=namespace))


def test_a_role_of_one_namespace_is_not_found_from_another():
    found = access(role("ns1/a", GET_PODS), binding("ns2/b", "a", "User:ada", kind="Role"))
    assert not may(found, "ada", ask("get", "pods", namespace="ns2"))
    assert not may(found, "ada", ask("get", "pods", namespace="ns1"))


def test_urls_are_allowed_by_cluster_role_bindings_only():
    found = access(role("a", urls("get", "*")), binding("ns1/b", "a", "User:ada"), binding("c", "a", "User:bob"))
    assert not may(found, "ada", ask("get", "/metrics"))
    assert may(found, "bob", ask("get", "/metrics"))


def test_a_role_binding_can_allow_its_own_namespace_object():
    found = access(role("a", rule("*", "", "namespaces,nodes,namespaces/finalize")), binding("ns1/b", "a", "User:ada"))
    for verb in ("get", "patch", "update", "delete"):
        assert may(found, "ada", about_namespace(verb, "ns1"))
        assert not may(found, "ada", about_namespace(verb, "ns2"))
        assert not may(found, "ada", ask(verb, "nodes", "ns1"))
    assert may(found, "ada", about_namespace("update", "ns1", "finalize"))
    assert not may(found, "ada", ask("list", "namespaces"))
    assert not may(found, "ada", ask("create", "namespaces"))


# Who is bound


def test_a_group_is_what_authentication_says_and_nothing_else():
    found = access(role("a", GET_PODS), binding("b", "a", "Group:devs"))
    assert may(found, "ada", ask("get", "pods"), "devs")
    assert not may(found, "devs", ask("get", "pods"))
    assert not may(found, "ada", ask("get", "pods"), "Devs")


def test_a_star_is_nobodys_wildcard():
    found = access(role("a", GET_PODS), binding("b", "a", "User:*", "Group:*"))
    assert not may(found, "ada", ask("get", "pods"), "devs")
    assert may(found, "*", ask("get", "pods"))


def test_a_service_account_is_its_username():
    found = access(role("a", GET_PODS), binding("ns1/b", "a", "ServiceAccount:runner", "ServiceAccount:ci/bot"))
    for name in ("system:serviceaccount:ns1:runner", "system:serviceaccount:ci:bot"):
        assert may(found, name, ask("get", "pods", namespace="ns1"))
    for name in ("runner", "system:serviceaccount:ci:runner", "system:serviceaccount:ns1"):
        assert not may(found, name, ask("get", "pods", namespace="ns1"))


def test_groups_are_not_added_to_those_of_a_review():
    found = access(role("a", GET_PODS), binding("b", "a", "Group:system:authenticated"))
    assert not may(found, "ada", ask("get", "pods"))
    assert may(found, "ada", ask("get", "pods"), "system:authenticated")


# Roles that are not there


def test_a_binding_to_no_role_grants_nothing_and_is_named():
    dangling = binding("ns1/b", "edit", "User:ada")
    found = access(dangling, binding("ns1/c", "a", "User:ada", kind="Role"), role("a", EVERYTHING))
    assert [one.name for one in found.dangling] == ["b", "c"]
    assert found.subjects == ()
    assert not may(found, "ada", ask("get", "pods", namespace="ns1"))
    assert access(dangling, version="1.36").dangling == ()


def test_a_binding_to_no_role_does_not_stop_others():
    found = access(binding("a", "gone", "User:ada"), binding("b", "here", "User:ada"), role("here", GET_PODS))
    assert may(found, "ada", ask("get", "pods"))


# Grants


def test_a_grant_says_by_what_and_where():
    found = access(role("a", rule("list"), GET_PODS), binding("ns1/b", "a", "Group:devs"))
    (grant,) = found.decide("ada", ["devs"], ask("get", "pods", namespace="ns1"))
    assert (grant.subject, grant.binding.name, grant.role.key, grant.index) == (group("devs"), "b", RoleKey("", "a"), 1)
    assert grant.rule.verbs == ("get",)
    assert (grant.scope, str(grant.binding.origin), str(grant.role.source(1))) == ("ns1", "rbac.yaml#1", "rbac.yaml#0")


@pytest.mark.parametrize(
    ("name", "subject", "reason"),
    [
        ("ns1/b", "Group:devs", 'RoleBinding "b/ns1" of ClusterRole "a" to Group "devs"'),
        ("b", "User:ada", 'ClusterRoleBinding "b" of ClusterRole "a" to User "ada"'),
        ("b", "ServiceAccount:ci/bot", 'ClusterRoleBinding "b" of ClusterRole "a" to ServiceAccount "bot/ci"'),
    ],
)
def test_a_grant_gives_the_reason_of_the_audit_log(name, subject, reason):
    found = access(role("a", GET_PODS), binding(name, "a", subject))
    ((grant,),) = found.who_can(ask("get", "pods", namespace="ns1")).grants.values()
    assert grant.reason == reason


def test_every_way_to_a_permission_is_a_grant():
    found = access(
        role("a", GET_PODS, EVERYTHING), binding("b", "a", "User:ada"), binding("ns1/c", "a", "Group:devs", "User:ada")
    )
    grants = found.decide("ada", ["devs", "devs"], ask("get", "pods", namespace="ns1"))
    assert [(one.subject.name, one.binding.name, one.index) for one in grants] == [
        ("ada", "b", 0),
        ("ada", "b", 1),
        ("ada", "c", 0),
        ("ada", "c", 1),
        ("devs", "c", 0),
        ("devs", "c", 1),
    ]


def test_a_subject_holds_what_it_and_its_groups_are_bound_to():
    roles = [role(name, rule(name)) for name in ("own", "all", "accounts", "team")]
    found = access(
        *roles,
        binding("ns1/a", "own", "ServiceAccount:bot"),
        binding("b", "all", "Group:system:authenticated"),
        binding("c", "accounts", "Group:system:serviceaccounts:ns1"),
        binding("ns2/d", "team", "Group:team"),
    )
    assert held(found, service_account("ns1", "bot")) == ["ns1 own", " accounts", " all"]
    assert held(found, service_account("ns2", "bot")) == [" all"]
    assert held(found, user("ada"), "team") == ["ns2 team", " all"]
    assert held(found, user("system:anonymous")) == []
    assert held(found, group("team")) == ["ns2 team"]


def held(found, subject, *groups):
    return [f"{grant.scope} {grant.role.key.name}" for grant in found.grants_of(subject, groups)]


# The set-ups of plugin/pkg/auth/authorizer/rbac's TestSubjectLocator; it adds system:masters to each answer.
SUPER = binding("b", "admin", "User:super-admin", "Group:super-admins")
LOCAL_CLUSTER_ROLE = [role("admin", EVERYTHING), SUPER, binding("ns1/b", "admin", "User:admin", "Group:admins")]
LOCAL_ROLE = [
    *(role("admin", EVERYTHING), SUPER, role("ns1/admin", rule("get", "*", "Pods"))),
    binding("ns1/b", "admin", "User:admin", "Group:admins", kind="Role"),
]


@pytest.mark.parametrize(
    ("bodies", "verb", "namespace", "expected"),
    [
        (LOCAL_CLUSTER_ROLE, "get", "ns1", {"super-admin", "super-admins", "admin", "admins"}),
        (LOCAL_CLUSTER_ROLE, "*", "*", {"super-admin", "super-admins"}),
        (LOCAL_CLUSTER_ROLE, "*", "", {"super-admin", "super-admins"}),
        (LOCAL_ROLE, "get", "ns1", {"super-admin", "super-admins", "admin", "admins"}),
        (LOCAL_ROLE, "create", "ns1", {"super-admin", "super-admins"}),
        (LOCAL_ROLE, "get", "ns2", {"super-admin", "super-admins"}),
    ],
)
def test_all_who_may_do_something_are_found(bodies, verb, namespace, expected):
    holders = access(*bodies).who_can(ask(verb, "Pods", namespace=namespace))
    assert {subject.name for subject in holders.grants} == expected


def test_holders_that_stand_for_everybody_are_named():
    found = access(
        role("a", GET_PODS), binding("b", "a", "User:ada", "Group:system:authenticated", "User:system:anonymous")
    )
    assert found.who_can(ask("get", "pods")).broad == {
        group("system:authenticated"): "everybody who has logged in, and every service account",
        user("system:anonymous"): "everybody who has not logged in",
    }
    assert found.who_can(ask("list", "pods")).broad == {}


# The same, without an index


def test_the_answers_agree_with_each_other():
    found = effective(
        manifests(*LOCAL_ROLE, binding("ns1/c", "admin", "ServiceAccount:bot"), role("x", urls("get", "/a*"))),
        version="1.36",
    )
    for request in (
        ask("get", "Pods", namespace="ns1"),
        ask("get", "/api"),
        ask("get", "secrets", namespace="kube-system"),
    ):
        for subject, grants in found.who_can(request).grants.items():
            names = (subject.username, []) if subject.kind != "Group" else ("nobody", [subject.name])
            assert found.decide(*names, request) == grants
            assert set(grants) <= set(found.grants_of(subject))


def test_many_bindings_are_no_trouble():
    rules = [rule("get"), rule("list")]
    bodies = [binding(f"ns{n}/b", "a", "Group:system:authenticated", f"Group:g{n}", kind="Role") for n in range(10_000)]
    bodies += [role(f"ns{n}/a", *rules) for n in range(10_000)]
    given = manifests(*bodies)
    found = effective(given)
    for n in range(10_000):
        found.decide("ada", ["system:authenticated"], ask("get", "pods", namespace=f"ns{n}"))
    assert len(found.grants_of(user("ada"))) == 20_000
    assert len(found.who_can(ask("get", "pods", namespace="ns7")).grants) == 2
