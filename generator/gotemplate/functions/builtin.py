"""The functions that Go's ``text/template`` has of its own."""

import re
from collections.abc import Sequence
from typing import Any

from generator.gotemplate import formatting, printing
from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.values import MISSING, StringMap, kind, truth, type_name

_HTML = {"\0": "\ufffd", '"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HTML_CHARACTERS = re.compile("[\\0\"'&<>]")
_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
#: Kinds that Go compares by value. All its integers are one of them.
_BASIC = {"bool": "bool", "int": "int", "int64": "int", "float64": "float", "string": "string"}


def _length(_: Run, value: Any) -> int:
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape"))
    if isinstance(value, list | dict):
        return len(value)
    raise Failure(f"{type_name(value)} has no length; give a string, a list or a map")


def _index(_: Run, value: Any, *keys: Any) -> Any:
    if value is None or value is MISSING:
        raise Failure("there is no value to index; test that it is there")
    for key in keys:
        if value is None:
            raise Failure("index of a nil value; test that it is there")
        if isinstance(value, dict):
            value = _at_key(value, key)
        elif isinstance(value, list | str):
            value = _at(value, key)
        else:
            raise Failure(f"{type_name(value)} cannot be indexed; give a list or a map")
    return value


def _at_key(value: dict[str, Any], key: Any) -> Any:
    if not isinstance(key, str):
        raise Failure(f"a map's key is a string, and not {type_name(key)}")
    return value.get(key, "" if isinstance(value, StringMap) else None)


def _at(value: Any, key: Any) -> Any:
    if not isinstance(key, int) or isinstance(key, bool):
        raise Failure(f"a list's index is an integer, and not {type_name(key)}")
    items = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    if not 0 <= key < len(items):
        raise Failure(f"index {int(key)} is out of range; there are {len(items)}")
    return items[key]


def _equal(_: Run, one: Any, *others: Any) -> bool:
    _comparable(one)
    if not others:
        raise Failure("one value alone cannot be compared; give a second")
    return any(_same(one, other) for other in others)


def _same(one: Any, other: Any) -> bool:
    first, second = _BASIC.get(kind(one)), _BASIC.get(kind(other))
    nothing = kind(one) == "invalid", kind(other) == "invalid"
    if any(nothing):
        return all(nothing)
    if first != second:
        raise Failure(f"{type_name(one)} and {type_name(other)} cannot be compared; convert one of them")
    _comparable(other)
    return bool(one == other)


def _comparable(value: Any) -> None:
    if isinstance(value, list | dict):
        raise Failure(f"{type_name(value)} cannot be compared; use deepEqual")


def _unequal(run: Run, one: Any, other: Any) -> bool:
    return not _equal(run, one, other)


def _less(_: Run, one: Any, other: Any) -> bool:
    first, second = _BASIC.get(kind(one)), _BASIC.get(kind(other))
    for name, value in ((first, one), (second, other)):
        if name is None:
            raise Failure(f"{type_name(value)} has no order; give numbers or strings")
    if first != second:
        raise Failure(f"{type_name(one)} and {type_name(other)} cannot be compared; convert one of them")
    if first == "bool":
        raise Failure("booleans have no order; use eq")
    return bool(one < other)


def _less_or_equal(run: Run, one: Any, other: Any) -> bool:
    return _less(run, one, other) or _equal(run, one, other)


def _print(run: Run, *values: Any) -> str:
    return printing.joined(values, run.budget)


def _println(run: Run, *values: Any) -> str:
    parts = [printing.text(value, run.budget) for value in values]
    run.budget.text(sum(map(len, parts)))
    return " ".join(parts) + "\n"


def _printf(run: Run, pattern: str, *values: Any) -> str:
    return formatting.formatted(pattern, values, run.budget)


def _printed(run: Run, values: Sequence[Any]) -> str:
    """Print what is escaped next; nothing reads there as where an action writes it."""
    return printing.joined(["<no value>" if value is None else value for value in values], run.budget)


def _html(run: Run, *values: Any) -> str:
    return _HTML_CHARACTERS.sub(lambda found: _HTML[found[0]], _printed(run, values))


def _js(run: Run, *values: Any) -> str:
    return "".join(map(_js_character, _printed(run, values)))


def _js_character(char: str) -> str:
    if char in _JS:
        return _JS[char]
    return char if char.isprintable() else f"\\u{ord(char):04X}"


def _urlquery(run: Run, *values: Any) -> str:
    octets = _printed(run, values).encode("utf-8", "surrogateescape")
    return "".join(chr(o) if o in _UNRESERVED else "+" if o == ord(" ") else f"%{o:02X}" for o in octets)


def _call(_: Run, value: Any, *__: Any) -> Any:
    raise Failure(
        f"{type_name(value)} is no function, and no value of a template is one; call functions by their names"
    )


def _evaluated(_: Run, *__: Any) -> Any:
    raise AssertionError("the engine evaluates and and or itself, because they stop at the first answer")


FUNCTIONS: tuple[Callee, ...] = (
    function("and", "value value...", _evaluated),
    function("or", "value value...", _evaluated),
    function("not", "value", lambda _, value: not truth(value)),
    function("len", "value", _length),
    function("index", "value value...", _index),
    function("eq", "value value...", _equal),
    function("ne", "value value", _unequal),
    function("lt", "value value", _less),
    function("le", "value value", _less_or_equal),
    function("gt", "value value", lambda run, one, other: not _less_or_equal(run, one, other)),
    function("ge", "value value", lambda run, one, other: not _less(run, one, other)),
    function("print", "any...", _print),
    function("println", "any...", _println),
    function("printf", "string any...", _printf),
    function("html", "any...", _html),
    function("js", "any...", _js),
    function("urlquery", "any...", _urlquery),
    function("call", "value value...", _call),
)
