import json

import pytest
from jsonschema import Draft202012Validator

from generator.commands.schema import texts
from generator.validation.schema import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_is_printed_as_valid_json_schema(tenantry, kind):
    code, out, _ = tenantry("schema", kind)
    assert code == 0
    Draft202012Validator.check_schema(json.loads(out))
    assert out.endswith("\n}\n")


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_refers_to_nothing_outside_itself(kind):
    schema = json.loads(texts()[f"{kind}.schema.json"])
    assert set(references(schema)) == {f"#/$defs/{name}" for name in schema.get("$defs", {})}


def references(value):
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from references(item)


def test_a_schema_is_written_into_a_file(tenantry, tmp_path):
    assert tenantry("schema", "tenant", "--output", "there/t.json") == (0, "", "")
    assert (tmp_path / "there/t.json").read_text(encoding="utf-8") == tenantry("schema", "tenant")[1]


def test_a_file_that_cannot_be_written_is_told(tenantry, tmp_path):
    (tmp_path / "there").touch()
    code, _, err = tenantry("schema", "tenant", "--output", "there/t.json")
    assert code == 2
    assert err.startswith("Error: Could not open file ")


def test_all_schemas_are_written_and_only_those_that_differ(tenantry, tmp_path):
    assert tenantry("schema", "--write", "s") == (0, f"{len(KINDS)} schemas written, 0 unchanged\n", "")
    assert {path.name for path in (tmp_path / "s").iterdir()} == {f"{kind}.schema.json" for kind in KINDS}
    (tmp_path / "s/tenant.schema.json").write_text("{}")
    assert tenantry("schema", "--write", "s")[1] == f"1 schema written, {len(KINDS) - 1} unchanged\n"
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").iterdir()}
    assert tenantry("schema", "--write", "s")[1] == f"0 schemas written, {len(KINDS)} unchanged\n"
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "s").iterdir()} == before


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), f"name a schema; use one of {', '.join(map(repr, sorted(KINDS)))}"),
        (("tenat",), "there is no schema 'tenat'; did you mean 'tenant'?"),
        (("tenant", "--write", "s"), "--write writes all schemas; leave out the kind and --output"),
    ],
)
def test_what_cannot_be_meant_is_refused(tenantry, args, message):
    code, out, err = tenantry("schema", *args)
    assert (code, out) == (2, "")
    assert message in err
