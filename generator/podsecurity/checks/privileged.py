"""No container is privileged, which is to be root on the node."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import of_containers


def _refused(pod: Pod) -> str | None:
    names = [one.name for one in pod.containers if one.security.privileged]
    return f"privileged ({of_containers(names)} must not set securityContext.privileged=true)" if names else None


BASELINE = Check("privileged", "baseline", {0: _refused})
