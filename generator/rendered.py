"""The only code that reads, writes or deletes under ``rendered/``.

New texts are written beside the tree first, and moved into place only when all of them are there: each file is
at any moment either the old one or the new one, whole. What a killed run leaves behind is cleared by the next.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct, field

from generator.problems import InputError, Place, Problem
from generator.repository import PRIVATE, RENDERED, Stamp, stamp

_STAGING = f"{PRIVATE}/staging"
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line ends
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # a pipe in the place of a file must not hold us up
#: How a system says that there is no such file: none, one in the place of a folder above, a link, a folder.
_NO_FILE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EMLINK, errno.EISDIR)


class Found(Struct):
    """What lies under ``rendered/``, by path below the root."""

    files: dict[str, Stamp] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)


def scan(root: Path) -> Found:
    """List ``rendered/``; links are told apart and never followed."""
    found = Found()
    top = root / RENDERED
    if top.is_symlink():
        found.links.add(RENDERED)
    elif top.is_dir():
        _scan(str(top), RENDERED, found)
    elif top.exists():
        found.files[RENDERED] = stamp(top.stat())
    return found


def _scan(folder: str, name: str, found: Found) -> None:
    found.folders.add(name)
    with os.scandir(folder) as entries:
        for item in entries:
            path = f"{name}/{item.name}"
            if item.is_symlink():
                found.links.add(path)
            elif item.is_dir(follow_symlinks=False):
                _scan(item.path, path, found)
            else:
                found.files[path] = stamp(item.stat(follow_symlinks=False))


def read(root: str, path: str) -> bytes | None:
    """Read a file below the root; ``None`` when there is none, or a link or folder stands in its place.

    What cannot be read is empty, so that nobody takes it for ours or for nothing.
    """
    try:
        handle = os.open(f"{root}/{path}", os.O_RDONLY | _NO_FOLLOW | _NO_WAIT | _BINARY)
    except OSError as error:
        return None if error.errno in _NO_FILE else b""
    try:
        parts = []
        while part := os.read(handle, 1 << 20):
            parts.append(part)
        return b"".join(parts)
    except IsADirectoryError:
        return None
    except OSError:  # a pipe that somebody else holds open, a broken disk
        return b""
    finally:
        os.close(handle)


class Stage:
    """New texts on their way into ``rendered/``: written apart, then moved into place all together.

    *lane* keeps the files of several processes apart.
    """

    def __init__(self, root: Path, lane: int = 0) -> None:
        self._root = str(root)
        self._folder = f"{self._root}/{_STAGING}/{lane}"
        self._waiting: list[tuple[str, str, Stamp]] = []
        self._made: set[str] = set()

    def add(self, path: str, text: bytes) -> None:
        """Write a text apart, to be moved to *path* (below the root) on commit."""
        self._make(self._folder)
        waiting = f"{self._folder}/{len(self._waiting)}"
        handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o666)
        try:
            view = memoryview(text)
            while view:
                view = view[os.write(handle, view) :]
            made = stamp(os.fstat(handle))  # moving the file changes nothing of it
        finally:
            os.close(handle)
        self._waiting.append((waiting, path, made))

    def commit(self) -> dict[str, Stamp]:
        """Move everything into place; return the new files' stamps by path."""
        stamps = {}
        for waiting, path, made in self._waiting:
            target = f"{self._root}/{path}"
            self._make(target.rpartition("/")[0])
            os.replace(waiting, target)
            stamps[path] = made
        self._waiting.clear()
        return stamps

    def abort(self) -> None:
        """Forget everything that waits."""
        for waiting, *_ in self._waiting:
            with suppress(OSError):
                os.unlink(waiting)
        self._waiting.clear()

    def _make(self, folder: str) -> None:
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            self._made.add(folder)


def delete(root: Path, paths: list[str]) -> None:
    """Delete files below the root, and the folders under ``rendered/`` that this leaves empty."""
    for path in paths:
        (root / path).unlink(missing_ok=True)
    for folder in sorted({above for path in paths for above in _folders(path)}, key=len, reverse=True):
        with suppress(OSError):  # not empty: somebody else's files stay, and so does their folder
            (root / folder).rmdir()


def _folders(path: str) -> Iterator[str]:
    """Yield the folders above a path, below ``rendered/`` itself."""
    folder = path.rpartition("/")[0]
    while folder and folder != RENDERED:
        yield folder
        folder = folder.rpartition("/")[0]


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the one lock of a root; raise :class:`InputError` when another run has it."""
    private = prepared(root)
    with (private / "lock").open("a+b") as handle:
        if not _try_lock(handle.fileno()):
            message = "another tenantry is at work in this repository; wait for it to end"
            raise InputError([Problem(Place(f"{PRIVATE}/lock"), message)])
        from shutil import rmtree  # a check, which writes nothing, does without

        rmtree(root / _STAGING, ignore_errors=True)
        try:
            yield
        finally:
            rmtree(root / _STAGING, ignore_errors=True)


def prepared(root: Path) -> Path:
    """Return the private folder, which git passes over; make it where it is not there.

    Raises :class:`InputError` for a link in it: what is written there must stay there.
    """
    private = root / PRIVATE
    _refuse_links(root)
    private.mkdir(exist_ok=True)
    ignore = private / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return private


def _refuse_links(root: Path) -> None:
    """Keep what is written into the private folder in it: a link there was laid by somebody else."""
    private = root / PRIVATE
    if private.is_symlink() or (private.exists() and not private.is_dir()):
        message = "tenantry keeps its own files here, in a folder; move away what stands in its place"
        raise InputError([Problem(Place(PRIVATE), message)])
    links = sorted(item.name for item in private.iterdir() if item.is_symlink()) if private.exists() else []
    if links:
        message = "this is a link, and tenantry's own files never go through one; delete it"
        raise InputError(Problem(Place(f"{PRIVATE}/{name}"), message) for name in links)


def _try_lock(handle: int) -> bool:
    """Lock an open file without waiting. The lock ends with the process, however that ends."""
    try:
        import fcntl
    except ImportError:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows only
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
