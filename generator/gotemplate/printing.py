"""Values as Go's ``fmt`` writes them with ``%v``, floats as ``strconv`` does, and strings in Go's quotes."""

import re
from collections.abc import Callable, Sequence
from math import isfinite, isnan
from typing import Any

from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.values import MISSING, ExecResult

#: How deep lists and maps may nest where they are written or compared; a map can be set into itself.
DEEPEST = 100
#: A float is written without an exponent as long as that is from -4 to 5.
_SMALL, _LARGE = -4, 6

_QUOTED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")


def text(value: Any, budget: Budget) -> str:
    """Write a value as ``%v`` does; what is missing reads ``<nil>`` here, and only an action writes ``<no value>``."""
    if type(value) is str:
        return value
    return nested(value, budget, scalar)


def nested(value: Any, budget: Budget, leaf: Callable[[Any], str], depth: int = 0) -> str:
    """Write a value by *leaf*, with lists as ``[a b]`` and maps as ``map[k:v]`` with their keys in order."""
    budget.step()
    if depth > DEEPEST:
        raise Failure(f"a value nests more than {DEEPEST} deep, or holds itself")
    if isinstance(value, list):
        inner = " ".join([nested(item, budget, leaf, depth + 1) for item in value])
        written = f"[{inner}]"
    elif isinstance(value, dict):
        pairs = [f"{leaf(key)}:{nested(value[key], budget, leaf, depth + 1)}" for key in sorted(value)]
        written = f"map[{' '.join(pairs)}]"
    else:
        written = leaf(value)
    budget.text(len(written))
    return written


def scalar(value: Any) -> str:
    """Write what is neither a list nor a map."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return general(value)
    if isinstance(value, ExecResult):
        return value.Stdout
    return "<nil>"


def shown(value: Any, budget: Budget) -> str:
    """Write the result of an action."""
    return "<no value>" if value is None or value is MISSING else text(value, budget)


def joined(values: Sequence[Any], budget: Budget) -> str:
    """Write several values as ``print`` does: with a space between two that are both no strings."""
    parts: list[str] = []
    for at, value in enumerate(values):
        if at and not isinstance(value, str) and not isinstance(values[at - 1], str):
            parts.append(" ")
        parts.append(text(value, budget))
    budget.text(sum(map(len, parts)))
    return "".join(parts)


def digits(value: float) -> tuple[str, int]:
    """Return the fewest digits that mean this positive float, and how many of them stand before the point."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    both = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(both)
    return both.rstrip("0") or "0", point if both.rstrip("0") else 1


def special(value: float) -> str | None:
    """Name what is no finite number."""
    if isfinite(value):
        return None
    return "NaN" if isnan(value) else "+Inf" if value > 0 else "-Inf"


def general(value: float) -> str:
    """Write a float as ``%v`` does: ``1.5``, ``1e+06``, ``1.23456789e+09``."""
    name = special(value)
    if name is not None:
        return name
    found, point = digits(abs(value))
    sign = "-" if str(value)[0] == "-" else ""
    if not _SMALL <= point - 1 < _LARGE:
        return sign + with_exponent(found, point)
    return sign + without_exponent(found, point)


def with_exponent(found: str, point: int) -> str:
    """Write digits as ``d.ddde+xx``."""
    rest = f".{found[1:]}" if len(found) > 1 else ""
    exponent = point - 1
    return f"{found[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def without_exponent(found: str, point: int) -> str:
    """Write digits with a point, if it needs one."""
    if point <= 0:
        return "0." + "0" * -point + found
    if point >= len(found):
        return found + "0" * (point - len(found))
    return f"{found[:point]}.{found[point:]}"


def quoted(value: str) -> str:
    """Write a string in double quotes as ``%q`` does."""
    if _PLAIN.fullmatch(value):
        return f'"{value}"'
    return '"' + "".join(_escape(char) for char in value) + '"'


def _escape(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else _QUOTED.get(char) or code(char)


def code(char: str) -> str:
    """Write a character as an escape of its number; half of a cut character is a byte."""
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:  # noqa: PLR2004 - Python's surrogate escapes
        return f"\\x{number - 0xDC00:02x}"
    if number < 0x80 and not 0x20 <= number < 0x7F:  # noqa: PLR2004 - ASCII's control characters
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - the widths of Go's escapes
