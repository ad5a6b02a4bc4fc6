"""Under ``rendered/`` each file is the old one or the new one, whole; nothing is followed, and nothing leaves the root."""

import errno
import os
import socket

import pytest
from repositories import files, folders, rendering, repository, write

from generator import plan, rendered
from generator.pipeline import Options, render
from generator.problems import InputError
from generator.repository import stamp

UNIX = pytest.mark.skipif(os.name == "nt", reason="links and pipes are made otherwise")


def test_nothing_is_found_where_nothing_is(tmp_path):
    assert rendered.scan(tmp_path) == rendered.Found()


def test_files_and_folders_are_found_with_their_stamps(tmp_path):
    write(tmp_path, "rendered/eu/tenants/nlp/a.yaml", "x")
    write(tmp_path, "rendered/.hidden", "")
    found = rendered.scan(tmp_path)
    assert found.files == {
        path: stamp((tmp_path / path).stat()) for path in ("rendered/eu/tenants/nlp/a.yaml", "rendered/.hidden")
    }
    assert found.folders == {"rendered", "rendered/eu", "rendered/eu/tenants", "rendered/eu/tenants/nlp"}
    assert found.links == set()


def test_a_file_in_the_place_of_the_folder_is_found(tmp_path):
    write(tmp_path, "rendered", "x")
    assert set(rendered.scan(tmp_path).files) == {"rendered"}


@UNIX
def test_links_are_found_and_not_followed(tmp_path):
    write(tmp_path, "outside/a.yaml", "x")
    write(tmp_path, "root/rendered/a.yaml", "x")
    for name, target in [("folder", tmp_path / "outside"), ("file", "a.yaml"), ("nowhere", "b"), ("round", "round")]:
        (tmp_path / "root/rendered" / name).symlink_to(target)
    found = rendered.scan(tmp_path / "root")
    assert set(found.files) == {"rendered/a.yaml"}
    assert found.links == {f"rendered/{name}" for name in ("folder", "file", "nowhere", "round")}
    (tmp_path / "rendered").symlink_to(tmp_path / "outside")
    assert rendered.scan(tmp_path) == rendered.Found(links={"rendered"})


# Reading


def test_a_file_is_read_whole(tmp_path):
    data = os.urandom(3 << 20)
    write(tmp_path, "rendered/a", data)
    assert rendered.read(str(tmp_path), "rendered/a") == data


@UNIX
def test_what_is_no_file_is_none(tmp_path):
    write(tmp_path, "rendered/a", "x")
    (tmp_path / "rendered/folder").mkdir()
    (tmp_path / "rendered/link").symlink_to("a")
    for path in ("folder", "link", "nothing", "a/below", "no/thing"):
        assert rendered.read(str(tmp_path), f"rendered/{path}") is None, path


@UNIX
def test_a_pipe_or_a_socket_is_nothing_of_ours_and_holds_nobody_up(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    reader = os.open("pipe", os.O_RDWR)
    try:
        for path in ("pipe", "socket"):
            assert plan.judge(b"wanted", rendered.read(str(tmp_path), path)) is plan.Verdict.FOREIGN
    finally:
        os.close(reader)


def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path, monkeypatch):
    repository(tmp_path, "nlp")
    rendering(tmp_path)
    write(tmp_path, "rendered/eu/tenants/nlp/10-quota.yaml", "theirs")
    opened = os.open

    def refuse(path, *arguments, **named):
        if str(path).endswith("10-quota.yaml"):
            raise PermissionError(errno.EACCES, "permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    outcome = render(tmp_path, Options())
    assert [change.verdict for change in outcome.changes] == [plan.Verdict.FOREIGN]
    assert len(outcome.errors) == 1
    assert (tmp_path / "rendered/eu/tenants/nlp/10-quota.yaml").read_text() == "theirs"


# Writing


def test_new_texts_wait_apart_until_all_are_there(tmp_path):
    write(tmp_path, "rendered/a", "old")
    stage = rendered.Stage(tmp_path)
    stage.add("rendered/a", b"new")
    stage.add("rendered/b/c", b"")
    assert files(tmp_path) == {"rendered/a": b"old"}
    stamps = stage.commit()
    assert files(tmp_path) == {"rendered/a": b"new", "rendered/b/c": b""}
    assert stamps == rendered.scan(tmp_path).files
    assert files(tmp_path, ".tenantry") == {}
    assert stage.commit() == {}


def test_what_waits_can_be_forgotten(tmp_path):
    stage = rendered.Stage(tmp_path)
    stage.add("rendered/a", b"new")
    stage.abort()
    assert stage.commit() == {}
    assert files(tmp_path, ".") == {}


def test_lanes_do_not_get_into_each_others_way(tmp_path):
    stages = [rendered.Stage(tmp_path, lane) for lane in range(3)]
    for lane, stage in enumerate(stages):
        stage.add(f"rendered/{lane}", str(lane).encode())
    for stage in reversed(stages):
        stage.commit()
    assert files(tmp_path) == {f"rendered/{lane}": str(lane).encode() for lane in range(3)}


def test_a_text_is_written_whole_where_the_system_takes_it_in_parts(tmp_path, monkeypatch):
    whole = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: whole(handle, data[:7]))
    stage = rendered.Stage(tmp_path)
    stage.add("rendered/a", b"0123456789" * 5)
    stage.commit()
    assert files(tmp_path) == {"rendered/a": b"0123456789" * 5}


