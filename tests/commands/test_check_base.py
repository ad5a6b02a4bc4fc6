"""``check --base``: a change is held to what it starts from, and cannot soften the rule that would stop it."""

import json
import subprocess

import pytest
from repositories import PLATFORM, repository, tenant, write

IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
TEMPLATE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: "{{ values.name }}", namespace: "{{ namespaces[0].name }}"}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "{{ values.role }}"}
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: team}]
"""
STRICT = """\
id: no-view
title: Nobody is bound to view
severity: high
category: access
why: It reads too much.
fix: Bind a role of ours.
rule: forbid-grants
parameters: {grants: [{apiGroups: [""], resources: [configmaps], verbs: [list]}]}
examples: {passes: [[]], fails: [[]]}
"""


def git(root, *arguments):
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)


def commit(root):
    git(root, "add", "-A")
    git(root, "commit", "-qm", "a change")


def binding(root, name="reads", role="view"):
    extras = f"{{bound: {{name: {name}, role: {role}}}}}"
    write(root, "tenants/nlp.yaml", tenant("nlp", f"{{tier: small, extras: {extras}}}"))


@pytest.fixture
def root(tmp_path, tenantry):
    repository(tmp_path, "nlp")
    write(tmp_path, "tenants/templates/bound.yaml.j2", TEMPLATE)
    tenantry("render")
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def test_a_change_cannot_soften_the_policy_that_would_stop_it(root, tenantry):
    write(root, "policies/no-view.yaml", STRICT)
    commit(root)
    assert tenantry("check", "--base", "main")[0] == 0
    binding(root)
    for text in (None, STRICT.replace("high", "info"), STRICT.replace("configmaps", "secrets")):
        (root / "policies/no-view.yaml").unlink(missing_ok=True)
        if text is not None:
            write(root, "policies/no-view.yaml", text)
        tenantry("render")
        assert "no-view" not in tenantry("check", "--ignore", "H205", "--fail-on", "high")[1] or text is not None
        code, out, err = tenantry("check", "--base", "main")
        assert code == 1
        assert "no-view: Nobody is bound to view (as in main)" in out or "no-view: list on" in out
        assert err == ""


def test_an_adjustment_of_a_change_does_not_hold_for_the_change(root, tenantry):
    commit(root)
    binding(root, role="edit")
    off = 'id: no-secret-reading\nseverity: "off"\nreason: we like it\n'
    write(root, "policies/adjustments/no-secret-reading.yaml", off)
    tenantry("render")
    assert "no-secret-reading" not in tenantry("check")[1]
    assert "no-secret-reading" in tenantry("check", "--base", "main")[1]


def test_a_change_cannot_make_known_what_it_brings_along(root, tenantry):
    binding(root, role="edit")
    tenantry("render")
    tenantry("lint", "--update-baseline")
    assert tenantry("check")[0] == 0
    commit(root)
    assert tenantry("check", "--base", "main")[0] == 0
    binding(root, role="admin")
    tenantry("render")
    tenantry("lint", "--update-baseline")
    assert tenantry("check")[0] == 0
    code, out, _ = tenantry("check", "--base", "main")
    assert code == 1
    assert "ClusterRole admin" in out
    commit(root)
    assert tenantry("check", "--base", "main")[0] == 0


def test_a_baseline_can_be_brought_in(root, tenantry):
    binding(root, role="edit")
    commit(root)
    tenantry("render")
    tenantry("lint", "--update-baseline")
    assert tenantry("check", "--base", "main")[0] == 0
    git(root, "checkout", "-qb", "adopting")
    write(root, ".github/workflows/tenants.yaml", "{}")
    commit(root)
    assert tenantry("check", "--base", "main")[0] == 0


def test_the_first_baseline_makes_nothing_known_that_comes_with_it(root, tenantry):
    commit(root)
    git(root, "checkout", "-qb", "sneaking")
    binding(root, role="edit")
    tenantry("render")
    tenantry("lint", "--update-baseline")
    assert tenantry("check")[0] == 0
    uncommitted = tenantry("check", "--base", "main")
    commit(root)
    code, out, err = tenantry("check", "--base", "main")
    assert uncommitted == (code, out, err)
    assert code == 1
    assert "ClusterRole edit" in out
    assert err == (
        "tenants/baseline.json: warning: main has no baseline, and this change is about tenants/nlp.yaml too; "
        "bring it in by a change of its own\n"
    )


def test_a_whole_repository_can_come_with_its_baseline(root, tenantry):
    git(root, "commit", "-q", "--allow-empty", "-m", "nothing yet")
    git(root, "checkout", "-qb", "moving-in")
    binding(root, role="edit")
    tenantry("render")
    tenantry("lint", "--update-baseline")
    commit(root)
    assert tenantry("check", "--base", "main")[0] == 0


def test_a_role_that_a_binding_no_longer_gives_is_told_only_against_a_base(root, tenantry):
    binding(root)
    tenantry("render")
    commit(root)
    binding(root, role="system:public-info-viewer")
    tenantry("render")
    only = ("--select", "H206")
    assert tenantry("check", *only) == (0, "1 tenant, 4 files: rendered/ is current\nno findings\n", "")
    code, out, _ = tenantry("check", "--base", "main", *only)
    assert code == 1
    assert "reads" in out
    assert "tenants/nlp.yaml" in out
    binding(root, name="other")
    tenantry("render")
    assert tenantry("check", "--base", "main", *only)[0] == 0


def test_a_policy_of_the_base_that_cannot_be_used_is_told_and_stops_nothing(root, tenantry):
    write(root, "policies/no-view.yaml", STRICT.replace("forbid-grants", "forbid-everybody"))
    commit(root)
    (root / "policies/no-view.yaml").unlink()
    code, _, err = tenantry("check", "--base", "main")
    assert code == 0
    assert "main:policies/no-view.yaml: warning: rule: 'forbid-everybody' is not a rule;" in err
    assert "the base is judged without it" in err


def test_a_base_that_is_none_is_2(root, tenantry):
    commit(root)
    code, out, err = tenantry("check", "--base", "origin/main")
    assert (code, out) == (2, "")
    assert "--base: git knows no revision 'origin/main'" in err


def test_a_report_for_machines_stands_alone_on_standard_output(root, tenantry):
    binding(root, role="edit")
    code, out, err = tenantry("check", "--format", "json", "--output", "markdown=report.md")
    assert code == 1
    assert "no-secret-reading" in {one["policy"] for one in json.loads(out)["findings"]}
    assert "file would change" in err
    assert "no-secret-reading" in (root / "report.md").read_text()


SNAPSHOT = """\
apiVersion: v1
kind: List
items:
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata: {name: operator-edit, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
    rules: [{apiGroups: [""], resources: [secrets], verbs: [get, list]}]
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRoleBinding
    metadata: {name: theirs}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
    subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: root}]
