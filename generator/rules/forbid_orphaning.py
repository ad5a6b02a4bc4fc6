"""No Kustomization of Flux is deleted in a state in which it deletes nothing of what it has applied.

It is asked of what the manifests were, where that is known: one that was suspended, and is gone, leaves everything that
it had applied, with all rights (``finalizerShouldDeleteResources`` in kustomize-controller), unless it was to.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene
from generator.rules.syncs import KUSTOMIZE, hit, is_orphaning

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Kustomization that is gone and was suspended, at the place where it was."""
    there = {(item.namespace, item.name) for item in scene.of_kind(KUSTOMIZE, "Kustomization")}
    for item in scene.of_before(KUSTOMIZE, "Kustomization"):
        if (item.namespace, item.name) not in there and is_orphaning(item):
            yield hit(item, "was suspended and is gone: all that it had applied stays, and nobody looks after it")
