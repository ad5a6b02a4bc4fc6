"""A run writes exactly what the tenant files ask for: once, whole, in any order, and nothing where anything is wrong."""

import json
import os
import random
import shutil
import signal
import sys

import pytest
from repositories import (
    CONCERNS,
    PLATFORM,
    die_at,
    files,
    folders,
    in_a_child,
    rendering,
    repository,
    stamps,
    tenant,
    tenantry,
    time_limit,
    told,
    write,
)

from generator import conflicts, crew, rendered
from generator.meter import Meter
from generator.pipeline import Options, render
from generator.problems import InputError

EVERY_WAY = [{}, {"use_index": False}]
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


# What is written


@pytest.mark.parametrize("options", EVERY_WAY, ids=["index", "no index"])
def test_a_second_run_writes_nothing(tmp_path, options):
    repository(tmp_path, "nlp", "vision")
    first = render(tmp_path, Options(**options))
    assert (first.tenants, first.files, len(first.changes), first.deleted) == (2, 8, 8, [])
    before = stamps(tmp_path)
    second = render(tmp_path, Options(**options))
    assert (second.tenants, second.files, second.changes, second.deleted) == (2, 8, [], [])
    assert stamps(tmp_path) == before


@pytest.mark.parametrize("options", EVERY_WAY, ids=["index", "no index"])
def test_a_comment_in_a_tenant_file_changes_no_output(tmp_path, options):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path, **options)
    before = stamps(tmp_path)
    write(tmp_path, "tenants/vision.yaml", "# why we are\n\n" + tenant("vision", "{tier: small} # so"))
    assert render(tmp_path, Options(**options)).changes == []
    assert stamps(tmp_path) == before


def test_only_what_changes_is_written(tmp_path):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    before = stamps(tmp_path)
    write(tmp_path, "tenants/vision.yaml", tenant("vision", "{tier: large}"))
    outcome = render(tmp_path, Options())
    assert [change.path for change in outcome.changes] == ["rendered/eu/tenants/vision/10-quota.yaml"]
    assert {path for path, stamp in stamps(tmp_path).items() if stamp != before[path]} == {
        "rendered/eu/tenants/vision/10-quota.yaml"
    }


def test_a_run_that_may_not_write_says_what_it_would_do_and_leaves_no_trace(tmp_path):
    repository(tmp_path, "nlp")
    outcome = render(tmp_path, Options(write=False))
    assert [change.path for change in outcome.changes] == [f"rendered/eu/tenants/nlp/{name}" for name in CONCERNS]
    assert not outcome.current
    assert [path.name for path in tmp_path.iterdir()] == ["tenants"]


def test_changed_files_are_kept_for_showing_as_many_as_are_asked_for(tmp_path):
    repository(tmp_path, "nlp")
    rendering(tmp_path)
    write(tmp_path, "tenants/platform.yaml", PLATFORM.replace("{name: eu,", "{name: uk,").replace("[eu]", "[uk]"))
    outcome = render(tmp_path, Options(write=False, showing=3))
    assert [change.new is not None for change in outcome.changes] == [True, True, True, False]
    assert len(outcome.deleted) == 4


def test_no_tenants_at_all_are_rendered_too(tmp_path):
    repository(tmp_path)
    outcome = render(tmp_path, Options())
    assert (outcome.tenants, outcome.files, outcome.problems) == (0, 0, [])


def test_tenants_may_lie_in_folders(tmp_path):
    repository(tmp_path, "nlp")
    write(tmp_path, "tenants/research/vision.yml", tenant("vision"))
    found = rendering(tmp_path)
    assert found["rendered/eu/tenants/vision/00-namespace.yaml"].startswith(
        b"# Rendered by tenantry from tenants/research/vision.yml. Do not edit"
    )


def test_the_meter_is_told_how_far_the_run_has_come(tmp_path):
    repository(tmp_path, "nlp", "vision")
    meter = Meter()
    render(tmp_path, Options(meter=meter))
    assert (meter.done, meter.total) == (2, 2)


# What is deleted


