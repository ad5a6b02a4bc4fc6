"""The files of repositories that manifests came from, as what applies them finds them: by path, from a root.

No I/O here. A Kustomization or an Application names a folder from the root of a repository; which files lie there is
known where manifests were read from files, and nowhere else. Only YAML and JSON is known of.
"""

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

#: The names by which kustomize knows what to build.
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class File(Struct, frozen=True):
    """A file: its size in bytes, and the lines where what is no object starts in it."""

    size: int
    strays: tuple[int, ...] = ()


class Spot(Struct, frozen=True):
    """A path in a repository, whose root may be any text that tells it from others; the root itself is empty."""

    root: str
    path: str

    def at(self, relative: str) -> "Spot":
        """Return what a relative path leads to from this folder; what leads out of the root leads nowhere."""
        found = posixpath.normpath(posixpath.join(self.path, relative))
        return Spot(self.root, "" if found == "." else found)


class Checkout(Struct, frozen=True, dict=True):
    """What was read, by the names that files have in findings.

    ``spots`` is where each file lies. ``remotes`` are the addresses that git knows each root by.
    """

    files: Mapping[str, File]
    spots: Mapping[str, Spot]
    remotes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def roots(self) -> list[str]:
        """The repositories that files came from."""
        return sorted({spot.root for spot in self.spots.values()})

    @cached_property
    def names(self) -> Mapping[Spot, str]:
        """What each file is called in findings."""
        return {spot: name for name, spot in self.spots.items()}

    @cached_property
    def _entries(self) -> Mapping[Spot, tuple[list[str], set[str]]]:
        """The names of files and of folders that lie directly in each folder."""
        found: dict[Spot, tuple[list[str], set[str]]] = defaultdict(lambda: ([], set()))
        last_root, last_folder, files = "", None, list[str]()
        for spot in self.spots.values():
            root = spot.root
            folder, _, last = spot.path.rpartition("/")
            if folder == last_folder and root == last_root:  # those of a folder nearly always stand together
                files.append(last)
                continue
            last_root, last_folder, files = root, folder, found[Spot(root, folder)][0]
            files.append(last)
            while folder:
                above, _, last = folder.rpartition("/")
                folders = found[Spot(root, above)][1]
                if last in folders:
                    break
                folders.add(last)
                folder = above
        return {spot: (sorted(files), folders) for spot, (files, folders) in found.items()}

    def is_folder(self, spot: Spot) -> bool:
        """Tell whether there is a folder that something was read from."""
        return spot in self._entries

    def folders(self) -> Iterator[tuple[Spot, int]]:
        """Yield all folders with how many entries each has at least."""
        for spot, (files, folders) in self._entries.items():
            yield spot, len(files) + len(folders)

    def files_in(self, spot: Spot) -> Iterable[Spot]:
        """Return the files that lie directly in a folder, in order."""
        return [spot.at(name) for name in self._entries.get(spot, ([], set()))[0]]

    def folders_in(self, spot: Spot) -> Iterable[Spot]:
        """Return the folders that lie directly in a folder, in order."""
        return [spot.at(name) for name in sorted(self._entries.get(spot, ([], set()))[1])]

    def kustomization(self, spot: Spot) -> Spot | None:
        """Return the file by which kustomize builds a folder, if there is one."""
        return next((found for name in KUSTOMIZATIONS if (found := spot.at(name)) in self.names), None)
