import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from repositories import rendering, repository, tenant, write

from generator.cli import cli
from generator.rules import RULES

SECRETS = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shared}
rules: [{apiGroups: [""], resources: ["*"], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: shared}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ml}]
"""
HERE = Path(__file__).parents[2]


def run(folder, *arguments):
    result = CliRunner().invoke(cli, ["-C", str(folder), *arguments], standalone_mode=False)
    assert result.exception is None, result.output
    return result.return_value, result.stdout, result.stderr


def test_our_own_manifests_are_clean_without_any_waiver():
    assert run(HERE, "lint") == (0, "no findings\n", "")


def test_what_nobody_asks_for_is_not_waited_for(tmp_path):
    write(tmp_path, "service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\n")
    program = (
        "import sys; sys.argv = ['tenantry', 'lint', 'service.yaml']\n"
        "from generator.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print(*sorted(one.rpartition('.')[2] for one in sys.modules"
        " if one.startswith('generator.rules.forbid_') or one in ('generator.spec.platform', 'jsonschema_rs')))"
    )
    asked = [one.name for one in RULES.values() if not one.compares and (one.about is None or "Service" in one.about)]
    expected = sorted(name.replace("-", "_") for name in asked if name.startswith("forbid-"))
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == f"no findings\n{' '.join(expected)}\n"
    assert len(expected) < len(RULES) / 4


@pytest.mark.parametrize("version", ["v1.34", "v1.34.2", "1.34.2-eks.1"])
def test_a_version_is_written_as_people_and_clusters_write_it(tmp_path, version):
    write(tmp_path, "role.yaml", SECRETS)
    assert run(tmp_path, "lint", "role.yaml", "--kubernetes", version) == run(
        tmp_path, "lint", "role.yaml", "--kubernetes", "1.34"
    )


@pytest.mark.parametrize("version", ["2", "latest", "1.", "34", ""])
def test_what_is_no_version_is_refused(tmp_path, tenantry, version):
    write(tmp_path, "role.yaml", SECRETS)
    code, out, err = tenantry("lint", str(tmp_path / "role.yaml"), "--kubernetes", version)
    message = f"Invalid value for '--kubernetes': {version!r} is no Kubernetes version; write one such as 1.36"
    assert (code, out, err.splitlines()[-1]) == (2, "", f"Error: {message}")


def test_what_was_not_judged_is_in_the_reports(tmp_path):
    write(tmp_path, "broken.yaml", "kind: Role\n\tname: x\n")
    write(tmp_path, "old.yaml", SECRETS.replace("/v1\nkind: RoleBinding", "/v1beta1\nkind: RoleBinding"))
    outputs = [f"--output={name}={tmp_path / name}" for name in ("sarif", "json", "github")]
    code, _, errors = run(tmp_path, "lint", ".", *outputs)
    assert code == 2
    tab = "a tab cannot indent YAML; write spaces"
    removed = "'rbac.authorization.k8s.io/v1beta1' has no RoleBinding since Kubernetes 1.22; write rbac.authorization.k8s.io/v1"
    assert [f"broken.yaml:2:1: {tab}", f"old.yaml:6:1: apiVersion: {removed}"] == errors.splitlines()[:2]
    told = json.loads((tmp_path / "json").read_text())["problems"]
    assert [(one["place"]["file"], one["place"]["line"], one["message"]) for one in told] == [
        ("broken.yaml", 2, tab),
        ("old.yaml", 6, removed),
    ]
    assert not json.loads((tmp_path / "sarif").read_text())["runs"][0]["invocations"][0]["executionSuccessful"]
    assert (
        (tmp_path / "github").read_text().startswith(f"::error file=broken.yaml,line=2,col=1,title=tenantry::{tab}\n")
    )


def test_a_wildcard_hides_no_secret(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    code, text, errors = run(tmp_path, "lint", "role.yaml", "--select", "no-secret-reading")
    assert (code, errors) == (1, "")
    assert "Group ml is given Role reader in namespace shared role.yaml:6:1: RoleBinding reader" in " ".join(
        text.split()
    )
    assert "no-secret-reading: get on secrets in the core group" in " ".join(text.split())


def test_what_is_less_bad_than_asked_for_is_told_and_does_not_fail(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    code, text, _ = run(tmp_path, "lint", "role.yaml", "--select", "no-secret-reading", "--fail-on", "critical")
    assert (code, text.splitlines()[-1]) == (0, "1 finding: 1 high")


def test_a_report_goes_to_a_file_in_another_format(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    options = ("--select", "no-secret-reading", "--format", "sarif", "--output", str(tmp_path / "out.sarif"))
    assert run(tmp_path, "lint", "role.yaml", *options)[:2] == (1, "")
    results = json.loads((tmp_path / "out.sarif").read_text())["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["no-secret-reading"]


def test_a_file_that_cannot_be_read_is_told_and_hides_nothing(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    write(tmp_path, "broken.yaml", "a: [")
    code, text, errors = run(tmp_path, "lint", ".", "--select", "no-secret-reading")
    assert code == 2
    assert text.splitlines()[-1] == "1 finding: 1 high"
    assert errors.startswith("broken.yaml:")
    assert errors.endswith("1 error; what is wrong was not judged\n")


def test_several_reports_are_written_in_one_run(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    outputs = ("--output", "sarif=out.sarif", "--output", "junit=report.xml")
    code, text, errors = run(tmp_path, "lint", "role.yaml", "--select", "no-secret-reading", *outputs)
    assert (code, errors) == (1, "")
    assert text.splitlines()[-1].startswith("1 finding: ")
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "report.xml").read_text().startswith("<?xml ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.sarif", "report.xml", "role.yaml"]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("sarfi=out", "--output: 'sarfi' is not a format; did you mean 'sarif'? A file of that name is ./sarfi=out\n"),
        ("there/out", "--output: there is no folder '{}/there' for 'out'; make it first\n"),
        (".", "--output: '{}' is a folder; name a file in it\n"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_at_once(tmp_path, output, message):
    write(tmp_path, "role.yaml", SECRETS)
    assert run(tmp_path, "lint", "role.yaml", "--output", output) == (2, "", message.format(tmp_path))


def test_a_report_goes_where_a_link_leads_and_into_a_device(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    write(tmp_path, "there/old", "old")
    (tmp_path / "there/old").chmod(0o600)
    (tmp_path / "link").symlink_to("there/old")
    run(tmp_path, "lint", "role.yaml", "--output", "json=link", "--output", "sarif=/dev/null")
    assert (tmp_path / "link").is_symlink()
    assert json.loads((tmp_path / "there/old").read_text())["version"] == 1
    assert (tmp_path / "there/old").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["old"]
    assert not Path("/dev/null").is_file()


def test_two_reports_for_one_file_are_refused(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    _, _, errors = run(tmp_path, "lint", "role.yaml", "--output", "json=a", "--output", "sarif=a")
    assert errors == f"--output: '{tmp_path}/a' would be written twice; name another file\n"


def test_a_file_whose_name_looks_like_a_format_can_be_written(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    run(tmp_path, "lint", "role.yaml", "--format", "json", "--output", "./sarfi=out")
    assert json.loads((tmp_path / "sarfi=out").read_text())["version"] == 1


REFUSED = (
    SECRETS
    + """\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: broken, namespace: shared}
