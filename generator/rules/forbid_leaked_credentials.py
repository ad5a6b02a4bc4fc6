"""No ConfigMap and no container holds a credential that its issuer's prefix or frame gives away.

Looked at are the texts of a ConfigMap, and ``env``, ``args`` and ``command`` of every container that a workload makes.
A credential is never repeated in a message.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator import credentials
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of
from generator.rules.workloads import workloads

PARAMETERS: Mapping[str, Parameter] = {}

#: Where a text stands, in parts that are put together for the few that are told of; and the text, if it is one.
_Text = tuple[tuple[object, ...], Any]


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object that holds a credential, with where in it the first one is."""
    for item in scene.of_kind("", "ConfigMap"):
        texts = ((("data.", key), value) for key, value in inside(item.body, "data").items())
        where = _first(texts)
        if where is not None:
            message = f"ConfigMap {name_of(item)} holds {where}"
            yield Hit(message, item.origin, namespace=namespace_of(item), kind="ConfigMap", name=name_of(item))
    for item, pod in workloads(scene):
        where = _first(_container_texts(pod))
        if where is not None:
            kind = item.body["kind"]
            message = f"{kind} {name_of(item)} holds {where}"
            yield Hit(message, item.origin, namespace=namespace_of(item), kind=kind, name=name_of(item))


def _first(texts: Iterator[_Text]) -> str | None:
    """Say what the first credential is, and where."""
    kept = [(where, text) for where, text in texts if isinstance(text, str)]
    if credentials.may_be_in("\n".join([text for _, text in kept])):
        for where, text in kept:
            for what, _ in credentials.found(text):
                return f"what looks like {what}, in {''.join(map(str, where))}"
    return None


def _container_texts(pod: Mapping[str, Any]) -> Iterator[_Text]:
    for field in ("containers", "initContainers"):
        listed = pod.get(field)
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict):
                yield from _texts_of(one)


def _texts_of(container: Mapping[str, Any]) -> Iterator[_Text]:
    name = container.get("name")
    env = container.get("env")
    for item in env if isinstance(env, list) else ():
        if isinstance(item, dict):
            yield ("the variable ", item.get("name"), " of container ", name), item.get("value")
    for field in ("command", "args"):
        words = container.get(field)
        for word in words if isinstance(words, list) else ():
            yield (field, " of container ", name), word
