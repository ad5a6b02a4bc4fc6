"""Sprig's functions on maps. What has no order in Go is in the order of its keys here."""

from typing import Any

from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.functions.strings import strval
from generator.gotemplate.printing import DEEPEST
from generator.gotemplate.values import ExecResult, NilList, NilMap, Strings, type_name

_FEWEST = 3  # a key, a default and a map


def _dict(run: Run, *values: Any) -> dict[str, Any]:
    keys = [strval(key, run.budget) for key in values[::2]]
    items = [*values[1::2], ""] if len(values) % 2 else values[1::2]
    return dict(zip(keys, items, strict=True))


def _set(_: Run, value: dict[str, Any], key: str, item: Any) -> dict[str, Any]:
    if isinstance(value, NilMap):
        raise Failure("there is no map to set a key in; make one by dict")
    value[key] = item
    return value


def _unset(_: Run, value: dict[str, Any], key: str) -> dict[str, Any]:
    value.pop(key, None)
    return value


def _pick(_: Run, value: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value[key] for key in keys if key in value}


def _omit(_: Run, value: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key not in keys}


def _keys(run: Run, *values: dict[str, Any]) -> Strings:
    run.budget.step(sum(map(len, values)))
    return Strings([key for value in values for key in sorted(value)])


def _dig(_: Run, *values: Any) -> Any:
    if len(values) < _FEWEST:
        raise Failure("dig takes one or more keys, a default and a map")
    *keys, default, value = values
    for key in keys:
        if not isinstance(value, dict):
            raise Failure(f"a map is wanted above {key!r}, and not {type_name(value)}")
        if not isinstance(key, str):
            raise Failure(f"a key is a string, and not {type_name(key)}")
        if key not in value:
            return default
        value = value[key]
    return value


def _merge(run: Run, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    for source in sources:
        _merged(target, source, run, overwrite=False)
    return target


def _merge_overwrite(run: Run, target: dict[str, Any], *sources: dict[str, Any]) -> dict[str, Any]:
    for source in sources:
        _merged(target, source, run, overwrite=True)
    return target


def _merged(target: dict[str, Any], source: dict[str, Any], run: Run, *, overwrite: bool, depth: int = 0) -> None:
    """Merge into *target* as the library does that Sprig uses: maps key by key, all else as a whole."""
    run.budget.step(1 + len(source))
    if depth > DEEPEST:
        raise Failure(f"a value nests more than {DEEPEST} deep, or holds itself")
    for key in list(source):
        new, old = source[key], target.get(key)
        if new is None or isinstance(new, NilList | NilMap):
            if overwrite:
                target[key] = new
        elif isinstance(new, dict) and isinstance(old, dict):
            _merged(old, new, run, overwrite=overwrite, depth=depth + 1)
        elif _replaces(new, old, overwrite=overwrite):
            target[key] = new


def _replaces(new: Any, old: Any, *, overwrite: bool) -> bool:
    if not old and not isinstance(old, ExecResult):
        return True
    return overwrite and not isinstance(new, dict)


def _copied(run: Run, value: Any) -> Any:
    if value is None:
        raise Failure("there is no value to copy; test that it is there")
    return _copy(run, value)


def _copy(run: Run, value: Any, depth: int = 0) -> Any:
    run.budget.step()
    if depth > DEEPEST:
        raise Failure(f"a value nests more than {DEEPEST} deep, or holds itself")
    if isinstance(value, dict):
        return type(value)({key: _copy(run, item, depth + 1) for key, item in value.items()})
    if isinstance(value, list):
        return type(value)([_copy(run, item, depth + 1) for item in value])
    return value


FUNCTIONS: tuple[Callee, ...] = (
    function("dict", "any...", _dict),
    function("get", "map string", lambda _, value, key: value.get(key, "")),
    function("set", "map string any", _set),
    function("unset", "map string", _unset),
    function("hasKey", "map string", lambda _, value, key: key in value),
    function("pluck", "string map...", lambda _, key, *values: [value[key] for value in values if key in value]),
    function("keys", "map...", _keys),
    function("values", "map", lambda _, value: [value[key] for key in sorted(value)]),
    function("pick", "map string...", _pick),
    function("omit", "map string...", _omit),
    function("dig", "any...", _dig),
    function("merge", "map map...", _merge),
    function("mustMerge", "map map...", _merge),
    function("mergeOverwrite", "map map...", _merge_overwrite),
    function("mustMergeOverwrite", "map map...", _merge_overwrite),
    function("deepCopy", "any", _copied),
    function("mustDeepCopy", "any", _copied),
)
