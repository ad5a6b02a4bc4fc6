"""Sprig's functions on lists. None changes the list that it is given."""

from collections.abc import Callable
from typing import Any

from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.functions.numbers import to_int
from generator.gotemplate.functions.strings import texts
from generator.gotemplate.printing import DEEPEST
from generator.gotemplate.values import NilList, Strings, truth, type_name


def deep_equal(one: Any, other: Any, budget: Budget, depth: int = 0) -> bool:
    """Compare by type and value, all the way down."""
    budget.step()
    if depth > DEEPEST:
        raise Failure(f"a value nests more than {DEEPEST} deep, or holds itself")
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(
            deep_equal(a, b, budget, depth + 1) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(deep_equal(one[k], other[k], budget, depth + 1) for k in one)
    return bool(one == other)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Failure(f"a list is wanted here, and not {type_name(value)}")
    return value


def _within(items: Any, wanted: Any, run: Run) -> bool:
    return any(deep_equal(wanted, item, run.budget) for item in items)


def _uniq(run: Run, value: Any) -> list[Any]:
    found: list[Any] = []
    for item in _listed(value):
        if not _within(found, item, run):
            found.append(item)
    return found


def _has(run: Run, wanted: Any, value: Any) -> bool:
    return value is not None and _within(_listed(value), wanted, run)


def _without(run: Run, value: Any, *omitted: Any) -> list[Any]:
    return [item for item in _listed(value) if not _within(omitted, item, run)]


def _slice(_: Run, value: Any, *indices: Any) -> Any:
    items = _listed(value)
    if not items:
        return None
    start = to_int(indices[0]) if indices else 0
    end = to_int(indices[1]) if len(indices) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise Failure(f"there is no part from {start} to {end} in a list of {len(items)}")
    return type(items)(items[start:end])


def _concat(run: Run, *values: Any) -> list[Any]:
    found: list[Any] = []
    for value in values:
        run.budget.step(len(_listed(value)))
        found.extend(value)
    return found or NilList()


def _chunk(run: Run, size: int, value: Any) -> list[Any]:
    items = _listed(value)
    if size < 1:
        raise Failure(f"a list cannot be cut into chunks of {size}")
    run.budget.step(len(items))
    return [list(items[at : at + size]) for at in range(0, len(items), size)]


def _sorted(run: Run, value: Any) -> Strings:
    found = ["<nil>"] if value is None else texts(value, run.budget)
    run.budget.step(len(found))
    return Strings(sorted(found))


def _first(_: Run, value: Any) -> Any:
    return _listed(value)[0] if _listed(value) else None


def _last(_: Run, value: Any) -> Any:
    return _listed(value)[-1] if _listed(value) else None


def _rest(_: Run, value: Any) -> list[Any]:
    return _listed(value)[1:] if _listed(value) else NilList()


def _initial(_: Run, value: Any) -> list[Any]:
    return _listed(value)[:-1] if _listed(value) else NilList()


def _both(name: str, types: str, run: Callable[..., Any]) -> tuple[Callee, Callee]:
    """Make a function and its ``must`` form, which differ only in how Go tells of a failure."""
    return function(name, types, run), function(f"must{name[0].upper()}{name[1:]}", types, run)


def _plain(run: Callable[..., Any]) -> Callable[..., Any]:
    """Return what *run* yields as a ``[]interface {}``."""

    def plain(*arguments: Any) -> Any:
        found = run(*arguments)
        return found if isinstance(found, NilList) else list(found)

    return plain


FUNCTIONS: tuple[Callee, ...] = (
    function("list", "any...", lambda _, *values: list(values)),
    function("tuple", "any...", lambda _, *values: list(values)),
    *_both("append", "any any", lambda _, value, item: [*_listed(value), item]),
    *_both("push", "any any", lambda _, value, item: [*_listed(value), item]),
    *_both("prepend", "any any", lambda _, value, item: [item, *_listed(value)]),
    *_both("first", "any", _first),
    *_both("last", "any", _last),
    *_both("rest", "any", _plain(_rest)),
    *_both("initial", "any", _plain(_initial)),
    *_both("reverse", "any", lambda _, value: [*reversed(_listed(value))]),
    *_both("uniq", "any", _uniq),
    *_both("compact", "any", lambda _, value: [item for item in _listed(value) if truth(item)]),
    *_both("without", "any any...", _without),
    *_both("has", "any any", _has),
    *_both("slice", "any any...", _slice),
    *_both("chunk", "int any", _chunk),
    function("concat", "any...", _concat),
    function("sortAlpha", "any", _sorted),
)
