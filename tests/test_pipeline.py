"""A run writes exactly what the tenant files ask for: once, whole, in any order, and nothing where anything is wrong."""

import os
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
    stamps,
    tenant,
    time_limit,
    told,
    write,
)

from generator.organisation import conflicts
from generator.pipeline import Options, render
from generator.run import crew
from generator.run.meter import Meter

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
    going = "{tier: small, lifecycle: offboarding, clusters: %s}"
    platform = PLATFORM + "  guard: {maxRemovedTenants: 2}\n"
    repository(tmp_path, "nlp", us=going % "[us]", vision=going % "[eu, us]", platform=platform)
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
    repository(tmp_path, "nlp", vision=GOING)
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
    repository(tmp_path / "a", "nlp", vision=GOING)
    repository(tmp_path / "b", "nlp")
    rendering(tmp_path / "a")
    shutil.copytree(tmp_path / "a/rendered", tmp_path / "b/rendered")
    outcome = render(tmp_path / "b", Options())
    assert (outcome.changes, outcome.problems) == ([], [])
    assert outcome.deleted == [f"rendered/eu/tenants/vision/{name}" for name in CONCERNS]
    assert "rendered/eu/tenants/vision" not in folders(tmp_path / "b")


def test_a_hand_edited_file_that_nobody_wants_any_more_stops_the_run(tmp_path):
    repository(tmp_path, "nlp", vision=GOING)
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
        "tenants/crossing.yaml: spec.parent: 'nobody' is not a tenant; use one of 'orphan', 'semantic', 'vision'",
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

    def check(*_):
        write(tmp_path, f"tenants/{changed}.yaml", "a: 1")
        return []

    monkeypatch.setattr(conflicts, "check", check)
    before = stamps(tmp_path)
    assert told(render(tmp_path, Options(jobs=jobs))) == [
        f"tenants/{changed}.yaml: the file changed while it was read; run again"
    ]
    assert stamps(tmp_path) == before
