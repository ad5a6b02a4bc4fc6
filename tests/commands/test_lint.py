import json
from pathlib import Path

from click.testing import CliRunner
from repositories import write

from generator.cli import cli

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


def test_a_wildcard_hides_no_secret(tmp_path):
    write(tmp_path, "role.yaml", SECRETS)
    code, text, errors = run(tmp_path, "lint", "role.yaml", "--select", "no-secret-reading")
    assert (code, errors) == (1, "")
    assert "role.yaml:6:1: Group ml is granted get on secrets in the core group" in " ".join(text.split())


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


def test_policies_are_listed_and_tested_by_their_examples():
    code, text, _ = run(HERE, "policy", "list")
    assert code == 0
    assert "no-secret-reading                    high      Nobody reads secrets through the API" in text.splitlines()
    assert run(HERE, "policy", "test", "no-secret-reading")[0] == 0
    assert run(HERE, "policy", "test", "no-secrets")[2] == (
        "--select: 'no-secrets' is not a policy; did you mean 'no-secret-reading'?\n"
    )
