import pytest
from rules.judging import asking, messages, named

ASKED = asking("forbid-spoofed-headers", headers=["kubeflow-userid"])
WHEN = [{"key": "request.headers[kubeflow-userid]", "values": ["ann"]}]
SAID = ["AuthorizationPolicy p believes the header kubeflow-userid of callers that it does not name"]


def mesh(*rules, **spec):
    return named("AuthorizationPolicy", "p", "ns1", "security.istio.io/v1", spec={"rules": list(rules), **spec})


def source(**fields):
    return {"source": fields}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"from": []},
        {"from": [source(namespaces=["istio-system"])]},
        {"from": [source(principals=[])]},
        {"from": [source(principals=["*"])]},
        {"from": [source(principals=["a"]), source(namespaces=["b"])]},
        {"from": [source(notPrincipals=["a"])]},
        {"from": [source(requestPrincipals=["a"])]},
    ],
)
def test_a_caller_that_is_not_named_can_write_any_header(fields):
    assert messages(ASKED, mesh({"when": WHEN, **fields})) == SAID


@pytest.mark.parametrize(
    "fields",
    [
        {"from": [source(principals=["a"])]},
        {"from": [source(serviceAccounts=["istio-system/gateway"])]},
        {"from": [source(principals=["a"], namespaces=["b"]), source(principals=["c"])]},
        {"when": [*WHEN, {"key": "source.principal", "values": ["a"]}]},
    ],
)
def test_a_caller_that_is_named_is_believed(fields):
    assert messages(ASKED, mesh({"when": WHEN, **fields})) == []


def test_a_header_is_the_same_in_any_case():
    assert messages(ASKED, mesh({"when": [{"key": "request.headers[Kubeflow-UserId]", "values": ["ann"]}]})) == SAID


def test_other_headers_and_refusals_are_fine():
    assert messages(ASKED, mesh({"when": [{"key": "request.headers[x-canary]", "values": ["1"]}]})) == []
    assert messages(ASKED, mesh({"when": WHEN}, action="DENY")) == []


def test_two_open_rules_are_one_cause():
    assert messages(ASKED, mesh({"when": WHEN}, {"when": WHEN})) == SAID


@pytest.mark.parametrize("rule", [5, {"when": 5}, {"when": [5]}, {"from": 5, "when": [{}]}])
def test_a_malformed_rule_is_passed_over(rule):
    assert messages(ASKED, mesh(rule)) == []
