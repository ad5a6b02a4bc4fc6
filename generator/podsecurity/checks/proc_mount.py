"""No container sees all of ``/proc``, but for baseline, where the pod has users of its own."""

from generator.podsecurity.check import Check, unless_in_user_namespace
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import listed, of_containers


def _refused(pod: Pod) -> str | None:
    found = [(one.name, one.security.proc_mount) for one in pod.containers]
    bad = [(name, mount) for name, mount in found if mount is not None and mount != "Default"]
    if not bad:
        return None
    mounts = listed(sorted({mount for _, mount in bad}))
    return f"procMount ({of_containers([name for name, _ in bad])} must not set securityContext.procMount to {mounts})"


BASELINE = Check("procMount", "baseline", {0: _refused, 35: unless_in_user_namespace(_refused)})
RESTRICTED = Check("procMount_restricted", "restricted", {35: _refused}, overrides=BASELINE.id)
