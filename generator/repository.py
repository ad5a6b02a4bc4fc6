"""Where things lie in a tenants repository, and which of them there are right now."""

import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from msgspec import Struct

from generator.checkout import Checkout, File, Spot
from generator.problems import InputError, Place, Problem
from generator.spec import sops, templates
from generator.yaml import documents

TENANTS = "tenants"
POLICIES = "policies"
#: Lists that policies are asked with; they are no policies, and have formats of their own.
DATA = "policies/data"
CUSTOM_RESOURCES = "policies/data/custom-resources.yaml"
#: What a site changes of policies that it keeps otherwise.
ADJUSTMENTS = "policies/adjustments"
#: What launchers of the site's own may do.
PRESETS = "presets"
RENDERED = "rendered"
PLATFORM = "tenants/platform.yaml"
WAIVERS = "tenants/waivers.yaml"
#: What may be removed beyond the limits of the platform file.
REMOVALS = "tenants/removals.yaml"
#: The tool's own corner, never committed: lock, staging, index.
PRIVATE = ".tenantry"

#: What tells whether a file is still the one it was: modification time in ns, size in bytes, and inode, as a text.
Stamp = str


class Source(Struct, frozen=True):
    """An input file, named by its path below the root."""

    document: str
    stamp: Stamp


def stamp(status: os.stat_result) -> Stamp:
    """Reduce a stat to what tells whether a file has changed."""
    return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above *start* that holds a platform file."""
    for folder in (start, *start.parents):
        if (folder / PLATFORM).exists():
            return folder
    message = f"there is no {PLATFORM} here or in a folder above; start one with: tenantry init"
    raise InputError([Problem(Place(str(start)), message)])


def root_or(start: Path) -> Path:
    """Return the root that *start* lies in, or *start* itself where there is none."""
    try:
        return find_root(start)
    except InputError:
        return start


def checkout(files: Mapping[str, File], paths: Iterable[str], folder: Path) -> Checkout:
    """Find where files lie in their repositories; they were read from *paths*, which start from *folder*."""
    home = os.path.realpath(folder)
    named = frozenset(paths)
    tops: dict[str, Spot] = {}
    for path in named:
        real = os.path.realpath(os.path.join(folder, path))
        start = real if os.path.isdir(real) else posixpath.dirname(real)
        root = _top(start) or (home if Path(start).is_relative_to(home) else start)
        tops[posixpath.normpath(path)] = Spot(root, "").at(os.path.relpath(real, root))
    return Checkout(files, dict(_spots(files, tops, named)))


def _spots(files: Iterable[str], tops: Mapping[str, Spot], named: AbstractSet[str]) -> Iterator[tuple[str, Spot]]:
    """Yield where files lie: those that nobody named lie in their folders, which are far fewer."""
    folders: dict[str, Spot | None] = {}
    for name in files:
        folder, slash, last = name.rpartition("/")
        if not slash or name in named or name in tops:
            spot = _spot(name, tops)
        else:
            if folder not in folders:
                folders[folder] = _spot(folder, tops)
            above = folders[folder]
            spot = Spot(above.root, f"{above.path}/{last}" if above.path else last) if above is not None else None
        if spot is not None:
            yield name, spot


def _spot(name: str, tops: Mapping[str, Spot]) -> Spot | None:
    """Find the nearest of some paths that a file lies at or below; ``.`` is above all that no other path names."""
    name = posixpath.normpath(name)
    above, below = name, ""
    while above and above not in tops:
        above, _, last = above.rpartition("/")
        below = f"{last}/{below}" if below else last
    top = tops.get(above or ".")
    return None if top is None else top.at(below or ".")


def _top(start: str) -> str | None:
    """Return the root of the git repository that a folder lies in, else of the repository of tenants."""
    folders = [start]
    while posixpath.dirname(folders[-1]) != folders[-1]:
        folders.append(posixpath.dirname(folders[-1]))
    marked = (folder for mark in (".git", PLATFORM) for folder in folders if os.path.exists(os.path.join(folder, mark)))
    return next(marked, None)


def tenant_sources(root: Path) -> list[Source]:
    """List the tenant files, in the order of their paths; anything in ``tenants/`` that is no YAML is passed over."""
    reserved = {PLATFORM, WAIVERS, REMOVALS}
    found = (source for source in _walk(root, TENANTS) if source.document not in reserved)
    return sorted(found, key=lambda source: source.document)


def is_tenant(document: str) -> bool:
    """Tell whether a path is that of a tenant file; :func:`tenant_sources` lists those that there are."""
    elsewhere = tuple(f"{folder}/" for folder in (templates.FOLDER, sops.FOLDER))
    return (
        document.startswith(f"{TENANTS}/")
        and document.endswith((".yaml", ".yml"))
        and not document.startswith(elsewhere)
        and document not in (PLATFORM, WAIVERS, REMOVALS)
    )


def policy_sources(root: Path) -> list[Source]:
    """List the site's own policy files, in the order of their paths."""
    return sorted(_walk(root, POLICIES), key=lambda source: source.document) if (root / POLICIES).is_dir() else []


