"""JSON as Go's ``encoding/json`` reads and writes it: keys in order, ``<`` and ``&`` escaped, floats its own way."""

import json
import re
from math import isinf
from typing import Any

from generator.gotemplate import printing
from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.values import MISSING, ExecResult, NilList, NilMap, whole

#: Floats have no exponent between these.
_TINY, _HUGE = 1e-6, 1e21
_ESCAPED = re.compile(r'[\x00-\x1f"\\<>&\u2028\u2029\ud800-\udfff]')
_ESCAPED_RAW = re.compile(r'[\x00-\x1f"\\\u2028\u2029\ud800-\udfff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def read(text: str, budget: Budget) -> Any:
    """Read JSON; every number is a float, as in Go. Raise :class:`Failure` for what is none."""
    budget.step(len(text) // 8)
    try:
        return _whole(json.loads(text, parse_int=_number, parse_float=_number, parse_constant=_constant))
    except (ValueError, RecursionError) as error:
        raise Failure(f"the text is not JSON: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[0].lower()}{error.msg[1:]} at its line {error.lineno}, column {error.colno}"
    return "it nests too deep" if isinstance(error, RecursionError) else str(error)


def _number(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError(f"{text} is too large a number")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"{text} is no value; write null or a number")


def _whole(value: Any) -> Any:
    """Replace halves of characters, all the way down."""
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {whole(key): _whole(item) for key, item in value.items()}
    return value


def write(value: Any, budget: Budget, *, html: bool = True, indent: str = "") -> str:
    """Write a value; raise :class:`Failure` for what JSON has no text for. With *html*, ``<`` is an escape."""
    return _Writer(budget, _ESCAPED if html else _ESCAPED_RAW, indent).write(value, "\n", 0)


class _Writer:
    def __init__(self, budget: Budget, escaped: re.Pattern[str], indent: str) -> None:
        self.budget, self.escaped, self.indent = budget, escaped, indent

    def write(self, value: Any, newline: str, depth: int) -> str:
        self.budget.step()
        if depth > printing.DEEPEST:
            raise Failure(f"a value nests more than {printing.DEEPEST} deep, or holds itself")
        if isinstance(value, list) and not isinstance(value, NilList):
            written = self.items(value, newline, depth)
        elif isinstance(value, dict) and not isinstance(value, NilMap):
            written = self.pairs(value, newline, depth)
        elif isinstance(value, ExecResult):
            fields = {name: getattr(value, name) for name in ("Err", "ExitCode", "Stderr", "Stdout")}
            written = self.pairs(fields, newline, depth)
        else:
            written = self.scalar(value)
        self.budget.text(len(written))
        return written

    def items(self, value: list[Any], newline: str, depth: int) -> str:
        inner = newline + self.indent
        return self.enclosed("[]", newline, [self.write(item, inner, depth + 1) for item in value])

    def pairs(self, value: dict[str, Any], newline: str, depth: int) -> str:
        inner, colon = newline + self.indent, ": " if self.indent else ":"
        parts = [self.string(key) + colon + self.write(value[key], inner, depth + 1) for key in sorted(value)]
        return self.enclosed("{}", newline, parts)

    def enclosed(self, braces: str, newline: str, parts: list[str]) -> str:
        if not parts:
            return braces
        if not self.indent:
            return braces[0] + ",".join(parts) + braces[1]
        inner = newline + self.indent
        return braces[0] + inner + f",{inner}".join(parts) + newline + braces[1]

    def scalar(self, value: Any) -> str:
        if isinstance(value, str):
            return self.string(value)
        if value is None or value is MISSING or isinstance(value, NilList | NilMap):
            return "null"
        return number(value) if isinstance(value, float) else printing.scalar(value)

    def string(self, value: str) -> str:
        return f'"{self.escaped.sub(_escape, value)}"'


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    number = ord(char)
    return _SHORT.get(char) or ("\\ufffd" if 0xD800 <= number < 0xE000 else f"\\u{number:04x}")  # noqa: PLR2004 - surrogates


def number(value: float) -> str:
    """Write a float as JSON: ``0.1``, ``1e+21``, ``1e-7``."""
    if printing.special(value) is not None:
        raise Failure(f"{printing.special(value)} is no number in JSON")
    if value == 0:
        return "-0" if str(value)[0] == "-" else "0"
    found, point = printing.digits(abs(value))
    sign = "-" if value < 0 else ""
    if _TINY <= abs(value) < _HUGE:
        return sign + printing.without_exponent(found, point)
    mantissa, exponent = printing.with_exponent(found, point).split("e")
    return f"{sign}{mantissa}e{exponent[0]}{exponent[1:].lstrip('0')}"
