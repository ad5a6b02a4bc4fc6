"""No AppArmor profile but the runtime's own or one of the node's, in a field or in an annotation of old."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import APP_ARMOR, Pod
from generator.podsecurity.wording import listed, plural, quoted, setters

_ALLOWED = frozenset({"RuntimeDefault", "Localhost"})


def _refused(pod: Pod) -> str | None:
    own = _forbidden(pod.security.app_armor)
    found = [(one.name, profile) for one in pod.containers for profile in _forbidden(one.security.app_armor)]
    who = setters([name for name, _ in found], pod=bool(own))
    annotations = sorted(f"{key}={quoted(value)}" for key, value in pod.annotations.items() if _is_bad(key, value))
    if not who and not annotations:
        return None
    values = [*sorted({*own, *(profile for _, profile in found)}), *annotations]
    said = plural(len(annotations), "annotation", "annotations") if annotations else ""
    what = plural(len(values), "forbidden AppArmor profile", "forbidden AppArmor profiles")
    return f"{what} ({' and '.join(filter(None, (who, said)))} must not set AppArmor profile type to {listed(values)})"


def _forbidden(profile: str | None) -> tuple[str, ...]:
    return () if profile is None or profile in _ALLOWED else (profile,)


def _is_bad(key: str, value: str) -> bool:
    return key.startswith(APP_ARMOR) and value not in ("", "runtime/default") and not value.startswith("localhost/")


BASELINE = Check("appArmorProfile", "baseline", {0: _refused})
