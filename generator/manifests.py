"""Read manifests that anybody may have written: files and folders of Kubernetes YAML or JSON -> an Item an object.

They are read as kubectl reads them. What YAML readers disagree on has the value that kubectl sees, and a warning; what
cannot be read is an error, and hides nothing else. No object is lost in silence: a document is passed over only where
it is none (Helm values, a CI workflow), and a link only where what it leads to is read in its own place.

An object of a file that we rendered comes from the place that the comment above it names; any other from the line in
which it starts, and within a list also from a route. :func:`located` finds the lines of what is shown and lies deeper.
"""

import os
import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from generator import emit
from generator.access import lists
from generator.access.lists import Item, flatten
from generator.access.reader import described
from generator.checkout import KUSTOMIZATIONS, File
from generator.manifest import Manifest
from generator.problems import Place, Problem, Route
from generator.yaml import documents
from generator.yaml.documents import Document, Value
from generator.yaml.events import ITEMS, MAX_REPEATED
from generator.yaml.quoting import from_comment

#: The path that stands for standard input, and what it is called when people are told of it.
PIPE = "-"
PIPED = "standard input"

_ENDINGS = (".yaml", ".yml", ".json")
_RENDERED = "rendered"
_KUSTOMIZATION = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}

#: Kind, namespace (empty for what is in none) and name of an object.
Key = tuple[str, str, str]
#: The head of an object as it is rendered: all of its metadata, which names it.
_OBJECT = re.compile(
    rb"^apiVersion: .*\nkind: (?P<kind>.*)\nmetadata:\n(?P<metadata>  name: (?P<name>.*)\n(?:  .*\n)*)", re.MULTILINE
)
_NAMESPACE = re.compile(rb"^  namespace: (.*)$", re.MULTILINE)

_DIVIDER = re.compile(rb"^---(?=\s|\Z)", re.MULTILINE)


class _Head(Struct, frozen=True):
    """Where a document starts, and the last comment above it; empty if there is none."""

    line: int
    comment: str


def read(
    paths: Iterable[str], folder: Path, piped: bytes = b"", *, files: dict[str, File] | None = None
) -> tuple[list[Item], list[Problem]]:
    """Read all objects under *paths*, which start from *folder*; ``-`` is *piped*. Each file is read once.

    A file may have 16 MiB (``documents.MAX_STREAM``): a larger one is an error that says so, and is not read. All that
    are read are added to *files*.
    """
    items: list[Item] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for name in (name for path in paths for name in _names(path, folder, problems)):
        if name not in seen:
            seen.add(name)
            data, wrong = _load(name, folder, piped)
            problems += wrong
            if data is not None:
                strays = _read(data, name, folder, items, problems)
                if files is not None and name != PIPED:
                    files[name] = File(len(data), strays)
    return items, problems


def located(places: Iterable[Place], folder: Path, piped: bytes = b"") -> dict[Place, Place]:
    """Find line and column of places that objects came from; one whose file is not there stays as it is."""
    by_document: dict[str, list[Place]] = {}
    found: dict[Place, Place] = {}
    for place in places:
        found[place] = place
        if place.route and not _is_object_of_list(place):
            by_document.setdefault(place.document, []).append(place)
    for name, wanted in by_document.items():
        data = _load(name, folder, piped)[0]
        if data is not None:
            found.update(zip(wanted, _positions(data, wanted), strict=True))
    return found


def _is_object_of_list(place: Place) -> bool:
    """Tell the place of an object itself, which has had its line since it was read."""
    return place.line > 0 and {*place.route[::2]} == {ITEMS} and isinstance(place.route[-1], int)


