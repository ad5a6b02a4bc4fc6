import pytest
from podsecurity.asking import baseline, container, pod, restricted, safe

from generator.podsecurity.pod import SOURCES

SOUND = SOURCES[:9]


def volumes(*sources, of=container):
    return pod(of(), volumes=[{"name": name, source: {}} for name, source in zip("abcd", sources)])  # noqa: B905


def test_no_volume_is_a_folder_of_the_node():
    assert baseline(volumes("nfs", "hostPath")) == ['hostPath volumes (volume "b")']
    assert baseline(volumes("hostPath", "hostPath")) == ['hostPath volumes (volumes "a", "b")']


@pytest.mark.parametrize("source", SOUND)
def test_the_clusters_own_storage_is_fine(source):
    assert restricted(volumes(source, of=safe)) == []


@pytest.mark.parametrize("source", SOURCES[9:])
def test_no_other_is_for_restricted(source):
    said = f'volume "b" uses restricted volume type "{source}"'
    for version in ("v1.0", "latest"):
        assert restricted(volumes("secret", source, of=safe), version) == [f"restricted volume types ({said})"]


def test_types_are_told_once_and_sorted():
    said = 'volumes "a", "b", "c" use restricted volume types "iscsi", "nfs"'
    assert restricted(volumes("nfs", "iscsi", "nfs", of=safe)) == [f"restricted volume types ({said})"]


def test_a_volume_of_two_sources_is_judged_by_the_better_one():
    spec = pod(safe(), volumes=[{"name": "a", "hostPath": {"path": "/"}, "emptyDir": {}}])
    assert restricted(spec) == []  # such a pod is invalid, and refused for that
    assert baseline(spec) == ['hostPath volumes (volume "a")']
