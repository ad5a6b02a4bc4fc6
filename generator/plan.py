"""Decide what must change under ``rendered/``; change nothing."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from enum import Enum

from generator.emit import Ownership, ownership
from generator.organisation.directory import Directory
from generator.problems import Place, Problem, instead
from generator.rendered import Found
from generator.repository import is_output_of


class Verdict(Enum):
    """What is to be done about one wanted file."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    EDITED = "edited"
    FOREIGN = "foreign"


#: The verdicts that lead to a new text on disk.
WRITTEN = (Verdict.CREATE, Verdict.UPDATE)


def judge(wanted: bytes, found: bytes | None) -> Verdict:
    """Compare a wanted text with what stands in its place (``None``: nothing does)."""
    if found is None:
        return Verdict.CREATE
    if found == wanted:
        return Verdict.SAME
    return {
        Ownership.OURS: Verdict.UPDATE,
        Ownership.EDITED: Verdict.EDITED,
        Ownership.FOREIGN: Verdict.FOREIGN,
    }[ownership(found)]


def objection(path: str, verdict: Verdict, source: str) -> Problem | None:
    """Say why a file may not be written, if it may not."""
    if verdict is Verdict.EDITED:
        message = (
            f"the file was changed by hand after it was rendered; put the change into {source}, then delete this file "
            "and render again"
        )
        return Problem(Place(path), message)
    if verdict is Verdict.FOREIGN:
        message = "tenantry has to write here, and the file is not one of its own; move the file away and render again"
        return Problem(Place(path), message)
    return None


def blocked(wanted: Iterable[str], found: Found) -> Iterator[Problem]:
    """Find what is in the way of wanted paths: a folder, a link, a file where a folder must be."""
    needed = {above for path in wanted for above in _above(path)}
    for path in sorted(found.folders.intersection(wanted)):
        yield Problem(Place(path), "tenantry has to write a file here, and there is a folder; move it away")
    for path in sorted(found.links):
        if path in needed:
            yield Problem(Place(path), "this is a link, and rendered files never go through one; replace it")
        else:
            yield Problem(
                Place(path), "this is a link and not one of tenantry's files; it stays as it is", warning=True
            )
    for path in sorted(needed.difference(wanted).intersection(found.files)):
        yield Problem(Place(path), "tenantry needs a folder here, and there is a file; move it away")


def _above(path: str) -> Iterator[str]:
    """Yield a path, and each folder above it."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def leftover(path: str, data: bytes) -> tuple[bool, Problem | None]:
    """Decide about a file that nobody wants: whether to delete it, and what there is to say of it."""
    owner = ownership(data)
    if owner is Ownership.OURS:
        return True, None
    if owner is Ownership.EDITED:
        message = (
            "nothing asks for this file any more, and it was changed by hand; save the change, then delete the file"
        )
        return False, Problem(Place(path), message)
    return False, Problem(Place(path), "the file is not one of tenantry's and stays as it is", warning=True)


def unknown(
    tenants: AbstractSet[str], clusters: AbstractSet[str], directory: Directory, found: Found
) -> Iterator[Problem]:
    """Find what a run is narrowed to that neither is a tenant or a cluster, nor has left any files."""
    known = {**directory.entries, **dict.fromkeys(directory.absent)}
    there = directory.platform.clusters
    for name in sorted(tenants - known.keys()):
        if not any(is_output_of(path, {name}, set()) for path in found.files):
            yield Problem(Place("--tenant"), f"{name!r} is not a tenant; {instead(name, known)}")
    for name in sorted(clusters - there.keys()):
        if not any(is_output_of(path, set(), {name}) for path in found.files):
            yield Problem(Place("--cluster"), f"{name!r} is not a cluster; {instead(name, there)}")
