"""What nobody would delete any more, because its tenants are divided anew in the change that drops it.

A Kustomization of Flux or an Application of Argo CD that goes leaves what it applied to those that come in its place,
which know nothing of what they were never told to apply. So what is dropped from a tenant waits for a change of its
own, in which the shard stays.
"""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from generator import emit, rendered, repository, revisions
from generator.problems import Place, Problem

#: What a shard lists, and the policy by which its Kustomization goes.
_LIST = re.compile(rf"{repository.RENDERED}/[^/]+/sync/([^/]+)/kustomization\.yaml")
_ENTRY = re.compile(r'^- "?(?P<path>[^"\n]+\.yaml)"?$', re.MULTILINE)
_ORPHANS = b"\n  deletionPolicy: Orphan\n"
#: The Applications of a shard; each says which of the tenants' files it reads, and whether it takes them with it.
_SHARD = re.compile(rf"(?P<cluster>{repository.RENDERED}/[^/]+)/sync/[^/]+\.yaml")
_INCLUDE = re.compile(rb'^      include: "?\{?(?P<entries>[^}"\n]+)\}?"?$', re.MULTILINE)
_CASCADES = b"\n  - resources-finalizer.argocd.argoproj.io\n"
#: An object as we write it, and what its metadata say.
_OBJECT = re.compile(rb"^kind: (?P<kind>.+)\nmetadata:\n(?P<metadata>(?:  .*\n)*)", re.MULTILINE)
_NAME = re.compile(rb"^  name: (.+)$", re.MULTILINE)
_NAMESPACE = re.compile(rb"^  namespace: (.+)$", re.MULTILINE)
#: So many objects are named of a tenant.
_SHOWN = 3


def since(root: Path, revision: str) -> list[Problem]:
    """Find what was there when a change began, is rendered no more, and was in a shard that is not there either."""
    start = revisions.fork_point(root, revision)
    changed = set(revisions.changed(root, start, repository.RENDERED))
    gone = [name for name in sorted(changed) if _is_shards(name) and not (root / name).exists()]
    if not gone:
        return []
    held = revisions.files(root, start, [name for one in gone for name in (one, _beside(one))])
    there = {*changed, *revisions.untracked(root, repository.RENDERED)}
    after = {path: rendered.read(str(root), path) or b"" for path in there if not _LIST.fullmatch(path)}
    going = _applications(after)
    listed = {path for name in gone for path in _left(name, held, changed, going)}
    touched = sorted(listed & changed)
    before = revisions.files(root, start, touched) if touched else {}  # no path is every path to git
    return list(_problems(before, after))


def _is_shards(name: str) -> bool:
    return bool(_LIST.fullmatch(name) or _SHARD.fullmatch(name))


def _applications(texts: Mapping[str, bytes]) -> set[bytes]:
    """Return the names of the Applications that there are among files."""
    return {name for path, data in texts.items() if _SHARD.fullmatch(path) for name, _ in _documents(data)}


def _documents(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each Application of a file, by its name."""
    for document in data.split(b"\n---\n"):
        name = _NAME.search(document)
        if b"\nkind: Application\n" in document and name:
            yield name[1], document


def _left(name: str, held: Mapping[str, bytes], changed: Iterable[str], going: Container[bytes]) -> Iterator[str]:
    """Yield the tenants' files that a shard which is gone has applied, and does not take with it.

    An Application that goes on in another file (*going*) still knows what it has applied.
    """
    if _LIST.fullmatch(name):
        if _ORPHANS in held.get(_beside(name), b""):
            yield from _listed(name, held.get(name, b""))
        return
    shard = _SHARD.fullmatch(name)
    for application, document in _documents(held.get(name, b"")):
        include = _INCLUDE.search(document)
        if shard and include and application not in going and _CASCADES not in document:
            entries = tuple(
                f"{shard['cluster']}/tenants/{entry.removesuffix('*')}"
                for entry in include["entries"].decode().split(",")
            )
            yield from (path for path in changed if path.startswith(entries))


def _beside(name: str) -> str:
    """Return the file with the Kustomization that applies a folder."""
    return f"{name.removesuffix('/kustomization.yaml')}.yaml"


def _listed(name: str, data: bytes) -> Iterator[str]:
    folder = Path("/", name).parent
    for match in _ENTRY.finditer(data.decode(errors="replace")):
        parts: list[str] = []
        for part in (*folder.parts[1:], *match["path"].split("/")):
            parts = parts[:-1] if part == ".." else [*parts, part]
        yield "/".join(parts)


def _problems(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Problem]:
    """Compare the objects of files before and after; what moved from one file of a tenant to another is there."""
    there = _by_document(after)
    for (cluster, document), names in sorted(_by_document(before).items()):
        lost = [name for name in names if name not in there.get((cluster, document), ())]
        if lost:
            more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
            message = (
                f"{', '.join(lost[:_SHOWN])}{more} would stay on {cluster}: this change also divides the tenants anew "
                "that are applied together, so that nobody would know to delete it; drop it in a change of its own"
            )
            yield Problem(Place(document), message)


def _by_document(texts: Mapping[str, bytes]) -> dict[tuple[str, str], dict[str, None]]:
    """Return the objects that each tenant file asks for on each cluster, by what the rendered files say of it."""
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for path, data in sorted(texts.items()):
        found[path.split("/")[1], emit.source_of(data) or path] |= dict.fromkeys(_objects(data))
    return found


def _objects(data: bytes) -> Iterator[str]:
    for match in _OBJECT.finditer(data):
        name, namespace = _NAME.search(match["metadata"]), _NAMESPACE.search(match["metadata"])
        path = b"/".join(found[1].strip(b"\"'") for found in (namespace, name) if found)
        yield f"{match['kind'].decode()} {path.decode()}"
