"""Objects that pods are made from, and where the pod's metadata and spec stand in each.

These are the kinds that Pod Security admission itself looks into. It refuses pods only: of the others it warns, and
the pods that a controller then makes from them are refused.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

_TEMPLATE = ("spec", "template")

#: The route to what has the metadata and the spec of a pod, by API group and kind.
ROUTES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("", "ReplicationController"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", *_TEMPLATE),
    ("batch", "Job"): _TEMPLATE,
}


class Template(NamedTuple):
    """What pods are made from, as it is written: either part may be missing or malformed."""

    metadata: Any
    spec: Any


def of_workload(body: Mapping[str, Any]) -> Template | None:
    """Return the pod or the pod's template of an object; ``None`` where no pods are made from it."""
    api_version = body.get("apiVersion")
    if not isinstance(api_version, str):
        return None
    route = ROUTES.get((api_version.rpartition("/")[0], str(body.get("kind"))))
    return None if route is None else template(body, route)


def template(body: Mapping[str, Any], route: tuple[str, ...]) -> Template | None:
    """Return what has the metadata and the spec of a pod at a route; ``None`` where there is nothing like it."""
    found: Any = body
    for key in route:
        found = found.get(key) if isinstance(found, (dict, Mapping)) else None
    return Template(found.get("metadata"), found.get("spec")) if isinstance(found, (dict, Mapping)) else None
