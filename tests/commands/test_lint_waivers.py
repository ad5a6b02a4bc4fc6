import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from repositories import rendering, repository, write

from generator.cli import cli

ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shared}
rules: [{apiGroups: [apps], resources: [deployments], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: shared}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: ml}]
"""
WAIVER = """\
apiVersion: tenantry.dev/v1
kind: Waivers
waivers:
  - policy: {policy}
    scope: {{{scope}}}
    reason: It is on its way out.
    owner: ann@example.com
    until: "{until}"
"""


def lint(root: Path, *arguments: str):
    result = CliRunner().invoke(cli, ["-C", str(root), "lint", *arguments], standalone_mode=False)
    assert result.exception is None, result.output
    return result.return_value, result.stdout, result.stderr


@pytest.fixture
def root(tmp_path):
    repository(tmp_path, "nlp")
    rendering(tmp_path)
    write(tmp_path, "rendered/eu/reader.yaml", ROLE)
    return tmp_path


def waive(root, policy="no-wildcard-verbs", scope="name: reader", until="2999-12-31"):
    write(root, "tenants/waivers.yaml", WAIVER.format(policy=policy, scope=scope, until=until))


def test_what_a_waiver_covers_is_accepted(root):
    waive(root)
    code, out, err = lint(root, "--select", "no-wildcard-verbs")
    assert (code, out, err) == (0, "no findings; 1 waived\n", "")


@pytest.mark.parametrize(
    ("waiver", "severity", "finding", "spot"),
    [
        (
            {"until": "2020-01-31"},
            "medium",
            (
                "the waiver of no-wildcard-verbs for name reader is over since 2020-01-31; mend what was accepted, or "
                "have ann@example.com renew it"
            ),
            "tenants/waivers.yaml:8:5",
        ),
        (
            {"scope": "cluster: eu"},
            "medium",
            (
                "the waiver of no-wildcard-verbs for cluster eu covers a whole policy, and so accepts nothing; name one "
                "of tenant, namespace, name, subject in its scope"
            ),
            "tenants/waivers.yaml:5:5",
        ),
        (
            {"policy": "no-exec"},
            "low",
            "the waiver of no-exec for name reader accepts nothing any more; drop it",
            "tenants/waivers.yaml:4:5",
        ),
    ],
)
def test_a_waiver_that_accepts_nothing_is_a_finding_at_its_line(root, waiver, severity, finding, spot):
    waive(root, **waiver)
    code, out, err = lint(root, "--format", "json")
    found = [one for one in json.loads(out)["findings"] if one["policy"].startswith("waivers-")]
    assert (code, err) == (1, "")
    (one,) = found
    assert (one["severity"], one["message"]) == (severity, finding)
    where = one["place"]
    assert f"{where['file']}:{where['line']}:{where['column']}" == spot
    assert any(one["policy"] == "no-wildcard-verbs" for one in json.loads(out)["findings"])


def test_what_was_not_judged_makes_no_waiver_idle(root):
    waive(root, policy="no-exec")
    assert "waivers-are-needed" not in lint(root, "--select", "no-exec")[1]
    write(root, "rendered/eu/broken.yaml", "a: [")
    code, out, _ = lint(root, "--format", "json")
    assert code == 2
    assert not [one for one in json.loads(out)["findings"] if one["policy"] == "waivers-are-needed"]


def test_no_baseline_accepts_a_waiver_that_is_over(root):
    waive(root, until="2020-01-31")
    assert lint(root, "--update-baseline")[0] == 1
    code, out, _ = lint(root)
    assert code == 1
    assert "W001 waivers-are-current: No waiver is over" in out
    assert lint(root, "--fail-on", "high")[0] == 0


def test_a_waiver_of_a_policy_that_is_not_there_is_a_mistake(root):
    waive(root, policy="no-wildcard-verb")
    code, _, err = lint(root)
    assert code == 2
    assert err.splitlines()[0] == (
        "tenants/waivers.yaml:4:5: waivers[0].policy: 'no-wildcard-verb' is not a policy; did you mean 'no-wildcard-verbs'?"
    )
