import pytest
from access.rbac import binding, role, rule
from rules.judging import asking, findings, messages

from generator.judgement import policy

ANONYMOUS = asking("forbid-subjects", subjects=["user:system:anonymous", "group:system:unauthenticated"])
BROAD = asking(
    "forbid-subjects",
    subjects=[
        "group:system:authenticated",
        "group:system:serviceaccounts",
        "group:system:serviceaccounts:*",
        "serviceaccount:*/default",
    ],
)
MASTERS = asking("forbid-subjects", subjects=["group:system:masters"])
KUBEADM = "kube-public/kubeadm:bootstrap-signer-clusterinfo"


@pytest.mark.parametrize(
    ("subject", "meaning"),
    [
        (
            "Group:system:authenticated",
            "Group system:authenticated, which is everybody who has logged in, and every service account",
        ),
        ("Group:system:serviceaccounts", "Group system:serviceaccounts, which is every service account"),
        (
            "Group:system:serviceaccounts:ns2",
            "Group system:serviceaccounts:ns2, which is every service account of namespace ns2",
        ),
        (
            "ServiceAccount:ns1/default",
            "ServiceAccount ns1/default, as which every pod there runs that names no other account",
        ),
        (
            "User:system:serviceaccount:ns2:default",
            "ServiceAccount ns2/default, as which every pod there runs that names no other account",
        ),
    ],
)
def test_a_broad_subject_is_told_with_whom_it_means(subject, meaning):
    assert messages(BROAD, binding("ns1/b", "view", subject)) == [f"RoleBinding b of ClusterRole view names {meaning}"]


@pytest.mark.parametrize(
    "subject",
    [
        "Group:system:serviceaccounts:ns1",
        "Group:system:unauthenticated",
        "User:system:authenticated",
        "User:default",
        "ServiceAccount:ns1/default-editor",
        "Group:ml",
    ],
)
def test_others_are_not_broad(subject):
    assert messages(BROAD, binding("ns1/b", "view", subject)) == []


def test_in_the_whole_cluster_every_namespace_is_another():
    assert len(messages(BROAD, binding("b", "view", "Group:system:serviceaccounts:ns1"))) == 1


def test_a_role_that_is_still_to_be_written_counts():
    assert len(messages(ANONYMOUS, binding("b", "later", "User:system:anonymous"))) == 1


def test_each_subject_is_a_cause_of_its_own():
    bound = binding("b", "view", "User:system:anonymous", "Group:ml", "Group:system:unauthenticated")
    assert [one.subject for one in findings(ANONYMOUS, bound)] == [
        "group:system:unauthenticated",
        "user:system:anonymous",
    ]


@pytest.mark.parametrize("asked", [ANONYMOUS, BROAD, MASTERS])
def test_what_every_cluster_starts_with_is_no_finding(asked):
    assert messages(asked) == []


@pytest.mark.parametrize(
    ("asked", "name", "subject"),
    [
        (ANONYMOUS, "system:public-info-viewer", "Group:system:unauthenticated"),
        (BROAD, "system:discovery", "Group:system:authenticated"),
        (BROAD, "system:basic-user", "Group:system:authenticated"),
        (BROAD, "system:service-account-issuer-discovery", "Group:system:serviceaccounts"),
        (MASTERS, "cluster-admin", "Group:system:masters"),
    ],
)
def test_a_default_binding_may_be_written_down_and_given_to_others(asked, name, subject):
    assert messages(asked, binding(name, name, subject)) == []
    assert messages(asked, binding(name, name, subject, "User:eve")) == []
    assert len(messages(asked, binding(name, "edit", subject))) == 1
    assert len(messages(asked, binding("other", name, subject))) == 1


def test_a_default_role_that_was_widened_is_no_default():
    widened = role("system:public-info-viewer", rule("get", "", "secrets"))
    assert len(messages(ANONYMOUS, widened)) == 1


def test_a_default_binding_does_not_excuse_another_subject():
    assert len(messages(BROAD, binding("cluster-admin", "cluster-admin", "Group:system:authenticated"))) == 1


def test_kubeadm_shows_everybody_how_to_join():
    bound = binding(KUBEADM, KUBEADM.partition("/")[2], "User:system:anonymous", kind="Role")
    assert messages(ANONYMOUS, bound) == []
    assert messages(ANONYMOUS, role(KUBEADM, rule("get", "", "configmaps", "cluster-info")), bound) == []
    assert len(messages(ANONYMOUS, role(KUBEADM, rule("get", "", "configmaps")), bound)) == 1


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("ml", "'ml' is no subject; write user:NAME, group:NAME or serviceaccount:NAMESPACE/NAME"),
        (
            "serviceaccount:default",
            (
                "'serviceaccount:default' lacks a namespace or a name; "
                "write serviceaccount:NAMESPACE/NAME, with * for every namespace"
            ),
        ),
    ],
)
def test_what_is_no_subject_cannot_be_asked(word, told):
    assert [problem.message for problem in policy.check(asking("forbid-subjects", subjects=[word]))] == [told]
