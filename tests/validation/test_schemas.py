"""The schemas themselves: valid, described, and with words for all that they refuse."""

import json

import pytest
from jsonschema import Draft202012Validator as Explaining
from jsonschema_rs import Draft202012Validator as Deciding

from generator import shipped
from generator.validation import schema
from generator.validation.formats import FORMATS
from generator.validation.refusal import _SAY

PUBLISHED = ("common", "baseline", *schema.KINDS)


def subschemas(value, route=()):
    """Yield every schema in a schema, with the route to it."""
    yield route, value
    for keyword in ("properties", "$defs"):
        for name, inner in value.get(keyword, {}).items():
            yield from subschemas(inner, (*route, keyword, name))
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if isinstance(value.get(keyword), dict):
            yield from subschemas(value[keyword], (*route, keyword))
    for keyword in ("anyOf", "oneOf"):
        for index, inner in enumerate(value.get(keyword, ())):
            yield from subschemas(inner, (*route, keyword, index))


def followed(value, whole):
    """Put what a reference leads to below what stands beside it."""
    while "$ref" in value:
        target = whole["$defs"][value["$ref"].removeprefix("#/$defs/")]
        value = {**target, **{key: item for key, item in value.items() if key != "$ref"}}
    return value


def deciding(value, whole):
    formats = {name: lambda text, reason=reason: reason(text) is None for name, reason in FORMATS.items()}
    return Deciding(value | {"$defs": whole.get("$defs", {})}, formats=formats, validate_formats=True)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_schema_is_a_json_schema_of_2020_12(name):
    published = json.loads(shipped.schema(name))
    assert published["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert published["$id"] == f"https://tenantry.dev/schemas/{name}.schema.json"
    Explaining.check_schema(published)


@pytest.mark.parametrize("kind", schema.KINDS)
def test_a_bundled_schema_stands_by_itself_and_holds_nothing_that_it_does_not_use(kind):
    bundled = schema.bundled(kind)
    Explaining.check_schema(bundled)
    references = {inner["$ref"] for _, inner in subschemas(bundled) if "$ref" in inner}
    assert references == {f"#/$defs/{name}" for name in bundled.get("$defs", ())}


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_field_has_a_description_and_those_without_fields_below_an_example(kind):
    bundled = schema.bundled(kind)
    fields = [
        (route, followed(inner, bundled)) for route, inner in subschemas(bundled) if route[-2:-1] == ("properties",)
    ]
    assert fields
    assert [route for route, field in fields if not field.get("description")] == []
    assert [route for route, field in fields if not field.get("examples") and "properties" not in field] == []


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_example_and_every_default_is_valid_where_it_stands(kind):
    bundled = schema.bundled(kind)
    wrong = []
    for route, inner in subschemas(bundled):
        given = [*inner.get("examples", ()), *([inner["default"]] if "default" in inner else [])]
        if given:
            decide = deciding({key: item for key, item in inner.items() if key != "$id"}, bundled).is_valid
            wrong += [(route, example) for example in given if not decide(example)]
    assert wrong == []


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_mapping_of_fields_refuses_fields_that_it_does_not_have(kind):
    with_fields = [inner for _, inner in subschemas(schema.bundled(kind)) if "properties" in inner]
    assert [inner for inner in with_fields if inner.get("additionalProperties") is not False] == []


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_pattern_has_an_example_to_show_or_is_short_enough_to_be_shown(kind):
    patterns = [(r, inner) for r, inner in subschemas(schema.bundled(kind)) if "pattern" in inner]
    assert [route for route, inner in patterns if not inner.get("examples") and len(inner["pattern"]) > 60] == []


#: Keywords that hold other schemas, describe, or have words of their own.
STRUCTURE = {
    *(
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "default",
        "description",
        "examples",
    ),
    *("format", "items", "pattern", "properties", "propertyNames", "required", "title"),
}


@pytest.mark.parametrize("kind", schema.KINDS)
def test_every_keyword_of_our_schemas_has_words(kind):
    used = {keyword for _, inner in subschemas(schema.bundled(kind)) for keyword in inner}
    assert used - STRUCTURE - _SAY.keys() == set()


def test_the_kinds_of_document_are_those_that_people_write():
    assert schema.KINDS == (
        "tenant",
        "platform",
        "policy",
        "adjustment",
        "waivers",
        "removals",
        "custom-resources",
        "preset",
    )
