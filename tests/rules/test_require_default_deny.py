import pytest
from rules.judging import asking, messages, named, space

ASKED = asking("require-default-deny", directions=["Ingress", "Egress"])
BOTH = {"policyTypes": ["Ingress", "Egress"]}


def network_policy(name="deny", namespace="ns1", **spec):
    return named("NetworkPolicy", name, namespace, "networking.k8s.io/v1", spec={"podSelector": {}, **spec})


@pytest.mark.parametrize(
    "policies",
    [
        [network_policy(**BOTH)],
        [network_policy(**BOTH, ingress=[], egress=[])],
        [network_policy("in"), network_policy("out", policyTypes=["Egress"])],
        [network_policy(**BOTH), network_policy("open", **BOTH, ingress=[{}], egress=[{}])],
    ],
)
def test_all_pods_are_isolated_by_a_policy_for_each_direction(policies):
    assert messages(ASKED, space(), *policies) == []


@pytest.mark.parametrize(
    ("spec", "free"),
    [
        ({}, "Egress"),
        ({**BOTH, "egress": [{}]}, "Egress"),
        ({**BOTH, "ingress": [{"from": []}]}, "Ingress"),
        ({"egress": [{}]}, "Egress"),
        ({**BOTH, "podSelector": {"matchLabels": {"a": "b"}}}, "Ingress and Egress"),
        ({**BOTH, "podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}, "Ingress and Egress"),
        ({"policyTypes": 5}, "Ingress and Egress"),
    ],
)
def test_what_is_free_is_named(spec, free):
    expected = [f"namespace ns1 has no NetworkPolicy that denies all pods {free}"]
    assert messages(ASKED, space(), network_policy(**spec)) == expected


def test_a_policy_of_another_namespace_isolates_nobody_here():
    assert len(messages(ASKED, space(), network_policy(namespace="ns2", **BOTH))) == 1