@UNIX
def test_a_file_that_somebody_holds_open_keeps_its_old_text(tmp_path):
    write(tmp_path, "rendered/a", "old")
    with (tmp_path / "rendered/a").open() as reader:
        stage = rendered.Stage(tmp_path)
        stage.add("rendered/a", b"new")
        stage.commit()
        assert reader.read() == "old"


# Deleting


def test_deleting_takes_empty_folders_along_and_stops_at_others_and_at_the_top(tmp_path):
    for path in ("eu/tenants/nlp/a", "eu/tenants/nlp/b", "us/tenants/nlp/a", "us/README"):
        write(tmp_path, f"rendered/{path}", "")
    (tmp_path / "rendered/us/tenants/kept").mkdir()
    rendered.delete(
        tmp_path, [f"rendered/{path}" for path in ("eu/tenants/nlp/a", "eu/tenants/nlp/b", "us/tenants/nlp/a")]
    )
    assert folders(tmp_path) == {"rendered/us", "rendered/us/tenants", "rendered/us/tenants/kept"}
    rendered.delete(tmp_path, ["rendered/us/README", "rendered/gone"])
    (tmp_path / "rendered/us/tenants/kept").rmdir()
    assert files(tmp_path) == {}
    assert (tmp_path / "rendered").is_dir()


# The lock, and the folder it lies in


def test_what_a_killed_run_left_is_cleared(tmp_path):
    write(tmp_path, ".tenantry/staging/0/7", "half")
    with rendered.locked(tmp_path):
        assert not (tmp_path / ".tenantry/staging").exists()
        rendered.Stage(tmp_path).add("rendered/a", b"x")
    assert not (tmp_path / ".tenantry/staging").exists()


def test_the_lock_is_free_again_after_an_error(tmp_path):
    with pytest.raises(KeyError), rendered.locked(tmp_path):
        raise KeyError
    with (
        rendered.locked(tmp_path),
        pytest.raises(InputError, match=r"^\.tenantry/lock: another tenantry is at work"),
        rendered.locked(tmp_path),
    ):
        pass


@UNIX
@pytest.mark.parametrize("name", ["staging", "lock", "index.new", ".gitignore"])
def test_a_link_in_the_private_folder_is_refused(tmp_path, name):
    root = repository(tmp_path / "root", "nlp")
    write(tmp_path, "outside/staging/precious", "x")
    (root / ".tenantry").mkdir()
    (root / ".tenantry" / name).symlink_to(tmp_path / "outside" / ("staging" if name == "staging" else "new"))
    with pytest.raises(InputError) as caught:
        render(root, Options())
    (problem,) = caught.value.problems
    assert problem.place.document == f".tenantry/{name}"
    assert problem.message == "this is a link, and tenantry's own files never go through one; delete it"
    assert files(tmp_path, "outside") == {"outside/staging/precious": b"x"}
    assert files(root) == {}


@UNIX
@pytest.mark.parametrize("put", ["link", "file", "link to nowhere"])
def test_something_else_in_the_place_of_the_private_folder_is_refused(tmp_path, put):
    root = repository(tmp_path / "root", "nlp")
    write(tmp_path, "outside/staging/precious", "x")
    if put == "file":
        write(root, ".tenantry", "")
    else:
        (root / ".tenantry").symlink_to(tmp_path / ("outside" if put == "link" else "nowhere"))
    with pytest.raises(
        InputError, match=r"^\.tenantry: tenantry keeps its own files here, in a folder; move away what"
    ):
        render(root, Options())
    assert files(tmp_path, "outside") == {"outside/staging/precious": b"x"}
    assert not (tmp_path / "nowhere").exists()
