"""No container of a workload has one of ``settings``.

``writable-root``: its own file system is not read-only (``securityContext.readOnlyRootFilesystem``), so that whoever
gets in can leave something behind. ``secret-variables``: it takes a Secret as an environment variable, which every
child process and many a log gets, and not as a file.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside
from generator.rules.workloads import workloads

_CONTAINERS = ("initContainers", "containers")


def _has_writable_root(container: Mapping[str, Any]) -> bool:
    return inside(container, "securityContext").get("readOnlyRootFilesystem") is not True


def _has_secret_variables(container: Mapping[str, Any]) -> bool:
    variables = any(inside(one, "valueFrom", "secretKeyRef") for one in _items(container.get("env")))
    return variables or any(inside(one, "secretRef") for one in _items(container.get("envFrom")))


_SETTINGS: Mapping[str, tuple[Callable[[Mapping[str, Any]], bool], str]] = {
    "writable-root": (_has_writable_root, "can write to its own file system"),
    "secret-variables": (_has_secret_variables, "takes a Secret as an environment variable"),
}
PARAMETERS = {"settings": Words(tuple(_SETTINGS))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each workload with each setting, and the containers that have it."""
    for item, spec in workloads(scene):
        containers = [one for field in _CONTAINERS for one in _items(spec.get(field))]
        for setting in parameters["settings"]:
            has, said = _SETTINGS[setting]
            found = [str(one.get("name")) for one in containers if has(one)]
            if found:
                message = f"container {', '.join(found)} of {item.kind} {item.name} {said}"
                yield Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())
