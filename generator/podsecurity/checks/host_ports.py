"""No container has a port of the node; on the node's network, each port that it names is one."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import of_containers, plural


def _refused(pod: Pod) -> str | None:
    names = [one.name for one in pod.containers if one.host_ports]
    if not names:
        return None
    ports = sorted({str(port) for one in pod.containers for port in one.host_ports})  # as texts: 80, 8080, 9
    uses, what = plural(len(names), "uses", "use"), plural(len(ports), "hostPort", "hostPorts")
    return f"hostPort ({of_containers(names)} {uses} {what} {', '.join(ports)})"


BASELINE = Check("hostPorts", "baseline", {0: _refused})
