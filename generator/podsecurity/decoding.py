"""The fields of a manifest as the API server's decoder takes them, each by its type.

``null`` is as good as nothing, and a field that nobody knows is dropped. A value of another type makes the API server
refuse the whole object; here that value alone is left out, and noted with its route, so that whatever else there is
can still be judged.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from generator.problems import Route


class Wrong(NamedTuple):
    """A value that cannot be decoded: the route to it, and what would be right."""

    route: Route
    message: str


class Node:
    """A mapping of a manifest; what of it cannot be decoded is added to *wrong* when it is asked for."""

    __slots__ = ("_fields", "_route", "_wrong")

    def __init__(self, fields: object, route: Route, wrong: list[Wrong]) -> None:
        self._route = route
        self._wrong = wrong
        if fields is not None and not isinstance(fields, Mapping):
            self._note((), fields, "is no mapping; write its fields below it")
        self._fields: Mapping[Any, Any] = fields if isinstance(fields, Mapping) else {}

    def has(self, key: str) -> bool:
        """Tell whether there is a mapping at *key*, be it an empty one."""
        return self.inner(key) is not None

    def inner(self, key: str) -> "Node | None":
        """Return the mapping at *key*; ``None`` means that there is none."""
        value = self._fields.get(key)
        if value is None:
            return None
        node = Node(value, (*self._route, key), self._wrong)
        return node if isinstance(value, Mapping) else None

    def at(self, *keys: str) -> "Node":
        """Return the mapping at the end of *keys*; an empty one where there is none."""
        node: Node | None = self
        for key in keys:
            node = node.inner(key) if node else None
        return node or Node(None, (), self._wrong)

    def items(self, key: str) -> "Iterator[Node]":
        """Yield the mappings of a list; one that is ``null`` is an empty mapping."""
        for index, item in self._list(key):
            yield Node(item, (*self._route, key, index), self._wrong)

    def text(self, key: str) -> str | None:
        """Return the text at *key*; ``None`` means that there is none."""
        return self._text((key,), self._fields.get(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list; one that is ``null`` is empty."""
        found = (self._text((key, index), "" if item is None else item) for index, item in self._list(key))
        return tuple(text for text in found if text is not None)

    def flag(self, key: str) -> bool | None:
        """Return the truth value at *key*; ``None`` means that there is none."""
        value = self._fields.get(key)
        if value is None or isinstance(value, bool):
            return value
        self._note((key,), value, "is neither true nor false; write one of them, without quotes")
        return None

    def number(self, key: str, *, bits: int) -> int | None:
        """Return the whole number at *key* that fits into so many *bits*; ``None`` means that there is none."""
        value = self._fields.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # kubectl sends 0.0 as 0
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self._note((key,), value, "is no whole number; write one, without quotes")
        elif not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
            self._note((key,), value, f"does not fit into {bits} bits; write a smaller number")
        else:
            return value
        return None

    def mapped(self, key: str) -> Mapping[str, str]:
        """Return the mapping of texts to texts at *key*."""
        value = self.inner(key) and self._fields[key]
        found = {name: self._text((key, name), "" if text is None else text) for name, text in (value or {}).items()}
        return {str(name): text for name, text in found.items() if text is not None}

    def _list(self, key: str) -> Iterator[tuple[int, Any]]:
        value = self._fields.get(key)
        if isinstance(value, (list, tuple)):
            yield from enumerate(value)
        elif value is not None:
            self._note((key,), value, "is no list; write one, with '- ' before each item")

    def _text(self, route: Route, value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        self._note(route, value, "is no text; quote it" if _is_scalar(value) else "is no text; write one")
        return None

    def _note(self, route: Route, value: object, message: str) -> None:
        self._wrong.append(Wrong((*self._route, *route), f"{_shown(value)} {message}"))


def _is_scalar(value: object) -> bool:
    return not isinstance(value, (Mapping, list, tuple))


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a mapping"
    return repr(value) if _is_scalar(value) else "a list"
