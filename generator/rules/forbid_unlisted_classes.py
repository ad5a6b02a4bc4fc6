"""No quota counts a class of storage, or of devices, that there is not: it stays at 0 whatever is claimed.

Which storage classes there are say the StorageClasses among the manifests and in the cluster's snapshot, and the
parameter ``classes``, which a site lists in an adjustment; of devices the DeviceClasses. Where none is known, nothing
is said. Classes may come from elsewhere (a cloud brings some along), so that this is likely and not certain.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.problems import nearest
from generator.rules.parameters import Optional, Parameter, Words
from generator.rules.quotas import quotas
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {"classes": Optional(Words())}

_STORAGE, _DEVICES = ".storageclass.storage.k8s.io/", ".deviceclass.resource.k8s.io/"
_KINDS = {_STORAGE: ("storage.k8s.io", "StorageClass"), _DEVICES: ("resource.k8s.io", "DeviceClass")}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each class that a quota counts and that is not there."""
    listed = frozenset(parameters.get("classes", ()))
    for quota in scene.answer(quotas):
        item = quota.item
        for name, mark in dict.fromkeys(_classes(quota.hard)):
            known = {one.name for one in scene.known(*_KINDS[mark])} | (listed if mark == _STORAGE else set())
            if known and name not in known:
                near = nearest(name, known)
                meant = f"did you mean {near!r}?" if near else f"there are {', '.join(sorted(known))}"
                message = f"{quota.called} counts {_KINDS[mark][1]} {name!r}, which is not among the manifests; {meant}"
                yield Hit(
                    message,
                    item.origin,
                    namespace=item.namespace,
                    kind=item.kind,
                    name=item.name,
                    confidence="likely",
                )


def _classes(hard: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in hard:
        for mark in _KINDS if isinstance(key, str) and "class." in key else ():
            name, found, _ = key.partition(mark)
            if found:
                yield name, mark
