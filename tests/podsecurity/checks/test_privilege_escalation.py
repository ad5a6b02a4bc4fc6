import pytest
from podsecurity.asking import around, container, pod, restricted, safe


def test_only_a_plain_no_is_enough():
    spec = pod(safe("a"), safe("b", allowPrivilegeEscalation=True), safe("c", allowPrivilegeEscalation=None))
    said = 'containers "b", "c" must set securityContext.allowPrivilegeEscalation=false'
    assert restricted(spec) == [f"allowPrivilegeEscalation != false ({said})"]


def test_before_1_8_there_was_no_such_field():
    before, since = around(8, restricted, pod(container()))
    assert before == []
    assert [reason.partition(" (")[0] for reason in since] == ["allowPrivilegeEscalation != false"]


@pytest.mark.parametrize(("system", "count"), [("windows", 0), ("linux", 1)])
def test_from_1_25_on_windows_is_exempt(system, count):
    spec = pod(safe(allowPrivilegeEscalation=None), os={"name": system})
    before, since = around(25, restricted, spec)
    assert (len(before), len(since)) == (1, count)
