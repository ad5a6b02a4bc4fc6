"""No Service opens one of ``ways`` into the cluster, or out of it.

``NodePort`` is a port on every node, on whatever address it has; a Service of type LoadBalancer takes one too, unless
it says otherwise, but is asked for by ``LoadBalancer``. ``externalIPs`` makes nodes take traffic for any address in the
world to the Service's pods. ``ExternalName`` makes a name of the cluster stand for another host.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

_SAID: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "NodePort": lambda _: "opens a port on every node",
    "LoadBalancer": lambda _: "asks for a load balancer",
    "ExternalName": lambda spec: f"is another name for {spec.get('externalName')!r}",
    "externalIPs": lambda spec: f"takes traffic for {', '.join(map(str, spec['externalIPs']))}",
}

PARAMETERS = {"ways": Words(tuple(_SAID))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Service with all that it opens."""
    for item in scene.of_kind("", "Service"):
        spec = inside(item.body, "spec")
        found = [_SAID[way](spec) for way in parameters["ways"] if _opens(spec, way)]
        if found:
            namespace, name = namespace_of(item), name_of(item)
            message = f"Service {name} {' and '.join(found)}"
            yield Hit(message, item.origin, namespace=namespace, kind="Service", name=name)


def _opens(spec: Mapping[str, Any], way: str) -> bool:
    if way == "externalIPs":
        return isinstance(spec.get(way), list) and bool(spec[way])
    return spec.get("type") == way
