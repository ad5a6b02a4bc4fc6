"""The dialects of the Posit Job Launcher's configuration: text to sections, and sections to text.

The law: what the product's parsers accept is read as they read it, and what makes them fail is an error. There are
two parsers. ``launcher.conf``, the profiles and the resource profiles are read by Boost's property tree
(``ini_parser.hpp``): a comment is a whole line that starts with ``;`` or ``#``, only ``=`` separates, a second
section or key of one name is an error, a section without keys is dropped, quotes are characters.
``launcher.kubernetes.conf`` is read by Boost's program options (``config_file.cpp``): no sections, and ``#`` starts a
comment anywhere, even within a value.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from generator.problems import Place, Problem


class Dialect(Struct, frozen=True):
    """How one file is read; *repeated* names the sections that may stand in it more than once."""

    sections: bool = True
    repeated: frozenset[str] = frozenset()

    @property
    def blanks(self) -> str:
        """The characters that are trimmed: those of ``isspace`` in a property tree, fewer in program options."""
        return " \t\n\v\f\r" if self.sections else " \t\r\n"


#: Profiles and resource profiles.
SECTIONS = Dialect()
#: ``launcher.conf``, which has a section ``[cluster]`` for each plugin.
SERVICE = Dialect(repeated=frozenset({"cluster"}))
#: ``launcher.kubernetes.conf``.
FLAT = Dialect(sections=False)


class Entry(Struct, frozen=True):
    """A key and its value, as the parser gets them; *column* is the key's."""

    key: str
    value: str
    place: Place


class Section(Struct, frozen=True):
    """A section with at least one entry; ``name`` is empty for the entries of a file that has no sections."""

    name: str
    entries: tuple[Entry, ...]
    place: Place