"""


def test_what_a_cluster_has_of_its_own_decides_and_is_not_judged(tmp_path, tenantry):
    platform = PLATFORM.replace(
        '{name: us, version: "1.34"}', '{name: us, version: "1.34", snapshot: clusters/us.yaml}'
    )
    repository(tmp_path, platform=platform.replace("clusters: [eu]", "clusters: [eu, us]"))
    write(tmp_path, "tenants/templates/bound.yaml.j2", TEMPLATE)
    binding(tmp_path)
    tenantry("render")
    code, _, err = tenantry("check")
    assert code == 2
    assert "clusters/us.yaml" in err
    write(tmp_path, "clusters/us.yaml", SNAPSHOT)
    for command in ("check", "lint", "check"):
        code, out, _ = tenantry(command, "--format", "json")
        found = [one for one in json.loads(out)["findings"] if one["policy"] == "no-secret-reading"]
        assert (code, [one["cluster"] for one in found]) == (1, ["us"])
        assert not any(one["subject"] == "user:root" for one in json.loads(out)["findings"])
    assert "team" in tenantry("access", "who-can", "list", "secrets", "-n", "nlp")[1]
    write(tmp_path, "clusters/us.yaml", SNAPSHOT.replace("secrets", "pods"))
    code, out, _ = tenantry("check", "--format", "json")
    assert [one for one in json.loads(out)["findings"] if one["policy"] == "no-secret-reading"] == []


def test_what_the_api_server_would_refuse_is_told(root, tenantry):
    mixed = TEMPLATE.replace("RoleBinding", "Role").partition("roleRef")[0]
    mixed += 'rules: [{apiGroups: [""], resources: [pods], nonResourceURLs: ["/x"], verbs: [get]}]\n'
    write(root, "tenants/templates/bound.yaml.j2", mixed)
    binding(root)
    tenantry("render")
    for _ in range(2):
        code, _, err = tenantry("check")
        assert code == 1
        assert "tenants/nlp.yaml:" in err
        assert "1 role or binding with errors" in err
