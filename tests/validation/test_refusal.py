import datetime as dt
import json

import pytest

from generator.kubernetes import names
from generator.kubernetes.kinds import CUSTOM, kinds_of, known_versions
from generator.validation import refusal
from generator.validation.refusal import reasons

#: Keywords that hold schemas or say nothing about a value; all others need words of their own.
STRUCTURE = {
    "$comment",
    "$defs",
    "$ref",
    "$schema",
    "additionalProperties",
    "allOf",
    "format",
    "items",
    "not",
    "pattern",
}
STRUCTURE |= {"properties", "propertyNames", "required", "title", "x-otherwise"}


@pytest.mark.parametrize(
    ("value", "schema", "reason"),
    [
        (12, {"type": "string"}, "12 is not a string; write '12'"),
        (True, {"type": ["string", "null"]}, "true is not a string; write 'true'"),
        (None, {"type": "string"}, "null is not a string"),
        ({"secret": 1}, {"type": "string"}, "a mapping is not a string"),
        (["secret"], {"type": "object"}, "a list is not a mapping"),
        ("8", {"type": "integer"}, "'8' is not a whole number; write 8"),
        ("8x", {"type": "integer"}, "'8x' is not a whole number"),
        (8.5, {"type": "integer"}, "8.5 is not a whole number"),
        ("true", {"type": "boolean"}, "'true' is not true or false; write true"),
        ("get", {"type": "array"}, "'get' is not a list; write ['get']"),
        ("x" * 99, {"type": "object"}, "'" + "x" * 59 + "... is not a mapping"),
        ([], {"oneOf": [{"type": ["string", "null"]}, {"type": ["number", "null"]}]}, "a list is not a string or a number"),
        ("Allow", {"enum": ["ALLOW", "DENY"]}, "'Allow' is not allowed; did you mean 'ALLOW'?"),
        ("x", {"enum": ["ALLOW", "DENY"]}, "'x' is not allowed; use one of 'ALLOW', 'DENY'"),
        ("b", {"const": "a"}, "'b' is not allowed; write 'a'"),
        ("", {"minLength": 1}, "'' is empty; fill it"),
        ([1, 2], {"maxItems": 1}, "a list of 2 is too long; keep 1 at most"),
        ({}, {"required": ["name"]}, "name: is missing; write it"),
        ({"a": 1}, {"dependentRequired": {"a": ["b"]}}, "a stands without b, which it needs; write both or neither"),
        ("x", {"not": {}, "x-otherwise": "this is never right"}, "this is never right"),
        ("a b", names.LABEL_VALUE.schema(), f"'a b' {names.label_value('a b')}"),
        (dt.date(2024, 1, 2), {"type": "string"}, "datetime.date(2024, 1, 2) is nothing that an object can hold; write '2024-01-02' if text is meant"),
        ({1: 2}, {}, "key 1 is not a string; write '1'"),
        ({"a": [float("nan")]}, {}, "a[0]: nan is nothing that an object can hold; write 'nan' if text is meant"),
        ({"a\nb": 1}, {"additionalProperties": {"type": "null"}}, r"a\nb: 1 is not null"),
    ],
)  # fmt: skip
def test_a_reason_tells_what_is_written_why_it_cannot_be_and_what_would_be(value, schema, reason):
    assert list(reasons(value, schema)) == [reason]


def test_all_reasons_come_at_once_ordered_by_field():
    schema = {
        "properties": {"name": {"type": "string"}, "verbs": {"type": "array", "items": {"type": "string"}}},
        "additionalProperties": False,
        "required": ["name"],
    }
    assert list(reasons({"verbs": ["get", 1, 2], "verb": "x", "zzz": "y"}, schema)) == [
        "name: is missing; write it",
        "verb: there is no such field; did you mean 'verbs'?",
        "verbs[1]: 1 is not a string; write '1'",
        "verbs[2]: 2 is not a string; write '2'",
        "zzz: there is no such field; use one of 'name', 'verbs'",
    ]


def test_a_reason_that_two_schemas_give_is_told_once():
    assert list(reasons(1, {"allOf": [{"type": "string"}, {"type": "string"}]})) == ["1 is not a string; write '1'"]


def test_what_is_secret_is_not_shown():
    schema = {"additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}}
    assert list(reasons({"data": {"password": 314159}, "other": {"pin": 1}}, schema, secret=("data",))) == [
        "data.password: what is written, which is secret, is not a string; quote it",
        "other.pin: 1 is not a string; write '1'",
    ]


def test_a_tuple_is_a_list():
    assert list(reasons(("a", 1), {"type": "array", "items": {"type": "string"}})) == [
        "[1]: 1 is not a string; write '1'"
    ]


def test_every_keyword_of_every_schema_has_words():
    definitions = [d for v in known_versions() for d in kinds_of(v)._definitions.values()]  # noqa: SLF001 - all, not some
    custom = [kinds_of("1.34").schema(*key) for key in CUSTOM]
    used = {keyword for schema in definitions + custom for keyword in _keywords(schema)}
    said = {keyword for keyword in used if not keyword.startswith("x-kubernetes-")} - STRUCTURE
    assert said - refusal._SAY.keys() == set()  # noqa: SLF001 - what is not there raises KeyError


def test_only_types_stand_under_one_of():
    definitions = json.dumps([kinds_of(v)._definitions for v in known_versions()])  # noqa: SLF001 - the same
    found = {json.dumps(one_of) for one_of in _values(json.loads(definitions), "oneOf")}
    assert found == {
        '[{"type": ["string", "null"]}, {"type": ["number", "null"]}]',
        '[{"type": ["string", "null"]}, {"type": ["integer", "null"]}]',
    }


def _keywords(schema):
    for keyword, value in schema.items():
        yield keyword
        if keyword in {"properties", "$defs"}:
            for item in value.values():
                yield from _keywords(item)
        elif keyword in {"allOf", "oneOf"}:
            for item in value:
                yield from _keywords(item)
        elif isinstance(value, dict) and keyword in {"items", "not", "additionalProperties", "propertyNames"}:
            yield from _keywords(value)


def _values(value, key):
    if isinstance(value, dict):
        if isinstance(value.get(key), list):
            yield value[key]
        for item in value.values():
            yield from _values(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, key)
