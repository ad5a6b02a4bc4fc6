"""Build plain values from a YAML parser's events, in one pass, and note what readers would not agree on.

libyaml does the parsing where PyYAML was built with it, PyYAML's own parser elsewhere. Positions are taken from an
event only when there is a problem to place, and where an object of a list starts; whoever needs all of them asks for
:meth:`Events.positions`, which reads the text again. What is refused still gets the value that kubectl reads, as far as
there is one.
"""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any, TypeAlias

from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, StreamEndEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from generator.problems import Place, Problem, Route
from generator.yaml import scalars, syntax
from generator.yaml.scalars import Refusal, Scalar, key_refusal, plain

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

#: Values that all the aliases of a text may repeat; more is an attack.
MAX_REPEATED = 10_000

#: The first of these that a list item has is its name in a route.
NATURAL_KEYS = ("name", "group", "user", "serviceAccount", "tenant", "tree", "cidr", "key", "id")

#: The key of the objects of a list.
ITEMS = "items"

_HALF = re.compile("[\ud800-\udfff]")


class _PurePythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser: ten times slower than libyaml, and available everywhere."""

    def __init__(self, data: bytes) -> None:
        Reader.__init__(self, data)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Any:
        """Return the next event; refuse the escaped halves of characters as libyaml does, for no file can hold them."""
        event: Any = super().get_event()  # type: ignore[no-untyped-call]
        if type(event) is ScalarEvent and _HALF.search(event.value):
            mark: Any = event.start_mark
            raise ScannerError(None, None, "found invalid Unicode character escape code", mark)
        return event


def _parser() -> type[Any]:
    """Choose libyaml's parser, or PyYAML's own where PyYAML was built without libyaml."""
    try:
        return import_module("yaml._yaml").CParser  # type: ignore[no-any-return]
    except ImportError:
        return _PurePythonParser


_Parser = _parser()


class _TooDeepError(Exception):
    """Ends the reading of a text that nests too deep; leaves this module never."""


class Positions:
    """Where the keys and list items of one document stand."""

    __slots__ = ("_indices", "_marks")

    def __init__(self) -> None:
        self._marks: dict[Route, tuple[int, int]] = {}
        self._indices: dict[Route, int] = {}

    def add(self, route: Route, mark: Any) -> None:
        """Note where the key or item at the end of *route* starts; of duplicates, the first counts."""
        self._marks.setdefault(route, (mark.line + 1, mark.column + 1))

    def name(self, route: Route, item: Value) -> None:
        """Note the natural key of the list item at the end of *route*."""
        *above, index = route
        self._indices.setdefault((*above, natural_key(item, int(index))), int(index))

    def find(self, route: Route) -> tuple[int, int]:
        """Return line and column of the end of *route*, or of as much of it as there is."""
        found: Route = ()
        for key in route:
            step = (*found, key)
            if step not in self._marks:
                step = (*found, self._indices.get(step, -1))
            if step not in self._marks:
                break
            found = step
        return self._marks.get(found, (1, 1))


def natural_key(item: object, index: int) -> str | int:
    """Return what a list item is called in a route: its name, group, user..., its text, else its index."""
    if isinstance(item, dict):
        item = next((item[key] for key in NATURAL_KEYS if key in item), None)
    return item if isinstance(item, str) else index


class Events:
    """One reading of one text. Iterate over :meth:`values`, and :meth:`take` the problems of each.

    The route always leads to what is being read: a container adds a last element and sets it for each of its items.
    """

    def __init__(self, data: bytes, name: str, *, single: bool = False) -> None:
        self._data = data
        self._name = name
        self._single = single
        self._route: list[str | int] = []
        self._problems: list[Problem] = []
        self._anchored: dict[str, Value] = {}
        self._aliases = 0  # how many there were
        self._repeated = 0  # how many values they stood for
        self._merging: list[dict[str, Value]] = []  # the mappings around here that have a merge key
        self._started = 0  # documents, with the empty ones
        self._finished = 0  # documents, without the empty ones
        self.starts: dict[Route, tuple[int, int]] = {}  # where the objects of the last document start, if it is a list
        self.refused: dict[Route, str] = {}  # the scalars that readers disagree on, as they stand in the text
        self._here: Positions | None = None  # where to note positions, if they are wanted
        self._there: tuple[Positions, ...] = ()  # those of a second reading

    def take(self) -> tuple[Problem, ...]:
        """Return the problems found since the last time."""
        problems = tuple(self._problems)
        self._problems.clear()
        return problems

    def positions(self) -> tuple[Positions, ...]:
        """Read the text for the places of its keys and items: of each document that is not empty."""
        self._here = Positions()
        return tuple(self._here for value in self.values() if self.take() or value is not None)

    def values(self) -> Iterator[Value]:
        """Read one document after the other; ``None`` for an empty one, and for one that cannot be read."""
        try:
            self._next = _Parser(self._data).get_event
            self._next()  # the start of the stream
            while type(start := self._next()) is not StreamEndEvent:
                self._started += 1
                if self._single and self._started > 1:
                    self._refuse(start, "a second document starts here; write it into a file of its own")
                    return
                value = self._document(start)
                self._finished += value is not None or bool(self._problems)
                yield value
        except MarkedYAMLError as error:
            self._broken(error)
            yield None
        except YAMLError:  # the one without a mark is about a character
            self._control_character()
            yield None
        except _TooDeepError:
            yield None

    def _document(self, start: Any) -> Value:
        """Read the document that *start* opens; only a mapping is one."""
        if self._here is not None:
            self._here = Positions()
        self._anchored.clear()
        self.starts = {}
        first = self._next()
        empty = type(first) is ScalarEvent and not first.value and not first.style
        self._check_start(start, first, empty=empty)
        value = self._node(first)
        self._next()  # the end of the document
        if isinstance(value, dict):
            return value
        if not empty:
            self._refuse(first, f"{_article(value)} stands where a document starts; write a mapping, 'key: value'")
        return None

    def _check_start(self, start: Any, first: Any, *, empty: bool) -> None:
        if start.version or start.tags:
            self._refuse(start, "a line that starts with '%' changes how readers read; leave it out")
        elif start.explicit and not empty and first.start_mark.line == start.start_mark.line:
            self._refuse(first, "kubectl reads nothing beside '---'; write this in a line of its own")

    def _node(self, event: Any) -> Value:
        """Build the value that *event* starts."""
        kind = type(event)
        if kind is ScalarEvent:
            if event.tag is None and event.anchor is None:
                if event.style:  # quoted, or a block
                    return event.value  # type: ignore[no-any-return]
                value = plain(event.value)
                if type(value) is not Refusal:
                    return value  # type: ignore[return-value]
            return self._odd_scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        if len(self._route) >= syntax.MAX_DEPTH:
            self._refuse(event, syntax.TOO_DEEP)
            raise _TooDeepError
        if event.tag is None and event.anchor is None:
            return self._mapping() if kind is MappingStartEvent else self._sequence()
        return self._odd_container(event)

    def _mapping(self) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        route = self._route
        route.append("")
        next_event = self._next
        while type(event := next_event()) is not MappingEndEvent:
            key = route[-1] = self._key(event, mapping)
            if self._here is not None:
                self._here.add(tuple(route), event.start_mark)
            mapping[key] = self._node(next_event())
        route.pop()
        if self._merging and self._merging[-1] is mapping:
            _merge(self._merging.pop())
        return mapping

    def _sequence(self) -> list[Value]:
        items: list[Value] = []
        route = self._route
        are_objects = bool(route) and route[-1] == ITEMS and {*route[::2]} == {ITEMS}
        route.append(0)
        here, next_event = self._here, self._next
        while type(event := next_event()) is not SequenceEndEvent:
            route[-1] = len(items)
            if are_objects:
                self.starts.setdefault(tuple(route), _position(event))
            if here is not None:
                here.add(tuple(route), event.start_mark)
            items.append(self._node(event))
            if here is not None:
                here.name(tuple(route), items[-1])
        route.pop()
        return items

    def _key(self, event: Any, siblings: dict[str, Value]) -> str:
        """Return the key that *event* is; the route's last element is still the key before it."""
        if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
            key: str = event.value
            if (event.style or key_refusal(key) is None) and key not in siblings:
                return key
        key = self._route[-1] = self._odd_key(event, siblings)
        if key in siblings:
            self._refuse_duplicate(event, key)
        return key

    def _odd_key(self, event: Any, siblings: dict[str, Value]) -> str:
        """Say what is wrong with a key; return it as kubectl reads it, as far as it does."""
        if type(event) is not ScalarEvent:
            self._route[-1] = ""
            self._refuse(event, f"{_kind(event)} is no key; write a text, in double quotes if it starts with a bracket")
            if type(event) is not AliasEvent:
                self._node(event)  # what follows must be read on, and told of
            return ""
        text: str = event.value
        self._route[-1] = text
        self._refuse_decorations(event)
        refusal = None if event.style or event.tag else key_refusal(text)
        if refusal is None:
            return text
        self._refuse(event, refusal.message)
        if text == "<<" and text not in siblings:
            self._merging.append(siblings)
        return str(refusal.value)

    def _odd_scalar(self, event: Any) -> Value:
        """Say what is wrong with a scalar that is tagged, anchored or ambiguous; return what kubectl reads."""
        self._refuse_decorations(event)
        value: Value = event.value
        if event.tag is not None:
            value = scalars.tagged(event.tag, event.value)
        elif not event.style:
            value = self._accept(event, plain(event.value))
        if event.anchor is not None:
            self._anchored[event.anchor] = value
        return value

    def _accept(self, event: Any, value: Scalar | Refusal) -> Scalar:
        if not isinstance(value, Refusal):
            return value
        self._refuse(event, value.message)
        self.refused[tuple(self._route)] = event.value
        return value.value

    def _odd_container(self, event: Any) -> Value:
        """Read a tagged or anchored container; what holds aliases itself cannot be repeated."""
        self._refuse_decorations(event)
        before = self._aliases
        value: Value = self._mapping() if type(event) is MappingStartEvent else self._sequence()
        if event.anchor is not None:
            self._anchored.pop(event.anchor, None)
            if self._aliases == before:
                self._anchored[event.anchor] = value
        return value

    def _alias(self, event: Any) -> Value:
        """Return what an alias stands for, unless it holds aliases or all of them stand for too much."""
        self._refuse(event, f"{scalars.shown('*' + event.anchor)} repeats a value by its name; write the value itself")
        self._aliases += 1
        value = self._anchored.get(event.anchor)
        self._repeated += _size(value, MAX_REPEATED)
        return value if self._repeated <= MAX_REPEATED else None

    def _refuse(self, event: Any, message: str) -> None:
        mark = event.start_mark
        place = Place(self._name, tuple(self._route), mark.line + 1, mark.column + 1)
        self._problems.append(Problem(place, message))

    def _refuse_decorations(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, f"{scalars.shown('&' + event.anchor)} names a value to repeat it; write it out instead")
        if event.tag is not None:
            self._refuse(
                event, f"{scalars.shown(_tag(event.tag))} is a tag, which readers treat differently; leave it out"
            )

    def _refuse_duplicate(self, event: Any, key: str) -> None:
        if self._here is not None:
            return  # this is the reading for positions
        self._there = self._there or Events(self._data, "").positions()
        first, _ = self._there[self._finished].find(tuple(self._route))
        lines = f"in line {first} and in line {event.start_mark.line + 1}"
        self._refuse(event, f"{scalars.shown(key)} is written twice, {lines}; keep one")

    def _broken(self, error: MarkedYAMLError) -> None:
        """Tell where the parser stopped, or, if a quoted text has no end, where that starts."""
        stopped = error.problem_mark or error.context_mark
        started = error.context_mark or stopped
        if stopped is None or started is None:
            raise error
        text = self._data.decode()
        words = syntax.explain(error.problem or "", text[stopped.index : stopped.index + 1], started.line + 1)
        mark = started if "unexpected end of stream" in (error.problem or "") else stopped
        self._problems.append(Problem(Place(self._name, (), mark.line + 1, mark.column + 1), words))

    def _control_character(self) -> None:
        text = self._data.decode()
        offset, message = next(syntax.control_characters(text))
        self._problems.append(Problem(Place(self._name, (), *syntax.line_and_column(text, offset)), message))


def _position(event: Any) -> tuple[int, int]:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _merge(mapping: dict[str, Value]) -> None:
    """Put what the merge key brings in its place, as kubectl does: a key that is written out wins."""
    brought = mapping.pop("<<", None)
    for other in brought if isinstance(brought, list) else [brought]:
        if isinstance(other, dict):
            for key, value in other.items():
                mapping.setdefault(key, value)


def _size(value: Value, enough: int) -> int:
    """Count the values in *value*, and stop soon after *enough*."""
    waiting, size = [value], 0
    while waiting and size <= enough:
        item = waiting.pop()
        size += 1
        if isinstance(item, dict | list):
            waiting.extend(item.values() if isinstance(item, dict) else item)
    return size


def _tag(tag: str) -> str:
    """Write a tag as it stands in the text."""
    if tag.startswith("tag:yaml.org,2002:"):
        return "!!" + tag.removeprefix("tag:yaml.org,2002:")
    return tag if tag.startswith("!") else f"!<{tag}>"


def _kind(event: Any) -> str:
    return "an alias" if type(event) is AliasEvent else "a mapping" if type(event) is MappingStartEvent else "a list"


def _article(value: Value) -> str:
    return "a list" if isinstance(value, list) else "a single value"
