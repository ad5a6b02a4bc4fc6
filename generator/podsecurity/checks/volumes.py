"""No volume is a folder of the node; for restricted, none is of a sort that reaches past the cluster's own storage."""

from generator.podsecurity.check import Check
from generator.podsecurity.pod import Pod
from generator.podsecurity.wording import listed, plural

_ALLOWED = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)


def _host_paths(pod: Pod) -> str | None:
    names = [one.name for one in pod.volumes if "hostPath" in one.sources]
    return f"hostPath volumes ({_called(names)})" if names else None


def _restricted(pod: Pod) -> str | None:
    found = [one for one in pod.volumes if _ALLOWED.isdisjoint(one.sources)]
    if not found:
        return None
    types = sorted({one.sources[0] for one in found})
    uses = plural(len(found), "uses", "use")
    what = plural(len(types), "restricted volume type", "restricted volume types")
    return f"restricted volume types ({_called([one.name for one in found])} {uses} {what} {listed(types)})"


def _called(names: list[str]) -> str:
    return f"{plural(len(names), 'volume', 'volumes')} {listed(names)}"


BASELINE = Check("hostPathVolumes", "baseline", {0: _host_paths})
RESTRICTED = Check("restrictedVolumes", "restricted", {0: _restricted}, overrides=BASELINE.id)
