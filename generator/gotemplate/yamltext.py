"""``toYaml``: values as ``sigs.k8s.io/yaml`` writes them, to the byte, without the last newline.

Keys are sorted (numbers within them by their value), sequences stand at their key's indent, texts fold after column 80,
and texts of several lines are ``|`` blocks. A value goes through JSON first, so that what JSON changes is changed here.
"""

import re
from functools import cmp_to_key
from typing import Any

from generator.gotemplate import jsontext, printing
from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.values import LARGEST, MISSING, SMALLEST, ExecResult, NilList, NilMap, whole, wrapped
from generator.gotemplate.yamlscalars import BREAKS, ambiguous, styles

#: A line may grow to this column before a blank breaks it.
_WIDTH = 80
_STEP = 2
#: A key of more bytes stands after a question mark.
_LONGEST_KEY = 128
#: A key of more characters cannot be read back from JSON by Go's YAML reader.
_LONGEST_READ = 1024
_ESCAPES = {
    "\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
_TO_ESCAPE = re.compile(r'[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|["\\\u2028\u2029]')
#: Control characters that JSON leaves as they are and YAML's reader refuses.
_REFUSED = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff]")
#: U+0085 ends a line for YAML's reader, which folds it with the blanks around it; JSON does not escape it.
_FOLDED = re.compile(" *\x85[ \x85]*")
_BOM = "\ufeff"


def write(value: Any, budget: Budget) -> str:
    """Write a value as YAML; raise :class:`Failure` for what has no text."""
    writer = _Writer(budget)
    writer.node(value, -1, in_mapping=False)
    written = "".join(writer.out)
    return written.removesuffix("\n")


