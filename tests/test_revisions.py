"""What files were at another revision, in real repositories."""

import subprocess

import pytest
from repositories import write

from generator import revisions
from generator.problems import InputError

IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")


def git(root, *arguments):
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    write(tmp_path, "policies/one.yaml", "id: one\n")
    write(tmp_path, "policies/deep/two.yaml", "id: zwei ü\n")
    write(tmp_path, "rendered/a.yaml", "a\n")
    write(tmp_path, "rendered/b.yaml", "")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def test_files_are_read_as_they_were(root):
    write(root, "policies/one.yaml", "id: changed\n")
    (root / "policies/deep/two.yaml").unlink()
    assert revisions.files(root, "main", ["policies"]) == {
        "policies/deep/two.yaml": "id: zwei ü\n".encode(),
        "policies/one.yaml": b"id: one\n",
    }
    assert revisions.files(root, "HEAD", ["rendered/b.yaml", "nowhere"]) == {"rendered/b.yaml": b""}


def test_a_folder_of_a_repository_has_its_own_paths(root):
    write(root, "org/policies/three.yaml", "id: three\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "second")
    write(root, "org/policies/three.yaml", "id: new\n")
    assert revisions.files(root / "org", "HEAD", ["policies"]) == {"policies/three.yaml": b"id: three\n"}
    assert revisions.changed(root / "org", "HEAD", "policies") == ["policies/three.yaml"]


def test_links_are_left_out(root):
    (root / "policies/link.yaml").symlink_to("/etc/passwd")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "second")
    assert "policies/link.yaml" not in revisions.files(root, "HEAD", ["policies"])


def test_changed_files_are_those_that_differ_from_the_revision(root):
    assert revisions.changed(root, "HEAD", "rendered") == []
    write(root, "rendered/a.yaml", "other\n")
    (root / "rendered/b.yaml").unlink()
    write(root, "rendered/new.yaml", "new\n")
    assert revisions.changed(root, "HEAD", "rendered") == ["rendered/a.yaml", "rendered/b.yaml"]
    git(root, "add", "-A")
    assert revisions.changed(root, "HEAD", "rendered") == ["rendered/a.yaml", "rendered/b.yaml", "rendered/new.yaml"]


@pytest.mark.parametrize("revision", ["nowhere", "--all", "-h", "", "HEAD^{tree}", "HEAD:policies"])
def test_a_revision_that_is_none_is_refused(root, revision):
    with pytest.raises(InputError) as refused:
        revisions.files(root, revision, ["policies"])
    [problem] = refused.value.problems
    assert str(problem.place) == "--base"
    assert f"git knows no revision {revision!r}" in problem.message
    assert "fetch-depth: 0" in problem.message


def test_a_folder_without_git_is_refused(tmp_path):
    with pytest.raises(InputError):
        revisions.files(tmp_path, "HEAD", ["policies"])


def test_a_machine_without_git_says_so(root, monkeypatch):
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(InputError) as refused:
        revisions.changed(root, "HEAD", "rendered")
    assert "git is not here" in refused.value.problems[0].message


def test_nothing_that_a_repository_brings_along_is_run(root):
    trap = root / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {root}/sprung\n")
    trap.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(trap))
    write(root, "rendered/a.yaml", "other\n")
    assert revisions.changed(root, "HEAD", "rendered") == ["rendered/a.yaml"]
    assert not (root / "sprung").exists()
