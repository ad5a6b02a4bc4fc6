"""Schemas, default policies and the scaffold are found in a checkout, and in what pip installs."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from generator import shipped
from generator.validation import schema

ROOT = Path(__file__).parent.parent
DATA = ["generator/py.typed"] + [
    path.relative_to(ROOT).as_posix()
    for folder in ("generator/schemas", "generator/scaffold", "generator/launcher/templates")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.is_file()
]


def test_a_checkout_has_its_schemas():
    for kind in (*schema.KINDS, "common"):
        assert json.loads(shipped.schema(kind))["$id"].endswith(f"/{kind}.schema.json")


def test_a_checkout_has_its_policies():
    assert shipped.policies() == ROOT / "policies"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the sdist, and the wheel from the sdist, without the network."""
    dist = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist), str(ROOT)]
    built = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = dist.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Unpack the wheel, which is all that installing a pure one does to the package."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def python(installed, *arguments):
    """Run Python far from the checkout, with the installed package first on its path."""
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_wheel_holds_our_data_unchanged(installed):
    assert {path: (installed / path).read_bytes() for path in DATA} == {
        path: (ROOT / path).read_bytes() for path in DATA
    }


def test_the_wheel_holds_the_policies_as_data_of_the_package(installed):
    assert contents(installed / "generator/policies") == contents(ROOT / "policies")


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_takes_no_other_name_on_the_path(installed):
    assert {path.name for path in installed.iterdir() if path.suffix != ".dist-info"} == {"generator"}


def test_an_installed_package_finds_its_policies(installed):
    told = python(installed, "-c", "from generator import shipped; print(shipped.policies())")
    assert told.stdout.strip() == str(installed / "generator" / "policies"), told.stderr


def test_an_installed_package_prints_its_schemas(installed):
    told = python(installed, "-m", "generator", "schema", "tenant")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["$id"] == json.loads(shipped.schema("tenant"))["$id"]


@pytest.fixture
def remembered(tmp_path, monkeypatch):
    """Remember what is made of a file, below a folder of the test's own; return it with how often it was made."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "bytecode"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    source = tmp_path / "source.yaml"
    source.write_text("a: 1")
    made = []

    def make():
        made.append(source.read_text())
        return {"text": made[-1], "times": len(made)}

    return lambda: shipped.remembered("source", [source], make)


def test_what_is_made_of_a_shipped_file_is_made_once(remembered):
    assert [remembered() for _ in range(3)] == [{"text": "a: 1", "times": 1}] * 3


def test_it_is_made_anew_when_a_file_is_another(remembered, tmp_path):
    remembered()
    (tmp_path / "source.yaml").write_text("b: 2")
    os.utime(tmp_path / "source.yaml", (1, 1))  # a clock may have stood still
    assert remembered() == {"text": "b: 2", "times": 2}
    (tmp_path / "source.yaml").write_text("c: 33")
    assert remembered() == {"text": "c: 33", "times": 3}
    assert remembered()["times"] == 3


@pytest.mark.parametrize("text", ["", "[", "{}", "[[], 1]", "\udcff"])
def test_it_is_made_anew_when_what_was_kept_is_broken(remembered, tmp_path, text):
    remembered()
    (kept,) = (tmp_path / "bytecode").rglob("*.json")
    kept.write_bytes(text.encode(errors="surrogateescape"))
    assert [remembered()["times"], remembered()["times"]] == [2, 2]


def test_it_is_kept_nowhere_where_no_bytecode_is(remembered, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert [remembered()["times"], remembered()["times"]] == [1, 2]
    assert not (tmp_path / "bytecode").exists()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert [remembered()["times"], remembered()["times"]] == [3, 4]


def test_it_need_not_be_kept(remembered, tmp_path):
    (tmp_path / "bytecode").write_text("no folder")
    assert [remembered()["times"], remembered()["times"]] == [1, 2]
