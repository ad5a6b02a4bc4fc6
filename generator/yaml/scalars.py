"""Plain scalars: which of them every YAML reader reads the same, and what to write in the place of the others.

A scalar without quotes is a text to one reader and a number, a boolean or a date to another. What is kept is what
PyYAML (YAML 1.1), ruamel.yaml (1.1 and 1.2) and kubectl all read as one and the same value; everything else is
refused, together with the value that kubectl makes of it. No I/O and no YAML library here.
"""

import base64
import binascii
import math
import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

Scalar = None | bool | int | float | str

#: Beyond it JSON readers that keep numbers as doubles (jq, JavaScript, kubectl itself) round integers.
MAX_INTEGER = 2**53

_SHOWN = 60  # characters of a value that a message repeats

_AGREED: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BOOLEANS = {
    spelt: word in {"y", "yes", "on"}
    for word in ("y", "yes", "on", "n", "no", "off")
    for spelt in (word, word.title(), word.upper())
}

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")

_TO_SOME = "to some YAML readers and text to others"
_NO_JSON = "a number that JSON does not know"
_ODD_NUMBER = "not how JSON writes a number"
_NUMBER = f"a number {_TO_SOME}"
#: What the refused ones are, the first that matches; each pattern covers what any of the readers resolves.
_KINDS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", _NO_JSON),
        (r"[-+]?0[0-9_]+", "an octal number to some YAML readers and a decimal one to others"),
        (r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", f"a number of base 60 {_TO_SOME}"),
        (r"[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:(?:[Tt]|[ \t]+)[0-9][0-9]?:.*)?", f"a date {_TO_SOME}"),
        (r"\+[0-9]+(?:\.[0-9]*)?|[-+]?[0-9]+\.|[-+]?\.[0-9]+|-?0[0-9]+\.[0-9]+", _ODD_NUMBER),
        (r"[-+]?0_*[xX][0-9a-fA-F_]+|[-+]?0_*[oO][0-7_]+|[-+]?0_*[bB][01_]+", _NUMBER),
        (r"[-+][0-9_]+|[0-9][0-9_]*", _NUMBER),
        (r"[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9_]+)?", _NUMBER),
        (r"=", f"a default value {_TO_SOME}"),
        (r"<<", f"a merge of mappings {_TO_SOME}"),
    )
)  # fmt: skip
#: All of what they are begins with one of these.
_ODD_STARTS = frozenset("+-.0123456789=<")


class Refusal(Struct, frozen=True):
    """Why a scalar cannot stay as it is written, and the value that kubectl reads in it.

    ``ways`` are what to write instead: first the text, then the value, where all readers read that alike.
    """

    what: str
    ways: tuple[str, ...]
    value: Scalar

    @property
    def message(self) -> str:
        """What to say where nothing is known of what is wanted."""
        return self.said(self.ways)

    def said(self, ways: Iterable[str]) -> str:
        """Say what is wrong, and some of the ways."""
        return f"{self.what}; write {' or '.join(ways)}"