roleRef: {kind: Role}
"""
)


def test_colours_are_for_terminals(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    options = ("lint", "role.yaml", "--output", "text=report", "--select", "no-secret-reading")
    plain = run(tmp_path, *options)[1]
    shown = CliRunner().invoke(cli, ["-C", str(tmp_path), *options], standalone_mode=False, color=True).stdout
    assert (tmp_path / "report").read_text() == plain != shown
    assert "\x1b[1m  Group ml is given Role reader" in shown


def test_what_the_api_server_would_refuse_is_told_and_fails(tmp_path):
    write(tmp_path, "role.yaml", REFUSED)
    options = ("--select", "no-secret-reading", "--ignore", "no-secret-reading")
    code, text, errors = run(tmp_path, "lint", "role.yaml", *options)
    assert (code, text) == (1, "no findings\n")
    assert errors.startswith("role.yaml:15:1: roleRef.name: ")
    assert "roleRef" in errors
    assert errors.splitlines()[-1].startswith("1 role or binding ")


def test_a_snapshot_decides_what_a_role_grants_and_is_not_judged(tmp_path):
    role, binding = SECRETS.split("---\n")
    write(tmp_path, "binding.yaml", binding)
    write(tmp_path, "cluster.yaml", role + "---\n" + binding.replace("name: reader, namespace", "name: own, namespace"))
    asked = ("lint", "binding.yaml", "--select", "no-secret-reading")
    assert run(tmp_path, *asked)[:2] == (0, "no findings\n")
    code, text, _ = run(tmp_path, *asked, "--snapshot", "cluster.yaml")
    assert code == 1
    assert text.splitlines()[-1].startswith("1 finding: ")
    assert "binding.yaml:1:1: RoleBinding reader" in text


OPEN = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters: [{name: eu, version: "1.34"}]
  tiers: {small: {quota: {mode: shared, hard: {pods: 20}}}}
  defaults: {clusters: [eu]}
"""


def adopted(root):
    """Make a repository with a finding in it."""
    repository(root, "audio", "vision", platform=OPEN)
    rendering(root)
    return ("lint", "--select", "namespace-has-quota")


def test_a_finding_in_what_we_rendered_points_at_the_tenant_file_and_shows_the_manifest(tmp_path):
    code, text, _ = run(tmp_path, *adopted(tmp_path))
    assert code == 1
    assert "    tenants/audio.yaml: namespace audio has no quota" in text
    assert "      see rendered/eu/tenants/audio/00-namespace.yaml:4:1" in text.splitlines()


