"""The LimitRanges of each namespace give containers a default limit and request for all of ``resources``.

Asks what the API server makes of them: ``max`` is also the default limit where none is written, a default limit also
the default request. A LimitRange that the API server refuses gives nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator import limitrange
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside

PARAMETERS = {"resources": Words()}
_FIELDS = {"default": "limit", "defaultRequest": "request"}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace in which a container can be without a limit or a request."""
    for name, item in scene.namespaces:
        given = _given(scene, name)
        missing = [
            f"{word} for {resource}"
            for resource in parameters["resources"]
            for field, word in _FIELDS.items()
            if (field, resource) not in given
        ]
        if missing:
            message = f"namespace {name} gives containers no default {', no default '.join(missing)}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


def _given(scene: Scene, namespace: str) -> set[tuple[str, str]]:
    return {
        (field, resource)
        for item in scene.within(namespace, "", "LimitRange")
        for limits in _stored(inside(item.body, "spec"))
        if limits["type"] == limitrange.CONTAINER
        for field in _FIELDS
        for resource in limits.get(field, ())
    }


def _stored(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not _is_well_formed(spec) or limitrange.problems(spec):
        return []
    limits: list[dict[str, Any]] = limitrange.defaulted(spec)["limits"]
    return limits


def _is_well_formed(spec: Mapping[str, Any]) -> bool:
    """Tell whether all that is a mapping or a list in a LimitRange is one here."""
    limits = spec.get("limits")
    return isinstance(limits, list) and all(
        isinstance(item, Mapping)
        and isinstance(item.get("type"), str)
        and all(isinstance(item.get(field, {}), Mapping) for field in limitrange.FIELDS)
        for item in limits
    )
