"""No pod for Windows runs as a process of the node."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import setters


def _refused(pod: Pod) -> str | None:
    names = [one.name for one in pod.containers if one.security.host_process]
    who = setters(names, pod=pod.security.host_process is True)
    return f"hostProcess ({who} must not set securityContext.windowsOptions.hostProcess=true)" if who else None


BASELINE = Check("windowsHostProcess", "baseline", {0: _refused})
