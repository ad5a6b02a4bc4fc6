"""Who is on a cluster: all that a sync engine is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from generator import emit, manifest
from generator.manifest import Manifest
from generator.problems import Place
from generator.repository import PLATFORM, RENDERED
from generator.spec.engines import Sync
from generator.spec.lifecycle import OFFBOARDING
from generator.spec.platform import Cluster
from generator.spec.remotes import Remote


class Member(Struct, frozen=True):
    """A tenant on the cluster: where it is in its life there, and its files, by their paths from the root."""

    name: str
    lifecycle: str
    namespaces: tuple[str, ...]
    paths: tuple[str, ...]

    @property
    def is_leaving(self) -> bool:
        """Whether what it has will be deleted before long."""
        return self.lifecycle == OFFBOARDING


class Common(Struct, frozen=True):
    """What belongs to no tenant: the paths of its files, what it takes to apply them, and where they have objects."""

    paths: tuple[str, ...]
    needs: str
    namespaces: tuple[str, ...] = ()


class Roster(Struct, frozen=True):
    """A cluster with all its tenants, in the order of their names.

    ``needs`` is what it takes to apply what they have there, in the words of :mod:`generator.sync.needs`.
    """

    cluster: Cluster
    sync: Sync
    remote: Remote
    members: tuple[Member, ...]
    needs: tuple[str, ...]
    common: Common

    @property
    def folder(self) -> str:
        """The folder of what the engine reads."""
        return f"{RENDERED}/{self.cluster.name}/sync"

    @property
    def origin(self) -> Place:
        """The place that asks for all of it."""
        return self.sync.origin


class Made(Struct):
    """What an engine reads: the text of each file, and the objects in them that are applied."""

    files: dict[str, bytes] = field(default_factory=dict)
    manifests: list[Manifest] = field(default_factory=list)

    def add(self, path: str, objects: Sequence[Manifest]) -> None:
        """Write objects into a file of their own."""
        self.files[path] = emit.file_text(manifest.ordered(objects), PLATFORM)
        self.manifests += objects

    def add_kustomization(self, folder: str, resources: Sequence[str], origin: Place) -> None:
        """Write what tells kustomize which files of a folder, and of folders beside it, belong together."""
        body = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [beside(folder, path) for path in resources],
        }
        self.add_build(folder, body, origin)

    def add_build(self, folder: str, body: Mapping[str, Any], origin: Place) -> None:
        """Write what kustomize itself reads in a folder, which is no object of a cluster."""
        self.files[f"{folder}/kustomization.yaml"] = emit.file_text([Manifest(body, origin)], PLATFORM)


def beside(folder: str, path: str) -> str:
    """Return a path as it is seen from a folder: ``../../tenants/vision/00-namespace.yaml``."""
    here, there = folder.split("/"), path.split("/")  # as paths, ten thousand of them would take half a second
    common = next((i for i, (one, other) in enumerate(zip(here, there, strict=False)) if one != other), len(here))
    return "/".join((*[".."] * (len(here) - common), *there[common:]))