def preset_sources(root: Path) -> list[Source]:
    """List the files of the site's own presets, in the order of their paths."""
    return sorted(_walk(root, PRESETS), key=lambda source: source.document) if (root / PRESETS).is_dir() else []


def sops_sources(root: Path) -> list[Source]:
    """List the files of encrypted secrets, in the order of their paths."""
    found = _walk(root, sops.FOLDER) if (root / sops.FOLDER).is_dir() else ()
    return sorted(found, key=lambda source: source.document)


def _walk(root: Path, folder: str) -> Iterator[Source]:
    """Walk a folder for YAML. A link is listed as a file: whoever reads it decides whether it may be followed."""
    with os.scandir(root / folder) as entries:
        for item in entries:
            name = f"{folder}/{item.name}"
            if item.name.startswith(".") or name in (templates.FOLDER, sops.FOLDER, DATA):
                continue
            if item.name.endswith((".yaml", ".yml")):
                yield Source(name, _stamp(item))
            elif item.is_dir(follow_symlinks=False):
                yield from _walk(root, name)


def _stamp(item: os.DirEntry[str]) -> Stamp:
    """Stamp what is read there: of a link, what it leads to."""
    try:
        return stamp(item.stat())
    except OSError:  # it leads nowhere, or in a circle
        return stamp(item.stat(follow_symlinks=False))


def template_texts(root: Path) -> tuple[dict[str, str], list[Problem]]:
    """Read the site's templates, by name, and say which cannot be read."""
    folder = root / templates.FOLDER
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for item in sorted(folder.iterdir()) if folder.is_dir() else ():
        if item.name.endswith(templates.ENDING):
            name = f"{templates.FOLDER}/{item.name}"
            data, wrong = documents.load(root, name)
            problems += wrong
            try:
                found[item.name.removesuffix(templates.ENDING)] = (data or b"").decode()
            except UnicodeDecodeError as error:
                problems.append(Problem(Place(name), f"byte {error.start} is not UTF-8; save the file as UTF-8"))
    return found, problems


def name_of(document: str) -> str:
    """Return the name that what a document describes must have: that of the file, without its ending."""
    return document.rpartition("/")[2].rpartition(".")[0]


def names_in(paths: Iterable[str]) -> set[str]:
    """Return the names that rendered paths may hold a tenant by."""
    return {part.removesuffix(".yaml") for path in paths for part in path.split("/")[3:5]}


def is_output_of(path: str, tenants: AbstractSet[str], clusters: AbstractSet[str]) -> bool:
    """Tell whether a rendered path belongs to one of the tenants on one of the clusters; empty means any."""
    _, *below = path.split("/")
    names = {part.removesuffix(".yaml") for part in below[2:4]}  # the first of the two may be a bucket
    on_one = not clusters or not clusters.isdisjoint(below[:1])
    return on_one and (not tenants or not names.isdisjoint(tenants))