def test_a_deleted_tenant_takes_exactly_its_files_and_its_folders(tmp_path):
    repository(tmp_path, "nlp", us="{tier: small, clusters: [us]}", vision="{tier: small, clusters: [eu, us]}")
    rendering(tmp_path)
    before = stamps(tmp_path)
    (tmp_path / "tenants/us.yaml").unlink()
    (tmp_path / "tenants/vision.yaml").unlink()
    outcome = render(tmp_path, Options())
    gone = {path for path in before if "/nlp/" not in path}
    assert set(outcome.deleted) == gone
    assert stamps(tmp_path) == {path: stamp for path, stamp in before.items() if path not in gone}
    assert folders(tmp_path) == {"rendered/eu", "rendered/eu/tenants", "rendered/eu/tenants/nlp"}


@pytest.mark.parametrize("options", EVERY_WAY, ids=["index", "no index"])
def test_a_file_of_somebody_else_stays_and_is_reported(tmp_path, options):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    ours = files(tmp_path)
    foreign = {
        "rendered/README.md": b"by hand\n",
        "rendered/eu/tenants/vision/notes.yaml": b"kind: Note\n",
        "rendered/eu/tenants/vision/more/deep.txt": b"",
    }
    for path, text in foreign.items():
        write(tmp_path, path, text)
    (tmp_path / "tenants/vision.yaml").unlink()
    expected = [f"{path}: warning: the file is not one of tenantry's and stays as it is" for path in sorted(foreign)]
    for _ in range(2):
        assert told(render(tmp_path, Options(**options))) == expected
        assert files(tmp_path) == {path: text for path, text in ours.items() if "/nlp/" in path} | foreign


def test_files_with_our_marker_are_ours_wherever_they_come_from(tmp_path):
    repository(tmp_path / "a", "nlp", "vision")
    repository(tmp_path / "b", "nlp")
    rendering(tmp_path / "a")
    shutil.copytree(tmp_path / "a/rendered", tmp_path / "b/rendered")
    outcome = render(tmp_path / "b", Options())
    assert (outcome.changes, outcome.problems) == ([], [])
    assert outcome.deleted == [f"rendered/eu/tenants/vision/{name}" for name in CONCERNS]
    assert "rendered/eu/tenants/vision" not in folders(tmp_path / "b")


def test_a_hand_edited_file_that_nobody_wants_any_more_stops_the_run(tmp_path):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    edited = tmp_path / "rendered/eu/tenants/vision/20-rbac.yaml"
    edited.write_text(edited.read_text() + "# mine\n")
    (tmp_path / "tenants/vision.yaml").unlink()
    before = stamps(tmp_path)
    for options in (Options(), Options(write=False)):
        outcome = render(tmp_path, options)
        assert told(outcome) == [
            "rendered/eu/tenants/vision/20-rbac.yaml: nothing asks for this file any more, and it was changed by hand; save the change, then delete the file"
        ]
        assert not outcome.current
        assert stamps(tmp_path) == before


# What is in the way


EDITED = "the file was changed by hand after it was rendered; put the change into tenants/nlp.yaml, then delete this file and render again"
TAKEN = "tenantry has to write here, and the file is not one of its own; move the file away and render again"
LINK = "this is a link, and rendered files never go through one; replace it"
QUOTA = "rendered/eu/tenants/nlp/10-quota.yaml"


def folder_at(path):
    path.unlink()
    (path / "inner").mkdir(parents=True)


def file_as_folder(path):
    shutil.rmtree(path.parent)
    path.parent.write_bytes(b"")


def pipe_at(path):
    path.unlink()
    os.mkfifo(path)


def link_at(path):
    path.unlink()
    (path.parents[4] / "outside.yaml").write_bytes(b"theirs")
    path.symlink_to(path.parents[4] / "outside.yaml")


def linked_folder(path):
    """Put a link to a folder that holds the very files that are wanted."""
    outside = path.parents[4] / "outside"
    path.parent.rename(outside)
    path.parent.symlink_to(outside)


def linked_top(path):
    outside = path.parents[4] / "outside"
    path.parents[3].rename(outside)
    path.parents[3].symlink_to(outside)


