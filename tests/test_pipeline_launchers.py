"""Jobs that a launcher offers and the cluster refuses: told with the tenant file, before anything is written."""

import subprocess
import sys

import pytest
from repositories import CODE, PLATFORM, files, rendering, repository, tenant, tenantry, told, write

from generator.pipeline import Options, render

HEAD = """\
apiVersion: tenantry.dev/v1
kind: Tenant
metadata: {name: vision}
"""
SPEC = """\
spec:
  tier: small
  namespaces: [{name: train}]
  limits: {container: {max: {cpu: 16, memory: 64Gi}}}
  members: [{group: power-users, role: editor}]
  quota: {hard: {requests.cpu: 32, requests.memory: 64Gi}}
  launchers:
    - name: workbench
      preset: posit
      profiles:
        - {for: "*", default-cpus: 1, max-cpus: 2, default-mem-mb: 512, max-mem-mb: 2048}
        - for: "@power-users"
          max-cpus: 16
"""
REFUSED = (
    "spec.launchers.workbench.profiles[1].max-cpus: a job of group @power-users asks 20 CPUs; the LimitRange of "
    "vision-train allows 16; set max-cpus to 16, or raise spec.limits.container.max.cpu"
)
RISK = (
    "spec.launchers.workbench.profiles[1].max-cpus: a job of group @power-users may ask for any number of CPUs, for "
    "max-cpus is 0; the LimitRange of vision-train allows 16, the ResourceQuota of vision-train allows 32 of "
    "requests.cpu in all; set max-cpus to 16, or raise spec.limits.container.max.cpu and spec.quota.hard.requests.cpu"
)


@pytest.fixture
def root(tmp_path):
    repository(tmp_path, "a")
    rendering(tmp_path)
    return tmp_path


def change(root, old="", new=""):
    """Write the tenant's file, with one thing in it another; that must be in it."""
    assert old in SPEC
    write(root, "tenants/vision.yaml", HEAD + SPEC.replace(old, new))


def test_jobs_that_fit_are_rendered_without_a_word(root):
    change(root)
    assert "rendered/eu/tenants/vision/50-launcher-workbench.yaml" in rendering(root)


def test_a_job_that_is_refused_stops_the_run_and_nothing_is_written(root):
    change(root, "max-cpus: 16", "max-cpus: 20")
    before = files(root)
    assert told(render(root, Options())) == [f"tenants/vision.yaml: {REFUSED}"]
    assert files(root) == before


@pytest.mark.parametrize("command", ["render", "check"])
def test_it_is_told_with_its_line(root, command):
    change(root, "max-cpus: 16", "max-cpus: 20")
    ended = tenantry(root, command)
    assert ended.returncode == 2
    assert f"tenants/vision.yaml:16:11: {REFUSED}" in ended.stdout + ended.stderr


def test_what_is_refused_on_several_clusters_is_one_error(root):
    change(root, "max-cpus: 16\n", "max-cpus: 20\n  clusters: [eu, us]\n")
    assert told(render(root, Options())) == [f"tenants/vision.yaml: {REFUSED}"]


def test_the_quota_of_a_tier_is_told_with_the_platform_file(root):
    change(root, "  quota: {hard: {requests.cpu: 32, requests.memory: 64Gi}}\n", "")
    (found,) = told(render(root, Options()))
    assert found.startswith("tenants/vision.yaml: spec.launchers.workbench.profiles[1].max-cpus: a job of group ")
    assert "the ResourceQuota of vision-train allows 8 of requests.cpu in all; set max-cpus to 8, or raise " in found
    assert found.endswith("raise spec.tiers.small.quota.hard.requests.cpu in tenants/platform.yaml")


def test_a_tenant_that_rests_runs_no_jobs_and_is_not_asked_about_them(root):
    change(root, "tier: small", "tier: small\n  lifecycle: frozen")
    rendering(root)


def test_a_risk_is_told_in_every_run_and_stops_nothing(root):
    change(root, "max-cpus: 16", "max-cpus: 0")
    for _ in range(2):
        outcome = render(root, Options())
        assert told(outcome) == [f"tenants/vision.yaml: warning: {RISK}"]
        assert outcome.errors == []
    assert "rendered/eu/tenants/vision/50-launcher-workbench.yaml" in files(root)
    assert render(root, Options(write=False)).current
    change(root)
    rendering(root)


def test_a_namespaces_pod_security_holds_for_the_templates_too(root):
    adding = "      templates: {pod: {capabilities: [NET_ADMIN]}}\n      profiles:\n"
    change(root, "      profiles:\n", adding)
    (found,) = told(render(root, Options()))
    where = "tenants/vision.yaml: spec.launchers.workbench.templates.pod.capabilities: "
    assert found.startswith(f"{where}a job of anybody has unrestricted capabilities")
    text = (HEAD + SPEC).replace("      profiles:\n", adding)
    write(root, "tenants/vision.yaml", text.replace("{name: train}", "{name: train, podSecurity: privileged}"))
    rendering(root)


def test_images_come_from_the_registries_of_the_platform(root):
    images = '{for: "*", container-images: [ghcr.io/example/r:1], default-container-image: ghcr.io/example/r:1,'
    change(root, '{for: "*",', images)
    rendering(root)
    write(root, "tenants/platform.yaml", f"{PLATFORM}  registries: [registry.example.com/]\n")
    (found,) = told(render(root, Options()))
    assert found == (
        "tenants/vision.yaml: spec.launchers.workbench.profiles[0].default-container-image: a job of anybody runs the "
        "image 'ghcr.io/example/r:1'; the registries of vision-train are registry.example.com/; take it from one of them"
    )
    write(root, "tenants/platform.yaml", f"{PLATFORM}  registries: [registry.example.com/, ghcr.io/example]\n")
    rendering(root)


def test_images_come_from_the_registries_that_those_above_let_them_come_from(root):
    images = '{for: "*", container-images: [ghcr.io/example/r:1], default-container-image: ghcr.io/example/r:1,'
    text = (HEAD + SPEC).replace('{for: "*",', images).replace("spec:\n", "spec:\n  parent: research\n", 1)
    write(root, "tenants/vision.yaml", text)
    group = "{namespaces: [], children: {registries: [%s]}}"
    write(root, "tenants/platform.yaml", f"{PLATFORM}  registries: [registry.example.com/, ghcr.io/]\n")
    write(root, "tenants/research.yaml", tenant("research", group % "ghcr.io/example/, other.io/"))
    rendering(root)
    write(root, "tenants/research.yaml", tenant("research", group % "registry.example.com/"))
    (found,) = told(render(root, Options()))
    assert found.endswith(
        "the image 'ghcr.io/example/r:1'; the registries of vision-train are registry.example.com/ "
        "(tenants/research.yaml#spec/children/registries); take it from one of them"
    )


def test_whoever_has_no_such_launcher_does_not_wait_for_what_proves_its_jobs(root):
    program = (
        "import sys; from pathlib import Path; from generator.pipeline import Options, render; "
        "assert not render(Path('.'), Options(use_index=False, jobs=1)).problems; "
        "print([one for one in ('gotemplate', 'admission', 'podsecurity', 'launcher.proof')"
        " if f'generator.{one}' in sys.modules])"
    )

    def imported():
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={"PYTHONPATH": str(CODE)},
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
        return done.stdout.strip()

    without = imported()
    change(root)
    assert ("gotemplate" in without, "launcher.proof" in without) == (False, False)
    assert "launcher.proof" in imported()
