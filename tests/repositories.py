"""Repositories of tenants, made from texts, and what can be seen of them: for tests of all that reads and writes."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from generator.pipeline import Options, render

CODE = Path(__file__).parent.parent

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters:
    - {name: eu, version: "1.34", addons: [istio]}
    - {name: us, version: "1.34"}
  tiers:
    small: {quota: {mode: shared, hard: {requests.cpu: 8, requests.memory: 16Gi, pods: 20}}}
    large: {quota: {mode: shared, hard: {requests.cpu: 64, requests.memory: 256Gi, pods: 200}}}
  defaults:
    clusters: [eu]
    limits: {container: {default: {cpu: 1, memory: 1Gi}, defaultRequest: {cpu: 100m, memory: 128Mi}}}
"""

#: The ``spec`` of a tenant that may be removed: it has been offboarding in what was rendered last.
GOING = "{tier: small, lifecycle: offboarding}"

#: The files of a tenant, where nobody says otherwise.
CONCERNS = ["00-namespace.yaml", "10-quota.yaml", "20-rbac.yaml", "30-network.yaml"]


def tenant(name, spec="{tier: small}"):
    """Write a tenant file."""
    return f'apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata: {{name: "{name}"}}\nspec: {spec}\n'


def repository(root, *names, platform=PLATFORM, **specs):
    """Make a repository of tenants: those that are but named, and those that come with their ``spec``."""
    write(root, "tenants/platform.yaml", platform)
    for name, spec in [*((name, "{tier: small}") for name in names), *specs.items()]:
        write(root, f"tenants/{name}.yaml", tenant(name, spec))
    return root


def write(root, path, text):
    """Write a file below the root, with its folders."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(text.encode() if isinstance(text, str) else text)


def files(root, below="rendered"):
    """Return the text of every file, by path; a link is shown as what it says."""
    found = {}
    for folder, folders, names in os.walk(root / below):
        for name in names + [name for name in folders if Path(folder, name).is_symlink()]:
            path = Path(folder, name)
            text = os.fsencode(f"-> {path.readlink()}") if path.is_symlink() else path.read_bytes()
            found[path.relative_to(root).as_posix()] = text
    return found


def folders(root, below="rendered"):
    """Return every folder, by path."""
    return {path.relative_to(root).as_posix() for path in (root / below).rglob("*") if path.is_dir()}


def stamps(root, below="rendered"):
    """Return what tells whether a file was written again: its inode and its time."""
    found = {path: (root / path).lstat() for path in files(root, below)}
    return {path: (status.st_ino, status.st_mtime_ns) for path, status in found.items()}


def told(outcome):
    """Write the problems of a run, in order, as people read them, but without lines."""
    return sorted(
        f"{p.place.document}: {'warning: ' if p.warning else ''}{p.field + ': ' if p.field else ''}{p.message}"
        for p in outcome.problems
    )


def rendering(root, **options):
    """Render, and return the files; nothing may be wrong."""
    outcome = render(root, Options(**options))
    assert told(outcome) == []
    return files(root)


def tenantry(root, *args, **environment):
    """Run the command line in a process of its own; a run that hangs is an error."""
    return subprocess.run(
        [sys.executable, "-m", "generator", *args],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(CODE), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def in_a_child(work, *, seconds=20):
    """Do *work* in a forked process and wait until it and all that it started have ended.

    Return its exit code, or minus the signal that ended it; a hang is an error.
    """
    alive, held = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.close(alive)
            code = work() or 0
        finally:
            os._exit(code)
    os.close(held)
    with time_limit(seconds), os.fdopen(alive, "rb") as ended:
        ended.read()  # it ends when nobody holds the other end any more
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def time_limit(seconds):
    """Turn a hang into an error."""

    def stop(*_):
        raise TimeoutError(f"no end after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


#: What changes the disk. A process may die before any of these.
STEPS = ("mkdir", "write", "replace", "unlink", "rmdir")


def die_at(step, monkeypatch):
    """Have this process killed before its *step*-th change of the disk; of a text, half is written."""
    left = [step]

    def mortal(name, call):
        def counted(*args, **named):
            if left[0] == 0:
                if name == "write":
                    call(args[0], args[1][: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return call(*args, **named)

        return counted

    for name in STEPS:
        monkeypatch.setattr(os, name, mortal(name, getattr(os, name)))
