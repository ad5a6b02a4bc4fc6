"""No AppProject of Argo CD comes with or after the Applications that are of it.

Argo CD applies the waves of ``argocd.argoproj.io/sync-wave`` from the lowest, and prunes them from the highest. A
project of a lower wave than its Applications is there before them, and goes after them; one that goes first leaves
them behind, for an Application without its project cannot delete anything (argo-cd#13349).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules import projects
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import ARGO, hit, shown, text

PARAMETERS: Mapping[str, Parameter] = {}

_WAVE = "argocd.argoproj.io/sync-wave"


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each project with those of its Applications that do not come after it."""
    by_project: dict[str, list[Item]] = defaultdict(list)
    for item in scene.of_kind(ARGO, "Application"):
        by_project[text(item, "spec", "project") or projects.DEFAULT].append(item)
    for project in projects.named(scene):
        wave = _wave(project)
        early = sorted(item.name for item in by_project.get(project.name, ()) if _wave(item) <= wave)
        if early:
            yield hit(project, f"is of sync wave {wave}, and not of a lower one than its Applications {shown(early)}")


def _wave(item: Item) -> int:
    """Return an object's wave; what is no number is 0 to Argo CD, too."""
    value = inside(item.body, "metadata", "annotations").get(_WAVE)
    try:
        return int(value) if isinstance(value, str) else 0
    except ValueError:
        return 0
