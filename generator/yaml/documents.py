"""Read YAML so that nobody is surprised: text -> Document, or problems that say where and what to write instead.

There is one reader for everything that a decision rests on, because a difference between two readers is a way around
a linter. It refuses what readers disagree on (duplicate and non-string keys, tags, anchors, merges, ambiguous plain
scalars) and goes on with the value that kubectl would read, so that all problems of a file are told at once. Values
are plain: ``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` and ``None``, without positions; those are found
again from a route when a problem is shown, by :func:`locate`.
"""

import codecs
import os
import re
import stat
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from generator.problems import Place, Problem, Route
from generator.yaml import syntax
from generator.yaml.events import Events, Positions, Value, natural_key

__all__ = [
    "Document",
    "Value",
    "count",
    "load",
    "locate",
    "natural_key",
    "parse",
    "parse_all",
    "read",
    "resolved",
    "spots",
]

#: Bytes of an input file; a tenant's has about 1,000.
MAX_DOCUMENT = 1 << 20
#: Bytes of a stream of manifests; large bundles of CRDs have some 4 MiB.
MAX_STREAM = 1 << 24

_WIDE = {
    codecs.BOM_UTF32_LE: "UTF-32",  # before UTF-16, whose mark it starts with
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
#: A character beyond U+FFFF as JSON escapes it, in two halves; or any other escape, so that what follows a backslash
#: that is escaped itself is none.
_HALVES = re.compile(rb"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)
# A pipe must not block the run; Windows would change line ends.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Document(Struct, frozen=True):
    """One YAML document: what it says, and what is wrong with how it says it.

    ``name`` is the file's path below the repository's root, with slashes. ``value`` is a mapping wherever the text
    can be read as one, even if there are problems; ``None`` means that it cannot, or that there is nothing in it.
    ``starts`` tells line and column of the objects of a list, except of those that an alias brings. ``refused`` are
    the scalars that readers disagree on, as they are written, where there is but one document.
    """

    name: str
    value: Value
    problems: tuple[Problem, ...] = ()
    starts: Mapping[Route, tuple[int, int]] = field(default_factory=dict)
    refused: Mapping[Route, str] = field(default_factory=dict)


def read(root: Path, name: str) -> Document:
    """Read the document in the file *name* below *root*."""
    data, problems = load(root, name)
    return Document(name, None, problems) if data is None else parse(data, name)


def parse(data: bytes, name: str) -> Document:
    """Read the one document that *data* must hold."""
    text, problems = _text(data, name, MAX_DOCUMENT)
    if text is None:
        return Document(name, None, problems)
    events = Events(text, name, single=True)
    value, *_ = [*events.values(), None]
    problems += events.take()
    if value is None and not problems:
        problems = (_problem(name, "the file is empty; write a document into it, or delete it"),)
    return Document(name, value, _in_order(problems), refused=events.refused)


def parse_all(data: bytes, name: str) -> tuple[Document, ...]:
    """Read every document of a stream, which lines of ``---`` divide; empty ones are left out."""
    text, problems = _text(data, name, MAX_STREAM)
    if text is None:
        return (Document(name, None, problems),)
    events = Events(text, name)
    documents = []
    for value in events.values():
        problems += events.take()
        if value is not None or problems:
            documents.append(Document(name, value, _in_order(problems), events.starts))
        problems = ()
    return tuple(documents) if not problems else (Document(name, None, problems),)


def locate(data: bytes, route: Route, index: int = 0) -> tuple[int, int]:
    """Find line and column of the key or list item at the end of *route*, or of the nearest thing around it.

    *index* counts the documents that :func:`parse_all` gives. (1, 1) means that nothing of the route exists.
    """
    documents = _positions(data)
    return documents[index].find(route) if index < len(documents) else (1, 1)


def count(data: bytes) -> int:
    """Count the documents that :func:`locate` finds its way in."""
    return len(_positions(data))


def resolved(problem: Problem, data: bytes, index: int = 0) -> Problem:
    """Fill in line and column of a problem whose place is symbolic, and of the places of its file that it names."""
    for other in sorted(problem.others, key=str, reverse=True):  # one may begin with another
        if other.document == problem.place.document:
            line, column = locate(data, other.route, index)
            message = problem.message.replace(str(other), f"{other.document}:{line}:{column}")
            problem = replace(problem, message=message)
    if problem.place.line:
        return problem
    line, column = locate(data, problem.place.route, index)
    return replace(problem, place=replace(problem.place, line=line, column=column))


def spots(root: Path) -> Callable[[Place], str]:
    """Return what writes where a symbolic place is today, for messages about elsewhere: ``tenants/vision.yaml:14``."""

    @cache
    def spot(place: Place) -> str:
        data, _ = load(root, place.document)
        return place.document if data is None else f"{place.document}:{locate(data, place.route)[0]}"

    return spot


@lru_cache(maxsize=8)  # the problems of a file are shown together, and name a line of a parent's now and then
def _positions(data: bytes) -> tuple[Positions, ...]:
    text, _ = _text(data, "", MAX_STREAM)
    return () if text is None else Events(text, "").positions()


def load(
    root: Path, name: str, *, limit: int = MAX_DOCUMENT, anywhere: bool = False
) -> tuple[bytes | None, tuple[Problem, ...]]:
    """Read the bytes of the file *name* below *root*; ``None`` and a problem if it is no file to be read.

    *anywhere* reads it wherever it and its links lead, for somebody who named it.
    """
    try:
        path = os.path.join(root, name) if anywhere else _inside(str(root), name)
        if path is not None:
            return _contents(path, limit), ()
        message = "the path leads out of the repository; write a file there instead of a link"
    except FileNotFoundError:
        message = "there is no such file; create it, or correct the path"
    except OSError as error:
        message = f"the file cannot be read ({(error.strerror or str(error)).lower()}); make it a readable YAML file"
    except ValueError as error:
        message = str(error)
    return None, (Problem(Place(name), message),)


def _inside(root: str, name: str) -> str | None:
    """Return the path of a file, or ``None`` if it is not below *root*; only links cost more than a look."""
    parts = name.split("/")
    if ".." in parts or name.startswith("/"):
        return None
    path = root
    for part in parts:
        path = f"{path}/{part}"
        if stat.S_ISLNK(os.lstat(path).st_mode):
            real = os.path.realpath(f"{root}/{name}")  # Path.resolve has its own error for links in a circle
            return real if Path(real).is_relative_to(os.path.realpath(root)) else None
    return path


def _contents(path: str, limit: int) -> bytes:
    """Read a regular file; ``ValueError`` says what else it is."""
    descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise ValueError("this is a directory; a YAML file of that name was expected")
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("this is a pipe, a socket or a device; a YAML file was expected")
        if status.st_size > limit:
            raise ValueError(_too_large(status.st_size, limit))
        return os.read(descriptor, status.st_size)
    finally:
        os.close(descriptor)


def _text(data: bytes, name: str, limit: int) -> tuple[bytes | None, tuple[Problem, ...]]:
    """Check that *data* is UTF-8 text; return what to parse, ``None`` if nothing can be."""
    if len(data) > limit:
        return None, (_problem(name, _too_large(len(data), limit)),)
    if data.isascii():
        return _joined(data), ()
    for mark, encoding in _WIDE.items():
        if data.startswith(mark):
            return None, (_problem(name, f"the text is {encoding}; save it as UTF-8"),)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        return None, (_undecodable(data, name, error.start),)
    problems = []
    if text.startswith("\ufeff"):
        problems.append(_problem(name, "the text starts with a byte order mark; save it as UTF-8 without one"))
        text, data = text[1:], data.removeprefix(codecs.BOM_UTF8)
    for offset, message in syntax.invisible_characters(text):
        problems.append(_problem(name, message, *syntax.line_and_column(text, offset)))
    return _joined(data), tuple(problems)


def _joined(data: bytes) -> bytes:
    """Join the halves of characters that JSON escapes and YAML does not; kubectl takes what starts so for JSON."""
    if (b"\\ud" not in data and b"\\uD" not in data) or not data.lstrip().startswith(b"{"):
        return data
    return _HALVES.sub(lambda found: _character(found[1], found[2]) if found[1] else found[0], data)


def _character(high: bytes, low: bytes) -> bytes:
    return b"\\U%08x" % (0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)


def _undecodable(data: bytes, name: str, offset: int) -> Problem:
    before = data[:offset].decode()
    message = f"byte {offset} is {data[offset]:#04x}, which is not UTF-8; save the file as UTF-8"
    return _problem(name, message, *syntax.line_and_column(before, len(before)))


def _too_large(size: int, limit: int) -> str:
    return f"{size} bytes are more than the {limit} that a file may have; split it"


def _problem(name: str, message: str, line: int = 1, column: int = 1) -> Problem:
    return Problem(Place(name, (), line, column), message)


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: (p.place.line, p.place.column))) if len(problems) > 1 else problems
