import json

import pytest
from repositories import repository, write

BARE = "{{ .Job.serviceName }}"


@pytest.fixture
def site(tenantry, tmp_path):
    """A folder with our templates, one of which its site has changed."""
    assert tenantry("launcher", "templates", "generate", "--output", "site")[0] == 0
    service = tmp_path / "site/service.tpl"
    service.write_text(service.read_text().replace("{{ quote .Job.serviceName }}", BARE))
    return tmp_path / "site"


def test_templates_are_generated_and_sound(tenantry):
    code, out, err = tenantry("launcher", "templates", "generate", "--scratch-path", "new")
    assert (code, out, err) == (0, "new/job.tpl\nnew/service.tpl\nnew/tenantry-data.tpl\n", "3 files written\n")
    assert tenantry("launcher", "templates", "generate", "--output", "new") == (0, "", "all files are there already\n")
    assert tenantry("launcher", "templates", "diff", "new") == (0, "", "")
    code, out, err = tenantry("launcher", "templates", "validate", "new")
    assert (code, out) == (0, "")
    assert err.endswith(" objects rendered: no findings\n")


def test_a_changed_template_is_not_overwritten(tenantry, site):
    before = (site / "service.tpl").read_text()
    code, out, err = tenantry("launcher", "templates", "generate", "--output", "site")
    assert (code, out) == (2, "")
    assert (
        err
        == "site/service.tpl: somebody has changed this file, so that nothing is written; see templates diff, or name another folder\n"
    )
    assert (site / "service.tpl").read_text() == before


@pytest.mark.usefixtures("site")
def test_a_change_is_shown(tenantry):
    code, out, _ = tenantry("launcher", "templates", "diff", "site")
    assert code == 1
    lines = out.splitlines()
    assert lines[:2] == ["--- ours/service.tpl", "+++ site/service.tpl"]
    assert "-  name: {{ quote .Job.serviceName }}" in lines
    assert f"+  name: {BARE}" in lines


