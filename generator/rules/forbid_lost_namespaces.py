"""No namespace that was among the manifests is gone, unless it was said before that it would go.

With a namespace goes everything in it, volumes and their data too. One goes as announced where it had one of the labels
``announced`` with that value. It is asked of what the manifests were, where that is known, and finds nothing where it
is not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Texts
from generator.rules.scene import Hit, Scene, inside

PARAMETERS = {"announced": Texts()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace that is gone, at the place where it was."""
    announced = parameters["announced"].items()
    for item in scene.of_before("", "Namespace"):
        labels = inside(item.body, "metadata", "labels")
        if not scene.declares(item.name) and not any(labels.get(key) == text for key, text in announced):
            wanted = " or ".join(f"{key}: {text}" for key, text in announced)
            message = f"namespace {item.name} is gone, with all that is in it, and had no label {wanted} before"
            yield Hit(message, item.origin, namespace=item.name, kind="Namespace", name=item.name)
