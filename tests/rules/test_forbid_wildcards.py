import pytest
from access.rbac import binding, role, rule, urls
from rules.judging import asking, findings, messages

VERBS = asking("forbid-wildcards", fields=["verbs"])
ALL = asking("forbid-wildcards", fields=["verbs", "apiGroups", "resources", "nonResourceURLs"])


def given(*rules):
    return [role("ns1/r", *rules), binding("ns1/b", "r", "Group:ml", kind="Role")]


def test_a_wildcard_in_a_later_rule_is_seen():
    # Checkov's CKV_K8S_49 reads the first rule only.
    assert messages(VERBS, *given(rule("get"), rule("get,*", "batch", "jobs"))) == [
        "Role r has a wildcard in verbs of its rule about jobs"
    ]


@pytest.mark.parametrize(
    ("wild", "fields"),
    [
        (rule("*", "*", "*"), "verbs and apiGroups and resources"),
        (rule("create", "", "*/exec"), "resources"),
        (rule("get", "*", "pods"), "apiGroups"),
    ],
)
def test_one_rule_is_one_finding_that_names_its_fields(wild, fields):
    (message,) = messages(ALL, *given(wild))
    assert message.startswith(f"Role r has a wildcard in {fields} of its rule about ")


@pytest.mark.parametrize("tame", [rule("get", "", "pods/*"), rule("get", names="*"), rule("get", "*.example.com", "a")])
def test_what_rbac_takes_literally_is_no_wildcard(tame):
    assert messages(ALL, *given(tame)) == []


def test_urls_have_wildcards_too():
    bound = binding("b", "r", "Group:ml")
    assert messages(ALL, role("r", urls("get", "*")), bound) == [
        "ClusterRole r has a wildcard in nonResourceURLs of its rule about *"
    ]
    assert messages(ALL, role("r", urls("get", "/metrics/*")), bound) == []


def test_a_role_that_is_bound_twice_is_one_cause():
    bound = [binding(f"ns{i}/b", "r", "Group:ml", "Group:ops") for i in range(3)]
    assert len(messages(VERBS, role("r", rule("*")), *bound)) == 1


@pytest.mark.parametrize("bound", [[], [binding("b", "r")], [binding("b", "other", "Group:ml")]])
def test_a_role_that_nobody_has_is_fine(bound):
    assert messages(VERBS, role("r", rule("*")), *bound) == []


def test_a_role_that_others_flow_into_is_mended_where_the_wildcard_is_written():
    part = role(
        "part", rule("*", "example.com", "widgets"), labels={"rbac.authorization.k8s.io/aggregate-to-view": "true"}
    )
    (finding,) = findings(VERBS, part, binding("ns1/b", "view", "Group:ml"))
    assert (finding.message, str(finding.place)) == (
        "ClusterRole view has a wildcard in verbs of its rule about widgets",
        "m.yaml#0",
    )


def test_a_built_in_role_is_mended_at_the_binding():
    (finding,) = findings(VERBS, binding("admins", "cluster-admin", "User:ann"))
    assert (finding.message, finding.kind, finding.name, str(finding.place)) == (
        "ClusterRoleBinding admins of ClusterRole cluster-admin gives a role that has a wildcard in verbs",
        "ClusterRoleBinding",
        "admins",
        "m.yaml#0",
    )


def test_what_every_cluster_starts_with_is_no_finding():
    assert messages(ALL) == []
    assert messages(ALL, binding("cluster-admin", "cluster-admin", "Group:system:masters")) == []


def test_a_default_binding_with_one_more_subject_is_a_finding():
    assert len(messages(VERBS, binding("cluster-admin", "cluster-admin", "Group:system:masters", "User:eve"))) == 1
