import pytest
from podsecurity.asking import around, pod, restricted, safe


def saying(of_pod, *containers, **fields):
    made = (safe(name, **({} if value is None else {"runAsNonRoot": value})) for name, value in zip("abc", containers))  # noqa: B905
    return {**pod(*made, **fields), "securityContext": {"runAsNonRoot": of_pod}}


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (saying(True, None, True), None),
        (saying(None, True, True), None),
        (saying(None, True, None, None), 'pod or containers "b", "c" must set securityContext.runAsNonRoot=true'),
        (saying(True, False, None), 'container "a" must not set securityContext.runAsNonRoot=false'),
        (saying(False, True, True), "pod must not set securityContext.runAsNonRoot=false"),
        (saying(False, False, None), 'pod and container "a" must not set securityContext.runAsNonRoot=false'),
    ],
)
def test_the_containers_word_counts_before_the_pods(spec, said):
    assert restricted(spec) == ([f"runAsNonRoot != true ({said})"] if said else [])


def test_from_1_35_on_pods_with_their_own_users_may():
    before, since = around(35, restricted, saying(False, None, hostUsers=False))
    assert (before, since) == (["runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)"], [])
