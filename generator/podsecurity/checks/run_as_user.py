"""Nobody asks to run as the user 0."""

from generator.podsecurity.check import Check, unless_in_user_namespace
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import setters


def _refused(pod: Pod) -> str | None:
    names = [one.name for one in pod.containers if one.security.run_as_user == 0]
    who = setters(names, pod=pod.security.run_as_user == 0)
    return f"runAsUser=0 ({who} must not set runAsUser=0)" if who else None


RESTRICTED = Check("runAsUser", "restricted", {23: _refused, 35: unless_in_user_namespace(_refused)})