@lru_cache(maxsize=4096)  # files repeat their keys and words: a hit costs a tenth of the rules
def plain(text: str) -> Scalar | Refusal:
    """Read a scalar that stands without quotes."""
    if text in _AGREED:
        return _AGREED[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if text in _BOOLEANS:
        return _refusal(text, f"a boolean {_TO_SOME}")
    kinds = _KINDS if text[0] in _ODD_STARTS else ()
    kind = next((kind for pattern, kind in kinds if pattern.fullmatch(text)), None)
    if kind is None and isinstance(as_kubernetes_reads(text), str):
        return text
    return _refusal(text, kind or _NUMBER)


@lru_cache(maxsize=4096)
def key_refusal(text: str) -> Refusal | None:
    """Say why a scalar without quotes cannot be a key; ``None`` when it can: keys are texts."""
    value = plain(text)
    if isinstance(value, str):
        return None
    if text == "<<":
        return Refusal("'<<' merges mappings for some YAML readers only", ("out the keys that it brings",), text)
    known = as_key(value.value if isinstance(value, Refusal) else value, text)
    if text in _AGREED or not isinstance(value, Refusal):
        return Refusal(f"{shown(text)} is {_named(value)}, and keys are texts", (quoted(text),), known)
    return Refusal(value.what, (quoted(text),), known)


def as_key(value: Scalar, text: str) -> str:
    """Write a key as kubectl does, which turns every key into text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return text if value is None else str(value)


def tagged(tag: str, text: str) -> Scalar:
    """Read a scalar that carries a tag as kubectl does; it drops the tags that it does not know."""
    if tag.endswith(("2002:int", "2002:bool", "2002:float", "2002:null")):
        return as_kubernetes_reads(text)
    if tag.endswith("2002:binary"):
        try:
            return base64.b64decode(text).decode(errors="replace")
        except (binascii.Error, ValueError):
            return text
    return text


def as_kubernetes_reads(text: str) -> Scalar:
    """Read a plain scalar as kubectl does: the rules of sigs.k8s.io/yaml, without the numbers that JSON lacks."""
    if text in _AGREED:
        return _AGREED[text]
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] == ".":
        return _decimal(re.sub(r"(?<=[0-9])_(?=[0-9])", "", text), text)  # Go lets "_" stand between two digits
    return _number(text) if text[0] in "+-0123456789" else text


def quoted(text: str) -> str:
    """Write a scalar in double quotes; those that need them hold nothing to escape."""
    return f'"{text}"' if len(text) <= _SHOWN else "it in double quotes"


def shown(text: str) -> str:
    """Repeat in a message what is written, cut short when it is long."""
    return repr(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _integer(text: str) -> int | Refusal:
    if len(text) <= len(str(-MAX_INTEGER)) and abs(int(text)) <= MAX_INTEGER:
        return int(text)
    what = f"{shown(text)} is beyond 2**53, where JSON readers round"
    return Refusal(what, (quoted(text),), as_kubernetes_reads(text))


def _float(text: str) -> float | Refusal:
    value = float(text)
    return value if math.isfinite(value) else _refusal(text, _NO_JSON)


def _refusal(text: str, kind: str) -> Refusal:
    value = as_kubernetes_reads(text)
    other = _agreed(value)
    return Refusal(f"{shown(text)} is {kind}", (quoted(text), other) if other else (quoted(text),), value)


def _agreed(value: Scalar) -> str:
    """Write a number or boolean as all readers read it; empty if there is no such way."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not value.is_integer():
        return str(value) if _FLOAT.fullmatch(str(value)) else ""
    return str(int(value)) if isinstance(value, int | float) and abs(value) <= MAX_INTEGER else ""


def _named(value: Scalar | Refusal) -> str:
    return "null" if value is None else "a boolean" if isinstance(value, bool) else "a number"


def _number(text: str) -> Scalar:
    """Read what starts like a number: integers of any base that fit 64 bits, else decimals, else text."""
    bare = text.replace("_", "")
    digits = bare.lstrip("+-") if bare[:1] in "+-" and bare[1:2] not in "+-" else bare
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+", digits):
        return _fitting(int(digits, 0), bare, text)
    if re.fullmatch(r"0[0-7]+", digits):
        return _fitting(int(digits, 8), bare, text)
    if re.fullmatch(r"[0-9]{1,20}", digits) and (digits == "0" or digits[0] != "0"):
        return _fitting(int(digits), bare, text)
    return _decimal(bare, text)


def _fitting(size: int, bare: str, text: str) -> Scalar:
    if bare[0] == "-":
        return -size if size <= 2**63 else _decimal(bare, text)
    return size if size < 2**64 else _decimal(bare, text)


def _decimal(bare: str, text: str) -> Scalar:
    if not re.fullmatch(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", bare):
        return text
    value = float(bare)
    return value if math.isfinite(value) else text
