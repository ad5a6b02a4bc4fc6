import pytest
from podsecurity.asking import around, baseline, container, pod

FIELDS = ["livenessProbe", "readinessProbe", "startupProbe", "postStart", "preStop"]


def asking(field, action, host, name="a"):
    handler = {field: {action: {"host": host, "port": 80}}}
    return {**container(name), **({"lifecycle": handler} if field.startswith("p") else handler)}


@pytest.mark.parametrize("action", ["httpGet", "tcpSocket"])
@pytest.mark.parametrize("field", FIELDS)
def test_no_probe_and_no_handler_names_a_host_from_1_34_on(field, action):
    said = 'probe or lifecycle host (container "a" uses probe or lifecycle host "10.0.0.1")'
    assert around(34, baseline, pod(asking(field, action, "10.0.0.1"))) == ([], [said])


def test_an_empty_host_is_the_pods_own():
    assert baseline(pod(asking("livenessProbe", "httpGet", ""))) == []


def test_containers_and_hosts_are_sorted():
    spec = pod(asking("preStop", "httpGet", "z", "b"), asking("startupProbe", "tcpSocket", "y", "a"))
    said = 'containers "a", "b" use probe or lifecycle hosts "y", "z"'
    assert baseline(spec) == [f"probe or lifecycle host ({said})"]
