"""No pod is on the node's network, or among its processes."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import Pod


def _refused(pod: Pod) -> str | None:
    shared = {"hostNetwork": pod.host_network, "hostPID": pod.host_pid, "hostIPC": pod.host_ipc}
    said = ", ".join(f"{field}=true" for field, is_set in shared.items() if is_set)
    return f"host namespaces ({said})" if said else None


BASELINE = Check("hostNamespaces", "baseline", {0: _refused})
