"""No quota counts a class of storage, or of devices, that there is not: it stays at 0 whatever is claimed.

Which storage classes there are say the StorageClasses among the manifests and in the cluster's snapshot, and the
parameter ``classes``, which a site lists in an adjustment; of devices the DeviceClasses. Where none is known, nothing
is said. Classes may come from elsewhere (a cloud brings some along), so that this is likely and not certain.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from generator.problems import nearest
from generator.rules.parameters import Optional, Parameter, Words
from generator.rules.quotas import quotas
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {"classes": Optional(Words())}

_STORAGE, _DEVICES = ".storageclass.storage.k8s.io/", ".deviceclass.resource.k8s.io/"
#: So many classes are told, and of so many the likest is looked for: nobody has more, unless to hold us up.
_SHOWN = 5
_MANY = 100
_KINDS = {_STORAGE: ("storage.k8s.io", "StorageClass"), _DEVICES: ("resource.k8s.io", "DeviceClass")}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each class that a quota counts and that is not there."""
    there = scene.answer(_there)
    known = {_STORAGE: there[_STORAGE].union(parameters.get("classes", ())), _DEVICES: there[_DEVICES]}
    for quota in scene.answer(quotas):
        item = quota.item
        for name, mark in dict.fromkeys(_classes(quota.hard)):
            if known[mark] and name not in known[mark]:
                said = f"counts {_KINDS[mark][1]} {name!r}, which is not among the manifests"
                message = f"{quota.called} {said}; {_meant(name, known[mark])}"
                yield Hit(
                    message,
                    item.origin,
                    namespace=item.namespace,
                    kind=item.kind,
                    name=item.name,
                    confidence="likely",
                )


def _there(scene: Scene) -> Mapping[str, frozenset[str]]:
    """Return the names of all classes, by the mark of their keys."""
    return {mark: frozenset(one.name for one in scene.known(*kind)) for mark, kind in _KINDS.items()}


def _meant(name: str, known: frozenset[str]) -> str:
    if len(known) <= _MANY and (near := nearest(name, known)):
        return f"did you mean {near!r}?"
    return f"there are {_listed(known)}"


@lru_cache(8)
def _listed(known: frozenset[str]) -> str:
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{', '.join(sorted(known)[:_SHOWN])}{more}"


def _classes(hard: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in hard:
        for mark in _KINDS if isinstance(key, str) and "class." in key else ():
            name, found, _ = key.partition(mark)
            if found:
                yield name, mark
