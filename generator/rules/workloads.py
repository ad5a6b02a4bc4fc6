"""Objects that pods are made from, and where the pod stands in each."""

from collections.abc import Mapping
from typing import Any

from generator.access.lists import Item
from generator.podsecurity import ROUTES
from generator.rules.scene import Scene, inside

#: The route to the pod's spec in each kind, by API group; from a PodTemplate, nobody makes pods by itself.
PODS: Mapping[tuple[str, str], tuple[str, ...]] = {
    kind: (*route, "spec") for kind, route in ROUTES.items() if kind[1] != "PodTemplate"
}


def workloads(scene: Scene) -> tuple[tuple[Item, Mapping[str, Any]], ...]:
    """Return each object that pods are made from, with the spec of its pods."""
    return scene.answer(_workloads)


def _workloads(scene: Scene) -> tuple[tuple[Item, Mapping[str, Any]], ...]:
    found = ((item, route) for kind, route in PODS.items() for item in scene.of_kind(*kind))
    return tuple([(item, inside(item.body, *route)) for item, route in found])
