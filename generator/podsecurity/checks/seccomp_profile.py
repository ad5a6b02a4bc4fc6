"""No seccomp profile but the runtime's own or one of the node's; for restricted, there is one.

Before 1.19 there were annotations in the place of the fields, and nothing that restricted asked beyond baseline.
"""

from generator.podsecurity.check import Check, unless_windows
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import listed, of_containers, plural, quoted, setters

_OF_POD = "seccomp.security.alpha.kubernetes.io/pod"
_OF_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
_ALLOWED = frozenset({"RuntimeDefault", "Localhost"})
_ALLOWED_ANNOTATIONS = frozenset({"runtime/default", "docker/default"})


def _annotations(pod: Pod) -> str | None:
    keys = {_OF_POD, *(_OF_CONTAINER + one.name for one in pod.containers)} & pod.annotations.keys()
    found = sorted(f"{key}={quoted(value)}" for key in keys if _is_bad(value := pod.annotations[key]))
    if not found:
        return None
    return f"seccompProfile (forbidden {plural(len(found), 'annotation', 'annotations')} {', '.join(found)})"


def _is_bad(annotation: str) -> bool:
    return annotation not in _ALLOWED_ANNOTATIONS and not annotation.startswith("localhost/")


def _fields(pod: Pod) -> str | None:
    own = _forbidden(pod.security.seccomp)
    found = [(one.name, profile) for one in pod.containers for profile in _forbidden(one.security.seccomp)]
    who = setters([name for name, _ in found], pod=bool(own))
    if not who:
        return None
    types = listed(sorted({*own, *(profile for _, profile in found)}))
    return f"seccompProfile ({who} must not set securityContext.seccompProfile.type to {types})"


def _forbidden(profile: str | None) -> tuple[str, ...]:
    return () if profile is None or profile in _ALLOWED else (profile,)


def _restricted(pod: Pod) -> str | None:
    refused = _fields(pod)
    silent = [one.name for one in pod.containers if one.security.seccomp is None]
    if refused is not None or not silent or pod.security.seccomp is not None:
        return refused
    wanted = 'securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"'
    return f"seccompProfile (pod or {of_containers(silent)} must set {wanted})"


BASELINE = Check("seccompProfile_baseline", "baseline", {0: _annotations, 19: _fields})
RESTRICTED = Check(
    "seccompProfile_restricted",
    "restricted",
    {19: _restricted, 25: unless_windows(_restricted)},
    overrides=BASELINE.id,
)