def rendered(
    paths: Iterable[str], folder: Path, tenants: AbstractSet[str], wanted: AbstractSet[Key]
) -> dict[Key, Place]:
    """Find the objects that somebody asked for in the files of *tenants* that we rendered, by looking at their text.

    What is rendered says that it comes from a tenant's file; whoever wants to see it asks here where it is.
    """
    found: dict[Key, Place] = {}
    for name in (name for path in paths for name in _names(path, folder, [])):
        if tenants.isdisjoint(part.removesuffix(".yaml") for part in name.split("/")):
            continue
        data = _load(name, folder, b"")[0] or b""
        for match in _OBJECT.finditer(data) if emit.source_of(data) is not None else ():
            namespace = _NAMESPACE.search(match["metadata"])
            parts = (match["kind"], namespace[1] if namespace else b"", match["name"])
            kind, home, name_ = [part.decode().strip("\"'") for part in parts]
            key = (kind, home, name_)
            if key in wanted:
                found.setdefault(key, Place(name, (), data.count(b"\n", 0, match.start()) + 1, 1))
    return found


def _positions(data: bytes, places: Iterable[Place]) -> Iterator[Place]:
    """Yield *places* of one file with their lines; the line that one has is that of its object."""
    heads = _divided(data)
    if len(heads) != documents.count(data):
        heads = _heads(data, documents.parse_all(data, ""))
    starts = sorted((head.line, index) for index, head in enumerate(heads))
    for place in places:
        after = bisect_right(starts, (place.line, len(heads)))
        line, column = documents.locate(data, place.route, starts[after - 1][1] if after else 0)
        yield replace(place, line=line, column=column)


# -- files


def _names(path: str, folder: Path, problems: list[Problem]) -> Iterator[str]:
    """Yield what *path* names: itself, or the manifests in a folder, in the order of their paths."""
    top = folder / path
    if path == PIPE or not top.is_dir():
        yield PIPED if path == PIPE else path
        return
    for found in _walk(os.path.realpath(top)):
        if isinstance(found, Problem):
            problems.append(replace(found, place=Place(posixpath.join(path, found.place.document))))
        else:
            yield posixpath.normpath(posixpath.join(path, found))


def _walk(top: str) -> Iterator[str | Problem]:
    """Yield the manifests below a folder in the order of their paths, however deep its folders lie in one another."""
    ahead = _entries(top, "")
    while ahead:
        name, item = ahead.pop()
        if isinstance(item, OSError):
            reason = (item.strerror or str(item)).lower()
            yield Problem(Place(name), f"the folder cannot be read ({reason}); give access")
        elif not _is_folder(item):
            if name.endswith(_ENDINGS) or name.rpartition("/")[2] in KUSTOMIZATIONS:
                yield _leads_out(top, name) if _is_out(top, item) else name
        elif not item.is_symlink():
            ahead += _entries(top, f"{name}/")
        elif _is_out(top, item):
            yield _leads_out(top, name)


def _entries(top: str, below: str) -> list[tuple[str, os.DirEntry[str] | OSError]]:
    """Return what is in a folder and not hidden, the last first; or why that is not known."""
    try:
        with os.scandir(f"{top}/{below}") as entries:
            items = sorted(entries, key=lambda item: item.name, reverse=True)
    except OSError as error:
        return [(below, error)]
    return [(f"{below}{item.name}", item) for item in items if not item.name.startswith(".")]


def _is_folder(item: os.DirEntry[str]) -> bool:
    try:
        return item.is_dir()
    except OSError:  # a link in a circle; whoever opens it is told so
        return False


def _is_out(top: str, item: os.DirEntry[str]) -> bool:
    return item.is_symlink() and not Path(os.path.realpath(item.path)).is_relative_to(top)


def _leads_out(top: str, name: str) -> Problem:
    message = f"this link leads out of {Path(top).name!r} and is not followed; name what it leads to as well"
    return Problem(Place(name), message, warning=True)


def _load(name: str, folder: Path, piped: bytes) -> tuple[bytes | None, tuple[Problem, ...]]:
    """Read a file that was named, or found in a folder that was: a link is followed, as it has been looked at."""
    if name == PIPED:
        return piped, ()
    return documents.load(folder, name, limit=documents.MAX_STREAM, anywhere=True)


# -- objects