def test_who_changed_what_since_the_base_is_shown(tenantry, site, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    for name in ("job.tpl", "service.tpl"):
        text = (site / name).read_text().replace(BARE, "{{ toYaml .Job.serviceName }}")
        (base / name).write_text(text.replace("  backoffLimit: 0\n", "  backoffLimit: 1\n"))
    (site / "job.tpl").write_text((base / "job.tpl").read_text())
    code, out, _ = tenantry("launcher", "templates", "diff", "site", "--base", "base")
    assert code == 1
    job, service = (
        next(n for n, line in enumerate((base / f).read_text().splitlines(), 1) if t in line)
        for f, t in (("job.tpl", "backoff"), ("service.tpl", "serviceName"))
    )
    assert out.splitlines() == [
        f"job.tpl: line {job} of the base: ours changed it",
        "  base|   backoffLimit: 1",
        "  ours|   backoffLimit: 0",
        f"service.tpl: line {service} of the base: CONFLICT, both changed it, and not in the same way",
        "  base|   name: {{ toYaml .Job.serviceName }}",
        f"  site|   name: {BARE}",
        "  ours|   name: {{ quote .Job.serviceName }}",
    ]


def test_a_finding_has_its_place_and_what_would_be_right(tenantry, site):
    code, out, err = tenantry("launcher", "templates", "validate", "site")
    line = next(n for n, text in enumerate((site / "service.tpl").read_text().splitlines(), 1) if BARE in text)
    assert code == 1
    assert out.splitlines() == [
        f"site/service.tpl:{line}:12: error: T7: .Job.serviceName can change the object: with a line break in it, metadata gets the key 'injected'",
        "    instead: write it with quote",
    ]
    assert err.endswith(" objects rendered: 1 error\n")


@pytest.mark.usefixtures("site")
def test_findings_can_be_read_by_programs(tenantry):
    code, out, _ = tenantry("launcher", "templates", "validate", "site", "--format", "json", "--verbose")
    report = json.loads(out)
    (found,) = report["findings"]
    assert code == 1
    assert (found["code"], found["severity"], found["file"], found["column"]) == ("T7", "error", "service.tpl", 12)
    assert {one["file"] for one in report["rendered"]} == {"job.tpl", "service.tpl"}


@pytest.mark.usefixtures("site")
def test_what_is_rendered_can_be_seen(tenantry):
    _, out, _ = tenantry("launcher", "templates", "validate", "site", "--verbose")
    assert "--- # job.tpl: an executable\n# Version: 2.5.0\n" in out
    assert "--- # service.tpl: everything\n" in out


def test_syntax_errors_have_file_line_and_column(tenantry, site):
    (site / "job.tpl").write_text("# Version: 2.5.0\nkind: Job\nmetadata: {{ if }}\n")
    code, out, _ = tenantry("launcher", "templates", "validate", "site")
    assert code == 1
    assert out.startswith("site/job.tpl:3:")


def test_what_the_tenant_declares_is_asked_for(tenantry, site):
    (site / "service.tpl").unlink()
    code, out, _ = tenantry("launcher", "templates", "validate", "site", "--account", "sessions")
    assert code == 1
    assert "site/service.tpl: error: V1: there is no service.tpl\n" in out
    assert "J4: sessions run as 'default'; the tenant declares sessions\n" in out


def test_what_is_gone_from_the_base_is_told(tenantry, site, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "job.tpl").write_text((site / "job.tpl").read_text() + "# the site's own\n")
    _, out, _ = tenantry("launcher", "templates", "validate", "site", "--base", "base")
    assert "warning: T9: line " in out


def test_a_folder_is_found_in_the_launchers_configuration(tenantry, site, tmp_path):
    (tmp_path / "launcher.conf").write_text("[cluster]\nname=Kubernetes\ntype=Kubernetes\n")
    (tmp_path / "launcher.kubernetes.conf").write_text(f"scratch-path={site}\n")
    code, out, _ = tenantry("launcher", "templates", "diff", "--conf", "launcher.conf")
    assert code == 1
    assert f"+++ {site}/service.tpl\n" in out


def test_a_folder_that_no_launcher_reads_is_told(tenantry, site, tmp_path):
    (tmp_path / "launcher.conf").write_text("[cluster]\nname=vision\ntype=Kubernetes\n")
    _, out, _ = tenantry("launcher", "templates", "validate", "site", "--conf", "launcher.conf")
    assert out.splitlines()[0] == (
        f"{site}: warning: T12: no cluster has this folder as its scratch-path; use one of '/var/lib/rstudio-launcher/vision'"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["validate", "nowhere"],
            "nowhere: the folder cannot be read (no such file or directory); name that of the templates",
        ),
        (["validate", "--conf", "no.conf"], "no.conf: there is no such file; create it, or correct the path"),
        (
            ["validate", "site", "--product", "2.5.1"],
            "--product '2.5.1' is no version of templates; did you mean '2.5.0'?",
        ),
        (["validate", "site", "--identity", "role"], "--identity 'role' has no value; write KEY=VALUE"),
        (["generate", "--output", "x", "--version", "9"], "'9' is not"),
    ],
)
@pytest.mark.usefixtures("site")
def test_what_is_asked_wrongly_is_told(tenantry, arguments, message):
    code, out, err = tenantry("launcher", "templates", *arguments)
    assert (code, out) == (2, "")
    assert message in err


# For one tenant

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters: [{name: eu, version: "1.34"}, {name: us, version: "1.33", addons: [istio]}]
  defaults: {clusters: [eu], quota: {hard: {pods: 9}}}
  registries: [registry.example.com/]
