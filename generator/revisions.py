"""What files were at another git revision. The only module that starts a program, and it only ever asks git to read.

What git is asked runs nothing that a repository could bring along: no hook, no filter, no fetching of what is missing.
"""

import os
import subprocess
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path

from generator.problems import InputError, Place, Problem

_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_REGULAR = (b"100644", b"100755")


def files(
    root: Path, revision: str, paths: Sequence[str], option: str = "--base", *, only: Container[str] | None = None
) -> dict[str, bytes]:
    """Return the files at or below *paths* as they were at a revision, by path below *root*; links are left out.

    *only* are those that are wanted, if not all. Raises :class:`InputError`, naming *option*, where git does not know
    the revision or is not there.
    """
    commit = _commit(root, revision, option)
    listed = _git(root, option, "ls-tree", "-r", "-z", commit, "--", *paths)
    entries = [line.partition(b"\t") for line in listed.split(b"\0") if line]
    named = [(head.split()[2], os.fsdecode(name)) for head, _, name in entries if head.split()[0] in _REGULAR]
    found = [(digest, name) for digest, name in named if only is None or name in only]
    return dict(zip((name for _, name in found), _blobs(root, option, [digest for digest, _ in found]), strict=True))


def changed(root: Path, revision: str, path: str, option: str = "--base") -> list[str]:
    """Return the files below *path* that are not what they were at a revision, without those that are new to git."""
    commit = _commit(root, revision, option)
    listed = _git(root, option, "diff-index", "-z", "--name-only", "--no-renames", "--relative", commit, "--", path)
    return sorted(os.fsdecode(name) for name in listed.split(b"\0") if name)


def names(root: Path, revision: str, path: str, option: str = "--base") -> list[str]:
    """Return the names of the files below *path* at a revision."""
    listed = _git(root, option, "ls-tree", "-r", "-z", "--name-only", _commit(root, revision, option), "--", path)
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def untracked(root: Path, path: str, option: str = "--base") -> list[str]:
    """Return the files below *path* that are new to git."""
    listed = _git(root, option, "ls-files", "-z", "--others", "--exclude-standard", "--", path)
    return sorted(os.fsdecode(name) for name in listed.split(b"\0") if name)


def fork_point(root: Path, revision: str, option: str = "--base") -> str:
    """Return the commit at which what is checked out left a revision; the revision itself where git cannot tell."""
    commit = _commit(root, revision, option)
    run = _run(root, option, "merge-base", commit, "HEAD")
    return run.stdout.decode().strip() if run.returncode == 0 else commit


def remotes(root: Path) -> frozenset[str]:
    """Return the addresses by which git knows where a repository comes from; none where it knows nothing."""
    try:
        run = _run(root, "", "config", "--get-regexp", r"^remote\..*\.url$")
    except InputError:  # there is no git here
        return frozenset()
    lines = run.stdout.decode(errors="replace").splitlines() if run.returncode == 0 else []
    return frozenset(line.partition(" ")[2] for line in lines)


def _commit(root: Path, revision: str, option: str) -> str:
    """Return the commit that a revision names."""
    run = _run(root, option, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if run.returncode:
        message = (
            f"git knows no revision {revision!r} in {root}; write a branch, tag or commit that is here "
            "(a shallow checkout has only its own: fetch the base, or check out with fetch-depth: 0)"
        )
        raise InputError([Problem(Place(option), message)])
    return run.stdout.decode().strip()


def _blobs(root: Path, option: str, digests: Sequence[bytes]) -> Iterable[bytes]:
    """Yield the contents of files, all read by one git."""
    answer = _git(root, option, "cat-file", "--batch", given=b"".join(digest + b"\n" for digest in digests))
    start = 0
    for _ in digests:
        head, _, size = answer[start : answer.index(b"\n", start)].rpartition(b" ")
        start += len(head) + 1 + len(size) + 1
        yield answer[start : start + int(size)]
        start += int(size) + 1


def _git(root: Path, option: str, *arguments: str, given: bytes = b"") -> bytes:
    run = _run(root, option, *arguments, given=given)
    if run.returncode:
        message = f"git {arguments[0]}: {run.stderr.decode(errors='replace').strip()}; try the same by hand"
        raise InputError([Problem(Place(option), message)])
    return run.stdout


def _run(root: Path, option: str, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment: Mapping[str, str] = {**os.environ, **_QUIET}
    command = ("git", *_SAFE, *arguments)
    try:
        return subprocess.run(command, cwd=root, input=given, capture_output=True, env=environment, check=False)  # noqa: S603
    except FileNotFoundError as error:
        message = "git is not here, and only git knows what files were; install it, or leave the option out"
        raise InputError([Problem(Place(option), message)]) from error