def _read(data: bytes, name: str, folder: Path, items: list[Item], problems: list[Problem]) -> tuple[int, ...]:
    """Add the objects of one file, and what is wrong with it; return the lines where what is no object starts."""
    found = documents.parse_all(data, name)
    source = emit.source_of(data)
    strays = []
    for index, (untyped, head) in enumerate(zip(found, _heads(data, found), strict=True)):
        document = _typed(untyped, name)
        if not (isinstance(document.value, dict) and _is_object(document.value)):
            strays.append(head.line)
        if isinstance(document.value, dict) and not _is_object(document.value):
            continue
        problems += _judged(document)
        if isinstance(document.value, dict):
            asked = _asked(head.comment, source, name, folder) if source is not None else None
            wrong: list[Problem] = []
            at = partial(_position, document, data, index)
            _flatten(document.value, asked or Place(name, (), head.line, 1), name, at, items, wrong)
            problems += wrong if asked else [_resolved(one, data, index) for one in wrong]
    return tuple(strays)


def _typed(document: Document, name: str) -> Document:
    """Add what kustomize adds to its own file where that does not say what it is."""
    if name.rpartition("/")[2] not in KUSTOMIZATIONS or not isinstance(document.value, dict):
        return document
    return replace(document, value={**_KUSTOMIZATION, **document.value})


def _position(document: Document, data: bytes, index: int, route: Route) -> tuple[int, int]:
    """Find where an object of a list starts: what was read has noted it, unless an alias brings the object."""
    return document.starts.get(route) or documents.locate(data, route, index)


def _resolved(problem: Problem, data: bytes, index: int) -> Problem:
    return documents.resolved(replace(problem, place=replace(problem.place, line=0)), data, index)


def _is_object(body: Mapping[str, Any]) -> bool:
    """Tell an object from other YAML. What lacks its apiVersion or kind is still told of, where it matters."""
    if isinstance(body.get("kind"), str):
        return "apiVersion" in body or "metadata" in body or isinstance(body.get("items"), list)
    return isinstance(body.get("apiVersion"), str) and ("metadata" in body or isinstance(body.get("items"), list))


def _flatten(
    body: Mapping[str, Any],
    origin: Place,
    file: str,
    at: Callable[[Route], tuple[int, int]],
    found: list[Item],
    problems: list[Problem],
) -> None:
    """Add an object, or those of a list; its items say again what they inherit from it.

    *at* finds where an object of the document starts; the places of problems have the line of the document.
    """
    items, kind = body.get("items"), body.get("kind")
    if isinstance(kind, str) and not (isinstance(items, list) or (kind == "List" and items is not None)):
        version = body.get("apiVersion")
        found.append(lists.read(version if isinstance(version, str) else "", kind, body, origin, file))
        return
    for item in flatten([Manifest(body, origin)]):
        place = Place(origin.document, _route(item, origin), origin.line, origin.column)
        if isinstance(item, Problem):
            problems.append(replace(item, place=place))
        elif item.kind:
            if origin.line and place.route:
                place = Place(place.document, place.route, *at(place.route))
            whole = {**item.body, "apiVersion": item.api_version, "kind": item.kind}
            found.append(replace(item, body=whole, origin=place, file=file))
        else:
            problems.append(_of_no_kind(item, place if origin.line == 0 else place / "kind"))


def _of_no_kind(item: Item, place: Place) -> Problem:
    written = f"{described(item.body['kind'])} is no kind" if "kind" in item.body else "the kind is missing"
    return Problem(place, f"{written}, and kubectl refuses the object; write what it is, such as ConfigMap")


def _route(item: Any, origin: Place) -> Route:
    """Return the route of an item of a list; what we rendered keeps the place that asked for the whole of it."""
    place: Place = item.place if isinstance(item, Problem) else item.origin
    return place.route if origin.line else origin.route


def _heads(data: bytes, found: tuple[Document, ...]) -> list[_Head]:
    """Find where the documents start: by the lines that divide them, or exactly where these do not agree."""
    heads = _divided(data)
    return heads if len(heads) == len(found) else [_Head(_start(data, i, one), "") for i, one in enumerate(found)]


