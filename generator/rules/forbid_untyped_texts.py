"""What Kubernetes takes as a text is written as one: labels, annotations, settings, what containers are started with.

``cost-center: 4711`` is a number, ``debug: on`` a boolean to kubectl and a text to others, and ``version: 1.10`` the
number 1.1. The API server refuses the object ("cannot unmarshal number into ... string"), and a tool that mends it on
the way may write another text than was meant. A quota of HNC, OpenShift or Capsule refuses a fraction that is no text.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Parameter
from generator.rules.quotas import RESOURCE_QUOTA, quotas
from generator.rules.scene import Hit, Scene
from generator.rules.workloads import workloads

PARAMETERS: Mapping[str, Parameter] = {}

#: Null is the empty text to the API server.
_TEXTS = frozenset({str, type(None)})
_METADATA = ("labels", "annotations")
_CONTAINERS = ("containers", "initContainers")
_DATA = {("", "ConfigMap"): "data", ("", "Secret"): "stringData"}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object with each value that should be a text and is none."""
    yield from _of_metadata(scene)
    for kind, field in _DATA.items():
        for item in scene.of_kind(*kind):
            yield from _within(item, field, item.body.get(field))
    for item, spec in workloads(scene):
        yield from _of_pods(item, spec)
    for quota in scene.answer(quotas):
        if quota.kind != RESOURCE_QUOTA:
            fractions = {key: value for key, value in quota.hard.items() if isinstance(value, float)}
            yield from _within(quota.item, "hard", fractions)


def _of_metadata(scene: Scene) -> Iterator[Hit]:
    """Look at every object there is, as quickly as it goes: nearly all labels are texts, as what can be joined is."""
    join = "".join
    for item in scene.everything:
        metadata = item.body.get("metadata")
        if metadata.__class__ is not dict or ("labels" not in metadata and "annotations" not in metadata):
            continue
        for field in _METADATA:
            values = metadata.get(field)
            if values and values.__class__ is dict:
                try:
                    join(values.values())
                except TypeError:
                    yield from _within(item, f"metadata.{field}", values)


def _within(item: Item, field: str, values: object) -> Iterator[Hit]:
    if isinstance(values, (dict, Mapping)) and not _are_texts(values):
        for key, value in values.items():
            if type(value) not in _TEXTS:
                yield _hit(item, f"{field}.{key}", value)


def _are_texts(values: object) -> bool:
    """Tell whether all of what may be a mapping are texts, as nearly always."""
    return not values or (isinstance(values, (dict, Mapping)) and _TEXTS.issuperset(map(type, values.values())))


def _of_pods(item: Item, spec: Mapping[str, Any]) -> Iterator[Hit]:
    for container in [one for field in _CONTAINERS for one in _listed(spec.get(field))]:
        if not isinstance(container, (dict, Mapping)):
            continue
        given: list[tuple[str | Mapping[str, Any], Any]]
        given = [(word, value) for word in ("command", "args") for value in _listed(container.get(word))]
        given += [(one, one.get("value")) for one in _items(container.get("env"))]
        if _TEXTS.issuperset([type(value) for _, value in given]):  # nearly always
            continue
        for about, value in given:
            if type(value) not in _TEXTS:
                word = about if isinstance(about, str) else f"env {about.get('name')}"
                yield _hit(item, f"{word} of container {container.get('name')}", value)


def _hit(item: Item, field: str, value: object) -> Hit:
    message = f"{item.kind} {item.name}: {field} is {_shown(value)}, where Kubernetes takes a text; put it in quotes"
    return Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)


def _shown(value: object) -> str:
    """Name the type alone: the value may be a secret."""
    if isinstance(value, bool):
        return "a boolean"
    return "a number" if isinstance(value, (int, float)) else f"a {'list' if isinstance(value, list) else 'mapping'}"


def _listed(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in _listed(value) if isinstance(one, (dict, Mapping)))
