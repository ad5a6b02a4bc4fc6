"""What is rendered for Flux is what kustomize builds: every object once, and nothing that is none."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from generator import manifests
from generator.manifest import identity

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "rendered/prod-eu"
LISTED = sorted(path.parent for path in CLUSTER.glob("sync/tenants*/kustomization.yaml"))
KUBECTL = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl, which builds what Flux builds, is not here"
)


def objects(*folders):
    """Return the identities of all objects under some folders, without what kustomize alone reads."""
    found, problems = manifests.read([str(folder.relative_to(ROOT)) for folder in folders], ROOT)
    assert problems == []
    return sorted(identity(one.body) for one in found if "kustomize.config.k8s.io" not in one.body["apiVersion"])


def built(folder):
    """Build a folder as Flux does, which restricts no path within the source."""
    command = ["kubectl", "kustomize", "--load-restrictor", "LoadRestrictionsNone", str(folder)]
    text = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return sorted(identity(one) for one in yaml.safe_load_all(text) if one)


@KUBECTL
def test_the_shards_build_to_all_that_the_tenants_have():
    assert sorted(one for folder in LISTED for one in built(folder)) == objects(CLUSTER / "tenants")


@KUBECTL
def test_what_flux_is_pointed_to_builds_to_what_lies_beside_it():
    assert built(CLUSTER / "sync") == objects(CLUSTER / "sync")


@KUBECTL
def test_what_tenants_share_needs_no_list(tmp_path):
    names = sorted(path.name for path in (CLUSTER / "platform").iterdir())
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({"resources": names}))  # as Flux makes it by itself
    for name in names:
        shutil.copy(CLUSTER / "platform" / name, tmp_path)
    assert built(tmp_path) == objects(CLUSTER / "platform")


def test_every_file_of_a_tenant_is_in_exactly_one_shard():
    listed = [
        (folder / entry).resolve().relative_to(CLUSTER)
        for folder in LISTED
        for entry in yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    ]
    assert sorted(listed) == sorted(
        path.relative_to(CLUSTER) for path in (CLUSTER / "tenants").rglob("*") if path.is_file()
    )


def test_only_folders_that_flux_builds_have_a_list():
    lists = {path.parent.relative_to(CLUSTER).as_posix() for path in CLUSTER.rglob("kustomization.yaml")}
    assert lists == {"sync", "sync/lockdown", *(folder.relative_to(CLUSTER).as_posix() for folder in LISTED)}


def test_nothing_is_substituted_in_what_tenants_have():
    found, _ = manifests.read(["rendered/prod-eu"], ROOT)
    applied = [one.body["spec"] for one in found if one.body["apiVersion"] == "kustomize.toolkit.fluxcd.io/v1"]
    assert len(applied) >= 3
    assert [spec for spec in applied if "postBuild" in spec] == []
