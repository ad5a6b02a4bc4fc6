"""Write one scalar so that every reader takes it for the same value.

The readers are PyYAML and ruamel.yaml, for YAML 1.1 and 1.2, and Go's, which kubectl, Flux and Argo CD use
and which takes ``y``, ``0o10`` and ``12e03`` for a boolean and two numbers. The law: a string stands plain
only where none of them can take it for anything else; what is doubtful is quoted, which costs two characters.
"""

import re
from math import isfinite

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\0": "\\0", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}

# What may not stand as it is, even in quotes: what a reader refuses (control characters), what YAML 1.1
# takes for a line break (U+0085, U+2028, U+2029), and what a reviewer cannot see (no-break and zero-width
# spaces, writing directions, tags). The ranges are written out because Python's own tables change with
# its version and the same input must give the same bytes.
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff\U000e0000-\U000e0fff"
)
# Odd texts are rare: the first one pays for reading the pattern, and not every start of the program.
_ODD = f"[{_UNSEEN}]"
_TO_ESCAPE = rf'[{_UNSEEN}\t\n"\\]'
_SURROGATE = "[\ud800-\udfff]"

# Words with single spaces between them. No "#" and no quotes; ":" only inside a word.
_INSIDE = r"[A-Za-z0-9_./@+=,();'*~%$-]*+"
_PLAIN = re.compile(rf"[A-Za-z0-9_/]{_INSIDE}(?:(?::(?=[A-Za-z0-9/*])| (?=[A-Za-z0-9_/(])){_INSIDE})*+")
# The numbers and dates of all readers are made of digits, a-f, o, p, t, x, z, "_.:+-" and spaces. What begins
# like one is plain only with a character that none of them has: 500m, 10Gi, 10.0.0.0/8, but not 12e03.
_NO_NUMBER = re.compile(r"[g-nq-su-wG-NQ-SU-W/]")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf", "infinity"])

_LINE_START = re.compile(r"\n(?=[^\n])")


def string(value: str, indent: str) -> str:
    """Write *value* as it stands after ``key:`` or ``-`` at *indent*: plain, quoted, or as a block."""
    if "\n" in value and _fits_block(value):
        return _block(value, indent + "  ")
    return line(value)


def line(value: str) -> str:
    """Write *value* on one line, however long: plain if no reader can misread it, else in double quotes."""
    if _PLAIN.fullmatch(value) and not _misleading(value):
        return value
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    if surrogate := re.search(_SURROGATE, value):
        raise TypeError(f"a string holds U+{ord(surrogate[0]):04X}, half a character, which no file can hold")
    return f'"{re.sub(_TO_ESCAPE, _escape, value)}"'


def number(value: float) -> str:
    """Write an int of 64 bits or a finite float; with a point before an exponent, or YAML 1.1 reads a string."""
    if not (-(2**63) <= value < 2**63 if isinstance(value, int) else isfinite(value)):
        raise TypeError("not a finite number, or an integer of more than the 64 bits that Kubernetes keeps")
    text = repr(value)
    return text.replace("e", ".0e") if "e" in text and "." not in text else text


def comment(text: str) -> str:
    """Make *text* safe within a comment: one line, nothing unseen. ``from_comment`` gives it back."""
    if "\\" not in text and (text.isprintable() if text.isascii() else not re.search(_TO_ESCAPE, text)):
        return text
    from json import dumps  # nearly no path or name is odd

    return dumps(text)[1:-1]


def from_comment(text: str) -> str:
    """Give back what ``comment`` was given; raise ValueError for what it cannot have written."""
    if "\\" not in text:
        return text
    from json import loads

    return str(loads(f'"{text}"'))


def _misleading(word: str) -> bool:
    if word[0].isdigit():
        return not _NO_NUMBER.search(word)
    return word.lower() in _WORDS


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - the widths of YAML's escapes


def _fits_block(value: str) -> bool:
    """Tell whether a block keeps *value* exactly; blanks alone on its last line would be lost."""
    last = value.rstrip("\n").rpartition("\n")[2]
    return last.strip() != "" and not re.search(_ODD, value)


def _block(value: str, indent: str) -> str:
    """Write a literal block, whose header says what its first line and its end would leave open."""
    first = "2" if value[0] in " \t\n" else ""
    last = "-" if not value.endswith("\n") else "+" if value.endswith("\n\n") else ""
    text = _LINE_START.sub("\n" + indent, "\n" + value.removesuffix("\n"))
    return f"|{first}{last}{text}"
