"""Remembers answers by which objects were asked about, and not by what they hold.

Ten thousand tenants have the same few lists of rules, and every policy asks about each: finding an answer again must
cost less than looking into a list to see whether it is a known one.
"""

from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
Answer = TypeVar("Answer")

#: Then the memory starts anew.
_REMEMBERED = 50_000


class Memory(Generic[P, Answer]):
    """A function whose arguments never change. Those of an answer are kept with it, so that no other has their ids."""

    def __init__(self, function: Callable[P, Answer]) -> None:
        self._function = function
        self._known: dict[tuple[int, ...], tuple[tuple[Any, ...], Answer]] = {}

    def of(self, *arguments: P.args, **named: P.kwargs) -> Answer:
        """Return the function's answer. Arguments that are equal, but not the same objects, are asked about anew."""
        key = tuple(map(id, arguments))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[key] = (arguments, self._function(*arguments, **named))
        return found[1]
