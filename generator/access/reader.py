"""Reads the fields of one object as the API server decodes them, and notes what it would refuse."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from generator.problems import Place, Problem, Route

_NAMES = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list"}


class Reader:
    """The fields of one object. ``null`` is what Go makes of it: an empty text, list or mapping.

    What is of another type is refused, and read as empty; the caller drops an object that has been ``refused``.
    """

    __slots__ = ("_unread", "origin", "problems")

    def __init__(self, origin: Place) -> None:
        self.origin = origin
        self.problems: list[Problem] = []
        self._unread: set[Route] = set()  # what was of another type: nothing more is said of it

    @property
    def refused(self) -> bool:
        """Whether the API server would refuse this object."""
        return bool(self.problems)

    def refuse(self, message: str, *route: str | int) -> None:
        """Note why the API server would refuse the object, at *route* in it, unless the value there was not read."""
        if self._unread and any(route[:end] in self._unread for end in range(1, len(route) + 1)):
            return
        place = self.origin
        self.problems.append(Problem(Place(place.document, (*place.route, *route), place.line, place.column), message))

    def _mistake(self, message: str, route: Route) -> None:
        """Note a value of another type, which is read as empty."""
        self.refuse(message, *route)
        self._unread.add(route)

    def text(self, value: Any, *route: str | int) -> str:
        """Read a text; the empty one stands for none."""
        if isinstance(value, str):
            return value
        if value is not None:
            self._mistake(f"{described(value)} is not a text; {'quote it' if _is_plain(value) else 'write one'}", route)
        return ""

    def each(self, body: Mapping[str, Any], keys: Sequence[str], *route: str | int) -> list[str]:
        """Read several texts of a mapping."""
        found = [body.get(key, "") for key in keys]
        if set(map(type, found)) == {str}:  # nearly always, and sooner than asking one by one
            return found
        return [self.text(value, *route, key) for key, value in zip(keys, found, strict=True)]

    def items(self, value: Any, *route: str | int) -> Sequence[Any]:
        """Read a list of anything."""
        if isinstance(value, list):
            return value
        if value is not None:
            self._mistake(f"{described(value)} is not a list; write one, with '- ' before each item", route)
        return ()

    def texts(self, value: Any, *route: str | int) -> tuple[str, ...]:
        """Read a list of texts."""
        items = self.items(value, *route)
        if set(map(type, items)) <= {str}:  # nearly always, and twice as fast as asking one by one
            return tuple(items)
        return tuple([self.text(item, *route, index) for index, item in enumerate(items)])

    def mapping(self, value: Any, *route: str | int) -> Mapping[str, Any]:
        """Read a mapping; only the fields that are asked for matter, as the API server ignores others."""
        if value is None:
            return {}
        if isinstance(value, (dict, Mapping)):  # a dict, nearly always, and that is known sooner
            return value
        self._mistake(f"{described(value)} is not a mapping; write one of 'key: value'", route)
        return {}

    def labels(self, value: Any, *route: str | int) -> dict[str, str]:
        """Read a mapping of texts to texts: labels, annotations, ``matchLabels``."""
        found = self.mapping(value, *route)
        if {str}.issuperset(map(type, chain(found, found.values()))):  # nearly always, as with texts
            return dict(found)
        return {str(key): self.text(text, *route, str(key)) for key, text in found.items()}


def described(value: object) -> str:
    """Show a plain value; of others, only what they are."""
    if value is None:
        return "null"
    if _is_plain(value):
        return repr(value).lower()
    return _NAMES.get(type(value), "a mapping" if isinstance(value, Mapping) else type(value).__name__)


def _is_plain(value: object) -> bool:
    return isinstance(value, bool | int | float)
