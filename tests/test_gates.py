"""Every gate is a test, so that one command tells whether a change may be merged."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command):
    """Run a command at the root, as on a terminal that nobody watches."""
    environment = os.environ | {"NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", errors="replace", check=False
    )


def passes(*command):
    result = run(*command)
    return None if result.returncode == 0 else f"{' '.join(command)}\n{result.stdout}{result.stderr}"


@pytest.mark.parametrize("gate", [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)], ids=" ".join)
def test_the_code_passes(gate):
    problem = passes(sys.executable, "-m", *gate)
    assert problem is None, problem


def test_imports_point_one_way():
    command = shutil.which("lint-imports", path=sysconfig.get_path("scripts"))
    assert command is not None, "import-linter is not installed; pip install -e '.[dev]'"
    problem = passes(command)
    assert problem is None, problem


def test_our_own_tenants_are_valid_and_rendered():
    problem = passes(sys.executable, "-m", "generator", "check", "--no-index")
    assert problem is None, problem


def test_ci_runs_the_test_command_of_the_readme():
    # The README starts from nothing and keeps its environment; CI starts from nothing and throws it away.
    assert ".venv/bin/python -m pytest -n auto\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").endswith('"$bin/python" -m pytest -n auto\n')
