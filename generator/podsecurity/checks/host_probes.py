"""No probe and no lifecycle handler names a host: the kubelet would ask it, from the node."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import listed, of_containers, plural


def _refused(pod: Pod) -> str | None:
    names = sorted({one.name for one in pod.containers if one.probed_hosts})
    if not names:
        return None
    hosts = sorted({host for one in pod.containers for host in one.probed_hosts})
    uses = plural(len(names), "uses", "use")
    what = plural(len(hosts), "probe or lifecycle host", "probe or lifecycle hosts")
    return f"probe or lifecycle host ({of_containers(names)} {uses} {what} {listed(hosts)})"


BASELINE = Check("hostProbesAndHostLifecycle", "baseline", {34: _refused})
