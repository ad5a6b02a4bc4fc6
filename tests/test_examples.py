"""Small repositories under ``examples/``, held to their committed ``rendered/`` byte by byte.

A new case is a new folder with a ``tenants/`` in it. After a change that is meant to alter what is rendered, write all
of it anew, and review the difference as you would review a pull request::

    UPDATE_EXAMPLES=1 python -m pytest tests/test_examples.py
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from building import bodies

from generator.manifest import Manifest, identity
from generator.pipeline import Options, render
from generator.problems import Place
from generator.repository import PLATFORM, RENDERED, TENANTS
from generator.spec import platform
from generator.validation import validity
from generator.yaml.documents import read

EXAMPLES = Path(__file__).parent / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir())
CLUSTERS = [(folder.parent.parent.name, folder.name) for folder in sorted(EXAMPLES.glob(f"*/{RENDERED}/*"))]
UPDATE = bool(os.environ.get("UPDATE_EXAMPLES"))


def contents(root):
    """Read all files below ``rendered/``, by path."""
    files = (path for path in (root / RENDERED).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def made(name, root, *, with_rendered=False):
    """Render a copy of an example."""
    shutil.copytree(EXAMPLES / name / TENANTS, root / TENANTS)
    if with_rendered:
        shutil.copytree(EXAMPLES / name / RENDERED, root / RENDERED)
    return render(root, Options(jobs=1, use_index=False))


def versions(name):
    found = platform.from_document(read(EXAMPLES / name, PLATFORM))
    return {cluster.name: cluster.version for cluster in found.clusters.values()}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_rendered_to_the_committed_bytes(name, tmp_path):
    outcome = made(name, tmp_path)
    assert [problem.message for problem in outcome.problems] == []
    if UPDATE:
        shutil.rmtree(EXAMPLES / name / RENDERED, ignore_errors=True)
        shutil.copytree(tmp_path / RENDERED, EXAMPLES / name / RENDERED)
    assert contents(tmp_path) == contents(EXAMPLES / name)
    assert outcome.files == len(contents(tmp_path)) > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_second_run_over_an_example_changes_nothing(name, tmp_path):
    outcome = made(name, tmp_path, with_rendered=True)
    assert outcome.current
    assert contents(tmp_path) == contents(EXAMPLES / name)


@pytest.mark.parametrize("name", NAMES)
def test_every_object_of_an_example_is_valid_on_its_cluster(name):
    known = versions(name)
    for path, data in contents(EXAMPLES / name).items():
        judge = validity.for_version(known[path.split("/")[1]])
        for body in bodies(data.decode()):
            assert [problem.message for problem in judge.problems(Manifest(body, Place(path)))] == []


@pytest.mark.parametrize(("name", "cluster"), CLUSTERS, ids=map("-".join, CLUSTERS))
def test_kubectl_reads_all_files_of_a_cluster_as_we_do(name, cluster, tmp_path):
    """Kustomize is what Flux and Argo CD build with: it refuses doubled objects, and what it cannot read."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    root = EXAMPLES / name / RENDERED / cluster
    shutil.copytree(root, tmp_path / "built")
    resources = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*.yaml"))]
    (tmp_path / "built/kustomization.yaml").write_text(yaml.safe_dump({"resources": resources}), encoding="utf-8")
    result = subprocess.run(
        [kubectl, "kustomize", tmp_path / "built"], capture_output=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    theirs = {identity(body): body for body in yaml.load_all(result.stdout, yaml.CSafeLoader)}
    ours = bodies(*((root / path).read_text(encoding="utf-8") for path in resources))
    assert theirs == {identity(body): body for body in ours}
    assert len(theirs) == len(ours)
