import pytest
from rules.judging import asking, findings, messages, named, space

ASKED = asking("forbid-namespaces", namespaces=["default"], **{"except": ["NetworkPolicy"]})


def test_a_namespace_that_is_used_is_told_once():
    bodies = [named("ConfigMap", f"c{i}", "default") for i in range(5)]
    (finding,) = findings(ASKED, *bodies)
    assert finding.message == "namespace default is used: by ConfigMap c0, ConfigMap c1, ConfigMap c2 and 2 more"
    assert str(finding.place) == "m.yaml#0"


@pytest.mark.parametrize(
    "body",
    [
        named("ConfigMap", "c", "ns1"),
        named("ConfigMap", "c"),
        named("ServiceAccount", "default", "default"),
        named("Service", "kubernetes", "default"),
        named("NetworkPolicy", "deny", "default", "networking.k8s.io/v1"),
        space("default"),
    ],
)
def test_what_is_no_use_of_it(body):
    assert messages(ASKED, body) == []


def test_another_account_is_a_use_of_it():
    assert len(messages(ASKED, named("ServiceAccount", "runner", "default"))) == 1
