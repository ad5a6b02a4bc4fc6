"""No ConfigMap and no container holds a credential that its issuer's prefix or frame gives away.

Looked at are the texts of a ConfigMap, and ``env``, ``args`` and ``command`` of every container that a workload makes.
A credential is never repeated in a message.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator import credentials
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of
from generator.rules.workloads import workloads

PARAMETERS: Mapping[str, Parameter] = {}

#: What else of a container is made of texts.
_WORDS = ("command", "args")
#: Where a text stands, in parts that are put together for the few that are told of; and the text, if it is one.
_Text = tuple[tuple[object, ...], Any]


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object that holds a credential, with where in it the first one is."""
    for item in scene.of_kind("", "ConfigMap"):
        data = inside(item.body, "data")
        if not _may_be_among(data.values()):
            continue
        where = _first((("data.", key), value) for key, value in data.items())
        if where is not None:
            message = f"ConfigMap {name_of(item)} holds {where}"
            yield Hit(message, item.origin, namespace=namespace_of(item), kind="ConfigMap", name=name_of(item))
    for item, pod in workloads(scene):
        containers = _containers(pod)
        if not _may_be_among(text for one in containers for text in _texts_of(one)):
            continue
        where = _first(text for one in containers for text in _placed(one))
        if where is not None:
            kind = item.body["kind"]
            message = f"{kind} {name_of(item)} holds {where}"
            yield Hit(message, item.origin, namespace=namespace_of(item), kind=kind, name=name_of(item))


def _may_be_among(texts: Iterable[Any]) -> bool:
    """Tell whether there is any mark of a credential; nearly always there is none, and nobody need know where."""
    return credentials.may_be_in("\n".join([text for text in texts if isinstance(text, str)]))


def _first(texts: Iterable[_Text]) -> str | None:
    """Say what the first credential is, and where."""
    for where, text in texts:
        for what, _ in credentials.found(text) if isinstance(text, str) else ():
            return f"what looks like {what}, in {''.join(map(str, where))}"
    return None


def _containers(pod: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = (pod.get(field) for field in ("containers", "initContainers"))
    return [one for some in listed if isinstance(some, list) for one in some if isinstance(one, dict)]


def _texts_of(container: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what may be the texts of a container."""
    for item in _list(container, "env"):
        if isinstance(item, dict):
            yield item.get("value")
    for field in _WORDS:
        yield from _list(container, field)


def _placed(container: Mapping[str, Any]) -> Iterator[_Text]:
    """Yield the same, each with where it stands."""
    name = container.get("name")
    for item in _list(container, "env"):
        if isinstance(item, dict):
            yield ("the variable ", item.get("name"), " of container ", name), item.get("value")
    for field in _WORDS:
        yield from (((field, " of container ", name), word) for word in _list(container, field))


def _list(container: Mapping[str, Any], field: str) -> Sequence[Any]:
    found = container.get(field)
    return found if isinstance(found, list) else ()
