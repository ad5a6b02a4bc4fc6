import copy

import pytest
from access.rbac import GROUP, binding, manifests, named, role, rule, told, urls
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.access import RoleKey, Rule, effective, group, parse, service_account, user


def read(*bodies, **options):
    objects, problems = parse(manifests(*bodies), **options)
    assert problems == ()
    return objects


def subjects(*written, name="ns1/b"):
    (found,) = read({**binding(name, "view"), "subjects": list(written)}).bindings
    return found.subjects


def changed(body, *route, to):
    """Copy a body with one value replaced, or dropped with ``...``."""
    body = copy.deepcopy(body)
    inner = body
    for key in route[:-1]:
        inner = inner[key]
    if to is ...:
        del inner[route[-1]]
    else:
        inner[route[-1]] = to
    return body


# What is read


def test_other_objects_are_passed_over():
    found = read(
        {"apiVersion": "v1", "kind": "ConfigMap"},
        {"apiVersion": "iam.example.com/v1beta1", "kind": "Role", "metadata": 7},
        {},
    )
    assert (found.roles, found.bindings) == ((), ())


def test_a_rule_keeps_its_words_in_order():
    (found,) = read(role("ns1/a", rule("list,get", ",apps", "pods/*,PODS", "b,a"))).roles
    assert found.rules == (Rule(("list", "get"), ("", "apps"), ("pods/*", "PODS"), ("b", "a")),)


def test_roles_with_equal_rules_share_them():
    roles = read(*(role(f"ns{n}/a", rule("get"), rule("list")) for n in range(9))).roles
    assert len({id(one.rules) for one in roles}) == 1


def test_a_role_may_have_no_rules_and_a_binding_no_subjects():
    bare = changed(role("a"), "rules", to=None)
    assert [one.rules for one in read(bare, changed(bare, "rules", to=...)).roles] == [(), ()]
    assert read(changed(binding("b", "a"), "subjects", to=...)).bindings[0].subjects == ()


def test_null_is_the_empty_text():
    odd = changed(role("a", rule("get", names="x")), "rules", 0, "resourceNames", to=[None])
    assert read(odd).roles[0].rules[0].resource_names == ("",)


def test_the_namespace_of_a_cluster_role_is_ignored():
    assert read(changed(role("a"), "metadata", "namespace", to="ns1")).roles[0].key == RoleKey("", "a")


def test_objects_without_a_namespace_go_where_the_caller_says():
    bare = changed(role("ns1/a"), "metadata", "namespace", to=...)
    assert read(bare, namespace="here").roles[0].key == RoleKey("here", "a")
    assert told(bare) == ["rbac.yaml#0/metadata/namespace: '' is no namespace; write the one of this Role"]


def test_the_groups_of_subjects_and_of_the_role_need_not_be_written():
    assert subjects({"kind": "User", "name": "ada"}, {"kind": "Group", "name": "devs"}) == (user("ada"), group("devs"))
    assert read(changed(binding("b", "a"), "roleRef", "apiGroup", to=...)).bindings[0].role == RoleKey("", "a")


def test_a_service_account_without_a_namespace_is_of_the_bindings():
    assert subjects({"kind": "ServiceAccount", "name": "a"}) == (service_account("ns1", "a"),)


def test_the_namespace_of_a_user_is_ignored():
    assert subjects({"kind": "User", "name": "ada", "namespace": "ns9"}) == (user("ada"),)


def test_a_subject_counts_once():
    account = {"kind": "ServiceAccount", "name": "a", "namespace": "ci"}
    assert subjects(account, {"kind": "User", "name": "system:serviceaccount:ci:a"}) == (service_account("ci", "a"),)


def test_a_role_binding_leads_to_a_role_of_its_namespace_or_to_a_cluster_role():
    found = read(binding("ns1/b", "a", kind="Role"), binding("ns1/c", "a"), binding("d", "a"))
    assert [one.role for one in found.bindings] == [RoleKey("ns1", "a"), RoleKey("", "a"), RoleKey("", "a")]


