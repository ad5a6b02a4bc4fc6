"""Launchers through the whole program: what a site's presets change, and where a finding about a launcher points."""

from pathlib import Path

from repositories import PLATFORM, files, rendering, repository, told, write

from generator import catalogue
from generator.pipeline import Options, render

OWN = """\
name: labelling
title: Our labelling tool
class: launcher
flags: [creates-pods]
rules: [{apiGroups: [batch], resources: [jobs], verbs: [create]}]
source: Our own.
"""
RBAC = "rendered/eu/tenants/vision/20-rbac.yaml"


def test_a_change_of_a_sites_preset_renders_what_it_changes(tmp_path):
    write(tmp_path, "presets/labelling.yaml", OWN)
    repository(tmp_path, vision="{tier: small, launchers: [{name: x, preset: labelling}]}")
    before = rendering(tmp_path)
    assert b"name: launcher-x\n" in before[RBAC]
    assert render(tmp_path, Options()).changes == []
    write(tmp_path, "presets/labelling.yaml", OWN.replace("[create]", "[create, get]"))
    outcome = render(tmp_path, Options())
    assert [change.path for change in outcome.changes] == [RBAC]
    assert files(tmp_path)[RBAC] != before[RBAC]


def test_a_preset_that_goes_is_missed_by_whoever_names_it(tmp_path):
    write(tmp_path, "presets/labelling.yaml", OWN)
    repository(tmp_path, vision="{tier: small, launchers: [{name: x, preset: labelling}]}")
    rendering(tmp_path)
    (tmp_path / "presets/labelling.yaml").unlink()
    (problem,) = told(render(tmp_path, Options()))
    assert problem.startswith("tenants/vision.yaml: spec.launchers.x.preset: 'labelling' is not a preset; ")


def test_a_preset_is_no_tenant(tmp_path):
    write(tmp_path, "presets/labelling.yaml", OWN)
    assert render(repository(tmp_path, "vision"), Options()).tenants == 1


def test_a_finding_about_a_launcher_points_at_its_own_file(tmp_path):
    repository(tmp_path, vision="{tier: small, launchers: [{name: x, preset: posit, tokenSecret: true}]}")
    policies = tuple(one for one in catalogue.read(Path("/nowhere"))[0] if one.id == "no-long-lived-tokens")
    (finding,) = render(tmp_path, Options(policies=policies)).findings
    assert str(finding.place) == "tenants/vision.yaml#spec/launchers/x"
    assert [place.document for place in finding.related] == ["rendered/eu/tenants/vision/50-launcher-x.yaml"]


def test_a_launcher_that_is_dropped_takes_its_file_along(tmp_path):
    repository(tmp_path, vision="{tier: small, launchers: [{name: x, preset: posit}]}")
    assert "rendered/eu/tenants/vision/50-launcher-x.yaml" in rendering(tmp_path)
    repository(tmp_path, "vision", platform=PLATFORM)
    assert [path for path in rendering(tmp_path) if "launcher" in path] == []


def test_the_rights_of_a_platform_file_are_judged_as_all_others_are(tmp_path):
    wide = "  launchers: {clusterWide: [{serviceAccount: ai/robot, preset: batch-jobs, clusters: [eu]}]}\n"
    repository(tmp_path, "vision", platform=PLATFORM + wide)
    found = render(tmp_path, Options(policies=tuple(catalogue.read(Path("/nowhere"))[0]))).findings
    assert {"no-borrowed-identity", "no-workload-creation"} <= {finding.policy.id for finding in found}
    assert {finding.subject for finding in found} == {"serviceaccount:ai/robot"}
    assert b"kind: ClusterRoleBinding" in files(tmp_path)["rendered/eu/platform/20-rbac.yaml"]
