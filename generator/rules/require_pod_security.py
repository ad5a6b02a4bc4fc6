"""The Pod Security level that each namespace enforces is one of ``enforce``.

Only the label ``pod-security.kubernetes.io/enforce`` keeps a pod out; ``warn`` and ``audit`` let it in.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside

_LABEL = "pod-security.kubernetes.io/enforce"

PARAMETERS = {"enforce": Words(("privileged", "baseline", "restricted"))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace that enforces another level, or none."""
    wanted = parameters["enforce"]
    for name, item in scene.namespaces:
        level = inside(item.body, "metadata", "labels").get(_LABEL)
        if level is None:
            message = f"namespace {name} enforces no Pod Security level"
        elif level not in wanted:
            message = f"namespace {name} enforces the Pod Security level {level!r}, not {' or '.join(wanted)}"
        else:
            continue
        yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)
