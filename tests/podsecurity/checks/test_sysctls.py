import pytest
from podsecurity.asking import around, baseline, container, pod

SINCE = {
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_wmem": 32,
    "net.ipv4.tcp_slow_start_after_idle": 37,
    "net.ipv4.tcp_notsent_lowat": 37,
}
ALWAYS = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_syncookies",
]


def setting(*names):
    return pod(container(), security={"sysctls": [{"name": name, "value": "1"} for name in names]})


@pytest.mark.parametrize(("name", "minor"), SINCE.items())
def test_newer_versions_know_more_of_them(name, minor):
    assert around(minor, baseline, setting(name)) == ([f"forbidden sysctls ({name})"], [])


def test_some_were_always_safe_and_stay_so():
    assert baseline(setting(*ALWAYS), "v1.0") == []
    assert baseline(setting(*ALWAYS, *SINCE), "v1.37") == []


def test_others_are_told_in_the_order_of_the_pod():
    assert baseline(setting("kernel.msgmax", "a.b", ALWAYS[0])) == ["forbidden sysctls (kernel.msgmax, a.b)"]