def _divided(data: bytes) -> list[_Head]:
    """Find the first line of each part that lines of ``---`` divide; what stands beside the dashes counts."""
    heads: list[_Head] = []
    above = 1  # lines, up to the one in which a part starts
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    for part in _DIVIDER.split(text) if b"---" in text else (text,):
        comment = b""
        for number, line in enumerate(_lines(part), above):
            if line.startswith(b"#"):
                comment = line
            elif line and line != b"..." and not line.startswith(b"%"):
                heads.append(_Head(number, comment[1:].strip().decode(errors="replace")))
                break
        above += part.count(b"\n")
    return heads


def _lines(part: bytes) -> Iterator[bytes]:
    """Yield the lines without the white space around them; only the first are asked for."""
    start = 0
    while (end := part.find(b"\n", start)) >= 0:
        yield part[start:end].strip()
        start = end + 1
    yield part[start:].strip()


def _start(data: bytes, index: int, document: Document) -> int:
    first = next(iter(document.value), None) if isinstance(document.value, dict) else None
    return documents.locate(data, () if first is None else (first,), index)[0]


def _asked(comment: str, source: str, name: str, folder: Path) -> Place | None:
    """Read the comment above a rendered object: the place that asked for it; ``None`` if somebody changed it."""
    try:
        text = from_comment(comment)
    except ValueError:
        return None
    document, mark, route = text.partition("#") if not text.startswith(source) else _parted(text, source)
    if not document.endswith(_ENDINGS):
        return None
    steps = tuple([int(step) if step.isdecimal() else step for step in route.split("/")]) if mark else ()
    return Place(_beside(document, name, folder), steps)


def _parted(text: str, source: str) -> tuple[str, str, str]:
    rest = text[len(source) :]
    return source, rest[:1], rest[1:]


@lru_cache(maxsize=64)  # all objects of a file come from few documents
def _beside(document: str, name: str, folder: Path) -> str:
    """Name a tenant file as seen from *folder*: it lies in the repository whose rendered/ holds the manifest."""
    parts = posixpath.normpath(posixpath.join(folder.as_posix(), name)).split("/")
    if _RENDERED not in parts or name == PIPED:
        return document
    root = "/".join(parts[: len(parts) - 1 - parts[::-1].index(_RENDERED)]) or "/"
    path = posixpath.join(root, document)
    return path if posixpath.isabs(name) else posixpath.relpath(path, folder.as_posix())


# -- what is wrong


def _judged(document: Document) -> Iterator[Problem]:
    """Make warnings of what has been read as kubectl reads it; the rest stays an error."""
    if document.value is None:
        for problem in document.problems:  # kubectl applies a mapping or nothing
            yield replace(problem, warning="stands where a document starts" in problem.message)
        return
    aliases = [problem for problem in document.problems if "repeats a value by its name" in problem.message]
    merges = any("<<" in alias.place.route for alias in aliases) and _may_lose_merges(document, aliases)
    lost = {id(alias) for alias in aliases if (merges if "<<" in alias.place.route else _is_lost(alias, document))}
    for problem in document.problems:
        yield replace(problem, warning=id(problem) not in lost)


def _is_lost(alias: Problem, document: Document) -> bool:
    """Tell whether an alias may stand for what the reader does not repeat: what holds aliases, and too much of it."""
    return _at(document.value, alias.place.route) is None


def _may_lose_merges(document: Document, aliases: list[Problem]) -> bool:
    """Tell the same of those that are merged, whose value is no longer there to be looked at."""
    anchors = {problem.place.route for problem in document.problems if "names a value to repeat it" in problem.message}
    nested = any(alias.place.route[:end] in anchors for alias in aliases for end in range(len(alias.place.route) + 1))
    return nested or len(aliases) * _size(document.value) > MAX_REPEATED


def _at(value: Value, route: Route) -> Value:
    for key in route:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def _size(value: Value) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_size, inner))
