"""Schemas, default policies and the scaffold are found in a checkout, and in what pip installs."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from generator import schema, shipped

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
