import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from podsecurity.asking import container, pod

from generator.podsecurity import violations
from generator.podsecurity.pod import APP_ARMOR, SOURCES, decode, narrowed

UNCONFINED = {APP_ARMOR + "a": "unconfined"}


def decoded(spec, **annotations):
    found, wrong = decode({"annotations": annotations}, spec)
    assert wrong == ()
    return found


def test_containers_of_all_sorts_are_looked_at_in_the_api_servers_order():
    spec = {
        "ephemeralContainers": [container("debug")],
        "containers": [container("main"), container("side")],
        "initContainers": [container("init")],
    }
    assert [one.name for one in decoded(spec).containers] == ["init", "main", "side", "debug"]


def test_a_volume_without_a_source_is_an_empty_folder():
    spec = pod(volumes=[{"name": "a"}, {"name": "b", "nfs": None}, {"name": "c", "nfs": {}}])
    assert [one.sources for one in decoded(spec).volumes] == [("emptyDir",), ("emptyDir",), ("nfs",)]


def test_sources_are_named_once():
    assert len(SOURCES) == len(set(SOURCES)) == 30


@pytest.mark.parametrize(("field", "ports"), [("containers", (8080, 9)), ("ephemeralContainers", (9,))])
def test_on_the_nodes_network_each_port_is_one_of_the_node(field, ports):
    spec = {"hostNetwork": True, field: [{"ports": [{"containerPort": 8080}, {"containerPort": 7, "hostPort": 9}]}]}
    assert decoded(spec).containers[0].host_ports == ports
    assert decoded({**spec, "hostNetwork": False}).containers[0].host_ports == (9,)


def test_only_a_plain_no_gives_a_pod_its_own_users():
    told = [decoded(pod(**fields)).has_user_namespace for fields in ({}, {"hostUsers": True}, {"hostUsers": False})]
    assert told == [False, False, True]


def test_an_apparmor_annotation_fills_a_field_that_is_empty():
    spec = pod(container("a"), container("b"), container("c", appArmorProfile={"type": "Localhost"}))
    annotations = {APP_ARMOR + name: "unconfined" for name in ("a", "c")}
    found = [one.security.app_armor for one in decoded(spec, **annotations).containers]
    assert found == ["Unconfined", None, "Localhost"]


def test_an_apparmor_annotation_that_says_what_the_pod_says_is_not_copied():
    spec = pod(container("a"), security={"appArmorProfile": {"type": "Unconfined"}})
    assert decoded(spec, **UNCONFINED).containers[0].security.app_armor is None


def test_pods_for_windows_have_no_apparmor():
    assert decoded(pod(container("a"), os={"name": "windows"}), **UNCONFINED).containers[0].security.app_armor is None


def test_what_is_malformed_is_told_once_each():
    spec = {"containers": [{"name": 5, "lifecycle": "x", "securityContext": []}, "text"], "os": "windows"}
    _, wrong = decode([], spec)
    assert sorted(".".join(map(str, route)) for route, _ in wrong) == [
        "metadata",
        "spec.containers.0.lifecycle",
        "spec.containers.0.name",
        "spec.containers.0.securityContext",
        "spec.containers.1",
        "spec.os",
    ]


KEYS = st.sampled_from(
    [
        "annotations",
        "containers",
        "initContainers",
        "volumes",
        "ports",
        "name",
        "hostPort",
        "hostNetwork",
        "hostPath",
        "securityContext",
        "os",
        "type",
        "capabilities",
        "add",
        "drop",
        "seccompProfile",
        "appArmorProfile",
        "seLinuxOptions",
        "sysctls",
        "lifecycle",
        "postStart",
        "httpGet",
        "host",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4))


@given(VALUES, VALUES)
@settings(derandomize=True, database=None, deadline=None)
def test_nothing_that_is_malformed_is_our_bug(metadata, spec):
    for version in ("v1.0", "v1.20", "latest"):
        violations(metadata, spec, "restricted", version)


@given(VALUES, VALUES)
@settings(derandomize=True, database=None, deadline=None)
def test_what_is_left_of_a_narrowed_pod_is_all_that_is_looked_at(metadata, spec):
    assert decode(*narrowed(metadata, spec))[0] == decode(metadata, spec)[0]


def test_pods_that_differ_in_what_nobody_looks_at_are_the_same_when_narrowed():
    one, other = (pod({**container(), "image": f"registry/{number}", "env": [{}] * number}) for number in (1, 2))
    assert narrowed({"name": "a"}, {**one, "nodeName": "a"}) == narrowed({"labels": {"b": "c"}}, other)
    assert narrowed({}, pod(container("a"))) != narrowed({}, pod(container("b")))
