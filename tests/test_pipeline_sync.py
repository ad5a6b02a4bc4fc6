"""What sync engines read is made of all tenants at once, and treated like everything else under rendered/."""

import pytest
from repositories import GOING, PLATFORM, files, rendering, repository, stamps, told, write

from generator.judgement import catalogue
from generator.pipeline import Options, render

SYNCED = PLATFORM.replace('version: "1.34", addons', 'version: "1.34", sync: flux, addons').replace(
    "spec:\n", "spec:\n  repository: {url: https://git.example.com/tenants.git}\n"
)
SHARD = "rendered/eu/sync/tenants/kustomization.yaml"


def synced(root):
    """Return the files that the engine reads."""
    return {path: text.decode() for path, text in files(root).items() if "/sync/" in path}


def listed(root, shard="tenants"):
    """Return what a shard lists."""
    lines = synced(root)[f"rendered/eu/sync/{shard}/kustomization.yaml"].split("resources:\n")[1].splitlines()
    return [line.removeprefix("- ").strip('"') for line in lines]


def test_a_shard_lists_the_files_of_its_tenants_where_they_are(tmp_path):
    repository(tmp_path, "nlp", "vision", platform=SYNCED)
    rendering(tmp_path)
    concerns = ["00-namespace.yaml", "10-quota.yaml", "20-rbac.yaml", "30-network.yaml"]
    assert listed(tmp_path) == [f"../../tenants/{name}/{file}" for name in ("nlp", "vision") for file in concerns]


@pytest.mark.parametrize(
    "platform",
    [PLATFORM, SYNCED.replace("sync: flux, ", "")],
    ids=["no repository", "no engine"],
)
def test_without_a_repository_and_an_engine_there_is_nothing_to_read(tmp_path, platform):
    repository(tmp_path, "vision", platform=platform)
    rendering(tmp_path)
    assert synced(tmp_path) == {}


@pytest.mark.parametrize("options", [{}, {"use_index": False}], ids=["index", "no index"])
def test_a_second_run_writes_nothing(tmp_path, options):
    repository(tmp_path, "nlp", "vision", platform=SYNCED)
    rendering(tmp_path, **options)
    before = stamps(tmp_path)
    outcome = render(tmp_path, Options(**options))
    assert (outcome.files, outcome.changes, outcome.deleted) == (len(files(tmp_path)), [], [])
    assert stamps(tmp_path) == before


def test_a_file_that_is_missing_is_written_again(tmp_path):
    repository(tmp_path, "vision", platform=SYNCED)
    before = rendering(tmp_path)
    (tmp_path / SHARD).unlink()
    outcome = render(tmp_path, Options())
    assert [change.path for change in outcome.changes] == [SHARD]
    assert files(tmp_path) == before


@pytest.mark.parametrize("writing", [True, False])
def test_a_file_that_was_changed_by_hand_is_told(tmp_path, writing):
    repository(tmp_path, "vision", platform=SYNCED)
    rendering(tmp_path)
    write(tmp_path, SHARD, (tmp_path / SHARD).read_text().replace("10-quota", "11-quota"))
    (problem,) = told(render(tmp_path, Options(write=writing)))
    assert problem == (
        f"{SHARD}: the file was changed by hand after it was rendered; put the change into tenants/platform.yaml, "
        "then delete this file and render again"
    )


def test_tenants_come_and_go(tmp_path):
    repository(tmp_path, "nlp", vision=GOING, platform=SYNCED)
    rendering(tmp_path)
    (tmp_path / "tenants/vision.yaml").unlink()
    outcome = render(tmp_path, Options())
    assert [change.path for change in outcome.changes] == [SHARD]
    assert {path.split("/")[3] for path in listed(tmp_path)} == {"nlp"}


def test_a_shard_that_goes_is_deleted(tmp_path):
    platform = SYNCED.replace("sync: flux", "sync: {engine: flux, tenantsPerShard: 1}")
    repository(tmp_path, "nlp", "audit", platform=platform)
    rendering(tmp_path)
    assert {"tenants-0.yaml", "tenants-1.yaml"} <= {path.split("/")[3] for path in synced(tmp_path)}
    write(tmp_path, "tenants/platform.yaml", SYNCED)
    rendering(tmp_path)
    assert not [path for path in synced(tmp_path) if "tenants-" in path]
    assert {path.split("/")[3] for path in listed(tmp_path)} == {"audit", "nlp"}


def test_a_run_for_some_tenants_leaves_it_alone(tmp_path):
    repository(tmp_path, "nlp", platform=SYNCED)
    before = rendering(tmp_path)
    repository(tmp_path, "vision", platform=SYNCED)
    rendering(tmp_path, tenants=frozenset({"vision"}))
    assert synced(tmp_path) == {path: text.decode() for path, text in before.items() if "/sync/" in path}
    rendering(tmp_path)
    assert {path.split("/")[3] for path in listed(tmp_path)} == {"nlp", "vision"}


@pytest.mark.parametrize("options", [{}, {"use_index": False}], ids=["index", "no index"])
def test_a_run_for_some_clusters_makes_what_is_theirs(tmp_path, options):
    repository(tmp_path, "nlp", platform=SYNCED)
    rendering(tmp_path)
    repository(tmp_path, platform=SYNCED, vision="{tier: small, clusters: [eu, us]}")
    rendering(tmp_path, clusters=frozenset({"us"}), **options)
    assert {path.split("/")[3] for path in listed(tmp_path)} == {"nlp"}
    rendering(tmp_path, clusters=frozenset({"eu"}), **options)
    assert {path.split("/")[3] for path in listed(tmp_path)} == {"nlp", "vision"}


def test_nothing_is_said_of_it_while_a_tenant_file_is_wrong(tmp_path):
    repository(tmp_path, "nlp", platform=SYNCED)
    rendering(tmp_path)
    before = stamps(tmp_path)
    write(tmp_path, "tenants/nlp.yaml", "kind: Tenant")
    outcome = render(tmp_path, Options())
    assert [change.path for change in outcome.changes] + outcome.deleted == []
    assert stamps(tmp_path) == before


def test_it_is_judged_once_and_again_when_it_changes(tmp_path, monkeypatch):
    repository(tmp_path, "nlp", platform=SYNCED)
    policies = tuple(catalogue.read(tmp_path)[0])
    judged = []
    monkeypatch.setattr("generator.run.commons.verdict", lambda one, *_: judged.append(one.folder) or "[{},{},[]]")
    rendering(tmp_path, policies=policies)
    rendering(tmp_path, policies=policies)
    assert judged == ["rendered/eu/sync"]
    repository(tmp_path, "vision", platform=SYNCED)
    rendering(tmp_path, policies=policies)
    assert judged == ["rendered/eu/sync"] * 2