OBSTACLES = {
    "edited": (lambda path: path.write_bytes(path.read_bytes() + b"# mine\n"), [f"{QUOTA}: {EDITED}"]),
    "line ends": (lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")), [f"{QUOTA}: {EDITED}"]),
    "foreign": (lambda path: path.write_bytes(b"kind: ResourceQuota\n"), [f"{QUOTA}: {TAKEN}"]),
    "empty": (lambda path: path.write_bytes(b""), [f"{QUOTA}: {TAKEN}"]),
    "folder": (folder_at, [f"{QUOTA}: tenantry has to write a file here, and there is a folder; move it away"]),
    "file as folder": (
        file_as_folder,
        [
            "rendered/eu/tenants/nlp: tenantry needs a folder here, and there is a file; move it away",
            "rendered/eu/tenants/nlp: warning: the file is not one of tenantry's and stays as it is",
        ],
    ),
    "pipe": (pipe_at, [f"{QUOTA}: {TAKEN}"]),
    "link": (link_at, [f"{QUOTA}: {LINK}"]),
    "linked folder": (linked_folder, [f"rendered/eu/tenants/nlp: {LINK}"]),
    "linked top": (linked_top, [f"rendered: {LINK}"]),
}


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise")
@pytest.mark.parametrize("options", EVERY_WAY, ids=["index", "no index"])
@pytest.mark.parametrize(("put", "expected"), OBSTACLES.values(), ids=OBSTACLES)
def test_whatever_is_in_the_way_stops_the_run_before_anything_is_written(tmp_path, put, expected, options):
    root = repository(tmp_path / "root", "nlp", "vision")
    rendering(root)
    put(root / QUOTA)
    for spec in ("{tier: small}", "{tier: large}"):
        write(root, "tenants/vision.yaml", tenant("vision", spec))  # the second time, this would be written
        before = look(tmp_path)
        with time_limit(10):
            for write_too in (True, False):
                outcome = render(root, Options(write=write_too, **options))
                assert told(outcome) == expected
                assert not outcome.current
        assert look(tmp_path) == before


def look(folder):
    """Take in all there is below a folder, but for the tool's own corner."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else path.is_symlink()
        for path in folder.rglob("*")
        if ".tenantry" not in path.parts
    }


def test_a_link_that_nobody_needs_stays_and_is_reported(tmp_path):
    root = repository(tmp_path / "root", "nlp")
    rendering(root)
    write(tmp_path, "outside/ours.yaml", (root / QUOTA).read_bytes())
    (root / "rendered/eu/tenants/gone").symlink_to(tmp_path / "outside")
    (root / "rendered/nowhere").symlink_to("nowhere")
    for _ in range(2):
        assert told(render(root, Options())) == [
            "rendered/eu/tenants/gone: warning: this is a link and not one of tenantry's files; it stays as it is",
            "rendered/nowhere: warning: this is a link and not one of tenantry's files; it stays as it is",
        ]
    assert files(tmp_path, "outside") == {"outside/ours.yaml": (root / QUOTA).read_bytes()}


def test_a_file_in_the_place_of_rendered_is_told(tmp_path):
    repository(tmp_path, "nlp")
    write(tmp_path, "rendered", "mine")
    for options in (Options(), Options(tenants=frozenset(["nlp"])), Options(clusters=frozenset(["eu"]))):
        outcome = render(tmp_path, options)
        assert "rendered: tenantry needs a folder here, and there is a file; move it away" in told(outcome)
    assert (tmp_path / "rendered").read_text() == "mine"


# What is wrong with the input


def test_all_problems_of_all_files_are_told_at_once_and_nothing_is_written(tmp_path):
    repository(
        tmp_path,
        "vision",
        schema="{tier: small, owner: [], lifecycle: dead}",
        semantic="{tier: small, clusters: [use]}",
        crossing="{tier: small, parent: nobody}",
        orphan="{tier: small, network: {ingress: [{tenant: schema}, {tenant: ghost}]}}",
    )
    write(tmp_path, "tenants/yaml.yaml", "a:\n  - b: [\n    c\n")
    write(tmp_path, "tenants/named.yaml", tenant("other"))
    outcome = render(tmp_path, Options())
    assert told(outcome) == [
        "tenants/crossing.yaml: spec.parent: 'nobody' is not a tenant; use one of 'crossing', 'orphan', 'semantic', 'vision'",
        "tenants/named.yaml: metadata.name: 'other' is not the name of the file, 'named'; rename one of them",
        "tenants/orphan.yaml: spec.network.ingress.ghost.tenant: 'ghost' is not a tenant; use one of 'crossing', 'orphan', 'semantic', 'vision'",
        "tenants/schema.yaml: spec.lifecycle: 'dead' is not allowed; use one of 'active', 'frozen', 'offboarding'",
        "tenants/schema.yaml: spec.owner: there is no such field; did you mean 'owners'?",
        "tenants/semantic.yaml: spec.clusters.use: 'use' is not a cluster of the platform; did you mean 'us'?",
        "tenants/yaml.yaml: the bracket that opens in line 2 is not closed before this; write the missing ',' or closing bracket",
    ]
    assert outcome.errors == outcome.input_errors == outcome.problems
    assert not (tmp_path / "rendered").exists()


def test_a_broken_platform_file_does_not_hide_what_is_wrong_with_tenants(tmp_path):
    repository(tmp_path, "nlp", vision="{tiers: small}", platform=PLATFORM.replace("  clusters:\n", "  cluster:\n"))
    assert told(render(tmp_path, Options())) == [
        "tenants/platform.yaml: spec.cluster: there is no such field; did you mean 'clusters'?",
        "tenants/platform.yaml: spec.clusters: is missing; write it",
        "tenants/vision.yaml: spec.tiers: there is no such field; did you mean 'tier'?",
    ]


def test_a_broken_file_keeps_what_was_rendered_of_all(tmp_path):
    repository(tmp_path, "nlp", "vision")
    before = rendering(tmp_path)
    write(tmp_path, "tenants/nlp.yaml", tenant("nlp", "{tier: large}"))
    write(tmp_path, "tenants/vision.yaml", "")
    assert len(render(tmp_path, Options()).errors) == 1
    assert files(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise")
def test_tenant_files_that_are_no_files_are_told(tmp_path):
    root = repository(tmp_path / "root", "nlp")
    write(tmp_path, "outside.yaml", tenant("outside"))
    (root / "tenants/outside.yaml").symlink_to(tmp_path / "outside.yaml")
    (root / "tenants/lost.yaml").symlink_to("nowhere.yaml")
    (root / "tenants/round.yaml").symlink_to("round.yaml")
    (root / "tenants/folder.yaml").mkdir()
    os.mkfifo(root / "tenants/pipe.yaml")
    with time_limit(10):
        outcome = render(root, Options())
    assert told(outcome) == [
        "tenants/folder.yaml: this is a directory; a YAML file of that name was expected",
        "tenants/lost.yaml: there is no such file; create it, or correct the path",
        "tenants/outside.yaml: the path leads out of the repository; write a file there instead of a link",
        "tenants/pipe.yaml: this is a pipe, a socket or a device; a YAML file was expected",
        "tenants/round.yaml: the file cannot be read (too many levels of symbolic links); make it a readable YAML file",
    ]
    assert not (root / "rendered").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads what nobody may read")
def test_files_that_cannot_be_read_are_told_and_left(tmp_path):
    repository(tmp_path, "nlp", "vision")
    rendering(tmp_path)
    (tmp_path / "tenants/vision.yaml").chmod(0)
    (tmp_path / QUOTA).chmod(0)
    try:
        assert told(render(tmp_path, Options(use_index=False))) == [
            f"{QUOTA}: {TAKEN}",
            "tenants/vision.yaml: the file cannot be read (permission denied); make it a readable YAML file",
        ]
    finally:
        (tmp_path / QUOTA).chmod(0o644)


@FORKS
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("changed", ["above", "child"])
def test_a_tenant_file_that_changes_while_it_is_read_is_told(tmp_path, monkeypatch, changed, jobs):
    monkeypatch.setattr(crew, "WORTH_SHARING", 1)
    repository(tmp_path, "apart", "away", child="{tier: small, parent: above}", above="{tier: small}")
    rendering(tmp_path)
    for path in (tmp_path / "rendered/eu/tenants/child").iterdir():
        path.unlink()  # so that it is built again, from files that were known already
    for name in ("apart", "away"):
        write(tmp_path, f"tenants/{name}.yaml", tenant(name, "{tier: large}"))

    def check(_):
        write(tmp_path, f"tenants/{changed}.yaml", "a: 1")
        return []

    monkeypatch.setattr(conflicts, "check", check)
    before = stamps(tmp_path)
    assert told(render(tmp_path, Options(jobs=jobs))) == [
        f"tenants/{changed}.yaml: the file changed while it was read; run again"
    ]
    assert stamps(tmp_path) == before


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
    repository(tmp_path, "nlp", "vision", "audit")
    rendering(tmp_path)
    for name in ("nlp", "vision"):
        write(tmp_path, f"tenants/{name}.yaml", tenant(name, "{tier: large, clusters: [us]}"))
    (tmp_path / "tenants/audit.yaml").unlink()
    for use_index in (True, False):
        outcome = render(tmp_path, Options(write=False, tenants=frozenset(["nlp"]), use_index=use_index))
        assert {change.path for change in outcome.changes} == {f"rendered/us/tenants/nlp/{name}" for name in CONCERNS}
        assert set(outcome.deleted) == {f"rendered/eu/tenants/nlp/{name}" for name in CONCERNS}
    render(tmp_path, Options(tenants=frozenset(["nlp"])))
    assert {path.rpartition("/")[0] for path in files(tmp_path)} == {
        "rendered/us/tenants/nlp",
        "rendered/eu/tenants/vision",
        "rendered/eu/tenants/audit",
    }
    assert render(tmp_path, Options(write=False)).changes != []  # the others have not been forgotten


def test_a_deleted_tenant_alone_is_deleted(tmp_path):
    repository(tmp_path, "nlp", "vision", "audit")
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
    repository(tmp_path, nlp=both % "small", vision=both % "small", audit=both % "small")
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
        ({"tenants": {"visio"}}, "--tenant: 'visio' is not a tenant; did you mean 'vision'?"),
        ({"tenants": {"nlp", "x"}}, "--tenant: 'x' is not a tenant; use one of 'nlp', 'vision'"),
        ({"clusters": {"uss"}}, "--cluster: 'uss' is not a cluster; did you mean 'us'?"),
    ],
    ids=str,
)
def test_a_part_that_does_not_exist_is_an_error(tmp_path, options, message):
    repository(tmp_path, "nlp", "vision")
    outcome = render(tmp_path, Options(**{key: frozenset(names) for key, names in options.items()}))
    assert told(outcome) == [message]
    assert files(tmp_path) == {}


# What a run remembers is never more than a shortcut


class Organisation:
    """Tenants that change one at a time, at random."""

    def __init__(self, root, seed):
        self.root = root
        self.chance = random.Random(seed)  # noqa: S311 - the same changes every time
        self.folders, self.notes = {}, {}
        small = {"tier": "small"}
        self.specs = {
            "gateway": {**small, "clusters": ["eu", "us"]},
            "research": {**small, "namespaces": [], "members": [{"group": "all", "role": "viewer"}]},
            "vision": {**small, "parent": "research", "network": {"ingress": [{"tenant": "gateway"}]}},
            "nlp": {**small, "parent": "research", "mesh": {"ingress": [{"tenant": "vision"}]}},
            "speech": {**small, "parent": "nlp", "network": {"egress": [{"admitted": True}, {"dns": True}]}},
            "audit": {**small, "namespaces": [{"name": "logs"}], "mesh": {"ingress": [{"tenant": "gateway"}]}},
        }
        write(root, "tenants/platform.yaml", PLATFORM)
        for name in self.specs:
            self.save(name)

    def save(self, name):
        text = tenant(name, json.dumps(self.specs[name])) + self.notes.get(name, "")
        write(self.root, f"tenants/{self.folders.get(name, '')}{name}.yaml", text)

    def change(self):
        """Make one change; return what it was."""
        name = self.chance.choice(sorted(self.specs))
        what = self.chance.choice(
            [
                *(self.tier, self.people, self.inwards, self.caller, self.namespace, self.place, self.life),
                *(self.parent, self.note, self.leave, self.move),
            ]
        )
        gone = what(name, self.specs[name])
        if not gone:
            self.save(name)
        return f"{what.__name__} {name}"

    def tier(self, _, spec):
        spec["tier"] = "large" if spec.get("tier") == "small" else "small"

    def people(self, _, spec):
        spec["members"] = [{"group": "all", "role": self.chance.choice(["viewer", "editor", "admin"])}]

    def inwards(self, name, spec):
        openings = spec.setdefault("network", {}).setdefault("ingress", [])
        other = self.other(name)
        spec["network"]["ingress"] = [o for o in openings if o["tenant"] != other] or [{"tenant": other, "ports": [80]}]

    def caller(self, name, spec):
        callers = spec.setdefault("mesh", {}).setdefault("ingress", [])
        other = self.other(name)
        spec["mesh"]["ingress"] = [c for c in callers if c["tenant"] != other] or [{"tenant": other}]

    def other(self, name):
        return self.chance.choice([other for other in sorted(self.specs) if other not in (name, "research")] or ["x"])

    def namespace(self, _, spec):
        listed = spec.setdefault("namespaces", [])
        added = f"n{self.chance.randrange(3)}"
        spec["namespaces"] = (
            [n for n in listed if n["name"] != added] if len(listed) > 1 else [*listed, {"name": added}]
        )
        if len({n["name"] for n in spec["namespaces"]}) < len(spec["namespaces"]):
            spec["namespaces"].pop()

    def place(self, _, spec):
        spec["clusters"] = self.chance.choice([["eu"], ["us"], ["eu", "us"]])

    def life(self, _, spec):
        spec["lifecycle"] = self.chance.choice(["active", "frozen"])

    def parent(self, name, spec):
        if spec.pop("parent", None) is None and name != "research":
            spec["parent"] = "research"

    def note(self, name, _):
        self.notes[name] = f"# {self.chance.random()}\n"

    def leave(self, name, _):
        if name == "research" or len(self.specs) < 4:
            return False
        (self.root / f"tenants/{self.folders.get(name, '')}{name}.yaml").unlink()
        del self.specs[name]
        return True

    def move(self, name, _):
        (self.root / f"tenants/{self.folders.get(name, '')}{name}.yaml").unlink()
        self.folders[name] = "" if self.folders.get(name) else "moved/"


@pytest.mark.parametrize("seed", range(8))
def test_a_run_with_the_index_equals_a_run_in_full_after_any_change(tmp_path, seed):
    root = tmp_path / "kept"
    organisation = Organisation(root, seed)
    rendering(root)
    for number in range(14):
        saved = {"specs": json.dumps(organisation.specs), "folders": dict(organisation.folders)}
        tenants = files(root, "tenants")
        change = organisation.change()
        fresh = tmp_path / str(number)
        shutil.copytree(root / "tenants", fresh / "tenants")
        shutil.copytree(root / "rendered", fresh / "rendered")
        kept, full = render(root, Options()), render(fresh, Options(use_index=False))
        assert told(kept) == told(full), change
        assert files(root) == files(fresh), change
        if kept.errors:  # take it back
            for path in files(root, "tenants"):
                (root / path).unlink()
            for path, text in tenants.items():
                write(root, path, text)
            organisation.specs, organisation.folders = json.loads(saved["specs"]), saved["folders"]
        else:
            shutil.rmtree(fresh / "rendered")
            assert rendering(fresh, use_index=False) == files(root), change


@pytest.mark.skipif(os.name == "nt", reason="links are made otherwise")
def test_a_change_behind_a_link_is_seen(tmp_path):
    repository(tmp_path, "nlp")
    write(tmp_path, "teams/vision.yaml", tenant("vision"))
    (tmp_path / "tenants/vision.yaml").symlink_to("../teams/vision.yaml")
    rendering(tmp_path)
    write(tmp_path, "teams/vision.yaml", tenant("vision", "{tier: large}"))
    assert [change.path for change in render(tmp_path, Options()).changes] == [
        "rendered/eu/tenants/vision/10-quota.yaml"
    ]


@pytest.mark.parametrize(
    ("path", "old", "new", "changed"),
    [
        ("tenants/platform.yaml", "pods: 20", "pods: 30", 2),
        ("tenants/templates/note.yaml.j2", "v: 1", "v: 2", 1),
    ],
)
def test_what_all_tenants_depend_on_rebuilds_all(tmp_path, path, old, new, changed):
    repository(tmp_path, "nlp", vision="{tier: small, extras: {note: {}}}")
    write(
        tmp_path,
        "tenants/templates/note.yaml.j2",
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: note, namespace: vision}\ndata: {text: "v: 1"}\n',
    )
    rendering(tmp_path)
    write(tmp_path, path, (tmp_path / path).read_text().replace(old, new))
    assert len(render(tmp_path, Options()).changes) == changed
    assert files(tmp_path) == rendering(tmp_path, use_index=False)


# Whatever happens in between


def before_and_after(root):
    """Make a repository with changes that a run has to bring out: new, changed and deleted files."""
    repository(root, "gone", "nlp", "vision")
    rendering(root)
    write(root, "tenants/nlp.yaml", tenant("nlp", "{tier: large}"))
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large, clusters: [us]}"))
    write(root, "tenants/new.yaml", tenant("new"))
    (root / "tenants/gone.yaml").unlink()


def survives(root, old, new):
    """Check what a killed run has left, and that the next run makes it good."""
    for path, text in files(root).items():
        assert text in (old.get(path), new.get(path)), path
    assert told(render(root, Options())) == []
    assert files(root) == new
    assert not (root / ".tenantry/staging").exists()
    assert render(root, Options()).changes == []
    assert files(root) == rendering(root, use_index=False)


@FORKS
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_run_that_is_killed_at_any_moment_leaves_only_whole_files_and_the_next_finishes(tmp_path, monkeypatch, jobs):
    before_and_after(tmp_path / "clean")
    old = files(tmp_path / "clean")
    new = rendering(tmp_path / "clean")
    if jobs > 1:
        monkeypatch.setattr(crew, "WORTH_SHARING", 1)
    step = 0
    while True:
        root = tmp_path / str(step)
        before_and_after(root)

        def run(root=root, step=step):
            with pytest.MonkeyPatch.context() as patch:
                die_at(step, patch)
                render(root, Options(jobs=jobs))

        ended = in_a_child(run)
        survives(root, old, new)
        shutil.rmtree(root)
        if ended == 0:
            break
        step += 1 if jobs == 1 else 3
    assert step >= 15


@FORKS
def test_workers_end_when_the_run_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(crew, "WORTH_SHARING", 1)
    before_and_after(tmp_path)
    asked = crew.Crew.each

    for deadly in ("survey", "build", "commit"):

        def each(self, method, *arguments, deadly=deadly, **named):
            if method == deadly:
                for member in self._members:
                    member.ask(method, [argument[0] for argument in arguments], named)
                os.kill(os.getpid(), signal.SIGKILL)
            return asked(self, method, *arguments, **named)

        def run(each=each):
            crew.Crew.each = each
            render(tmp_path, Options(jobs=3, use_index=False))

        assert in_a_child(run) == -signal.SIGKILL
        assert told(render(tmp_path, Options(write=False))) == []


@FORKS
def test_a_second_run_at_the_same_time_says_so(tmp_path):
    repository(tmp_path, "nlp")
    with rendered.locked(tmp_path):
        run = tenantry(tmp_path, "render")
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr == ".tenantry/lock: another tenantry is at work in this repository; wait for it to end\n"
        with pytest.raises(InputError):
            render(tmp_path, Options())
        assert tenantry(tmp_path, "check").returncode == 1  # who only reads need not wait
    rendering(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals to be killed by")
def test_the_lock_ends_with_its_process(tmp_path):
    repository(tmp_path, "nlp")

    def run():
        with rendered.locked(tmp_path):
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(run) == -signal.SIGKILL
    rendering(tmp_path)
