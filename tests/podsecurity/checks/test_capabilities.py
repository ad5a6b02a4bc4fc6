import pytest
from podsecurity.asking import around, baseline, container, pod, restricted, safe


def adding(*words, drop=("ALL",)):
    return {"capabilities": {"add": [*words], "drop": [*drop]}}


def test_what_containers_have_anyway_may_be_added():
    assert baseline(pod(container(**adding("CHOWN", "SYS_CHROOT")))) == []


def test_no_other_may():
    spec = pod(container("a", **adding("FOO", "CHOWN")), container("b"), container("c", **adding("BAR", "all")))
    said = 'containers "a", "c" must not include "BAR", "FOO", "all" in securityContext.capabilities.add'
    assert baseline(spec) == [f"non-default capabilities ({said})"]


def test_restricted_has_all_dropped_and_one_added_at_most():
    spec = pod(
        safe("a", **adding("NET_BIND_SERVICE")),
        safe("b", **adding("KILL")),
        safe("c", **adding(drop=["all"])),
        safe("d", capabilities=None),
    )
    said = (
        'containers "c", "d" must set securityContext.capabilities.drop=["ALL"]; '
        'container "b" must not include "KILL" in securityContext.capabilities.add'
    )
    assert restricted(spec) == [f"unrestricted capabilities ({said})"]


def test_before_1_22_restricted_asks_what_baseline_does():
    before, since = around(22, restricted, pod(safe(**adding("KILL", "FOO", drop=()))))
    assert before == [
        'non-default capabilities (container "a" must not include "FOO" in securityContext.capabilities.add)'
    ]
    assert since == [
        (
            'unrestricted capabilities (container "a" must set securityContext.capabilities.drop=["ALL"]; '
            'container "a" must not include "FOO", "KILL" in securityContext.capabilities.add)'
        )
    ]


@pytest.mark.parametrize(("system", "count"), [("windows", 0), ("linux", 1)])
def test_from_1_25_on_windows_is_exempt(system, count):
    before, since = around(25, restricted, pod(safe(capabilities={}), os={"name": system}))
    assert (len(before), len(since)) == (1, count)
