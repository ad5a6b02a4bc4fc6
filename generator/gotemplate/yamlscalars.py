"""How the YAML writer that Kubernetes' tools use decides on the style of a string: plain, quoted, or as a block.

The rules are those of ``gopkg.in/yaml.v2`` 2.4.0 under ``sigs.k8s.io/yaml`` 1.3.0, found by reading and by trial.
"""

import re

from msgspec import Struct

from generator.gotemplate.literals import floating, integer
from generator.gotemplate.values import LARGEST

_WORDS = frozenset(
    word
    for group in (
        "y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF",
        "~ null Null NULL .nan .NaN .NAN .inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF",
    )
    for word in group.split()
)
_YAML_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d)))"
    r"|(?: (\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?))?",
    re.ASCII,
)
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: What Go's writer does not print as it is; a tab and a carriage return are among it.
_UNPRINTABLE = re.compile(r"[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
BREAKS = "\n\r\x85\u2028\u2029"
_BREAK = re.compile(f"[{BREAKS}]")
_BREAK_SPACE = re.compile(f"[{BREAKS}] ")
_SPACE_BREAK = re.compile(f" [{BREAKS}]")
#: What no plain scalar may begin with or hold, outside of flow collections.
_INDICATED = re.compile(
    rf"---|\.\.\.|[#,\[\]{{}}&*!|>'\"%@`]|[?:-](?:[ \t]|\Z)|.*?(?::(?:[ \t]|\Z)|[ \t{BREAKS}\0]#)", re.DOTALL
)


class Styles(Struct, frozen=True):
    """Which styles keep a string as it is, and whether it has several lines."""

    plain: bool
    single: bool
    block: bool
    multiline: bool


def ambiguous(value: str) -> bool:
    """Tell whether a reader would take a plain *value* for other than a string."""
    if value == "" or value in _WORDS:
        return True
    first = value[0]
    if first == ".":
        return floating(value) is not None and abs(floating(value) or 0) != float("inf")
    if first not in "+-0123456789":
        return False
    return _date(value) or _numeric(value.replace("_", "")) or bool(_BASE_60.fullmatch(value))


def _numeric(text: str) -> bool:
    whole = integer(text)
    if whole is not None and (-(2**63) <= whole <= LARGEST or (whole < 2**64 and text[0] not in "+-")):
        return True
    if _YAML_FLOAT.fullmatch(text):
        return abs(float(text)) != float("inf")
    return bool(re.fullmatch(r"-?0b[+-]?[01]{1,64}", text))


def _date(value: str) -> bool:
    found = _DATE.fullmatch(value)
    if not found:
        return False
    year, month, day = (int(part) for part in found.groups()[:3])
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)  # noqa: PLR2004 - the calendar
    if not 1 <= day <= _MONTHS[month - 1] + leap:
        return False
    hour, minute, second = (int(part) for part in found.groups()[3:6]) if found[4] else (0, 0, 0)
    if found[9]:
        hour, minute, second = (int(part) for part in found.groups()[8:11])
    zone = (int(found[7] or 0), int(found[8] or 0))
    return hour < 24 and minute < 60 and second < 60 and zone[0] <= 24 and zone[1] < 60  # noqa: PLR2004 - clocks


def styles(value: str) -> Styles:
    """Tell which styles a string can be written in."""
    if not value:
        return Styles(plain=True, single=True, block=False, multiline=False)
    multiline = bool(_BREAK.search(value))
    special = bool(_UNPRINTABLE.search(value)) or bool(_SPACE_BREAK.search(value))
    edges = value[0] in " " + BREAKS or value[-1] in " " + BREAKS
    return Styles(
        plain=not (multiline or special or edges or _INDICATED.match(value)),
        single=not special and not _BREAK_SPACE.search(value),
        block=not special and value[-1] != " ",
        multiline=multiline,
    )
