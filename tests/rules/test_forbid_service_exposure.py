import pytest
from rules.judging import asking, messages, named


def service(**spec):
    return named("Service", "s", "ns1", spec=spec)


@pytest.mark.parametrize(
    ("way", "spec", "said"),
    [
        ("NodePort", {"type": "NodePort"}, "opens a port on every node"),
        ("LoadBalancer", {"type": "LoadBalancer"}, "asks for a load balancer"),
        ("ExternalName", {"type": "ExternalName", "externalName": "x.com"}, "is another name for 'x.com'"),
        ("externalIPs", {"externalIPs": ["192.0.2.1", "::1"]}, "takes traffic for 192.0.2.1, ::1"),
    ],
)
def test_each_way_is_told(way, spec, said):
    assert messages(asking("forbid-service-exposure", ways=[way]), service(**spec)) == [f"Service s {said}"]
    others = [one for one in ("NodePort", "LoadBalancer", "ExternalName", "externalIPs") if one != way]
    assert messages(asking("forbid-service-exposure", ways=others), service(**spec)) == []


@pytest.mark.parametrize("spec", [{}, {"type": "ClusterIP"}, {"externalIPs": []}, {"externalIPs": None}])
def test_a_service_within_the_cluster_opens_nothing(spec):
    assert messages(asking("forbid-service-exposure", ways=["NodePort", "externalIPs"]), service(**spec)) == []


def test_one_service_is_one_cause():
    asked = asking("forbid-service-exposure", ways=["NodePort", "externalIPs"])
    assert messages(asked, service(type="NodePort", externalIPs=["192.0.2.1"])) == [
        "Service s opens a port on every node and takes traffic for 192.0.2.1"
    ]
