"""``check --base``: nothing is dropped in the change that divides its tenants anew, for it would be left behind."""

import subprocess

import pytest
from repositories import PLATFORM, repository, tenant, write

IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
SYNCED = PLATFORM.replace(
    'version: "1.34", addons', 'version: "1.34", sync: {engine: flux, tenantsPerShard: 2}, addons'
)
SYNCED = SYNCED.replace("spec:\n", "spec:\n  repository: {url: https://git.example.com/tenants.git}\n")
RULE = "would stay on eu: this change also divides the tenants anew that are applied together"
MEMBER = "{tier: small, members: [{group: ml, role: viewer}]}"


def git(root, *arguments):
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture(params=["flux", "argocd"])
def platform(request):
    return SYNCED.replace("engine: flux", f"engine: {request.param}")


@pytest.fixture
def root(tmp_path, tenantry, platform):
    return begun(tmp_path, tenantry, platform)


def begun(tmp_path, tenantry, platform):
    repository(tmp_path, "nlp", platform=platform, vision=MEMBER)
    tenantry("render")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "before")
    return tmp_path


def told(tenantry):
    tenantry("render")
    code, _, said = tenantry("check", "--base", "main")
    return code, [line for line in said.splitlines() if RULE in line]


def test_tenants_are_divided_anew_when_one_comes(root, tenantry):
    write(root, "tenants/audit.yaml", tenant("audit"))
    assert told(tenantry) == (0, [])
    assert (root / "rendered/eu/sync/tenants-0.yaml").is_file()


def test_what_is_dropped_beside_is_told(root, tenantry):
    write(root, "tenants/audit.yaml", tenant("audit"))
    write(root, "tenants/vision.yaml", tenant("vision"))
    code, (problem,) = told(tenantry)
    assert code == 2
    assert problem == (
        "tenants/vision.yaml: Role vision/tenant-viewer, RoleBinding vision/tenant-viewer would stay on eu: this change "
        "also divides the tenants anew that are applied together, so that nobody would know to delete it; drop it in a "
        "change of its own"
    )


def test_what_is_dropped_alone_is_fine(root, tenantry):
    write(root, "tenants/vision.yaml", tenant("vision"))
    assert told(tenantry) == (0, [])


def test_what_stays_in_another_file_is_there(root, tenantry, platform):
    write(root, "tenants/audit.yaml", tenant("audit"))
    write(root, "tenants/platform.yaml", platform.replace("spec:\n", "spec:\n  layout: {split: tenant}\n"))
    assert told(tenantry)[1] == []


@pytest.mark.parametrize("applications", ["tenants", "set"])
def test_an_application_of_its_own_knows_what_it_has_applied_whatever_shard_it_is_in(tmp_path, tenantry, applications):
    own = SYNCED.replace("engine: flux", f"engine: argocd, applications: {applications}")
    root = begun(tmp_path, tenantry, own)
    write(root, "tenants/audit.yaml", tenant("audit"))
    write(root, "tenants/vision.yaml", tenant("vision"))
    assert told(tenantry)[1] == []
    assert (root / "rendered/eu/sync/tenants-0.yaml").is_file()
