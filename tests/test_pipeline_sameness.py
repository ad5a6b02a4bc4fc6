"""A run writes exactly what the tenant files ask for: once, whole, in any order, and nothing where anything is wrong."""

import json
import os
import random
import shutil

import pytest
from repositories import (
    CONCERNS,
    GOING,
    PLATFORM,
    files,
    folders,
    rendering,
    repository,
    tenant,
    tenantry,
    told,
    write,
)

from generator.pipeline import Options, render
from generator.run import crew

EVERY_WAY = [{}, {"use_index": False}]
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


# The same bytes, however they are made

ORGANISATION = {
    "gateway": "{tier: small}",
    "research": "{tier: large, namespaces: [], owners: [{group: leads}]}",
    "vision": "{tier: small, parent: research, clusters: [eu, us], network: {ingress: [{tenant: gateway, ports: [8080]}]}}",
    "nlp": "{tier: small, parent: research, mesh: {ingress: [{tenant: vision}, {tenant: gateway}]}}",
}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_in_which_files_are_made_changes_nothing(tmp_path, seed):
    shuffled = list(ORGANISATION.items())
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - the same order every time
    expected = rendering(repository(tmp_path / "a", **ORGANISATION))
    assert rendering(repository(tmp_path / "b", **dict(shuffled))) == expected


def test_neither_hash_seed_nor_working_directory_nor_processes_change_anything(tmp_path):
    root = repository(tmp_path / "root", **ORGANISATION)
    (root / "tenants/sub").mkdir()
    expected = rendering(repository(tmp_path / "other", **ORGANISATION))
    ways = [
        (root, ["render"], "0"),
        (root, ["render", "--no-index", "--jobs", "3"], "1"),
        (tmp_path, ["-C", "root", "render"], "2"),
        (root / "tenants/sub", ["render"], "3"),
        (tmp_path, ["-C", str(root / "tenants"), "render", "--no-index"], "4"),
    ]
    for folder, arguments, seed in ways:
        shutil.rmtree(root / "rendered", ignore_errors=True)
        run = tenantry(folder, *arguments, PYTHONHASHSEED=seed)
        assert (run.returncode, run.stdout, run.stderr) == (0, "4 tenants, 16 files: 16 written, 0 unchanged\n", "")
        assert files(root) == expected


@FORKS
@pytest.mark.parametrize("jobs", [2, 3, 7])
def test_the_number_of_processes_changes_nothing(tmp_path, monkeypatch, jobs):
    monkeypatch.setattr(crew, "WORTH_SHARING", 1)
    repository(tmp_path, **ORGANISATION)
    alone = [rendering(tmp_path, jobs=1), index_lines(tmp_path)]
    shutil.rmtree(tmp_path / "rendered")
    assert rendering(tmp_path, jobs=jobs, use_index=False) == alone[0]
    for spec in ("{tier: small, oops: 1}", "{tier: oops}", "{tier: large}"):
        write(tmp_path, "tenants/vision.yaml", tenant("vision", spec))
        outcomes = [render(tmp_path, Options(write=False, jobs=n, use_index=False)) for n in (1, jobs)]
        assert told(outcomes[0]) == told(outcomes[1])
        assert [change.path for change in outcomes[0].changes] == [change.path for change in outcomes[1].changes]


def index_lines(root):
    return sorted(line.split("\t")[0] for line in (root / ".tenantry/index").read_text().split("\n"))


@FORKS
def test_large_organisations_are_shared_over_processes(tmp_path):
    repository(tmp_path, *(f"t{number}" for number in range(crew.WORTH_SHARING + 5)))
    shared = rendering(tmp_path, jobs=2)
    shutil.rmtree(tmp_path / "rendered")
    assert rendering(tmp_path, jobs=1, use_index=False) == shared
    assert render(tmp_path, Options(jobs=2)).changes == []


# Layouts


def layout(**said):
    return PLATFORM + f"  layout: {json.dumps(said)}\n"


def test_another_layout_moves_everything_and_leaves_nothing_behind(tmp_path):
    names = [f"t{number}" for number in range(40)]
    repository(tmp_path, *names)
    first = rendering(tmp_path)
    for said, pattern in [
        ({"split": "tenant"}, "rendered/eu/tenants/t*.yaml"),
        ({"split": "tenant", "buckets": 12}, "rendered/eu/tenants/[01][0-9]/t*.yaml"),
        ({"buckets": 4}, "rendered/eu/tenants/[0-3]/t*/*.yaml"),
    ]:
        write(tmp_path, "tenants/platform.yaml", layout(**said))
        outcome = render(tmp_path, Options())
        assert told(outcome) == []
        found = files(tmp_path)
        assert len(found) == (40 if "split" in said else 160) == outcome.files
        assert set(found) == {path.relative_to(tmp_path).as_posix() for path in tmp_path.glob(pattern)}
        assert folders(tmp_path) == {parent for path in found for parent in above(path)}
        assert len({path.split("/")[3] for path in found}) == said.get("buckets", 40) or said.get("buckets") is None
    write(tmp_path, "tenants/platform.yaml", PLATFORM)
    assert rendering(tmp_path) == first


