"""Write Kubernetes objects as the YAML files of ``rendered/``, and tell those files from others.

The same objects give the same bytes on every machine: keys stand in the order in which the builder put them,
and nothing of the surroundings (time, version, commit) is written. What a scalar looks like is decided in
``generator.yaml.quoting``.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from hashlib import sha256
from typing import Any

from generator.fixed import Fixed, FixedList
from generator.manifest import TENANT_LABEL, Manifest
from generator.problems import Route, dotted
from generator.yaml.quoting import comment, from_comment, line, number, string

#: Distinct texts that are remembered, of values and of the keys at each depth. Then the memory starts anew.
REMEMBERED = 50_000
_LONGEST_REMEMBERED = 200
#: YAML readers look for the colon of a key within 1024 characters; a longer key needs the form "? key".
_LONGEST_KEY = 1000


class Ownership(Enum):
    """Whose a file under ``rendered/`` is: only what is ours may be overwritten or deleted."""

    OURS = "ours"  # as we wrote it
    EDITED = "edited"  # we wrote it, and something has changed it since
    FOREIGN = "foreign"  # it has no marker


def document(body: Mapping[str, Any]) -> str:
    """Write one object as a YAML document, without ``---``, with a newline at its end.

    A value that YAML and JSON do not share, or a key that is no string, is a bug in a builder and raises
    TypeError with the route to it.
    """
    try:
        return _lines(body, "") if body else "{}\n"
    except TypeError:
        _blame(body, ())
        raise


def file_text(manifests: Iterable[Manifest], source: str) -> bytes:
    """Write a whole file: the marker, the hash of all that follows it, and each object under its origin."""
    body = "---\n".join([f"# {comment(str(m.origin))}\n{document(m.body)}" for m in manifests]).encode()
    marker = f'{_MARKER_START}{comment(source)}{_MARKER_END}: change that file and run "tenantry render".'
    return f"{marker}\n# sha256:{sha256(body).hexdigest()}\n".encode() + body


def ownership(data: bytes) -> Ownership:
    """Tell whether a file is as we wrote it, changed since (by hand, a merge, line endings), or not ours."""
    if not _find_marker(data):
        return Ownership.OURS if _PASSED_ON.search(data) else Ownership.FOREIGN
    header = _HEADER.match(data)
    if header and sha256(data[header.end() :]).hexdigest().encode() == header["hash"]:
        return Ownership.OURS
    return Ownership.EDITED


def source_of(data: bytes) -> str | None:
    """Return the path of the file that *data* was rendered from; ``None`` if no marker names it."""
    marker = _find_marker(data)
    try:
        return from_comment(marker["source"].decode()) if marker else None
    except ValueError:  # somebody changed the marker itself
        return None


# Files that older versions wrote must stay ours, so neither of these two texts may ever change.
_MARKER_START = "# Rendered by tenantry from "
_MARKER_END = ". Do not edit"
_MARKER_BYTES = _MARKER_START.encode()
_MARKER = rb"%b(?P<source>[^\r\n]+)%b[^\r\n]*" % (_MARKER_BYTES, re.escape(_MARKER_END).encode())
_HEADER = re.compile(_MARKER + rb"\n# sha256:(?P<hash>[0-9a-f]{64})\n")
#: A Secret that SOPS has encrypted takes no marker, for nothing in it may change: the label says whose it is.
_PASSED_ON = re.compile(rb"^ +[\"']?%b[\"']?: (?s:.*)^sops:\r?$" % re.escape(TENANT_LABEL).encode(), re.MULTILINE)
_ANY_MARKER = re.compile(rb"^(?:\xef\xbb\xbf)?" + _MARKER, re.MULTILINE)


def _find_marker(data: bytes) -> re.Match[bytes] | None:
    """Look below the first line as well: an editor or a merge may have put something before the marker."""
    start = data[:8192]
    return _ANY_MARKER.search(start) if _MARKER_BYTES in start else None


class _Keys(dict[str, str]):
    """The texts of keys at one indentation, with it and with the colon; filled as keys are asked for."""

    def __init__(self, indent: str) -> None:
        super().__init__()
        self.indent = indent
        self.below = indent + "  "

    def __missing__(self, key: str) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        text = self[key] = self._text(key)
        return text

    def _text(self, key: str) -> str:
        if type(key) is not str:
            raise TypeError(f"a key of type {type(key).__name__!r} is not a string")
        text = line(key)
        return f"{self.indent}{text}:" if len(text) <= _LONGEST_KEY else f"{self.indent}? {text}\n{self.indent}:"


class _Depths(dict[str, _Keys]):
    def __missing__(self, indent: str) -> _Keys:
        keys = self[indent] = _Keys(indent)
        return keys


_keys = _Depths()
_strings: dict[str, str] = {}


def _lines(body: Mapping[str, Any], indent: str) -> str:
    """Write a mapping that is not empty, every line of it at *indent* or deeper.

    What nearly all values are is told apart here: a call for each of a million would take a third of the time.
    """
    keys, known = _keys[indent], _strings
    below = keys.below
    texts = []
    for key, value in body.items():
        kind = type(value)
        if kind is str:
            texts.append(f"{keys[key]} {known.get(value) or _string(value, indent)}\n")
        elif kind is Fixed and value:
            texts.append(f"{keys[key]}\n{value.texts.get(below) or _kept(_lines, value, below)}")
        elif kind is dict and value:
            texts.append(f"{keys[key]}\n{_lines(value, below)}")
        elif kind is list and value:
            texts.append(f"{keys[key]}\n{_items(value, indent)}")
        else:
            texts.append(f"{keys[key]}{_under(value, indent)}")
    return "".join(texts)


def _under(value: Any, indent: str) -> str:
    """Write what is no string after the colon of a key at *indent*; the dashes of a list stand below the key."""
    if not value or not isinstance(value, (dict, list, tuple)):
        return f" {_small(value)}\n"
    if isinstance(value, dict):
        return "\n" + _kept(_lines, value, indent + "  ")
    return "\n" + _kept(_items, value, indent)


def _items(items: Sequence[Any], indent: str) -> str:
    """Write a list that is not empty, its dashes at *indent*; a dash stands in the place of a first line's indent."""
    known = _strings
    below = _keys[indent].below
    deep = len(below)
    texts = []
    for value in items:
        kind = type(value)
        if kind is str:
            texts.append(f"{indent}- {known.get(value) or _string(value, indent)}\n")
        elif kind is dict and value:
            texts.append(f"{indent}- {_lines(value, below)[deep:]}")
        else:
            texts.append(f"{indent}- {_beside(value, below)}")
    return "".join(texts)


