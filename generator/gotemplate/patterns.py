"""Regular expressions of Go's syntax (RE2) to programs whose time is linear in the text.

Python's own engine can take exponential time, and its syntax is another. What RE2 does not have (look-around,
back-references) is refused as there; Unicode classes, which no template is known to use, are refused too.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, NoReturn

from msgspec import Struct
from msgspec.structs import replace

from generator.gotemplate.errors import Failure

#: RE2's bound for ``{n,m}``, and ours for the whole program.
_MOST_REPEATS = 1000
_MOST_INSTRUCTIONS = 5000
_DEEPEST = 30
_LONGEST = 2000
_MOST_GROUPS = 50

Test = Callable[[str], bool]


class Instruction(NamedTuple):
    """``char`` (a test of one character), ``split`` (first *to*, then *other*), ``save``, ``assert`` or ``match``."""

    do: str
    to: int = 0
    other: int = 0
    test: Test | None = None
    name: str = ""


class Pattern(Struct, frozen=True):
    """A program, with its number of groups and their names."""

    program: tuple[Instruction, ...]
    groups: int
    names: tuple[tuple[str, int], ...]


class _Flags(Struct, frozen=True):
    folds: bool = False
    lines: bool = False
    dots: bool = False
    swaps: bool = False


#: A piece of a program, with jumps relative to its own beginning.
_Piece = tuple[Instruction, ...]

_CLASSES: dict[str, str] = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\t\n\f\r "}
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": "\x00-\x7f", "blank": "\t ", "cntrl": "\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@[-`{-~", "space": "\t\n\v\f\r ",
    "upper": "A-Z", "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_ESCAPES = {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_REPEAT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)
_GROUP = re.compile(r"\?(?:P?<(?P<name>\w+)>|(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)]))", re.ASCII)
_HEX = re.compile(r"x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))")


@lru_cache(maxsize=64)
def compiled(text: str) -> Pattern:
    """Compile a regular expression; raise :class:`Failure` for what is none."""
    if len(text) > _LONGEST:
        raise Failure(f"a regular expression of {len(text)} characters is too long; {_LONGEST} are the most")
    parser = _Parser(text)
    piece = parser.alternatives(_Flags())
    if parser.at < len(text):
        parser.fail("a parenthesis closes nothing")
    program = (*_saved(piece, 0), Instruction("match"))
    return Pattern(_absolute(program), parser.groups + 1, tuple(parser.names))


def _absolute(program: _Piece) -> _Piece:
    return tuple(
        one._replace(to=at + one.to, other=at + one.other) if one.do == "split" else one
        for at, one in enumerate(program)
    )


def _saved(piece: _Piece, group: int) -> _Piece:
    return (Instruction("save", 2 * group), *piece, Instruction("save", 2 * group + 1))


def _jump(distance: int) -> Instruction:
    return Instruction("split", distance, distance)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.groups, self.depth, self.size = 0, 0, 0
        self.names: list[tuple[str, int]] = []

    def fail(self, why: str) -> NoReturn:
        raise Failure(f"{self.text!r} is not a regular expression: {why}")

    def here(self, text: str) -> bool:
        """Take *text* if it stands here."""
        found = self.text.startswith(text, self.at)
        self.at += len(text) if found else 0
        return found

    def grown(self, piece: _Piece) -> _Piece:
        if len(piece) > _MOST_INSTRUCTIONS:
            self.fail(f"it is too large; {_MOST_INSTRUCTIONS} steps are the most")
        return piece

    def alternatives(self, flags: _Flags) -> _Piece:
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail("it nests too deep")
        pieces: list[_Piece] = []
        while True:
            piece, flags = self.sequence(flags)
            pieces.append(piece)
            if not self.here("|"):
                break
        self.depth -= 1
        whole = pieces.pop()
        for piece in reversed(pieces):
            whole = (Instruction("split", 1, len(piece) + 2), *piece, _jump(len(whole) + 1), *whole)
            self.grown(whole)
        return whole

    def sequence(self, flags: _Flags) -> tuple[_Piece, _Flags]:
        whole: list[Instruction] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            found = self.flags(flags)
            if found is not None:
                flags = found
                continue
            whole += self.repeated(self.atom(flags), flags)
            self.grown(tuple(whole))
        return tuple(whole), flags

    def flags(self, flags: _Flags) -> _Flags | None:
        """Take ``(?i)``, whose flags hold up to the end of the group."""
        found = _GROUP.match(self.text, self.at + 1) if self.text.startswith("(?", self.at) else None
        if found is None or found["end"] != ")":
            return None
        self.at = found.end()
        return _flagged(flags, found["flags"])

    def repeated(self, piece: _Piece, flags: _Flags) -> _Piece:
        if self.at >= len(self.text):
            return piece
        bounds = self.bounds()
        if bounds is None:
            return piece
        lazy = self.here("?") != flags.swaps
        if self.at < len(self.text) and (self.text[self.at] in "*+?" or _REPEAT.match(self.text, self.at)):
            self.fail("a repetition is repeated; put the first one between parentheses")
        least, most = bounds
        if max(least, most or 0) > _MOST_REPEATS or (most is not None and most < least):
            self.fail(f"a repetition is at most {_MOST_REPEATS} times, the smaller number first")
        if len(piece) * max(least, most or 1, 1) > _MOST_INSTRUCTIONS:
            self.fail(f"it is too large; {_MOST_INSTRUCTIONS} steps are the most")
        return self.grown(piece * least + _rest(piece, None if most is None else most - least, lazy=lazy))

    def bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.here(sign):
                return bounds
        found = _REPEAT.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        least = int(found[1])
        return least, least if not found[2] else int(found[3]) if found[3] else None

    def atom(self, flags: _Flags) -> _Piece:
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self.group(flags)
        if char == "[":
            return (Instruction("char", test=_folded(self.bracket(), flags)),)
        if char == "\\":
            return self.escape(flags)
        if char == ".":
            return (Instruction("char", test=(lambda _: True) if flags.dots else (lambda c: c != "\n")),)
        if char in "^$":
            name = {"^": "line start", "$": "line end"} if flags.lines else {"^": "start", "$": "end"}
            return (Instruction("assert", name=name[char]),)
        if char in "*+?" or _REPEAT.match(self.text, self.at - 1):
            self.fail("a repetition repeats nothing")
        return (Instruction("char", test=_folded(_one_of([(char, char)]), flags)),)

    def group(self, flags: _Flags) -> _Piece:
        number: int | None = None
        if self.text.startswith("?", self.at):
            found = _GROUP.match(self.text, self.at)
            if found is None:
                self.fail("Go has no look-around and no such group; only (?:...), (?P<name>...) and (?i)")
            self.at = found.end()
            if found["name"]:
                number = self.named(found["name"])
            else:
                flags = _flagged(flags, found["flags"])
        else:
            number = self.named("")
        piece = self.alternatives(flags)
        if not self.here(")"):
            self.fail("a parenthesis is not closed")
        return piece if number is None else _saved(piece, number)

    def named(self, name: str) -> int:
        self.groups += 1
        if self.groups > _MOST_GROUPS:
            self.fail(f"it has more than {_MOST_GROUPS} groups; write (?:...) for those that nothing refers to")
        if name:
            self.names.append((name, self.groups))
        return self.groups

    def escape(self, flags: _Flags) -> _Piece:
        anchors = {"A": "start", "z": "end", "b": "boundary", "B": "no boundary"}
        if self.text[self.at : self.at + 1] in {*anchors}:
            self.at += 1
            return (Instruction("assert", name=anchors[self.text[self.at - 1]]),)
        return (Instruction("char", test=_folded(_one_of(*self.escaped()), flags)),)

    def escaped(self) -> tuple[list[tuple[str, str]], bool]:
        """Take what follows a backslash: ranges of characters, and whether they are those that do not match."""
        char = self.text[self.at : self.at + 1]
        found = _HEX.match(self.text, self.at)
        self.at = found.end() if found else self.at + 1
        if found:
            code = int(found[1] or found[2], 16)
            return [(chr(min(code, 0x10FFFF)),) * 2], False
        if char.lower() in _CLASSES:
            return _ranges(_CLASSES[char.lower()]), char.isupper()
        if char in _ESCAPES:
            return [(_ESCAPES[char],) * 2], False
        if not char or char.isalnum():
            self.fail(f"\\{char} is no escape that is known here")
        return [(char, char)], False

    def bracket(self) -> Test:
        """Take a class of characters after its ``[``."""
        negated = self.here("^")
        tests: list[Test] = []
        first = True
        while first or not self.here("]"):
            first = False
            if self.at >= len(self.text):
                self.fail("a [ is not closed")
            tests.append(self.member())
        return lambda char: any(test(char) for test in tests) != negated

    def member(self) -> Test:
        posix = re.compile(r"\[:(\^?)(\w+):\]").match(self.text, self.at)
        if posix:
            if posix[2] not in _POSIX:
                self.fail(f"[:{posix[2]}:] is no class")
            self.at = posix.end()
            return _one_of(_ranges(_POSIX[posix[2]]), bool(posix[1]))
        low, negated = self.end()
        follows = self.text[self.at : self.at + 2]
        if len(low) > 1 or negated or low[0][0] != low[0][1] or follows[:1] != "-" or follows in {"-", "-]"}:
            return _one_of(low, negated)
        self.at += 1
        high, negated = self.end()
        if len(high) > 1 or negated or high[0][1] < low[0][0]:
            self.fail("a range of characters goes backwards")
        return _one_of([(low[0][0], high[0][1])])

    def end(self) -> tuple[list[tuple[str, str]], bool]:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        return self.escaped() if char == "\\" else ([(char, char)], False)


def _rest(piece: _Piece, more: int | None, *, lazy: bool) -> _Piece:
    """Repeat a piece any number of times, or up to *more* times."""
    if more is None:
        skip = len(piece) + 2
        first = Instruction("split", skip, 1) if lazy else Instruction("split", 1, skip)
        return (first, *piece, _jump(-len(piece) - 1))
    whole: _Piece = ()
    for _ in range(more):
        skip = len(piece) + len(whole) + 1
        first = Instruction("split", skip, 1) if lazy else Instruction("split", 1, skip)
        whole = (first, *piece, *whole)
    return whole


def _flagged(flags: _Flags, text: str | None) -> _Flags:
    names = {"i": "folds", "m": "lines", "s": "dots", "U": "swaps"}
    on, _, off = (text or "").partition("-")
    return replace(flags, **{names[c]: True for c in on}, **{names[c]: False for c in off})


def _ranges(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        ranged = text[at + 1 : at + 2] == "-" and at + 2 < len(text)
        found.append((text[at], text[at + 2] if ranged else text[at]))
        at += 3 if ranged else 1
    return found


def _one_of(ranges: list[tuple[str, str]], negated: bool = False) -> Test:  # noqa: FBT001, FBT002 - as it is unpacked
    if len(ranges) == 1:
        low, high = ranges[0]
        return lambda char: (low <= char <= high) != negated
    return lambda char: any(low <= char <= high for low, high in ranges) != negated


def _folded(test: Test, flags: _Flags) -> Test:
    if not flags.folds:
        return test
    return lambda char: test(char) or test(char.lower()) or test(char.upper())