"""
POSIT = "{launchers: [{name: workbench, preset: posit%s}]%s}"
OUR_JOB = "launcher-workbench-templates/job.tpl:"


@pytest.fixture
def tenants(tmp_path):
    """Make a repository of tenants, each with the ``spec`` that is given."""

    def make(**specs):
        return repository(tmp_path, platform=PLATFORM, **specs)

    return make


def test_the_templates_of_a_tenant_are_sound_in_its_own_surroundings(tenantry, tenants):
    tenants(vision=POSIT % (", templates: {pod: {imagePullSecrets: [{name: registry}]}}", ""))
    code, out, err = tenantry("launcher", "templates", "validate", "--tenant", "vision")
    assert (code, out) == (0, "")
    assert err.endswith(" objects rendered: no findings\n")


def test_the_surroundings_are_those_of_the_cluster_that_is_named(tenantry, tenants):
    tenants(vision=POSIT % ("", ", clusters: [eu, us]"))
    assert tenantry("launcher", "templates", "validate", "--tenant", "vision", "--cluster", "eu")[0] == 0
    code, out, _ = tenantry("launcher", "templates", "validate", "--tenant", "vision", "--cluster", "us")
    assert code == 1
    assert out.startswith(OUR_JOB)
    assert "warning: J13: the mesh puts a sidecar into the pod" in out


def test_a_folder_is_checked_with_the_data_of_the_tenant(tenantry, tenants, site):
    tenants(vision=POSIT % (", sessionAccount: ann, templates: {job: {ttlSecondsAfterFinished: 60}}", ""))
    job = site / "job.tpl"
    job.write_text(job.read_text().replace("{{ quote $account }}", '"other"'))
    code, out, _ = tenantry("launcher", "templates", "validate", "site", "--tenant", "vision")
    assert code == 1
    assert [line.partition(": J")[2].partition(",")[0] for line in out.splitlines() if ": J" in line] == [
        "7: spec.ttlSecondsAfterFinished is 60",
        "4: sessions run as 'other'; the tenant declares ann",
    ]
    assert "site/service.tpl:" in out  # the change that the fixture makes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tenant", "visoin"], "--tenant: 'visoin' is not a tenant; did you mean 'vision'?"),
        (
            ["--tenant", "idle"],
            "tenants/idle.yaml:4:1: spec.launchers: idle has no launcher of the preset 'posit'; add one, or name another tenant",
        ),
        (["--tenant", "two"], "--launcher: is missing, and there are several; use one of 'a', 'b'"),
        (["--tenant", "two", "--launcher", "c"], "--launcher: 'c' is not a Posit launcher of two; use one of 'a', 'b'"),
        (["--tenant", "wide"], "--cluster: is missing, and there are several; use one of 'eu', 'us'"),
        (["--tenant", "vision", "--cluster", "us"], "--cluster: 'us' is not a cluster of vision; use one of 'eu'"),
        (["--tenant", "vision", "--account", "x"], "--account is said by the tenant's file; leave it or --tenant out"),
        (["--tenant", "vision", "--level", "restricted"], "--level is said by the tenant's file"),
        (["--launcher", "workbench"], "--launcher is one of a tenant; name it with --tenant"),
        (["--tenant", "orphan"], "tenants/orphan.yaml:4:8: spec.parent: 'nobody' is not a tenant; use one of"),
        (["--tenant", "wrong"], "tenants/wrong.yaml:4:8: spec.tire: "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_asked_wrongly_of_a_tenant_is_told(tenantry, tenants, arguments, message):
    tenants(
        vision=POSIT % ("", ""),
        idle="{}",
        two="{quota: {mode: shared, hard: {pods: 9}}, namespaces: [{name: x}, {name: z}], launchers: [{name: a, preset: posit, namespace: x}, {name: b, preset: posit, namespace: z}]}",
        wide=POSIT % ("", ", clusters: [eu, us]"),
        orphan="{parent: nobody}",
        wrong="{tire: small}",
    )
    code, out, err = tenantry("launcher", "templates", "validate", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_a_platform_file_that_is_wrong_is_told_first(tenantry, tenants, tmp_path):
    tenants(vision=POSIT % ("", ""))
    write(tmp_path, "tenants/platform.yaml", PLATFORM.replace("[registry", "[https://registry"))
    code, out, err = tenantry("launcher", "templates", "validate", "--tenant", "vision")
    assert (code, out) == (2, "")
    assert "'https://registry.example.com/' has a scheme" in err
