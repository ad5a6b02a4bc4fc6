import pytest
from access.rbac import binding
from rules.judging import asking, findings, messages, named

ASKED = asking("require-reachable-owner")


def profile(kind, name="ml"):
    return named("Profile", "ns1", api="kubeflow.org/v1", spec={"owner": {"kind": kind, "name": name}})


def mesh(namespace="ns1", **rule):
    return named("AuthorizationPolicy", "p", namespace, "security.istio.io/v1", spec={"rules": [rule]})


def owners_binding(subject):
    body = binding("ns1/namespaceAdmin", "kubeflow-admin", subject)
    body["metadata"]["annotations"] = {"user": "ml", "role": "admin"}
    return body


def test_a_user_gets_in():
    assert messages(ASKED, profile("User")) == []


@pytest.mark.parametrize("kind", ["Group", "ServiceAccount"])
def test_others_do_not(kind):
    assert messages(ASKED, profile(kind)) == [f"{kind} ml owns the profile ns1, and its mesh lets in users only"]


def test_the_owners_binding_says_it_where_no_profile_is():
    assert [one.kind for one in findings(ASKED, owners_binding("Group:ml"))] == ["RoleBinding"]
    assert messages(ASKED, owners_binding("User:ml")) == []
    assert len(messages(ASKED, owners_binding("Group:ml"), profile("Group"))) == 1


def test_a_policy_that_names_the_owner_lets_them_in():
    claim = mesh(when=[{"key": "request.auth.claims[groups]", "values": ["ml"]}])
    assert messages(ASKED, profile("Group"), claim) == []
    principal = mesh(**{"from": [{"source": {"principals": ["cluster.local/ns/ci/sa/ml"]}}]})
    assert messages(ASKED, profile("ServiceAccount"), principal) == []


def test_a_policy_for_others_does_not():
    other = mesh(when=[{"key": "request.auth.claims[groups]", "values": ["ops"]}])
    elsewhere = mesh("ns2", when=[{"key": "request.auth.claims[groups]", "values": ["ml"]}])
    assert len(messages(ASKED, profile("Group"), other, elsewhere)) == 1
