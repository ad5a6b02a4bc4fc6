"""A run writes exactly what the tenant files ask for: once, whole, in any order, and nothing where anything is wrong."""

import os
import shutil
import signal
import sys
import time
from contextlib import suppress

import pytest
from repositories import (
    GOING,
    die_at,
    files,
    in_a_child,
    rendering,
    repository,
    tenant,
    tenantry,
    time_limit,
    told,
    write,
)

from generator import rendered
from generator.pipeline import Options, render
from generator.problems import InputError
from generator.run import crew

EVERY_WAY = [{}, {"use_index": False}]
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


# Whatever happens in between


def before_and_after(root):
    """Make a repository with changes that a run has to bring out: new, changed and deleted files."""
    leaving = "{tier: large, clusters: [eu, us], offboarding: {clusters: [eu]}}"
    repository(root, "nlp", vision=leaving, gone=GOING)
    rendering(root)
    write(root, "tenants/nlp.yaml", tenant("nlp", "{tier: large}"))
    write(root, "tenants/vision.yaml", tenant("vision", "{tier: large, clusters: [us]}"))
    write(root, "tenants/new.yaml", tenant("new"))
    (root / "tenants/gone.yaml").unlink()


def wait_for_the_lock(root):
    """Wait until the kernel has closed what killed processes held, which may be after they have ended."""
    with time_limit(20):
        while True:
            with suppress(InputError), rendered.locked(root):
                return
            time.sleep(0.01)


def survives(root, old, new):
    """Check what a killed run has left, and that the next run makes it good."""
    wait_for_the_lock(root)
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
        wait_for_the_lock(tmp_path)
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
    wait_for_the_lock(tmp_path)
    rendering(tmp_path)
