"""Document -> problems: JSON Schemas decide in microseconds, and explain where a document fails.

One schema for each kind of document both decides and explains; ``formats`` gives its formats their meaning.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from generator import shipped
from generator.documents import Document
from generator.formats import FORMATS
from generator.problems import Place, Problem

#: The kinds of document that people write, each with a published schema.
KINDS = ("tenant", "platform", "policy", "adjustment", "waivers", "removals", "custom-resources", "preset")


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
    from generator.refusal import explained

    found = explained(document.value, bundled(kind), FORMATS)
    if not found:
        raise AssertionError(f"{document.name} was refused without a reason")
    refused = {problem.place.route for problem in document.problems}
    for route, reason in found:
        if route not in refused:
            yield Problem(Place(document.name, route), reason)


@cache
def bundled(kind: str) -> dict[str, Any]:
    """Return the schema of a kind in one piece: what it takes from the common schema is copied into it."""
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
