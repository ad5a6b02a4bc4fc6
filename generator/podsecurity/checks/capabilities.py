"""No capability is added that containers do not have anyway; restricted has all dropped, and one added at most."""

from generator.podsecurity.check import Check, unless_windows
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import listed, of_containers

_BASELINE = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
_RESTRICTED = frozenset({"NET_BIND_SERVICE"})


def _baseline(pod: Pod) -> str | None:
    said = _added(pod, _BASELINE)
    return f"non-default capabilities ({said})" if said else None


def _restricted(pod: Pod) -> str | None:
    keeping = [one.name for one in pod.containers if "ALL" not in one.security.dropped]
    dropped = f'{of_containers(keeping)} must set securityContext.capabilities.drop=["ALL"]' if keeping else ""
    said = "; ".join(filter(None, (dropped, _added(pod, _RESTRICTED))))
    return f"unrestricted capabilities ({said})" if said else None


def _added(pod: Pod, allowed: frozenset[str]) -> str:
    names = [one.name for one in pod.containers if not allowed.issuperset(one.security.added)]
    if not names:
        return ""
    extra = sorted({word for one in pod.containers for word in one.security.added} - allowed)
    return f"{of_containers(names)} must not include {listed(extra)} in securityContext.capabilities.add"


BASELINE = Check("capabilities_baseline", "baseline", {0: _baseline})
RESTRICTED = Check(
    "capabilities_restricted",
    "restricted",
    {22: _restricted, 25: unless_windows(_restricted)},
    overrides=BASELINE.id,
)
