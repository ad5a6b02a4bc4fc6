"""No SELinux type but those that are made for containers, and neither a user nor a role."""

from collections.abc import Iterator

from generator.podsecurity.check import Check, Rule
from generator.podsecurity.pod import Pod, SELinux
from generator.podsecurity.wording import listed, plural, setters

_TYPES = frozenset({"", "container_t", "container_init_t", "container_kvm_t"})


def _allowing(types: frozenset[str]) -> Rule:
    def is_bad(options: SELinux) -> bool:
        return options.type not in types or bool(options.user or options.role)

    def refused(pod: Pod) -> str | None:
        own = pod.security.se_linux
        found = [one for one in pod.containers if is_bad(one.security.se_linux)]
        who = setters([one.name for one in found], pod=is_bad(own))
        if not who:
            return None
        said = "; ".join(_said([own, *(one.security.se_linux for one in found)], types))
        return f"seLinuxOptions ({who} set forbidden securityContext.seLinuxOptions: {said})"

    return refused


def _said(options: list[SELinux], allowed: frozenset[str]) -> Iterator[str]:
    if types := sorted({one.type for one in options} - allowed):
        yield f"{plural(len(types), 'type', 'types')} {listed(types)}"
    if any(one.user for one in options):
        yield "user may not be set"
    if any(one.role for one in options):
        yield "role may not be set"


BASELINE = Check("seLinuxOptions", "baseline", {0: _allowing(_TYPES), 31: _allowing(_TYPES | {"container_engine_t"})})
