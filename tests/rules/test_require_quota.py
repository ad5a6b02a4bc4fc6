import pytest
from rules.judging import asking, messages, named, space

ASKED = asking("require-quota", resources=["requests.cpu", "requests.memory"])
BOTH = {"requests.cpu": "1", "requests.memory": "1Gi"}


def quota(hard, namespace="ns1", name="q", **spec):
    return named("ResourceQuota", name, namespace, spec={"hard": hard, **spec})


def selecting(*scopes):
    return {"scopeSelector": {"matchExpressions": [{"scopeName": scope, "operator": "Exists"} for scope in scopes]}}


def test_what_is_not_capped_is_named():
    assert messages(ASKED, space()) == ["namespace ns1 has no quota for requests.cpu, requests.memory"]
    assert messages(ASKED, space(), quota({"requests.cpu": "1"})) == ["namespace ns1 has no quota for requests.memory"]


@pytest.mark.parametrize("hard", [BOTH, {"cpu": "1", "memory": "1Gi"}, {**BOTH, "pods": "10"}])
def test_cpu_and_requests_cpu_are_one_key(hard):
    assert messages(ASKED, space(), quota(hard)) == []


def test_a_limit_is_no_request():
    assert messages(ASKED, space(), quota({"limits.cpu": "1", "limits.memory": "1Gi"})) != []


@pytest.mark.parametrize("spec", [{"scopes": ["NotTerminating"]}, selecting("PriorityClass"), selecting("Terminating")])
def test_a_quota_of_some_pods_caps_no_namespace(spec):
    assert messages(ASKED, space(), quota(BOTH, **spec)) != []


def test_two_quotas_that_share_all_pods_cap_them_all():
    halves = [quota(BOTH, name="a", scopes=["Terminating"]), quota(BOTH, name="b", **selecting("NotTerminating"))]
    assert messages(ASKED, space(), *halves) == []


@pytest.mark.parametrize("spec", [None, [], {"hard": []}, {"hard": {}, "scopes": 1, "scopeSelector": []}])
def test_a_malformed_quota_caps_nothing(spec):
    assert len(messages(ASKED, space(), named("ResourceQuota", "q", "ns1", spec=spec))) == 1


def test_another_apis_quota_is_none():
    assert len(messages(ASKED, space(), {**quota(BOTH), "apiVersion": "example.com/v1"})) == 1
