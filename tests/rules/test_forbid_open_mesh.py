import pytest
from rules.judging import asking, messages, named, space, tenants_space

ALL = asking("forbid-open-mesh", workloads="all", of=["tenants", "profiles"])
SOME = asking("forbid-open-mesh", workloads="some", of=["tenants", "profiles"])


def mesh(*rules, namespace="ns1", **spec):
    return named("AuthorizationPolicy", "p", namespace, "security.istio.io/v1", spec={"rules": list(rules), **spec})


EVERYTHING = [
    {},
    None,
    {"from": []},
    {"from": [{"source": {"principals": ["*"]}}]},
    {"from": [{"source": {"namespaces": ["a"]}}, {"source": {}}]},
    {"to": [{"operation": {"paths": ["/*"]}}]},
    {"from": [{"source": {"ipBlocks": ["0.0.0.0/0"]}}], "to": [{"operation": {"methods": ["*"]}}]},
]


@pytest.mark.parametrize("rule", EVERYTHING)
def test_a_rule_that_leaves_nothing_out_opens_the_namespace(rule):
    assert messages(ALL, tenants_space(), mesh(rule)) == [
        "AuthorizationPolicy p lets everybody call all workloads of namespace ns1"
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"from": [{"source": {"namespaces": ["a"]}}]},
        {"to": [{"operation": {"ports": ["8080"]}}]},
        {"when": [{"key": "source.namespace", "values": ["a"]}]},
        {"from": [{"source": {"principals": ["*"], "namespaces": ["a"]}}]},
        {"from": [{"source": {"notNamespaces": ["a"]}}]},
    ],
)
def test_a_rule_that_leaves_something_out_does_not(rule):
    assert messages(ALL, tenants_space(), mesh(rule)) == []


@pytest.mark.parametrize("spec", [{"action": "DENY"}, {"action": "AUDIT"}, {"rules": []}, {"rules": None}])
def test_what_lets_nobody_in_opens_nothing(spec):
    assert messages(ALL, tenants_space(), mesh({}, **spec)) == []


@pytest.mark.parametrize(
    "spec", [{"selector": {"matchLabels": {"a": "b"}}}, {"targetRefs": [{"kind": "Gateway", "name": "waypoint"}]}]
)
def test_a_policy_that_selects_is_another_question(spec):
    assert messages(ALL, tenants_space(), mesh({}, **spec)) == []
    assert messages(SOME, tenants_space(), mesh({}, **spec)) == [
        "AuthorizationPolicy p lets everybody call the workloads that it selects"
    ]
    assert messages(SOME, tenants_space(), mesh({})) == []


def test_an_empty_selector_selects_all():
    assert len(messages(ALL, tenants_space(), mesh({}, selector={}))) == 1


def test_namespaces_of_others_are_theirs():
    assert messages(ALL, space(), mesh({})) == []
    assert messages(ALL, tenants_space(), mesh({}, namespace="ns2")) == []
