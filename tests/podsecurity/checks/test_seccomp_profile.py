import pytest
from podsecurity.asking import around, baseline, container, pod, safe

from generator.podsecurity import violations

POD, CONTAINER = "seccomp.security.alpha.kubernetes.io/pod", "container.seccomp.security.alpha.kubernetes.io/"
UNCONFINED = {"seccompProfile": {"type": "Unconfined"}}
LOCAL = {"seccompProfile": {"type": "Localhost", "localhostProfile": "p.json"}}


def restricted(spec, version="latest"):
    """Say what restricted refuses; unlike in other tests, the pod says nothing of seccomp by itself."""
    security = {"runAsNonRoot": True, **spec.get("securityContext", {})}
    return [*violations({}, {**spec, "securityContext": security}, "restricted", version)]


def test_whoever_sets_another_profile_is_named():
    spec = pod(container("a", **UNCONFINED), container("b", **LOCAL), container("c", seccompProfile={}))
    said = 'must not set securityContext.seccompProfile.type to "", "Unconfined"'
    assert baseline(spec) == [f'seccompProfile (containers "a", "c" {said})']
    both = pod(container("a", **UNCONFINED), security=UNCONFINED)
    said = 'pod and container "a" must not set securityContext.seccompProfile.type to "Unconfined"'
    assert baseline(both) == [f"seccompProfile ({said})"]


def test_before_1_19_annotations_count_and_after_it_fields():
    annotations = {POD: "unconfined", CONTAINER + "a": "other", CONTAINER + "b": "docker/default", CONTAINER + "z": "x"}
    spec = pod(container("a", **UNCONFINED), container("b"))
    said = f'forbidden annotations {CONTAINER}a="other", {POD}="unconfined"'
    assert baseline(spec, "v1.18", **annotations) == [f"seccompProfile ({said})"]
    said = 'container "a" must not set securityContext.seccompProfile.type to "Unconfined"'
    assert baseline(spec, "v1.19", **annotations) == [f"seccompProfile ({said})"]


@pytest.mark.parametrize(("value", "count"), [("runtime/default", 0), ("localhost/p", 0), ("", 1)])
def test_an_annotation_names_a_profile(value, count):
    assert len(baseline(pod(container()), "v1.0", **{POD: value})) == count


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (pod(safe("a", **LOCAL)), None),
        (pod(safe("a"), security=LOCAL), None),
        (pod(safe("a"), security=UNCONFINED), 'pod must not set securityContext.seccompProfile.type to "Unconfined"'),
        (
            pod(safe("a", **LOCAL), safe("b"), safe("c")),
            'pod or containers "b", "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
        ),
        (
            pod(safe("a", **UNCONFINED), safe("b")),
            'container "a" must not set securityContext.seccompProfile.type to "Unconfined"',
        ),
    ],
)
def test_restricted_asks_for_a_profile(spec, said):
    assert restricted(spec) == ([f"seccompProfile ({said})"] if said else [])


def test_restricted_asks_for_none_before_1_19():
    before, since = around(19, restricted, pod(safe()))
    assert (len(before), len(since)) == (0, 1)


@pytest.mark.parametrize(("system", "count"), [("windows", 0), ("linux", 1)])
def test_from_1_25_on_windows_is_exempt(system, count):
    before, since = around(25, restricted, pod(safe(), os={"name": system}))
    assert (len(before), len(since)) == (1, count)
