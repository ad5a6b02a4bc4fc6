"""Each object of one of ``kinds`` has the labels ``labels``, each with its value; ``*`` is any value but none.

``need: one`` asks for one of them instead of all. ``of`` narrows it to namespaces, and to what lives in them, of some
sort: ``tenants``, by their label; ``profiles`` of Kubeflow; ``plain-profiles``, for which no Profile is there, so that
no controller adds what is missing. ``labelled`` narrows it to objects that have these labels.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules import profiles
from generator.rules.parameters import Optional, Parameter, Texts, Word, Words
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

PARAMETERS: Mapping[str, Parameter] = {
    "kinds": Words(),
    "labels": Texts(),
    "need": Optional(Word(("all", "one"))),
    "of": Optional(Word(("tenants", "profiles", "plain-profiles"))),
    "labelled": Optional(Texts()),
}

_ANY = "*"


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object that lacks labels, with those that it lacks."""
    wanted, chosen = parameters["labels"], parameters.get("labelled", {})
    is_asked = asked_namespaces(scene, parameters.get("of"))
    for kind in parameters["kinds"]:
        for item in scene.of_name(kind):
            home = name_of(item) if kind == "Namespace" else namespace_of(item)
            labels = inside(item.body, "metadata", "labels")
            if not is_asked(home) or _lacking(labels, chosen):
                continue
            lacking = _lacking(labels, wanted)
            if lacking and (parameters.get("need") != "one" or len(lacking) == len(wanted)):
                yield _hit(item, kind, home, lacking, parameters.get("need", "all"))


def asked_namespaces(scene: Scene, of: str | None) -> Callable[[str], bool]:
    """Return what tells whether a namespace is one of a sort; of no sort is every one."""
    if of is None:
        return lambda _: True
    if of == "tenants":
        return lambda namespace: namespace in scene.tenants
    found = profiles.namespaces(scene)
    if of == "plain-profiles":
        found -= {name for name, _, _ in profiles.profiles(scene)}
    return lambda namespace: namespace in found


def _lacking(labels: Mapping[str, Any], wanted: Mapping[str, str]) -> list[str]:
    return [
        key if value == _ANY else f"{key}={value}"
        for key, value in wanted.items()
        if not labels.get(key) or value not in (_ANY, labels[key])
    ]


def _hit(item: Item, kind: str, home: str, lacking: list[str], need: str) -> Hit:
    name = name_of(item)
    said = "none of the labels" if need == "one" else "no label" if len(lacking) == 1 else "no labels"
    message = f"{kind} {name} has {said} {', '.join(lacking)}"
    return Hit(message, item.origin, namespace=home, kind=kind, name=name)
