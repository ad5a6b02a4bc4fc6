import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from repositories import rendering, repository, tenant, write

from generator.cli import cli

HERE = Path(__file__).parents[2]
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n"
WAIVERS = """\
apiVersion: tenantry.dev/v1
kind: Waivers
waivers:
  - {policy: namespace-denies-traffic, scope: {namespace: web}, reason: it is a test only, owner: a@example.com, until: "2099-01-01"}
"""


def run(folder, *arguments):
    result = CliRunner().invoke(cli, ["-C", str(folder), "lint", *arguments], standalone_mode=False)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.return_value, result.stdout, result.stderr


def states(text):
    return {one["id"]: one["state"] for one in json.loads(text)["controls"]}


@pytest.mark.parametrize("name", ["cis", "mtb", "nsa"])
def test_a_table_of_our_own_organisation(name):
    code, text, errors = run(HERE, "--benchmark", name)
    assert (code, errors) == (1, "")
    assert max(map(len, text.splitlines())) <= 80
    assert " controls: " in text.splitlines()[-1]


def test_our_own_organisation_keeps_cis_but_for_the_hardware_that_needs_more():
    _, text, _ = run(HERE, "--benchmark", "cis", "--format", "json")
    failing = [one for one in json.loads(text)["controls"] if one["state"] == "failed"]
    assert {finding["namespace"] for one in failing for finding in one["findings"]} == {"robotics-hardware"}


def test_what_fails_is_told_with_its_place(tmp_path):
    write(tmp_path, "web.yaml", NAMESPACE)
    code, text, errors = run(tmp_path, "web.yaml", "--benchmark", "cis")
    assert (code, errors) == (1, "")
    assert "failed    5.3.2: All namespaces have NetworkPolicies\n" in text
    assert "web.yaml:1:1: namespace web has no NetworkPolicy that denies all pods" in " ".join(text.split())


def test_where_nothing_fails_the_exit_code_is_0(tmp_path):
    write(tmp_path, "map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: web}\n")
    code, text, _ = run(tmp_path, "map.yaml", "--benchmark", "cis")
    assert (code, text.splitlines()[-1]) == (0, "34 controls: 32 passed, 2 not decidable offline")


def test_an_older_version_has_its_own_numbers(tmp_path):
    write(
        tmp_path,
        "web.yaml",
        NAMESPACE.replace("web", "default")
        + "---\n"
        + "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: default}\n",
    )
    _, newest, _ = run(tmp_path, "web.yaml", "--benchmark", "cis", "--format", "json")
    _, older, _ = run(tmp_path, "web.yaml", "--benchmark", "cis", "--benchmark-version", "1.10", "--format", "json")
    assert states(newest)["5.6.4"] == states(older)["5.7.4"] == "failed"
    assert json.loads(older)["benchmark"]["version"] == "1.10"


def test_a_waiver_makes_a_control_accepted(tmp_path):
    root = repository(tmp_path, "nlp")
    rendering(root)
    write(root, "web.yaml", NAMESPACE)
    assert states(run(root, "web.yaml", "--benchmark", "cis", "--format", "json")[1])["5.3.2"] == "failed"
    write(root, "tenants/waivers.yaml", WAIVERS)
    assert states(run(root, "web.yaml", "--benchmark", "cis", "--format", "json")[1])["5.3.2"] == "accepted"


def test_reports_go_to_files(tmp_path):
    write(tmp_path, "web.yaml", NAMESPACE)
    outputs = ("--output", "json=out.json", "--output", "markdown=out.md")
    code, text, _ = run(tmp_path, "web.yaml", "--benchmark", "nsa", *outputs)
    assert code == 1
    assert text.splitlines()[-1].startswith("25 controls: ")
    assert json.loads((tmp_path / "out.json").read_text())["version"] == 1
    assert (tmp_path / "out.md").read_text().startswith("## NSA/CISA")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--benchmark", "cis", "--select", "no-exec"),
            "a benchmark asks about all of its controls, whatever is known",
        ),
        (("--benchmark", "cis", "--update-baseline"), "a benchmark asks about all of its controls, whatever is known"),
        (("--benchmark", "cis", "--format", "sarif"), "a benchmark is told as text, json, markdown, and not as sarif"),
        (
            ("--benchmark", "cis", "--output", "junit=x"),
            "a benchmark is told as text, json, markdown, and not as junit",
        ),
        (("--benchmark-version", "1.12"), "--benchmark-version is of a benchmark; add --benchmark NAME"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, options, message):
    write(tmp_path, "web.yaml", NAMESPACE)
    result = CliRunner().invoke(cli, ["-C", str(tmp_path), "lint", "web.yaml", *options])
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_unknown_version_is_refused_with_those_that_there_are(tmp_path):
    write(tmp_path, "web.yaml", NAMESPACE)
    result = CliRunner().invoke(
        cli, ["-C", str(tmp_path), "lint", "web.yaml", "--benchmark", "mtb", "--benchmark-version", "2"]
    )
    assert "'2' is not a version of mtb; use one of '2021'" in result.stderr + str(result.exception)


def test_what_cannot_be_read_is_told_and_makes_the_answer_no_whole_one(tmp_path):
    write(tmp_path, "web.yaml", NAMESPACE)
    write(tmp_path, "broken.yaml", "a: [")
    code, text, errors = run(tmp_path, ".", "--benchmark", "cis")
    assert code == 2
    assert errors.startswith("broken.yaml:")
    assert " controls: " in text


def test_a_tenants_file_is_where_to_mend_it(tmp_path):
    root = repository(tmp_path, "nlp")
    write(root, "tenants/nlp.yaml", tenant("nlp", "{tier: small, podSecurity: baseline}"))
    rendering(root)
    _, text, _ = run(root, "--benchmark", "mtb", "--format", "json")
    (control,) = [one for one in json.loads(text)["controls"] if one["id"] == "MTB-PL1-BC-CPI-4"]
    assert {finding["file"] for finding in control["findings"]} == {"tenants/nlp.yaml"}
