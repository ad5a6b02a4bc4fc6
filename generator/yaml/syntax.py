"""Say in one line what is wrong with a text that is not YAML, and what to write instead.

The parsers tell what they missed, in their own terms; here their words are matched to the mistakes that people make.
No I/O and no YAML library here: words in, a sentence out.
"""

import re
from collections.abc import Iterator

#: Levels of lists and mappings that are read; Kubernetes objects have about 20, and libyaml gives up at 1,000.
MAX_DEPTH = 100
TOO_DEEP = f"this nests deeper than {MAX_DEPTH} levels; flatten it"

#: What a parser says, in libyaml's words and in PyYAML's own, and what to tell people. ``{line}`` is the line in
#: which the construct starts that was being read; the first that matches counts.
_MEANINGS = (
    (
        "maximum nesting depth",
        TOO_DEEP,
    ),
    (
        "tab character",
        "a tab cannot indent YAML; write spaces",
    ),
    (
        "unexpected end of stream",
        "the quoted text that starts in line {line} has no end; write the closing quote",
    ),
    (
        "unexpected document (indicator|separator)",
        "the quoted text that starts in line {line} is cut by a line of '---' or '...'; close it, or indent that line",
    ),
    (
        "mapping values are not allowed",
        "a ':' stands where no key can be; quote the text that holds it, or indent the line as its neighbours are",
    ),
    (
        "sequence entries are not allowed",
        "a list item cannot start here; give each '- ' a line of its own, below the key",
    ),
    (
        "mapping keys are not allowed",
        "a '? ' cannot stand here; put the text that starts with it in double quotes",
    ),
    (
        "expected ',' or",
        "the bracket that opens in line {line} is not closed before this; write the missing ',' or closing bracket",
    ),
    (  # here the parsers name no line but that of the end
        "node content",
        "the file ends within brackets; write the closing one",
    ),
    (
        "expected alphabetic",
        "a text cannot start with '&' or '*'; put it in double quotes",
    ),
    (
        "unknown escape|escape sequence|Unicode character escape|hexdecimal",
        "a backslash in double quotes starts an escape that YAML does not know; write two backslashes",
    ),
    (
        "comment or (a )?line break|chomping or indentation",
        "text cannot follow '|' or '>' in its line; write it in the lines below, indented",
    ),
    (
        "could not find expected ':'",
        "this line is no 'key: value'; write the ':', or indent it as part of the text above",
    ),
    (
        "expected (key|<block end>|'-' indicator)",
        "this does not fit into what starts in line {line}; indent it as its neighbours, or quote what holds quotes",
    ),
    (
        "<document start>",
        "this stands after the end of the document; leave it out",
    ),
)

# What YAML forbids anywhere, and what it allows but programs break lines at, or turn around, each in its own way:
# YAML 1.1 ends a line at U+0085, U+2028 and U+2029 and YAML 1.2 does not; a review shows a text with the direction
# marks (U+202A to U+202E, U+2066 to U+2069) in another order than it is read.
_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
_INVISIBLE = "[\x85\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"


def explain(words: str, at: str, line: int) -> str:
    """Turn a parser's *words*, about the character *at* which it stopped, into a sentence."""
    if at == "\t" and "cannot start any token" in words:
        return "a tab cannot indent YAML; write spaces"
    if at.strip() and ("cannot start any token" in words or "node content" in words):
        return f"a text cannot start with {at!r}; put it in double quotes"
    for pattern, meaning in _MEANINGS:
        if re.search(pattern, words):
            return meaning.format(line=line)
    return f"this is not YAML ({words}); check the quotes, brackets and indentation of this line"


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset into the line and the column that editors show."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def control_characters(text: str) -> Iterator[tuple[int, str]]:
    """Find the characters that YAML forbids: the offset of each, and a sentence."""
    for found in re.finditer(_FORBIDDEN, text):
        yield found.start(), f"the control character {_named(found[0])} cannot stand in YAML; {_escaped(found[0])}"


def invisible_characters(text: str) -> Iterator[tuple[int, str]]:
    """Find the characters that are not read as they are shown: the offset of each, and a sentence."""
    for found in re.finditer(_INVISIBLE, text):
        yield found.start(), f"the invisible {_named(found[0])} is not read as it is shown; {_escaped(found[0])}"


def _named(character: str) -> str:
    return f"U+{ord(character):04X}"


def _escaped(character: str) -> str:
    return f'leave it out, or write "\\u{ord(character):04x}" in double quotes'
