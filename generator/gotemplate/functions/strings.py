"""Sprig's functions on strings. Lengths and positions count bytes, as in Go."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from generator.gotemplate import printing
from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.values import StringMap, Strings

#: What Go's unicode.IsSpace holds for a space; Python's str.strip takes four separators more.
_SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_SPACE = re.compile(f"[{_SPACES}]")


def strval(value: Any, budget: Budget) -> str:
    """Write a value as Sprig does where it wants a string."""
    return printing.text(value, budget)


def texts(value: Any, budget: Budget) -> list[str]:
    """Make a list of strings of a list, leaving out nothing-values, or of one value."""
    if isinstance(value, list):
        return [strval(item, budget) for item in value if item is not None]
    return [] if value is None else [strval(value, budget)]


def cut(value: str, start: int, end: int | None) -> str:
    """Return the bytes from *start* to *end*; a character may be cut in half."""
    if value.isascii():
        return value[start:end]
    return value.encode("utf-8", "surrogateescape")[start:end].decode("utf-8", "surrogateescape")


def _size(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape"))


def _repeat(run: Run, count: int, value: str) -> str:
    if count < 0:
        raise Failure(f"{count} is a negative count; repeat 0 times or more")
    run.budget.text(count * len(value))
    return value * count


def _indent(run: Run, spaces: int, value: str) -> str:
    if spaces < 0:
        raise Failure(f"{spaces} is a negative count of spaces; indent by 0 or more")
    run.budget.text(spaces * (value.count("\n") + 1))
    pad = " " * spaces
    return pad + value.replace("\n", "\n" + pad)


def _replace(run: Run, old: str, new: str, value: str) -> str:
    run.budget.text(len(new) * (value.count(old) if old else len(value) + 1))
    return value.replace(old, new)


def _trunc(_: Run, count: int, value: str) -> str:
    if count < 0:
        return cut(value, count, None) if _size(value) + count > 0 else value
    return cut(value, 0, count)


def _substr(_: Run, start: int, end: int, value: str) -> str:
    size = _size(value)
    if start < 0:
        start = 0
        if not 0 <= end <= size:
            raise Failure(f"{end} is outside of the string, which has {size} bytes")
    elif end < 0 or end > size:
        end = size
    if start > end:
        raise Failure(f"{start} is behind the end of the part, {end}")
    return cut(value, start, end)


def _title(_: Run, value: str) -> str:
    out, before = [], " "
    for char in value:
        starts = before in _SPACES if not before.isascii() else not (before.isalnum() or before == "_")
        out.append(char.title() if starts and len(char.title()) == 1 else char)
        before = char
    return "".join(out)


def _uncapitalised(_: Run, value: str) -> str:
    out, before = [], " "
    for char in value:
        out.append(char.lower() if before in _SPACES and len(char.lower()) == 1 else char)
        before = char
    return "".join(out)


def _swapcase(_: Run, value: str) -> str:
    return "".join(_swapped(char) for char in value)


def _swapped(char: str) -> str:
    other = char.lower() if char.isupper() or char.istitle() else char.upper() if char.islower() else char
    return other if len(other) == 1 else char


def _initials(_: Run, value: str) -> str:
    return "".join(word[0] for word in _SPACE.split(value) if word)


def _abbreviated(_: Run, width: int, value: str) -> str:
    size = _size(value)
    return value if width < len("x...") or size <= width else cut(value, 0, width - len("...")) + "..."


def _nospace(_: Run, value: str) -> str:
    """Remove blanks. The library that Sprig uses takes each byte for a character, and so does this."""
    if value.isascii():
        return _SPACE.sub("", value)
    return _SPACE.sub("", value.encode("utf-8", "surrogateescape").decode("latin-1"))


def _spaced(run: Run, values: Iterable[Any], mark: Callable[[str], str]) -> str:
    """Write values, but those that are nothing, with a space between two."""
    parts: list[str] = []
    for value in values:
        if value is not None:
            parts.append(mark(strval(value, run.budget)))
            run.budget.text(len(parts[-1]))
    return " ".join(parts)


def _join(run: Run, separator: str, value: Any) -> str:
    parts = texts(value, run.budget)
    run.budget.text(len(separator) * len(parts) + sum(map(len, parts)))
    return separator.join(parts)


def _split(run: Run, separator: str, value: str, count: int = -1) -> list[str]:
    run.budget.step(value.count(separator) + 1 if separator else len(value))
    if count == 0:
        return []
    if not separator:
        return [*value] if count < 0 else [*value[: count - 1], *([value[count - 1 :]] if len(value) >= count else [])]
    return value.split(separator, count - 1 if count > 0 else -1)


def _numbered(parts: list[str]) -> StringMap:
    return StringMap({f"_{at}": part for at, part in enumerate(parts)})


FUNCTIONS: tuple[Callee, ...] = (
    function("abbrev", "int string", _abbreviated),
    function("cat", "any...", lambda run, *values: _spaced(run, values, str)),
    function("contains", "string string", lambda _, part, value: part in value),
    function("hasPrefix", "string string", lambda _, part, value: value.startswith(part)),
    function("hasSuffix", "string string", lambda _, part, value: value.endswith(part)),
    function("hello", "", lambda _: "Hello!"),
    function("indent", "int string", _indent),
    function("initials", "string", _initials),
    function("join", "string any", _join),
    function("lower", "string", lambda _, value: value.lower()),
    function("nindent", "int string", lambda run, spaces, value: "\n" + _indent(run, spaces, value)),
    function("nospace", "string", _nospace),
    function("plural", "string string int", lambda _, one, many, count: one if count == 1 else many),
    function("quote", "any...", lambda run, *values: _spaced(run, values, printing.quoted)),
    function("repeat", "int string", _repeat),
    function("replace", "string string string", _replace),
    function("split", "string string", lambda run, separator, value: _numbered(_split(run, separator, value))),
    function("splitList", "string string", lambda run, separator, value: Strings(_split(run, separator, value))),
    function("splitn", "string int string", lambda run, sep, n, value: _numbered(_split(run, sep, value, n))),
    function("squote", "any...", lambda run, *values: _spaced(run, values, "'{}'".format)),
    function("substr", "int int string", _substr),
    function("swapcase", "string", _swapcase),
    function("title", "string", _title),
    function("toString", "any", lambda run, value: strval(value, run.budget)),
    function("toStrings", "any", lambda run, value: Strings(texts(value, run.budget))),
    function("trim", "string", lambda _, value: value.strip(_SPACES)),
    function("trimAll", "string string", lambda _, characters, value: value.strip(characters) if characters else value),
    function("trimPrefix", "string string", lambda _, part, value: value.removeprefix(part)),
    function("trimSuffix", "string string", lambda _, part, value: value.removesuffix(part)),
    function("trimall", "string string", lambda _, characters, value: value.strip(characters) if characters else value),
    function("trunc", "int string", _trunc),
    function("untitle", "string", _uncapitalised),
    function("upper", "string", lambda _, value: value.upper()),
)
