"""What stands for Go's values: Python's own, and a few subclasses where Go's type shows in the output or in an error.

``None`` is an empty interface, as a JSON ``null`` is; ``MISSING`` is no value at all, as a key that a map does not
have. Strings are texts; bytes that are no UTF-8 (a character cut in half) are kept as Python's surrogate escapes.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

_HALF = re.compile("[\ud800-\udfff]")
SMALLEST: Final = -(2**63)
LARGEST: Final = 2**63 - 1


class Missing:
    """No value: what Go prints as ``<no value>``."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


class Int64(int):
    """What Sprig's arithmetic yields: Go does not take it where an ``int`` is wanted."""

    __slots__ = ()


class Strings(list[str]):
    """A ``[]string``."""

    __slots__ = ()


class Ints(list[int]):
    """A ``[]int``."""

    __slots__ = ()


class NilList(list[Any]):
    """A list that was never made: it is as an empty one, but JSON and YAML write it as ``null``."""

    __slots__ = ()


class StringMap(dict[str, str]):
    """A ``map[string]string``."""

    __slots__ = ()


class NilMap(dict[str, Any]):
    """A map that was never made: it can be read but not set."""

    __slots__ = ()


class ExecResult(Struct, frozen=True):
    """What the launcher's ``exec`` returns. Nothing has been run: whoever renders says what would have come of it.

    ``ExitCode`` is -1 where the program did not start or ended by a signal; ``Err`` is ``None`` or a message. Written
    directly, it is its standard output.
    """

    ExitCode: int = 0
    Err: str | None = None
    Stdout: str = ""
    Stderr: str = ""


_TYPES: Mapping[type, tuple[str, str]] = {
    type(None): ("<nil>", "invalid"),
    Missing: ("<nil>", "invalid"),
    bool: ("bool", "bool"),
    int: ("int", "int"),
    Int64: ("int64", "int64"),
    float: ("float64", "float64"),
    str: ("string", "string"),
    list: ("[]interface {}", "slice"),
    NilList: ("[]interface {}", "slice"),
    Strings: ("[]string", "slice"),
    Ints: ("[]int", "slice"),
    dict: ("map[string]interface {}", "map"),
    NilMap: ("map[string]interface {}", "map"),
    StringMap: ("map[string]string", "map"),
    ExecResult: ("ExecResult", "struct"),
}


def type_name(value: Any) -> str:
    """Name the type as Go does: ``string``, ``[]interface {}``."""
    return _TYPES[type(value)][0]


def kind(value: Any) -> str:
    """Name the kind as Go does: ``slice``, ``map``, ``invalid`` for nothing."""
    return _TYPES[type(value)][1]


def truth(value: Any) -> bool:
    """Tell what ``if`` makes of a value: zero and what is empty are false."""
    return value is not MISSING and bool(value)


def whole(text: str) -> str:
    """Replace halves of characters, which JSON's escapes and Python's strings can hold and no file can, as Go does."""
    return text if text.isascii() else _HALF.sub("\ufffd", text)


def taken(value: Any, *, floats: bool) -> Any:
    """Copy data that is rendered, so that no template can change its caller's; raise TypeError for other than JSON's.

    With *floats*, integers become floats, as Go's JSON reader makes them. So do those of more than 64 bits.
    """
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, bool | float | None):
        return value
    if isinstance(value, int):
        return value if not floats and SMALLEST <= value <= LARGEST else float(value)
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("the keys of a template's data must be strings")
        return {whole(key): taken(item, floats=floats) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [taken(item, floats=floats) for item in value]
    raise TypeError(f"a template's data is as JSON has it, and not a {type(value).__name__}")


def wrapped(value: int) -> int:
    """Bring an integer back into 64 bits, as Go's arithmetic does."""
    return (value - SMALLEST) % 2**64 + SMALLEST
