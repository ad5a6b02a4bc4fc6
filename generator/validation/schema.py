"""Document -> problems: JSON Schemas decide in microseconds, and explain where a document fails.

One schema for each kind of document both decides and explains; ``formats`` gives its formats their meaning.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache, reduce
from operator import getitem
from typing import Any

from msgspec.structs import replace

from generator import shipped
from generator.problems import Place, Problem
from generator.validation.formats import FORMATS
from generator.yaml import scalars
from generator.yaml.documents import Document
from generator.yaml.scalars import Refusal

#: The kinds of document that people write, each with a published schema.
KINDS = ("tenant", "platform", "policy", "adjustment", "waivers", "removals", "custom-resources", "preset")


def problems(document: Document, kind: str) -> tuple[Problem, ...]:
    """Return all that keeps a document from being a valid *kind*: what the reader refuses in it, and :func:`check`.

    The reader says how a scalar that readers disagree on may be written. Here it is known what the scalar is for, so
    that no way is left that would be refused in its turn; where none is left, it is told what is wanted.
    """
    if document.value is None:
        return document.problems
    unread = _reworded(document, kind) if document.refused else document.problems
    return (*unread, *check(document, kind))


def _reworded(document: Document, kind: str) -> Iterator[Problem]:
    from generator.validation.refusal import explained

    read = (_with_texts(document), document.value)
    as_texts, as_values = (
        {reason.route: reason.text for reason in reversed(explained(value, bundled(kind), FORMATS))} for value in read
    )
    for problem in document.problems:
        route = problem.place.route
        refusal = scalars.plain(document.refused[route]) if route in document.refused else None
        if isinstance(refusal, Refusal) and refusal.message == problem.message:
            yield replace(problem, message=_wanted(refusal, as_texts.get(route), as_values.get(route)))
        else:
            yield problem


def _wanted(refusal: Refusal, as_text: str | None, as_value: str | None) -> str:
    """Say what to write for a scalar, by what keeps its text and its value from being valid."""
    objections = (as_text, as_value)[: len(refusal.ways)]
    ways = [way for way, objection in zip(refusal.ways, objections, strict=True) if objection is None]
    if ways:
        return refusal.said(ways)
    is_number = type(refusal.value) in (int, float)
    return (objections[-1] if is_number else as_text) or refusal.message


def _with_texts(document: Document) -> Any:
    """Return what a document would be if each scalar that readers disagree on were quoted."""
    value: Any = deepcopy(document.value)
    for route, text in document.refused.items():
        try:
            reduce(getitem, route[:-1], value)[route[-1]] = text
        except (LookupError, TypeError):  # of a key that is written twice, the first value is gone
            continue
    return value


def check(document: Document, kind: str) -> Iterator[Problem]:
    """Find everything that keeps a document from being a valid *kind*; nothing when it is one.

    Where the reader has refused a value already, nothing is said of what that value might have been.
    """
    if not decider(kind)(document.value):
        yield from _explain(document, kind)


@cache
def decider(kind: str) -> Callable[[Any], bool]:
    """Return a function that decides whether a value is a valid *kind*."""
    from jsonschema_rs import Draft202012Validator

    formats = {name: _accepts(reason) for name, reason in FORMATS.items()}
    validator = Draft202012Validator(bundled(kind), formats=formats, validate_formats=True)
    decide: Callable[[Any], bool] = validator.is_valid
    return decide


def _accepts(reason: Callable[[str], str | None]) -> Callable[[str], bool]:
    return lambda text: reason(text) is None


def _explain(document: Document, kind: str) -> Iterator[Problem]:
    from generator.validation.refusal import explained

    found = explained(document.value, bundled(kind), FORMATS)
    if not found:
        raise AssertionError(f"{document.name} was refused without a reason")
    refused = {problem.place.route for problem in document.problems}
    for route, text, among in found:
        if route not in refused:
            others = tuple(Place(document.name, one) for one in among)
            where = f" ({', '.join(map(str, others))})" if others else ""
            yield Problem(Place(document.name, route), f"{text}{where}", others=others)


@cache
def bundled(kind: str) -> dict[str, Any]:
    """Return the schema of a kind in one piece: what it takes from the common schema is copied into it."""
    files = [*map(shipped.schema_file, (kind, "common"))]
    found: dict[str, Any] = shipped.remembered(f"{kind}.schema", files, lambda: _bundle(kind))
    return found


def _bundle(kind: str) -> dict[str, Any]:
    schema = json.loads(shipped.schema(kind))
    common = json.loads(shipped.schema("common"))["$defs"]
    local: dict[str, Any] = _local(schema)
    definitions = {**local.get("$defs", {}), **common}
    used = _reachable({**local, "$defs": {}}, definitions)
    local.pop("$defs", None)
    if used:
        local["$defs"] = {name: definitions[name] for name in definitions if name in used}
    return local


def _local(value: Any) -> Any:
    """Turn references to the common schema into references to a copy inside."""
    if isinstance(value, dict):
        return {
            key: item.replace("common.schema.json#", "#") if key == "$ref" else _local(item)
            for key, item in value.items()
        }
    return [_local(item) for item in value] if isinstance(value, list) else value


def _reachable(schema: Any, definitions: dict[str, Any]) -> set[str]:
    """Return the names of the definitions that a schema refers to, itself or through others."""
    found: set[str] = set()
    todo = [schema]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            name = str(item.get("$ref", "")).removeprefix("#/$defs/")
            if name in definitions and name not in found:
                found.add(name)
                todo.append(definitions[name])
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return found