class Text(Struct, frozen=True):
    """What a file says, in its order, and what is wrong with how it says it.

    An error among the problems means that the product does not start with it: the sections are then what is sound.
    """

    name: str
    sections: tuple[Section, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, whatever their section."""
        return tuple([entry for section in self.sections for entry in section.entries])


def decode(data: bytes, name: str) -> tuple[str, tuple[Problem, ...]]:
    """Decode a file; what is not UTF-8 is replaced, and told with its line."""
    try:
        return data.decode(), ()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        place = Place(name, (), before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"byte {error.start} is {data[error.start]:#04x}, which is not UTF-8; save the file as UTF-8"
        return data.decode(errors="replace"), (Problem(place, message),)


def read(text: str, name: str, dialect: Dialect = SECTIONS, *, above: int = 0, left: int = 0) -> Text:
    """Read a text of the file *name*, which begins *above* lines down and *left* columns into it."""
    reader = _Reader(name, dialect, above, left)
    if text.startswith("\ufeff"):
        reader.tell(1, 1, "the text starts with a byte order mark, which becomes a part of its first key; remove it")
        text = text[1:]
    for number, line in enumerate(text.split("\n"), 1):
        reader.line(line, number)
    return reader.finished()


def write(
    sections: Iterable[tuple[str, Iterable[tuple[str, str]]]], dialect: Dialect = SECTIONS, comment: Sequence[str] = ()
) -> str:
    """Write sections, an empty line between them; a section without entries, which no parser keeps, is left out.

    ``ValueError`` for what could not be read back: `refuse_value` and `refuse_section` say so of what people write.
    """
    blocks = ["".join(f"# {line}".rstrip() + "\n" for line in comment)] if comment else []
    blocks += [block for name, entries in sections if (block := _block(name, tuple(entries), dialect))]
    text = "\n".join(blocks)
    _assert_sound(text, dialect)
    return text


def refuse_value(value: str, dialect: Dialect = SECTIONS) -> str | None:
    """Say why a value cannot be written; ``None`` when it can."""
    if value != value.strip(dialect.blanks):
        return "starts or ends with a blank, which the product drops; leave it out"
    if _CONTROL.search(value):
        return "holds a control character or a line end; write it on one line"
    if "#" in value and not dialect.sections:
        return "holds a '#', from where on the product reads a comment; choose a value without one"
    return None


def refuse_section(name: str) -> str | None:
    """Say why a section cannot be called so; ``None`` when it can."""
    if not name or name == "@":
        return "is no name of a section; write [*], [@group] or [user]"
    if "]" in name:
        return "holds a ']', which ends the name of a section; choose another name"
    return refuse_value(name)


_CONTROL = re.compile(r"[\x00-\x08\n\x0b-\x1f\x7f]")
#: What looks like a comment behind a value.
_REMARK = re.compile(r"\s([#;])")


def _block(name: str, entries: Sequence[tuple[str, str]], dialect: Dialect) -> str:
    if not entries:
        return ""
    reasons = [(name, refuse_section(name))] if dialect.sections else []
    for what, reason in reasons + [(key, refuse_value(value, dialect)) for key, value in entries]:
        if reason is not None:
            raise ValueError(f"{what} {reason}")
    lines = "".join(f"{key}={value}\n" for key, value in entries)
    return f"[{name}]\n{lines}" if dialect.sections else lines


def _assert_sound(text: str, dialect: Dialect) -> None:
    wrong = [problem.message for problem in read(text, "", dialect).problems if not problem.warning]
    if wrong:
        raise ValueError(wrong[0])


class _Reader:
    """One pass over the lines of a text."""

    def __init__(self, name: str, dialect: Dialect, above: int, left: int) -> None:
        self._name, self._dialect, self._above, self._left = name, dialect, above, left
        self._sections: list[Section] = []
        self._first: dict[str, Section] = {}  # of each name
        self._entries: dict[str, Entry] = {}  # of the open section
        self._problems: list[Problem] = []
        self._is_lost = False  # whether the open section has a line that could not be read

    def tell(self, line: int, column: int, message: str, *, warning: bool = False) -> None:
        self._problems.append(Problem(self._place(line, column), message, warning))

    def finished(self) -> Text:
        self._close()
        return Text(self._name, tuple(self._sections), tuple(self._problems))

    def line(self, raw: str, number: int) -> None:
        full = raw if self._dialect.sections else raw.partition("#")[0]
        text = full.strip(self._dialect.blanks)
        column = len(full) - len(full.lstrip(self._dialect.blanks)) + 1
        if not text:
            return
        wild = _CONTROL.search(text)
        if wild:
            self.tell(number, column + wild.start(), f"{wild[0]!r} is a control character; write the line anew")
        if text[0] in ";#":
            self._comment(text, number, column)
        elif text[0] == "[":
            self._header(text, number, column)
        else:
            self._entry(text, raw, number, column)

    def _comment(self, text: str, number: int, column: int) -> None:
        if not self._dialect.sections:
            self.tell(number, column, f"{text[0]!r} starts no comment in this file; write '#'")

    def _header(self, text: str, number: int, column: int) -> None:
        if not self._dialect.sections:
            message = f"{text!r} is a section, and this file has none; write its options without one"
            self.tell(number, column, message)
            return
        self._close()
        end = text.find("]")
        if end < 0:
            self.tell(number, column, f"{text!r} is never closed; write {text}]")
            end = len(text)
        name = text[1:end].strip(self._dialect.blanks)
        if text[end + 1 :]:
            rest = text[end + 1 :].strip()
            self.tell(number, column + end + 1, f"{rest!r} is ignored after ']'; remove it", warning=True)
        self._duplicate(name, number, column)
        self._sections.append(Section(name, (), self._place(number, column)))
        self._first.setdefault(name, self._sections[-1])

    def _duplicate(self, name: str, number: int, column: int) -> None:
        first = self._first.get(name)
        if first is not None and name not in self._dialect.repeated:
            message = (
                f"section [{name}] is already in line {first.place.line}, and the product does not start with two; "
                "write its options there"
            )
            self.tell(number, column, message)

    def _entry(self, text: str, raw: str, number: int, column: int) -> None:
        key, equals, value = text.partition("=")
        key, value = key.strip(self._dialect.blanks), value.strip(self._dialect.blanks)
        self._is_lost = self._is_lost or not (equals and key)
        if not equals:
            self.tell(number, column, f"{_shown(text)} has no '='; write {_meant(text)}")
            return
        if not key:
            self.tell(number, column, f"{_shown(text)} has no key before '='; write option=value")
            return
        if self._dialect.sections and not self._sections:
            self.tell(number, column, f"{named(key)!r} stands before any section; write the name of a section above it")
            return
        known = self._entries.get(key)
        if known is not None:
            message = f"{named(key)} is already in line {known.place.line}, and the product does not start with two"
            self.tell(number, column, f"{message}; keep one")
            return
        self._entries[key] = Entry(key, value, self._place(number, column))
        for warning in _misread(named(key), value, raw, self._dialect):
            self.tell(number, column, warning, warning=True)

    def _close(self) -> None:
        """End a section, as the parser does: one that holds nothing is dropped."""
        entries, self._entries = tuple(self._entries.values()), {}
        is_lost, self._is_lost = self._is_lost, False
        if not self._dialect.sections:
            self._sections = [Section("", entries, self._place(1, 1))] if entries else []
        elif self._sections and not self._sections[-1].entries:
            last = self._sections.pop()
            if entries:
                self._sections.append(replace(last, entries=entries))
                return
            if self._first.get(last.name) is last:
                del self._first[last.name]
            if not is_lost:
                message = f"section [{last.name}] holds nothing, and is dropped; give it options, or remove it"
                self._problems.append(Problem(last.place, message, warning=True))

    def _place(self, line: int, column: int) -> Place:
        return Place(self._name, (), line + self._above, column + self._left)


def _misread(key: str, value: str, raw: str, dialect: Dialect) -> Iterator[str]:
    """Yield what the product makes of a value that somebody may have meant otherwise."""
    remark = _REMARK.search(value)
    if remark:
        rest = value[: remark.start()].rstrip() if not is_secret(key) else "..."
        message = f"{key}: what follows {remark[1]!r} is no comment but a part of the value; write"
        yield f"{message} {key}={rest if _is_short(rest) else '...'}, and the comment on a line of its own"
    cut = raw.partition("#")[0]
    if not dialect.sections and cut != raw and not cut.endswith((" ", "\t")):
        yield f"{key}: the product reads a comment from '#' on, and the value ends there; choose one without '#'"
    inner = value[1:-1] if not is_secret(key) else "..."
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" and value[0] not in inner:
        yield f"{key}: quotes are a part of the value here; write {key}=" + (inner if _is_short(inner) else "...")
    if value.endswith("\\"):
        yield f"{key}: a value does not go on in the next line, and the backslash is a part of it; write one line"


#: Characters of a file that a message repeats.
_SHOWN = 60
#: The options whose values are never repeated.
SECRET = frozenset({"auth-token"})


def is_secret(text: str) -> bool:
    """Tell whether a line or a key starts with an option whose value is never repeated, though it be misspelt."""
    return _word(text).lower().replace("_", "-") in SECRET


def named(key: str) -> str:
    """Name a key; one that a wrong separator has put the value into is cut."""
    return _word(key) if is_secret(key) else key


def _is_short(text: str) -> bool:
    return len(text) <= _SHOWN


def _shown(text: str) -> str:
    if is_secret(text):
        return repr(_word(text) + "...")
    return repr(text if _is_short(text) else text[:_SHOWN] + "...")


def _meant(text: str) -> str:
    """Name the line that one without ``=`` was meant to be."""
    key, colon, value = text.partition(":")
    if not (colon and key.strip()):
        return "option=value"
    is_told = _is_short(text) and not is_secret(text)
    return f"{key.strip()}={value.strip() if is_told else '...'}"


def _word(text: str) -> str:
    """Return what a line starts with, up to a blank or a separator."""
    return re.split(r"[\s:=]", text, maxsplit=1)[0]
