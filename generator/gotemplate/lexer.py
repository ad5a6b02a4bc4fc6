"""The text of a template to tokens.

A mistake becomes a token too, the last one: what stands before it is parsed first, so that of two mistakes the first is
told.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from generator.gotemplate.errors import Flaw

#: What Go trims at ``{{-`` and ``-}}``.
_BLANKS = " \t\r\n"
_NUMBER = (
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?"
    r"|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_TOKEN = re.compile(
    r"(?P<close>\}\}|[ \t\r\n]-\}\}[ \t\r\n]*)"
    r"|(?P<space>[ \t\r\n]+?(?=[ \t\r\n]-\}\})|[ \t\r\n]+)"
    r"|(?P<declare>:=)|(?P<assign>=)|(?P<pipe>\|)|(?P<left>\()|(?P<right>\))"
    r'|(?P<string>"(?:[^"\\\n]|\\[^\n])*")|(?P<raw>`[^`]*`)|(?P<char>\'(?:[^\'\\\n]|\\[^\n])*\')'
    r"|(?P<variable>\$\w*)"
    rf"|(?P<number>(?=[0-9+-]|\.[0-9]){_NUMBER})"
    r"|(?P<field>\.\w+)|(?P<dot>\.)"
    r"|(?P<word>\w+)"
    r"|(?P<other>[ -~])"
)
_TERMINATED = re.compile(r"[ \t\r\n.,|:)(]|\}\}|\Z")
_KEYWORDS = frozenset(
    ["block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"]  # as Go has them
)
_UNENDED = {
    '"': "a string is not closed; end it with a quote on the same line, or write it between backquotes",
    "`": "a raw string is not closed; end it with a backquote",
    "'": "a character is not closed; write 'x', or a string in double quotes",
    ":": "':' stands alone; write := to declare a variable",
}


class Token(Struct, frozen=True):
    """A kind (a group above, a keyword, ``text``, ``open``, ``mistake`` or ``end of text``), and its text."""

    kind: str
    text: str
    offset: int


class Stream:
    """Tokens, taken one after another."""

    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.at = 0

    def next(self) -> Token:
        """Take the next token; a mistake is raised, and the end stays where it is."""
        token = self.tokens[self.at]
        if token.kind == "mistake":
            raise Flaw(token.offset, token.text)
        if token.kind != "end of text":
            self.at += 1
        return token

    def peek(self) -> Token:
        """Look at the next token."""
        return self.tokens[self.at]

    def solid(self) -> Token:
        """Take the next token that is no space."""
        token = self.next()
        return self.next() if token.kind == "space" else token

    def skip(self) -> Token:
        """Look at the next token that is no space, past the space."""
        if self.peek().kind == "space":
            self.at += 1
        return self.peek()

    def expect(self, kinds: Iterable[str], what: str) -> Token:
        """Take the next token that is no space, which must be one of *kinds*."""
        token = self.solid()
        if token.kind not in kinds:
            raise self.unexpected(token, what)
        return token

    def unexpected(self, token: Token, what: str) -> Flaw:
        """Say that *what* should stand in the place of a token."""
        if token.kind == "mistake":
            return Flaw(token.offset, token.text)
        found = "the text ends" if token.kind == "end of text" else f"{token.text!r} stands"
        return Flaw(token.offset, f"{found} where {what} is expected")


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a template; what a text token leaves out has been trimmed."""
    at = 0
    try:
        while True:
            opening = text.find("{{", at)
            if opening < 0:
                break
            trims = text[opening + 2 : opening + 3] == "-" and text[opening + 3 : opening + 4] in (*_BLANKS,)
            before = text[at:opening].rstrip(_BLANKS) if trims else text[at:opening]
            if before:
                yield Token("text", before, at)
            inside = opening + (4 if trims else 2)
            if text.startswith("/*", inside):
                at = _after_comment(text, inside, opening)
                continue
            yield Token("open", "{{", opening)
            for token in _action(text, inside, opening):
                yield token
                at = token.offset + len(token.text)
    except Flaw as flaw:
        yield Token("mistake", flaw.message, flaw.offset)
        return
    if at < len(text):
        yield Token("text", text[at:], at)
    yield Token("end of text", "", len(text))


def _after_comment(text: str, start: int, opening: int) -> int:
    end = text.find("*/", start + 2)
    if end < 0:
        raise Flaw(opening, "a comment is not closed; end it with */}}")
    found = _TOKEN.match(text, end + 2)
    if found is None or found.lastgroup != "close":
        raise Flaw(opening, "a comment must fill its action; write {{/* ... */}}, or {{- /* ... */ -}} to trim")
    return found.end()


def _action(text: str, at: int, opening: int) -> Iterator[Token]:
    """Yield the tokens of one action, whose closing braces are the last."""
    depth = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            raise _unknown(text, at, opening)
        kind, word = found.lastgroup or "", found[0]
        if kind == "left":
            depth += 1
        elif kind == "right":
            depth -= 1
            if depth < 0:
                raise Flaw(at, "')' closes nothing; remove it, or open a parenthesis before it")
        elif kind == "close" and depth:
            raise Flaw(opening, "a parenthesis is not closed; write ) before the action ends")
        elif kind in {"word", "field", "variable", "number", "other"}:
            kind = _checked(text, found, kind)
        yield Token(kind, word, at)
        at = found.end()
        if kind == "close":
            return


def _checked(text: str, found: re.Match[str], kind: str) -> str:
    """Refuse a word that runs into another; name keywords."""
    word, end = found[0], found.end()
    if kind == "other":
        if word in _UNENDED:
            raise Flaw(found.start(), _UNENDED[word])
        return kind
    if kind == "number":
        if re.match(r"[\w+-]", text[end : end + 1]):
            raise Flaw(found.start(), f"{word + text[end]!r} is not a number; write 10, 0x1f, 0o17 or 1.5e3")
        return kind
    if not _TERMINATED.match(text, end):
        raise Flaw(end, f"{text[end]!r} cannot stand right after {word!r}; separate them by a space")
    if kind == "word":
        return "bool" if word in {"true", "false"} else word if word in _KEYWORDS else kind
    return kind


def _unknown(text: str, at: int, opening: int) -> Flaw:
    if at >= len(text):
        return Flaw(opening, "an action is not closed; end it with }}")
    return Flaw(at, f"{text[at]!r} cannot stand in an action; put it between quotes")
