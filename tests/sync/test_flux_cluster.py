"""What Flux reads on a cluster, as the platform file asks for it."""

import pytest
import yaml
from repositories import PLATFORM, files, rendering, repository

URL = "{url: https://git.example.com/tenants.git}"


def platform(sync="flux", remote=URL, more=""):
    text = PLATFORM.replace('version: "1.34", addons: [istio]', f'version: "1.34", sync: {sync}')
    return text.replace("spec:\n", f"spec:\n  repository: {remote}\n{more}")


def read(root, name, kind):
    """Return the objects of a kind in a file that Flux reads."""
    text = files(root)[f"rendered/eu/sync/{name}.yaml"]
    return [one for one in yaml.safe_load_all(text) if one["kind"] == kind]


def spec(root, name="tenants", kind="Kustomization"):
    (found,) = read(root, name, kind)
    return found["spec"]


def made(root, *names, given=None, **specs):
    repository(root, *names, platform=given or platform(), **specs)
    rendering(root)
    return root


def test_a_shard_is_applied_and_pruned_as_an_account_of_flux(tmp_path):
    assert spec(made(tmp_path, "nlp")) == {
        "interval": "60m",
        "retryInterval": "2m",
        "timeout": "5m",
        "sourceRef": {"kind": "GitRepository", "name": "tenants"},
        "path": "./rendered/eu/sync/tenants",
        "serviceAccountName": "tenants",
        "prune": True,
        "deletionPolicy": "Orphan",
        "wait": True,
        "force": False,
    }


@pytest.mark.parametrize(
    ("sync", "fields"),
    [
        ("{engine: flux, interval: 30m}", {"interval": "30m"}),
        ("{engine: flux, pruning: paused}", {"prune": False}),
        (
            "{engine: flux, decryption: {secret: keys}}",
            {"decryption": {"provider": "sops", "secretRef": {"name": "keys"}}},
        ),
    ],
)
def test_what_the_platform_file_says_of_a_clusters_sync(tmp_path, sync, fields):
    assert spec(made(tmp_path, "nlp", given=platform(sync))).items() >= fields.items()


def test_the_source_is_what_the_platform_file_names_and_only_the_clusters_part_of_it(tmp_path):
    remote = "{url: https://git.example.com/a.git, branch: live, path: deploy/tenants, secret: key, verify: {secret: authors}}"
    made(tmp_path, "nlp", given=platform(remote=remote))
    assert spec(tmp_path, "source", "GitRepository") == {
        "interval": "5m",
        "url": "https://git.example.com/a.git",
        "ref": {"branch": "live"},
        "secretRef": {"name": "key"},
        "verify": {"mode": "HEAD", "secretRef": {"name": "authors"}},
        "sparseCheckout": ["deploy/tenants/rendered/eu"],
    }
    assert spec(tmp_path)["path"] == "./deploy/tenants/rendered/eu/sync/tenants"


def test_an_artifact_takes_the_place_of_git(tmp_path):
    made(tmp_path, "nlp", given=platform(remote="{oci: {url: oci://registry.example.com/tenants, tag: live}}"))
    assert spec(tmp_path, "source", "OCIRepository") == {
        "interval": "5m",
        "url": "oci://registry.example.com/tenants",
        "ref": {"tag": "live"},
    }
    assert spec(tmp_path)["sourceRef"] == {"kind": "OCIRepository", "name": "tenants"}


def test_where_tenants_have_what_can_fail_by_itself_their_namespaces_are_looked_at(tmp_path):
    apps = "{tier: small, repositories: [{name: apps, url: https://git.example.com/apps.git}]}"
    found = spec(made(tmp_path, "nlp", vision=apps))
    assert found["wait"] is False
    assert found["healthChecks"] == [
        {"apiVersion": "v1", "kind": "Namespace", "name": "nlp"},
        {"apiVersion": "v1", "kind": "Namespace", "name": "vision"},
    ]


def test_a_shard_takes_its_own_with_it_when_all_its_tenants_leave(tmp_path):
    leaving = "{tier: small, lifecycle: offboarding}"
    assert spec(made(tmp_path, "nlp", vision=leaving))["deletionPolicy"] == "Orphan"
    assert spec(made(tmp_path, nlp=leaving, vision=leaving))["deletionPolicy"] == "MirrorPrune"


@pytest.mark.parametrize(("version", "bounds"), [("1.29", 0), ("1.30", 1)])
def test_admission_bounds_the_account_where_kubernetes_can(tmp_path, version, bounds):
    made(tmp_path, "nlp", given=platform().replace('eu, version: "1.34"', f'eu, version: "{version}"'))
    assert len(read(tmp_path, "accounts", "ValidatingAdmissionPolicy")) == bounds
    assert len(read(tmp_path, "accounts", "ServiceAccount")) == 1