def above(path):
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(2, len(parts))]


def test_buckets_depend_on_the_name_alone(tmp_path):
    few = rendering(repository(tmp_path / "few", "nlp", "vision", platform=layout(buckets=16)))
    many = rendering(repository(tmp_path / "many", "audit", "nlp", "vision", platform=layout(buckets=16)))
    assert few == {path: text for path, text in many.items() if "/audit/" not in path}


# A part of it


def test_a_tenant_alone_is_written_and_deleted(tmp_path):
    leaving = "{tier: small, clusters: [eu, us], offboarding: {clusters: [eu]}}"
    repository(tmp_path, nlp=leaving, vision=leaving, audit=GOING)
    rendering(tmp_path)
    for name in ("nlp", "vision"):
        write(tmp_path, f"tenants/{name}.yaml", tenant(name, "{tier: large, clusters: [us]}"))
    (tmp_path / "tenants/audit.yaml").unlink()
    for use_index in (True, False):
        outcome = render(tmp_path, Options(write=False, tenants=frozenset(["nlp"]), use_index=use_index))
        assert {change.path for change in outcome.changes} == {"rendered/us/tenants/nlp/10-quota.yaml"}
        assert set(outcome.deleted) == {f"rendered/eu/tenants/nlp/{name}" for name in CONCERNS}
    render(tmp_path, Options(tenants=frozenset(["nlp"])))
    assert {path.rpartition("/")[0] for path in files(tmp_path)} == {
        "rendered/us/tenants/nlp",
        "rendered/us/tenants/vision",
        "rendered/eu/tenants/vision",
        "rendered/eu/tenants/audit",
    }
    assert render(tmp_path, Options(write=False)).changes != []  # the others have not been forgotten


def test_a_deleted_tenant_alone_is_deleted(tmp_path):
    repository(tmp_path, "vision", nlp=GOING, audit=GOING)
    rendering(tmp_path)
    (tmp_path / "tenants/audit.yaml").unlink()
    (tmp_path / "tenants/nlp.yaml").unlink()
    outcome = render(tmp_path, Options(tenants=frozenset(["audit"])))
    assert (told(outcome), len(outcome.deleted)) == ([], 4)
    assert folders(tmp_path) == {
        "rendered/eu",
        "rendered/eu/tenants",
        "rendered/eu/tenants/nlp",
        "rendered/eu/tenants/vision",
    }


@pytest.mark.parametrize("options", EVERY_WAY, ids=["index", "no index"])
def test_a_cluster_alone_is_written_and_deleted(tmp_path, options):
    both = "{tier: %s, clusters: [eu, us]}"
    going = both.replace("tier", "lifecycle: offboarding, tier")
    repository(tmp_path, nlp=both % "small", vision=both % "small", audit=going % "small")
    before = rendering(tmp_path)
    write(tmp_path, "tenants/nlp.yaml", tenant("nlp", both % "large"))
    (tmp_path / "tenants/audit.yaml").unlink()
    outcome = render(tmp_path, Options(clusters=frozenset(["us"]), **options))
    assert told(outcome) == []
    assert [change.path for change in outcome.changes] == ["rendered/us/tenants/nlp/10-quota.yaml"]
    assert outcome.deleted == [f"rendered/us/tenants/audit/{name}" for name in CONCERNS]
    after = files(tmp_path)
    assert {path: text for path, text in after.items() if path.startswith("rendered/eu/")} == {
        path: text for path, text in before.items() if path.startswith("rendered/eu/")
    }


@pytest.mark.parametrize("name", ["tenants", "eu", "10-quota", "0"])
def test_a_tenant_with_the_name_of_a_folder_is_not_taken_for_all_in_it(tmp_path, name):
    repository(tmp_path, "vision", name, platform=layout(buckets=2))
    before = rendering(tmp_path)
    outcome = render(tmp_path, Options(tenants=frozenset([name]), use_index=False))
    assert (told(outcome), outcome.deleted) == ([], [])
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tenants": ["visio"]}, "--tenant: 'visio' is not a tenant; did you mean 'vision'?"),
        ({"tenants": ["nlp", "x"]}, "--tenant: 'x' is not a tenant; use one of 'nlp', 'vision'"),
        ({"clusters": ["uss"]}, "--cluster: 'uss' is not a cluster; did you mean 'us'?"),
    ],
    ids=str,
)
def test_a_part_that_does_not_exist_is_an_error(tmp_path, options, message):
    repository(tmp_path, "nlp", "vision")
    outcome = render(tmp_path, Options(**{key: frozenset(names) for key, names in options.items()}))
    assert told(outcome) == [message]
    assert files(tmp_path) == {}
