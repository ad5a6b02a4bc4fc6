import pytest
from podsecurity.asking import baseline, container, pod

KEY = "container.apparmor.security.beta.kubernetes.io/"
UNCONFINED = {"appArmorProfile": {"type": "Unconfined"}}


@pytest.mark.parametrize("kind", ["RuntimeDefault", "Localhost"])
def test_profiles_of_the_runtime_and_of_the_node_are_fine(kind):
    profile = {"appArmorProfile": {"type": kind}}
    assert baseline(pod(container(**profile), security=profile)) == []


def test_whoever_sets_another_is_named():
    spec = pod(container("a", **UNCONFINED), container("b"), container("c", appArmorProfile={}), security=UNCONFINED)
    said = 'pod and containers "a", "c" must not set AppArmor profile type to "", "Unconfined"'
    assert baseline(spec) == [f"forbidden AppArmor profiles ({said})"]


@pytest.mark.parametrize("value", ["", "runtime/default", "localhost/x"])
def test_annotations_that_name_such_profiles_are_fine(value):
    assert baseline(pod(container()), **{KEY + "a": value}) == []


def test_annotations_count_even_for_containers_that_are_not_there():
    found = baseline(pod(container()), **{KEY + "z": "b", KEY + "y": "a"})
    said = f'annotations must not set AppArmor profile type to "{KEY}y="a"", "{KEY}z="b""'
    assert found == [f"forbidden AppArmor profiles ({said})"]


def test_one_annotation_alone():
    said = f'annotation must not set AppArmor profile type to "{KEY}z="b""'
    assert baseline(pod(container()), **{KEY + "z": "b"}) == [f"forbidden AppArmor profile ({said})"]
