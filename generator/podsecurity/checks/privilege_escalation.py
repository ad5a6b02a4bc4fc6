"""Each container says that no process of it gets more rights than its parent."""

from generator.podsecurity.check import Check, unless_windows
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import of_containers


def _refused(pod: Pod) -> str | None:
    names = [one.name for one in pod.containers if one.security.allow_privilege_escalation is not False]
    if not names:
        return None
    said = f"{of_containers(names)} must set securityContext.allowPrivilegeEscalation=false"
    return f"allowPrivilegeEscalation != false ({said})"


RESTRICTED = Check("allowPrivilegeEscalation", "restricted", {8: _refused, 25: unless_windows(_refused)})