def _beside(value: Any, indent: str) -> str:
    """Write what is no string after a dash, which stands in the place of the first line's *indent*."""
    if not value or not isinstance(value, (dict, list, tuple)):
        return _small(value) + "\n"
    return _kept(_lines if isinstance(value, dict) else _items, value, indent)[len(indent) :]


def _kept(write: Callable[[Any, str], str], value: Any, indent: str) -> str:
    """Write a container, or take the text that a fixed one has from the last time at this depth."""
    kind = type(value)
    if kind is not Fixed and kind is not FixedList:
        return write(value, indent)
    text: str | None = value.texts.get(indent)
    if text is None:
        text = value.texts[indent] = write(value, indent)
    return text


def _string(value: str, indent: str) -> str:
    """Write a string and remember its text, unless that is long or, as a block, good for one depth only."""
    text = string(value, indent)
    if len(text) <= _LONGEST_REMEMBERED and "\n" not in text:
        if len(_strings) >= REMEMBERED:
            _strings.clear()
        _strings[value] = text
    return text


def _small(value: Any) -> str:
    """Write what needs no depth: null, a boolean, a number, an empty container."""
    if value is None:
        return "null"
    kind = type(value)
    if kind is bool:
        return "true" if value else "false"
    if kind is int or kind is float:
        return number(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    raise TypeError(f"a value of type {type(value).__name__!r} cannot be written as YAML")


def _blame(value: Any, route: Route) -> None:
    """Raise TypeError with the route to the first thing in *value* that cannot be written, if there is one."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            with _at((*route, key if type(key) is str else repr(key))):
                _ = _keys[""][key]
            _blame(below, (*route, key))
    elif isinstance(value, (list, tuple)):
        for index, below in enumerate(value):
            _blame(below, (*route, index))
    else:
        with _at(route):
            _ = string(value, "") if type(value) is str else _small(value)


@contextmanager
def _at(route: Route) -> Iterator[None]:
    try:
        yield
    except TypeError as error:
        raise TypeError(f"{dotted(route)}: {error}") from None
