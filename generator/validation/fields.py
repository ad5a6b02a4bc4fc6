"""The fields of the formats, as their JSON Schemas describe them: found by path, with what stands below each.

A path enters lists by itself: ``spec.members.role`` is the role of each member. Where the keys of a mapping are
free, as those of ``spec.tiers`` are, any key leads on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.validation.schema import bundled

#: What stands for a key that is free to choose.
ANY = "NAME"

_ITEM = re.compile(r"\[[^\]]*\]")


class Field(Struct, frozen=True):
    """A field; its path begins with the kind of document. References in ``schema`` have been followed."""

    path: tuple[str, ...]
    schema: Mapping[str, Any]
    required: bool = False

    @property
    def kind(self) -> str:
        """The kind of document that it belongs to."""
        return self.path[0]

    @property
    def dotted(self) -> str:
        """The path as people write it, without the kind: ``spec.quota.hard``."""
        return ".".join(self.path[1:])


def root(kind: str) -> Field:
    """Return a whole document of a kind as a field."""
    return Field((kind,), bundled(kind), required=True)


def steps(text: str) -> list[str]:
    """Take a dotted path apart; ``members[]`` and ``members[0]`` are ``members``, for lists are entered anyway."""
    return _ITEM.sub("", text).split(".")


def find(kind: str, path: Sequence[str]) -> tuple[Field, Sequence[str]]:
    """Follow *path* as far as it leads; return the last field that is there, and the steps that are not."""
    field = root(kind)
    while path:
        child = next((child for child in below(field) if child.path[-1] == path[0]), None)
        used = 1
        if child is None:
            child, used = _entry(field, path)
        if child is None:
            break
        field, path = child, path[used:]
    return field, path


def below(field: Field) -> tuple[Field, ...]:
    """Return the fields under one, of every form that it may have, in the order of the schema."""
    found: dict[str, Field] = {}
    for form in forms(field):
        required = form.get("required", ())
        for name, schema in form.get("properties", {}).items():
            child = Field((*field.path, name), _followed(schema, field.kind), name in required)
            found.setdefault(name, child)
    return tuple(found.values())


def values(field: Field) -> Field | None:
    """Return what stands under a key that is free to choose; ``None`` where no key is."""
    for form in forms(field):
        schema = form.get("additionalProperties")
        if schema:
            schema = {"description": "Any value."} if schema is True else _followed(schema, field.kind)
            return Field((*field.path, ANY), schema)
    return None


def forms(field: Field) -> tuple[Mapping[str, Any], ...]:
    """Return the schema of a field, then those of its alternatives, and of the items where it is a list."""
    return tuple(_forms(field.schema, field.kind))


def item(field: Field, form: Mapping[str, Any]) -> Field:
    """Return what stands in the list that a form of a field is; it is reached by the field's own path."""
    return Field(field.path, _followed(form["items"], field.kind))


def every(field: Field) -> Iterator[Field]:
    """Walk all fields under one, depth first."""
    entry = values(field)
    for child in (*below(field), *((entry,) if entry else ())):
        yield child
        yield from every(child)


def _entry(field: Field, path: Sequence[str]) -> tuple[Field | None, int]:
    """Enter a mapping with free keys; return how many steps the key is, for a key such as requests.cpu has dots."""
    value = values(field)
    if value is None:
        return None, 0
    used = _key_length(path) if below(value) else 1 if values(value) else len(path)
    key = ".".join(path[:used])
    given = [e[key] for e in field.schema.get("examples", ()) if isinstance(e, dict) and key in e]
    schema = {**value.schema, "examples": given} if given else value.schema
    return Field((*field.path, key), schema), used


def _key_length(path: Sequence[str]) -> int:
    """Return how many steps a key with fields below it is: nvidia.com/gpu is two, and ends where its slash is."""
    return next((index for index, step in enumerate(path, 1) if "/" in step), 1)


def _forms(schema: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    schema = _followed(schema, kind)
    yield schema
    for other in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _forms(other, kind)
    if "items" in schema:
        yield from _forms(schema["items"], kind)


def _followed(schema: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """Follow a reference; what stands beside it goes before what it leads to."""
    while "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**bundled(kind)["$defs"][name], **beside}
    return schema
