"""Each container says that it does not run as root, or its pod says so for it."""

from generator.podsecurity.check import Check, unless_in_user_namespace
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import of_containers, setters

_REASON = "runAsNonRoot != true"


def _refused(pod: Pod) -> str | None:
    of_pod = pod.security.run_as_non_root
    refusing = [one.name for one in pod.containers if one.security.run_as_non_root is False]
    silent = [one.name for one in pod.containers if one.security.run_as_non_root is None and not of_pod]
    if who := setters(refusing, pod=of_pod is False):
        return f"{_REASON} ({who} must not set securityContext.runAsNonRoot=false)"
    if silent:
        return f"{_REASON} (pod or {of_containers(silent)} must set securityContext.runAsNonRoot=true)"
    return None


RESTRICTED = Check("runAsNonRoot", "restricted", {0: _refused, 35: unless_in_user_namespace(_refused)})
