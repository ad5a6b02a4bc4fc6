"""No sysctl but those that reach no further than the pod; newer versions know more of them."""

from generator.podsecurity.check import Check, Rule
from generator.podsecurity.pod import Pod

_FIRST = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_syncookies",
    }
)
_27 = _FIRST | {"net.ipv4.ip_local_reserved_ports"}
_29 = _27 | {
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
}
_32 = _29 | {"net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"}
_37 = _32 | {"net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"}


def _allowing(names: frozenset[str]) -> Rule:
    def refused(pod: Pod) -> str | None:
        found = ", ".join(name for name in pod.security.sysctls if name not in names)
        return f"forbidden sysctls ({found})" if found else None

    return refused


BASELINE = Check(
    "sysctls",
    "baseline",
    {0: _allowing(_FIRST), 27: _allowing(_27), 29: _allowing(_29), 32: _allowing(_32), 37: _allowing(_37)},
)
