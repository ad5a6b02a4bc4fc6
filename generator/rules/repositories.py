"""Which of the repositories that Flux and Argo CD read from are here.

A repository is here if git knows it by the same address, or if something that is applied from it lies in the very
folder that it applies. Where none is known in this way, one is taken for the repository that is here if all folders
that are asked of it are here. Of a repository that is elsewhere, nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.checkout import Checkout, Spot
from generator.rules.scene import Scene, inside
from generator.rules.syncs import ARGO, KUSTOMIZE, SOURCE, mappings, text

#: An address without how it is reached, and the branch or tag, empty for what nobody says.
_Key = tuple[str, str]


def address(url: str) -> str:
    """Return an address without what differs between the ways to reach it: ``git.example/vision/deploy``."""
    rest = url.strip().partition("://")[2] or url.strip()
    host, slash, path = rest.partition("/")
    host = host.rpartition("@")[2]
    name, colon, port = host.partition(":")
    if colon and not port.isdecimal():  # git@git.example:vision/deploy
        path = f"{port}{slash}{path}"
    return f"{name.lower()}/{path.strip('/').removesuffix('.git')}"


class Repositories:
    """The repositories that are read from, of one scene."""

    def __init__(self, scene: Scene) -> None:
        self._checkout = scene.checkout or Checkout({}, {})
        self._declared = {
            (item.kind, item.namespace, item.name): item
            for kind in ("GitRepository", "OCIRepository", "Bucket")
            for item in scene.of_kind(SOURCE, kind)
        }
        asked: dict[tuple[str, _Key], list[tuple[Item, Spot]]] = defaultdict(list)
        for item, source, path in _asking(scene):
            root = self._root(item)
            if root is not None and "${" not in path and "{{" not in path:
                asked[root, self._key(item, source)].append((item, _spot(root, path)))
        self._here = self._known(asked) or self._likely(asked)

    def spot_of(self, item: Item, source: Mapping[str, Any], path: str) -> Spot | None:
        """Return the folder that an object applies; ``None`` if it is elsewhere, or nowhere."""
        root = self._root(item)
        if root is None or (root, self._key(item, source)) not in self._here:
            return None
        spot = _spot(root, path)
        return spot if self._checkout.is_folder(spot) else None

    def _root(self, item: Item) -> str | None:
        spot = self._checkout.spots.get(item.file)
        return spot.root if spot is not None else None

    def _key(self, item: Item, source: Mapping[str, Any]) -> _Key:
        """Name a repository: by its address, or where Flux's source is not declared here by that of the source."""
        url = source.get("repoURL")
        if isinstance(url, str):
            return address(url), str(source.get("targetRevision") or "")
        home = source.get("namespace") or item.namespace
        declared = self._declared.get((str(source.get("kind")), str(home), str(source.get("name"))))
        if declared is None:
            return f"{source.get('kind')} {home}/{source.get('name')}", ""
        ref = inside(declared.body, "spec", "ref")
        return address(text(declared, "spec", "url")), ",".join(f"{key}={ref[key]}" for key in sorted(map(str, ref)))

    def _known(self, asked: Mapping[tuple[str, _Key], list[tuple[Item, Spot]]]) -> frozenset[tuple[str, _Key]]:
        found = set()
        for (root, key), some in asked.items():
            is_own = key[0] in self._checkout.remotes.get(root, frozenset())
            if is_own or any(_holds(spot, self._checkout.spots[item.file]) for item, spot in some):
                found.add((root, key))
        return frozenset(found)

    def _likely(self, asked: Mapping[tuple[str, _Key], list[tuple[Item, Spot]]]) -> frozenset[tuple[str, _Key]]:
        return frozenset(
            name
            for name, some in asked.items()
            if all(self._checkout.is_folder(spot) for _, spot in some) and any(spot.path for _, spot in some)
        )


def _asking(scene: Scene) -> Iterator[tuple[Item, Mapping[str, Any], str]]:
    for item in scene.of_kind(KUSTOMIZE, "Kustomization"):
        reference = inside(item.body, "spec", "sourceRef")
        if reference:
            yield item, reference, text(item, "spec", "path")
    for item in scene.of_kind(ARGO, "Application"):
        for source in filter(None, (inside(item.body, "spec", "source"), *mappings(item.body, "spec", "sources"))):
            if isinstance(source.get("path"), str):
                yield item, source, source["path"]


def _spot(root: str, path: str) -> Spot:
    return Spot(root, "").at(path.lstrip("/"))


def _holds(folder: Spot, file: Spot) -> bool:
    """Tell whether a file lies in a folder that somebody named, and not only in the root that holds everything."""
    return folder.path != "" and file.path.startswith(f"{folder.path}/")
