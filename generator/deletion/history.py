"""What has vanished since a git revision: the rendered files as they were there, and the tenant files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator import emit, rendered, repository, revisions
from generator.deletion.losses import Losses
from generator.spec import removals
from generator.spec.lifecycle import ACTIVE
from generator.spec.removals import Guard
from generator.validation import schema
from generator.yaml import documents


def since(root: Path, revision: str) -> Losses:
    """Return what has vanished since a change began, which is where it left *revision*.

    What *revision* has got since then is no loss of the change. Raises :class:`InputError` where git knows no such
    revision.
    """
    start = revisions.fork_point(root, revision)
    there = revisions.names(root, start, repository.TENANTS)
    lost = Losses(revision, tenants=frozenset(map(repository.name_of, there)))
    changed = [*revisions.changed(root, start, repository.RENDERED), *revisions.untracked(root, repository.RENDERED)]
    before = revisions.files(root, start, [repository.RENDERED], only=frozenset(changed))
    for path in changed:
        old, new = before.get(path), rendered.read(str(root), path)
        lost.add(path, emit.source_of(old or new or b"") or "", old, new)
    gone = frozenset(name for name in there if not (root / name).exists())
    read = revisions.files(root, start, [repository.TENANTS], only=gone | {repository.PLATFORM})
    lost.limits = _limits(read.pop(repository.PLATFORM, b""))
    lost.files.update(_lifecycles(read))
    return lost


def _limits(data: bytes) -> Guard | None:
    """Return what a platform file allows; ``None`` where it cannot be used."""
    document = documents.parse(data, repository.PLATFORM)
    value: Any = document.value
    return removals.guard(value["spec"].get("guard", {})) if schema.decider("platform")(value) else None


def _lifecycles(files: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield tenant files with their tenant and its lifecycle, those aside that ask for no namespace."""
    for name, data in files.items():
        value: Any = documents.parse(data, name).value
        if schema.decider("tenant")(value) and value.get("spec", {}).get("namespaces") != []:
            yield name, (value["metadata"]["name"], value.get("spec", {}).get("lifecycle", ACTIVE))
