"""One NetworkPolicy of each namespace selects all pods for each of ``directions`` and allows nothing.

Policies add up, so that one policy for each direction isolates as well as one for both. A policy that names no
``policyTypes`` is about Ingress, and about Egress only where it has rules for that.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside

_DIRECTIONS = ("Ingress", "Egress")
_GROUP = "networking.k8s.io"

PARAMETERS = {"directions": Words(_DIRECTIONS)}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace in which traffic is free by default."""
    known: dict[int, frozenset[str]] = {}  # by which object a spec is: tenants share theirs
    for name, item in scene.namespaces:
        denied: set[str] = set()
        for policy in scene.within(name, _GROUP, "NetworkPolicy"):
            spec = policy.body.get("spec")
            if id(spec) not in known:
                known[id(spec)] = frozenset(one for one in _DIRECTIONS if _denies(inside(spec), one))
            denied |= known[id(spec)]
        open_ = [direction for direction in parameters["directions"] if direction not in denied]
        if open_:
            message = f"namespace {name} has no NetworkPolicy that denies all pods {' and '.join(open_)}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


def _denies(spec: Mapping[str, Any], direction: str) -> bool:
    if not spec or any(inside(spec, "podSelector").values()):
        return False
    types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
    return isinstance(types, list) and direction in types and not spec.get(direction.lower())
