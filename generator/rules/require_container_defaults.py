"""The LimitRanges of each namespace give containers a default limit and request for all of ``resources``.

Asks what the API server makes of them: ``max`` is also the default limit where none is written, a default limit also
the default request. A LimitRange that the API server refuses gives nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.admission.ranges import stored
from generator.kubernetes import limitrange
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside

PARAMETERS = {"resources": Words()}
_FIELDS = {"default": "limit", "defaultRequest": "request"}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace in which a container can be without a limit or a request."""
    known: dict[str, set[tuple[str, str]]] = {}
    for name, item in scene.namespaces:
        specs = [inside(one.body, "spec") for one in scene.within(name, "", "LimitRange")]
        key = repr(specs)
        if key not in known:
            known[key] = _given(specs)
        missing = [
            f"{word} for {resource}"
            for resource in parameters["resources"]
            for field, word in _FIELDS.items()
            if (field, resource) not in known[key]
        ]
        if missing:
            message = f"namespace {name} gives containers no default {', no default '.join(missing)}"
            yield Hit(message, item.origin, namespace=name, kind="Namespace", name=name)


def _given(specs: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {
        (field, resource)
        for spec in specs
        for limits in stored(spec)
        if limits["type"] == limitrange.CONTAINER
        for field in _FIELDS
        for resource in limits.get(field, ())
    }