class _Writer:
    """Writes nodes to *out*. The law of the place: *indent* is that of the collection around, -1 at the root."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.out: list[str] = []
        self.column = 0
        self.blank = True  # a blank, or nothing, stands before
        self.indention = True  # nothing but indentation stands on this line
        self.depth = 0

    # Text

    def put(self, text: str) -> None:
        self.budget.text(len(text))
        self.out.append(text)
        self.column += len(text)

    def newline(self) -> None:
        self.out.append("\n")
        self.column = 0

    def margin(self, indent: int) -> None:
        """Go to *indent* on a line of its own, unless that is where it stands."""
        indent = max(indent, 0)
        if not self.indention or self.column > indent or (self.column == indent and not self.blank):
            self.newline()
        if self.column < indent:
            self.put(" " * (indent - self.column))
        self.blank = self.indention = True

    def mark(self, text: str, *, spaced: bool, blank: bool = False, indention: bool = False) -> None:
        if spaced and not self.blank:
            self.put(" ")
        self.put(text)
        self.blank = blank
        self.indention = self.indention and indention

    # Nodes

    def node(self, value: Any, indent: int, *, in_mapping: bool) -> None:
        self.budget.step()
        self.depth += 1
        if self.depth > printing.DEEPEST:
            raise Failure(f"a value nests more than {printing.DEEPEST} deep, or holds itself")
        if isinstance(value, ExecResult):
            value = {"Err": value.Err, "ExitCode": value.ExitCode, "Stderr": value.Stderr, "Stdout": value.Stdout}
        if isinstance(value, dict) and not isinstance(value, NilMap):
            self.mapping(value, indent)
        elif isinstance(value, list) and not isinstance(value, NilList):
            self.sequence(value, indent, in_mapping=in_mapping)
        elif isinstance(value, str):
            self.string(_readable(value), indent)
        else:
            self.plain(_number(value), indent, folds=True)
        self.depth -= 1

    def sequence(self, value: list[Any], indent: int, *, in_mapping: bool) -> None:
        if not value:
            self.mark("[", spaced=True, blank=True)
            self.mark("]", spaced=False)
            return
        if indent < 0:
            indent = 0
        elif not in_mapping or self.indention:
            indent += _STEP
        for item in value:
            self.margin(indent)
            self.mark("-", spaced=True, indention=True)
            self.node(item, indent, in_mapping=False)

    def mapping(self, value: dict[str, Any], indent: int) -> None:
        if not value:
            self.mark("{", spaced=True, blank=True)
            self.mark("}", spaced=False)
            return
        indent = indent + _STEP if indent >= 0 else 0
        for key, item in sorted(((_readable_key(key), item) for key, item in value.items()), key=_natural):
            self.budget.step()
            self.margin(indent)
            if styles(key).multiline or len(key.encode("utf-8")) > _LONGEST_KEY:
                self.mark("?", spaced=True, indention=True)
                self.string(key, indent)
                self.margin(indent)
                self.mark(":", spaced=True, indention=True)
            else:
                self.string(key, indent, is_key=True)
                self.mark(":", spaced=False)
            self.node(item, indent, in_mapping=True)

    # Strings

    def string(self, value: str, indent: int, *, is_key: bool = False) -> None:
        can = styles(value)
        indent += _STEP if indent >= 0 else _STEP + 1
        if "\n" in value and can.block and not is_key:
            self.block(value, indent)
        elif "\n" in value or ambiguous(value):
            self.double(value, indent, folds=not is_key)
        elif can.plain and not (is_key and not value):
            self.plain(value, indent, folds=not is_key)
        elif can.single:
            self.single(value, indent, folds=not is_key)
        else:
            self.double(value, indent, folds=not is_key)

    def plain(self, value: str, indent: int, *, folds: bool) -> None:
        if not self.blank:
            self.put(" ")
        if folds and self.column + len(value) > _WIDTH and " " in value:
            self.folded(value, indent)
        else:
            self.put(value)
        self.blank = self.indention = False

    def folded(self, value: str, indent: int) -> None:
        """Write plain text, and break it at single blanks past the width."""
        words = value.split(" ")
        for at, word in enumerate(words):
            if at and self.column > _WIDTH and word and words[at - 1]:
                self.indention = False
                self.margin(indent)
            elif at:
                self.put(" ")
            self.put(word)

    def single(self, value: str, indent: int, *, folds: bool) -> None:
        self.mark("'", spaced=True)
        spaces = breaks = False
        for at, char in enumerate(value):
            if char == " ":
                alone = 0 < at < len(value) - 1 and not spaces and value[at + 1] != " "
                if folds and self.column > _WIDTH and alone:
                    self.margin(indent)
                else:
                    self.put(" ")
                spaces = True
            elif char in BREAKS:
                if not breaks and char == "\n":
                    self.newline()
                self.put(char)
                self.column = 0
                self.indention = breaks = True
            else:
                if breaks:
                    self.margin(indent)
                self.put("''" if char == "'" else char)
                self.indention = spaces = breaks = False
        self.mark("'", spaced=False)

    def double(self, value: str, indent: int, *, folds: bool) -> None:
        self.mark('"', spaced=True)
        spaces = False
        everything = value.startswith(_BOM)  # as Go's writer does it, which asks for it at each character
        for at, char in enumerate(value):
            if char != " " or everything:
                self.put(_escaped(char, everything=everything))
                spaces = False
                continue
            if folds and not spaces and self.column > _WIDTH and 0 < at < len(value) - 1:
                self.margin(indent)
                if value[at + 1] == " ":
                    self.put("\\")
            else:
                self.put(" ")
            spaces = True
        self.mark('"', spaced=False)

    def block(self, value: str, indent: int) -> None:
        self.mark("|", spaced=True)
        if value[0] in " " + BREAKS:
            self.mark(str(_STEP), spaced=False)
        if value[-1] not in BREAKS:
            self.mark("-", spaced=False)
        elif len(value) == 1 or value[-2] in BREAKS:
            self.mark("+", spaced=False)
        self.newline()
        self.indention = self.blank = breaks = True
        for line in re.split(f"([{BREAKS}])", value):
            if line == "\n":
                self.newline()
                self.indention = breaks = True
            elif line and line in BREAKS:
                self.put(line)
                self.column = 0
                self.indention = breaks = True
            elif line:
                if breaks:
                    self.margin(indent)
                self.put(line)
                self.indention = breaks = False


def _escaped(char: str, *, everything: bool) -> str:
    if not everything and not _TO_ESCAPE.match(char):
        return char
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"  # noqa: PLR2004 - the widths of YAML's escapes


def _readable(value: str) -> str:
    """Return a string as it comes out of the JSON between; raise for what YAML does not read."""
    if value.isascii() and "\x7f" not in value:
        return value
    if _REFUSED.search(value):
        raise Failure("a text holds a control character, which YAML cannot read")
    return _FOLDED.sub(lambda found: "\n" * (found[0].count("\x85") - 1) or " ", whole(value))


def _readable_key(value: str) -> str:
    if "\x85" in value:
        raise Failure("a key holds U+0085, which YAML takes for the end of a line")
    if len(value) > _LONGEST_READ:
        raise Failure(f"a key has more than {_LONGEST_READ} characters, which YAML cannot read")
    return _readable(value)


def _number(value: Any) -> str:
    """Write what is no string and no collection; what JSON writes as an integer is one here too."""
    if value is None or value is MISSING or isinstance(value, NilList | NilMap):
        return "null"
    if not isinstance(value, float):
        return printing.scalar(value)
    text = jsontext.number(value)
    if text.lstrip("-").isdigit() and SMALLEST <= int(text) <= 2 * LARGEST + 1:
        return str(int(text))
    return printing.general(value)


def _compared(left: tuple[str, Any], right: tuple[str, Any]) -> int:
    """Compare keys: letters after what is none, and numbers by their value."""
    one, other = left[0], right[0]
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return len(one) - len(other)
    a, b = one[at], other[at]
    if a.isalpha() or b.isalpha():
        return ord(a) - ord(b) if a.isalpha() and b.isalpha() else -1 if b.isalpha() else 1
    first, second = _digits(one, at), _digits(other, at)
    within = "0" in {a, b} and re.search(r"[1-9]\d*\Z", one[:at]) is not None
    numbers = [wrapped(int(f"{1 if within else ''}{digits}" or 0)) for digits in (first, second)]
    if numbers[0] != numbers[1]:
        return numbers[0] - numbers[1]
    return len(first) - len(second) or ord(a) - ord(b)


_natural = cmp_to_key(_compared)


def _digits(text: str, at: int) -> str:
    """Return the digits from *at* on, as many as Python makes a number of."""
    found = re.compile(r"[0-9]*").match(text, at)
    return found[0][:400] if found else ""
