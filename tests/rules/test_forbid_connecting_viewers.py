import pytest
from access.rbac import binding
from rules.judging import asking, findings, messages, named

ASKED = asking("forbid-connecting-viewers", roles=["kubeflow-view"], headers=["kubeflow-userid"])
VIEWER = binding("ns1/v", "kubeflow-view", "User:bob@x.com")


def mesh(value, namespace="ns1", **fields):
    when = [{"key": "request.headers[kubeflow-userid]", "values": [value]}]
    return named(
        "AuthorizationPolicy", "p", namespace, "security.istio.io/v1", spec={"rules": [{"when": when, **fields}]}
    )


@pytest.mark.parametrize("value", ["bob@x.com", "accounts.google.com:bob@x.com", "*@x.com", "bob@*", "*"])
def test_a_viewer_who_is_let_in_is_told(value):
    (finding,) = findings(ASKED, VIEWER, mesh(value))
    assert finding.message == "AuthorizationPolicy p lets user bob@x.com in, who may only view namespace ns1"
    assert finding.subject == "user:bob@x.com"


@pytest.mark.parametrize("value", ["ann@x.com", "bob@x.com.evil", "notbob@x.com", "*@y.com"])
def test_somebody_else_is_no_viewer(value):
    assert messages(ASKED, VIEWER, mesh(value)) == []


@pytest.mark.parametrize("role", ["kubeflow-edit", "kubeflow-admin", "tenant-editor"])
def test_who_has_another_role_as_well_may_connect(role):
    assert messages(ASKED, VIEWER, binding("ns1/e", role, "User:bob@x.com"), mesh("bob@x.com")) == []


def test_another_namespace_is_another_matter():
    assert messages(ASKED, VIEWER, mesh("bob@x.com", namespace="ns2")) == []


def test_a_rule_for_some_requests_lets_nobody_connect():
    assert messages(ASKED, VIEWER, mesh("bob@x.com", to=[{"operation": {"paths": ["/healthz"]}}])) == []
