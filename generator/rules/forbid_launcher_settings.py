"""No configuration of a Posit Job Launcher in a ConfigMap has one of ``settings``.

``inline-token``: a token stands in a file, or what looks like one by its option. It is never repeated.
``unverified-tls``: the API server need not prove who it is. ``unauthorized``: the Launcher asks nobody who they are.
``debug-logging``: requests are logged, with the environment of people's jobs. ``unknown-images``: people may run any
image, which is so where nothing is said. ``free-placement``: people may choose any value of a node's label.
``no-maximum``: a job may ask for all there is; where everybody can only choose from sizes, their own limits count.
``overrides-beside-templates``: overrides of Jobs that the product ignores. ``no-templates``: templates are switched
off. ``unused-templates``: they are off in a namespace that has a ConfigMap of them. ``deprecated``: an option that
another one replaces. ``dialect``: what the product does not start with, runs no job with, or reads otherwise than it
looks. ``order``: sections whose order decides who gets what, by one documented reading and not by the other.
``contradiction``: settings that cannot hold together, such as a default above its maximum; where it takes two sections
that perhaps nobody is in, the finding is likely and no more.

``own-namespace``: jobs run in the namespace of a workload that mounts the ConfigMap. ``shared-namespace``: two plugins
make jobs in one namespace. ``shared-scratch-path``: two of a namespace, which one Launcher may mount, keep their state
in one folder. For these two a tenant is held against itself and against what is no tenant's, never against another
tenant, for each is judged alone; and ConfigMaps of two namespaces with the same text are taken for copies of one,
unless their ``launcher.conf`` name different clusters.

A file is known by its key: ``launcher.conf``, and what starts with ``launcher.``, has ``kubernetes`` in it and ends
with ``.profiles.conf``, ``.resources.conf`` or ``.conf``. What comes before that ending is the plugin's, so that
``launcher.kubernetes.vision.conf`` and ``launcher.kubernetes.vision.profiles.conf`` belong together, in one ConfigMap
or in two of a namespace. Not looked at are Secrets, ``binaryData``, and values that Flux puts in later (``${MAX}``); a
token that is put in later stands in the ConfigMap all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside

#: What is wrong with one plugin by itself, or between several.
_SETTINGS = (
    "inline-token", "unverified-tls", "unauthorized", "debug-logging", "unknown-images", "free-placement",
    "no-maximum", "overrides-beside-templates", "no-templates", "unused-templates", "deprecated", "dialect", "order",
    "contradiction", "own-namespace", "shared-namespace", "shared-scratch-path",
)  # fmt: skip

PARAMETERS = {"settings": Words(_SETTINGS)}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each ConfigMap with each setting that it should not have, and the lines where it does."""
    if scene.answer(_has_files):
        from generator.rules import launchers  # with all that reads these files, which most clusters have none of

        yield from launchers.hits(scene, frozenset(parameters["settings"]))


def _has_files(scene: Scene) -> bool:
    bodies = (item.body for item in scene.of_kind("", "ConfigMap"))
    return any(str(key).startswith("launcher.") for body in bodies for key in inside(body, "data"))