# What the API server refuses


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            changed(role("a"), "apiVersion", to=f"{GROUP}/v1beta1"),
            f"apiVersion: '{GROUP}/v1beta1' has no ClusterRole since Kubernetes 1.22; write {GROUP}/v1",
        ),
        (
            changed(role("a"), "apiVersion", to=7),
            f"apiVersion: 7 is not the version of any ClusterRole; write {GROUP}/v1",
        ),
        (changed(role("a"), "apiVersion", to="v1"), f"apiVersion: 'v1' has no ClusterRole; write {GROUP}/v1"),
        (changed(role("a"), "apiVersion", to=GROUP), f"apiVersion: '{GROUP}' has no ClusterRole; write {GROUP}/v1"),
        (changed(role("a"), "metadata", to=3), "metadata: 3 is not a mapping; write one of 'key: value'"),
        (changed(role("a"), "metadata", "name", to={}), "metadata/name: a mapping is not a text; write one"),
        (
            changed(binding("b", "a"), "metadata", "namespace", to=[]),
            "metadata/namespace: a list is not a text; write one",
        ),
        (changed(binding("b", "a"), "subjects", to=[3]), "subjects/0: 3 is not a mapping; write one of 'key: value'"),
        (changed(binding("b", "a"), "roleRef", to="a"), "roleRef: a text is not a mapping; write one of 'key: value'"),
        (
            changed(binding("b", "a", "User:x"), "subjects", 0, "kind", to="U" * 1_000_000),
            f"subjects/0/kind: '{'U' * 57}...' cannot stand here; use one of 'Group', 'ServiceAccount', 'User'",
        ),
        (changed(role("a"), "metadata", to=...), "metadata/name: '' is no name; write one"),
        (
            role("a%b"),
            "metadata/name: 'a%b' is not a path segment (anything without '/' and '%' but '.' and '..'); write 'a-b'",
        ),
        (
            role("Ns/a"),
            "metadata/namespace: 'Ns' is not a DNS label (1 to 63 of a-z, 0-9 and '-', a letter or digit at both ends); write 'ns'",
        ),
        (
            changed(role("a"), "metadata", "labels", to={"x": True}),
            "metadata/labels/x: true is not a text; quote it",
        ),
        (role("a", {**rule("x"), "verbs": []}), "rules/0: a rule without verbs is refused; write the verbs"),
        (
            role("a", {**rule("x"), "verbs": "get"}),
            "rules/0/verbs: a text is not a list; write one, with '- ' before each item",
        ),
        (role("a", {**rule("x"), "verbs": [1, "y"]}), "rules/0/verbs/0: 1 is not a text; quote it"),
        (
            role("a", {"verbs": ["get"], "resources": ["pods"]}),
            "rules/0: a rule about resources must name their apiGroups; write [''] for the core group",
        ),
        (
            role("a", {"verbs": ["get"], "apiGroups": [""]}),
            "rules/0: a rule must name resources or nonResourceURLs; write one of them",
        ),
        (
            role("a", rule("get") | urls("get", "/x")),
            "rules/0: a rule cannot be about resources and nonResourceURLs; write two rules",
        ),
        (
            role("ns1/a", urls("get", "/x")),
            "rules/0: a Role cannot allow nonResourceURLs, which are in no namespace; write a ClusterRole",
        ),
        (role("a", "x"), "rules/0: a text is not a mapping; write one of 'key: value'"),
        (
            binding("b", "a", kind="Role"),
            "roleRef/kind: 'Role' cannot stand here; use one of 'ClusterRole'",
        ),
        (
            changed(binding("b", "a"), "roleRef", "apiGroup", to="rbac"),
            f"roleRef/apiGroup: 'rbac' has no roles; write {GROUP}",
        ),
        (changed(binding("b", "a"), "roleRef", "name", to=""), "roleRef/name: '' names no role; write the name of one"),
        (
            changed(binding("b", "a", "User:x"), "subjects", 0, "kind", to="user"),
            "subjects/0/kind: 'user' cannot stand here; did you mean 'User'?",
        ),
        (
            changed(binding("b", "a", "User:x"), "subjects", 0, "apiGroup", to="v1"),
            f"subjects/0/apiGroup: 'v1' is not the API group of a User; write {GROUP}",
        ),
        (
            changed(binding("ns1/b", "a", "ServiceAccount:x"), "subjects", 0, "apiGroup", to=GROUP),
            f"subjects/0/apiGroup: '{GROUP}' is not the API group of a ServiceAccount; leave it out",
        ),
        (
            binding("b", "a", "ServiceAccount:x"),
            "subjects/0/namespace: a ServiceAccount needs its namespace here; write it",
        ),
        (
            binding("b", "a", "ServiceAccount:ci/X"),
            "subjects/0/name: 'X' is not a DNS subdomain (1 to 253 of a-z, 0-9, '-' and '.', a letter or digit at both ends of each part); write 'x'",
        ),
        (binding("b", "a", "Group:"), "subjects/0/name: '' names nobody; write the name of the subject"),
    ],
)
def test_what_the_api_server_refuses_is_told_and_left_out(body, problem):
    assert told(body) == [f"rbac.yaml#0/{problem}"]
    objects, _ = parse(manifests(body))
    assert (objects.roles, objects.bindings) == ((), ())


def test_all_mistakes_of_an_object_are_told_at_once():
    assert len(told(role("ns1/a", {}, urls("get", "/x")))) == 4


@pytest.mark.parametrize(
    "odd",
    [
        rule("fly"),
        rule("get", "v1,core,apps/v1"),
        rule("get", "", "*/*,Pods,pods/*,"),
        rule("get", "", "pods,secrets", ",*"),
        urls("get", "no/slash,/*/x"),
    ],
)
def test_what_looks_wrong_but_is_accepted_is_kept(odd):
    assert len(read(role("a", odd)).roles[0].rules) == 1


def test_rules_that_are_refused_in_one_role_are_refused_in_each():
    rules = [urls("get", "/x")]
    one, other = ({**named("Role", name), "rules": rules} for name in ("ns1/a", "ns2/a"))
    assert len(told(one, {**named("Role", "c"), "rules": rules}, other)) == 2


# Anything at all

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
KEYS = st.sampled_from([
    "verbs",
    "apiGroups",
    "resources",
    "resourceNames",
    "nonResourceURLs",
    "name",
    "namespace",
    "labels",
    "annotations",
    "kind",
    "apiGroup",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "clusterRoleSelectors",
])  # fmt: skip
WORDS = SCALARS | st.sampled_from(["User", "ServiceAccount", "Role", "ClusterRole", "In", "Exists", GROUP, "ns1"])
SHAPES = st.recursive(WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "apiVersion": st.just(f"{GROUP}/v1") | ANYTHING,
        "kind": st.sampled_from(["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "List", "RoleList"])
        | ANYTHING,
        "metadata": st.just({"name": "a", "namespace": "ns1"}) | SHAPES,
        "rules": SHAPES,
        "aggregationRule": SHAPES,
        "roleRef": SHAPES,
        "subjects": SHAPES,
        "items": SHAPES,
    },
)


@settings(deadline=None, derandomize=True)
@given(st.lists(OBJECTS | ANYTHING, max_size=4))
def test_bad_input_gives_problems_and_never_an_error(bodies):
    found = effective(manifests(*bodies))
    for subject in found.subjects:
        assert found.grants_of(subject) is not None
    assert all(problem.message for problem in found.problems)
