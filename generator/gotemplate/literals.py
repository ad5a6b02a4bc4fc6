"""Go's literals: strings, raw strings, characters and numbers, from their text to their value."""

import re
from math import isinf

from generator.gotemplate.values import LARGEST, SMALLEST

_ESCAPE = re.compile(
    r"\\(?:(?P<plain>[abfnrtv\\'\"])|x(?P<byte>[0-9a-fA-F]{2})|(?P<octal>[0-7]{3})"
    r"|u(?P<short>[0-9a-fA-F]{4})|U(?P<long>[0-9a-fA-F]{8})|(?P<bad>.|$))",
    re.DOTALL,
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_BYTE = 0xFF
_ASCII = 0x7F
_LAST_CHARACTER = 0x10FFFF
_INTEGER = re.compile(
    r"[+-]?(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)", re.ASCII
)
_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+", re.ASCII)
#: Longer than any number that fits: Python would take its time over it, or refuse it.
_LONGEST = 400


def string(text: str) -> str:
    """Take the quotes and escapes off a string; raise ValueError with what is wrong."""
    if text[0] == "`":
        return text[1:-1].replace("\r", "")
    return _unescaped(text[1:-1], '"') if "\\" in text else text[1:-1]


def character(text: str) -> int:
    """Return the code of a character in single quotes."""
    inner = _unescaped(text[1:-1], "'")
    if len(inner) != 1 or (text[1] == "'"):
        raise ValueError(f"{text} is not one character; write 'x'")
    return ord(inner)


def number(text: str) -> tuple[int | float, int | None]:
    """Return a number's value, and the integer that it is where one is wanted, if it is one.

    As in Go, ``1.0`` and ``1e3`` are floats that may stand where an integer is wanted.
    """
    whole = integer(text)
    if whole is not None:
        if not SMALLEST <= whole <= LARGEST:
            raise ValueError(f"{text} does not fit into 64 bits")
        return whole, whole
    value = floating(text) if set(text) & set(".eEpP") else None  # 08 is neither
    if value is None or isinf(value):
        raise ValueError(f"{text} is not a number; write 10, 0x1f, 0o17 or 1.5e3")
    return value, int(value) if value.is_integer() and SMALLEST <= value <= LARGEST else None


def integer(text: str) -> int | None:
    """Read an integer as Go does where the base is open (``0x1f``, ``0o17``, ``017``, ``1_0``); None if it is none."""
    if not _INTEGER.fullmatch(text) or len(text) > _LONGEST:
        return None
    digits = text.lstrip("+-").replace("_", "").lower()
    value = int(digits, 8) if digits[0] == "0" and digits.isdigit() else int(digits, 0)
    return -value if text[0] == "-" else value


def floating(text: str) -> float | None:
    """Read a float as Go does; None if it is none."""
    if _FLOAT.fullmatch(text):
        return float(text)
    if _HEX_FLOAT.fullmatch(text):
        try:
            return float.fromhex(text)
        except OverflowError:
            return None
    return None


def _unescaped(inner: str, quote: str) -> str:
    def plain(found: re.Match[str]) -> str:
        name, value = found.lastgroup, found[found.lastgroup or 0]
        if name == "plain" and value not in {"'", '"'} - {quote}:
            return _PLAIN.get(value, value)
        if name in {"byte", "octal"}:
            return _byte(int(value, 16 if name == "byte" else 8), found[0])
        if name in {"short", "long"}:
            return _rune(int(value, 16), found[0])
        raise ValueError(f"{found[0]} is no escape; write \\\\ for a backslash, or the text between backquotes")

    text = _ESCAPE.sub(plain, inner)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _byte(value: int, text: str) -> str:
    if value > _BYTE:
        raise ValueError(f"{text} is more than a byte; write \\377 or less")
    return chr(value) if value <= _ASCII else bytes([value]).decode("utf-8", "surrogateescape")


def _rune(value: int, text: str) -> str:
    if value > _LAST_CHARACTER or 0xD800 <= value < 0xE000:  # noqa: PLR2004 - halves of pairs are no characters
        raise ValueError(f"{text} is no character; Unicode ends at \\U0010ffff and has none from \\ud800 to \\udfff")
    return chr(value)