def test_what_a_baseline_holds_does_not_fail_and_what_is_new_does(tmp_path):
    adopted(tmp_path)
    code, text, errors = run(tmp_path, "lint", "--update-baseline")
    number = text.removeprefix("no findings; ").removesuffix(" known\n")
    assert (code, errors) == (0, f"baseline.json: {number} findings recorded\n")
    assert run(tmp_path, "lint") == (0, text, "")
    assert "known: tenants/audio.yaml" in run(tmp_path, "lint", "--all")[1]
    write(tmp_path, "tenants/nlp.yaml", tenant("nlp"))
    rendering(tmp_path)
    code, text, _ = run(tmp_path, "lint")
    assert code == 1
    assert "nlp" in text
    assert "tenants/audio.yaml" not in text


def test_a_baseline_that_holds_more_than_there_is_is_told_only_if_all_was_judged(tmp_path):
    asked = adopted(tmp_path)
    run(tmp_path, "lint", "--update-baseline")
    quota = "{hard: {requests.cpu: 8, requests.memory: 16Gi, limits.cpu: 8, limits.memory: 16Gi, pods: 20}}"
    write(tmp_path, "tenants/audio.yaml", tenant("audio", f"{{quota: {quota}}}"))
    rendering(tmp_path)
    code, _, errors = run(tmp_path, "lint")
    assert code == 0
    assert errors.startswith("tenants/baseline.json:4:5: warning: findings[0]: this is not found any more")
    assert run(tmp_path, *asked)[2] == run(tmp_path, "lint", "--cluster", "eu")[2] == ""


def test_a_baseline_with_mistakes_in_it_hides_nothing(tmp_path):
    asked = adopted(tmp_path)
    run(tmp_path, "lint", "--update-baseline")
    path = tmp_path / "tenants/baseline.json"
    path.write_text(path.read_text().replace('"count": 1', '"count": 0', 1))
    code, text, errors = run(tmp_path, *asked)
    assert code == 2
    assert errors.startswith("tenants/baseline.json:4:")
    assert "findings[0].count: 0 is too little; write 1 or more" in errors
    assert "tenants/audio.yaml: namespace audio has no quota" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--update-baseline", "--select", "no-exec"), "leave out --select and --ignore"),
        (("--update-baseline", "role.yaml"), "there is no repository to keep it in; add --baseline FILE"),
        (("--baseline", "none.json"), "there is no file 'none.json'; write it with: tenantry lint --update-baseline"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused(tmp_path, options, message):
    adopted(tmp_path)
    write(tmp_path, "role.yaml", SECRETS)
    code, text, errors = run(tmp_path, "lint", *options)
    assert (code, text) == (2, "")
    assert message in errors


def test_a_baseline_is_not_taken_where_not_everything_was_judged(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    write(tmp_path, "broken.yaml", "a: [")
    code, _, errors = run(tmp_path, "lint", ".", "--baseline", "b.json", "--update-baseline")
    assert code == 2
    assert "--update-baseline: it was not written, for not everything was judged" in errors
    assert not (tmp_path / "b.json").exists()


def test_a_repository_that_has_rendered_nothing_is_told_and_is_not_clean(tmp_path):
    repository(tmp_path, "audio")
    assert run(tmp_path, "lint") == (
        2,
        "",
        "rendered: there is nothing of a cluster here; write it with: tenantry render\n",
    )


def test_policies_are_tested_by_their_examples():
    code, text, _ = run(HERE, "policy", "test", "no-secret-reading")
    assert (code, text.endswith(": all as they say\n")) == (0, True)
    errors = run(HERE, "policy", "test", "no-secrets-reading")[2]
    assert errors == "--select: 'no-secrets-reading' is not a policy; did you mean 'no-secret-reading'?\n"


def test_what_manifests_were_is_compared_with_what_they_are(tmp_path):
    spaces = "".join(f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n" for name in ("a", "b"))
    write(tmp_path, "deep/spaces.yaml", spaces)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "first")):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True)
    options = ("--select", "namespaces-stay", "--base", "main")
    assert run(tmp_path, "lint", "deep", *options) == (0, "no findings\n", "")
    write(tmp_path, "deep/spaces.yaml", spaces.replace("name: b", "name: c"))
    code, text, errors = run(tmp_path, "lint", "deep", *options)
    assert (code, errors) == (1, "")
    assert "deep/spaces.yaml:6:1: namespace b is gone, with all that is in it" in " ".join(text.split())
    assert run(tmp_path / "deep", "lint", "spaces.yaml", *options)[0] == 1
    assert run(tmp_path, "lint", "deep", "--select", "namespaces-stay") == (0, "no findings\n", "")
