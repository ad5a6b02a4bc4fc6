"""How the controllers of Flux are started, where their Deployments are among the manifests.

Flags come from the arguments of the Deployments, and from the patches of a kustomization.yaml beside them, as ``flux
bootstrap`` leaves it to be edited. Deployments of one folder are one installation.
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.rules.globs import matches
from generator.rules.scene import Scene, inside
from generator.rules.syncs import BUILD, KUSTOMIZE, listed, mappings, texts
from generator.yaml import documents

NAMES = (
    "kustomize-controller",
    "helm-controller",
    "source-controller",
    "notification-controller",
    "image-reflector-controller",
    "image-automation-controller",
)
_AS_GLOB = str.maketrans("(|)", "{,}")
_PART_OF = "app.kubernetes.io/part-of"


class Installation(Struct, frozen=True):
    """The controllers of a folder, with their flags; ``syncs`` are the Kustomizations that lie beside them.

    ``patched`` tells whether a patch gives these an account; ``whole`` whether all patches could be read.
    """

    deployments: Mapping[str, Item]
    flags: Mapping[str, frozenset[str]]
    syncs: tuple[Item, ...]
    patched: bool
    whole: bool


def installations(scene: Scene) -> tuple[Installation, ...]:
    """Return all installations of Flux."""
    return scene.answer(_installations)


def patched(scene: Scene, name: str) -> frozenset[str]:
    """Return the flags that patches give a controller, wherever its Deployment is: a component may be for others."""
    found: set[str] = set()
    for kind in ("Kustomization", "Component"):
        for build in scene.of_kind(BUILD, kind):
            for target, values in _patches(build):
                if _is_of(target, "Deployment") and _is_named(target, name):
                    found.update(word for word in _words(values) if word.startswith("--"))
    return frozenset(found)


def value_of(flags: frozenset[str], name: str) -> str:
    """Return what a flag is set to: ``true`` for one that is only named, and the empty text where it is not."""
    for flag in flags:
        left, equals, right = flag.partition("=")
        if left == name:
            return right.lower() if equals else "true"
    return ""


def _installations(scene: Scene) -> tuple[Installation, ...]:
    found: dict[str, dict[str, Item]] = defaultdict(dict)
    for item in scene.of_kind("apps", "Deployment"):
        if item.name in NAMES and _is_flux(item):
            found[posixpath.dirname(item.file)][item.name] = item
    if not found:
        return ()
    beside: dict[str, list[Item]] = defaultdict(list)
    for group, kind in ((BUILD, "Kustomization"), (KUSTOMIZE, "Kustomization")):
        for item in scene.of_kind(group, kind):
            beside[posixpath.dirname(item.file)].append(item)
    for items in beside.values():
        items += [one for build in items for one in _components(scene, build)]
    return tuple([_installation(deployments, beside[folder]) for folder, deployments in sorted(found.items())])


def _components(scene: Scene, build: Item) -> list[Item]:
    """Return the components that a kustomization.yaml takes in, whose patches count as its own."""
    here = posixpath.dirname(build.file)
    wanted = {posixpath.normpath(posixpath.join(here, one)) for one in texts(build.body, "components")}
    return [one for one in scene.of_kind(BUILD, "Component") if wanted and posixpath.dirname(one.file) in wanted]


def _is_flux(item: Item) -> bool:
    labels = inside(item.body, "metadata", "labels")
    return item.namespace == "flux-system" or labels.get(_PART_OF) == "flux"


def _installation(deployments: Mapping[str, Item], beside: list[Item]) -> Installation:
    flags = {name: set(_own(item)) for name, item in deployments.items()}
    patched, whole = False, True
    for build in (item for item in beside if item.api_version.startswith(f"{BUILD}/")):
        for target, values in _patches(build):
            whole = whole and values is not None
            patched = patched or (_is_of(target, "Kustomization") and "serviceAccountName" in set(_words(values)))
            for name, own in flags.items():
                if _is_of(target, "Deployment") and _is_named(target, name):
                    own.update(word for word in _words(values) if word.startswith("--"))
    syncs = [item for item in beside if item.api_version.startswith(f"{KUSTOMIZE}/")]
    return Installation(
        deployments, {name: frozenset(some) for name, some in flags.items()}, tuple(syncs), patched, whole
    )


def _own(item: Item) -> Iterator[str]:
    for container in mappings(item.body, "spec", "template", "spec", "containers"):
        yield from texts(container, "args")
        yield from texts(container, "command")


def _patches(build: Item) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Yield each patch with its target and what it says; ``None`` for what stands in a file, or cannot be read."""
    for key in ("patches", "patchesJson6902", "patchesStrategicMerge"):
        for one in listed(build.body, key):
            written = one.get("patch") if isinstance(one, Mapping) else one
            is_file = written is one and "\n" not in str(one)
            value = _read(written) if isinstance(written, str) and not is_file else None
            yield inside(one, "target") or _target(value), value


def _read(patch: str) -> Any:
    """Read a patch, a list or a mapping, by the reader of documents, which are mappings."""
    document = documents.parse(f"patch:\n{indent(patch, '  ')}\n".encode(), "")
    return document.value.get("patch") if isinstance(document.value, dict) else None


def _target(value: Any) -> Mapping[str, Any]:
    """Return what a patch is of that names its target as an object does."""
    kind = value.get("kind") if isinstance(value, Mapping) else None
    return {"kind": kind, "name": inside(value, "metadata").get("name")}


def _is_of(target: Mapping[str, Any], kind: str) -> bool:
    return target.get("kind") in (None, kind)


def _is_named(target: Mapping[str, Any], name: str) -> bool:
    """Tell whether a patch is of what is called so.

    Its name is a regular expression to kustomize. Of these, alternatives and ``.*`` are understood, as globs.
    """
    pattern = target.get("name")
    if not isinstance(pattern, str) or not pattern:
        return True
    glob = pattern.strip("^$").translate(_AS_GLOB).replace(".*", "*")
    return matches(f"{{{glob}}}", name)


def _words(value: Any) -> Iterator[str]:
    """Yield all keys and texts of a value, and the last step of the paths in a JSON patch."""
    ahead = [value]
    while ahead:
        one = ahead.pop()
        if isinstance(one, Mapping):
            ahead += [*one, *one.values()]
        elif isinstance(one, list):
            ahead += one
        elif isinstance(one, str):
            yield one
            if one.startswith("/"):
                yield one.rpartition("/")[2]
