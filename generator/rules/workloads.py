"""Objects that pods are made from, and where the pod stands in each."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.scene import Scene, inside

_TEMPLATE = ("spec", "template", "spec")

#: The route to the pod's spec in each kind, by API group.
PODS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): ("spec",),
    ("", "ReplicationController"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", *_TEMPLATE),
    ("batch", "Job"): _TEMPLATE,
}


def workloads(scene: Scene) -> Iterator[tuple[Item, Mapping[str, Any]]]:
    """Yield each object that pods are made from, with the spec of its pods."""
    for (api_group, kind), route in PODS.items():
        for item in scene.of_kind(api_group, kind):
            yield item, inside(item.body, *route)
