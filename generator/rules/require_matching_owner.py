"""The namespace of each Kubeflow Profile says in its annotation ``owner`` who the Profile says owns it.

The profile controller takes over a namespace that is there already only if both are the same; else the Profile fails,
and whoever is named in the namespace keeps what they have. A namespace that is not declared is made by the controller.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Parameter
from generator.rules.profiles import OWNER, profiles
from generator.rules.scene import Hit, Scene, inside

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace that names another owner than its Profile, or none."""
    declared = dict(scene.namespaces) if scene.of_kind("kubeflow.org", "Profile") else {}
    for name, _item, owner in profiles(scene):
        namespace, who = declared.get(name), owner.get("name")
        if namespace is None or who is None:
            continue
        said = inside(namespace.body, "metadata", "annotations").get(OWNER)
        if said != who:
            other = "names no owner" if said is None else f"names the owner {said}"
            message = f"namespace {name} {other}, and its Profile is owned by {who}"
            yield Hit(message, namespace.origin, namespace=name, kind="Namespace", name=name)
