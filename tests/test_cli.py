"""Whatever a run ends in has an exit code of its own: 0, 1 or 2, or it is our bug and says so."""

import errno
import os
import re
import subprocess
import sys

import click
import pytest
from repositories import CODE, repository, tenantry, write

from generator import __version__, cli
from generator.commands.render import command
from generator.problems import InputError, Place, Problem

UNIX = pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise")


@pytest.fixture
def ended(monkeypatch, capsys, tmp_path):
    """Run a command that does *work*; return exit code, output and errors."""

    def run(work):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(command, "callback", lambda *_, **__: work())
        monkeypatch.setattr(sys, "argv", ["tenantry", "render"])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code, *capsys.readouterr()

    return run


def raising(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize("code", [0, 1, 2])
def test_a_command_says_its_exit_code(ended, code):
    assert ended(lambda: code) == (code, "", "")


def test_a_command_that_says_nothing_has_succeeded(ended):
    assert ended(lambda: None) == (0, "", "")


def test_wrong_input_is_told_line_by_line_and_is_2(ended):
    problems = [Problem(Place("b"), "it is odd"), Problem(Place("a"), "it is wrong")]
    assert ended(raising(InputError(problems))) == (2, "", "a: it is wrong\nb: it is odd\n")


def test_a_wrong_command_line_is_2(ended):
    code, out, err = ended(raising(click.UsageError("--tenant and --all exclude each other")))
    assert (code, out) == (2, "")
    assert err.endswith("Error: --tenant and --all exclude each other\n")


def test_anything_else_is_our_bug_with_its_traceback(ended):
    code, out, err = ended(raising(ZeroDivisionError("by nothing")))
    assert (code, out) == (70, "")
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith(
        "ZeroDivisionError: by nothing\n\n"
        f"This is a bug in tenantry {__version__}, not in your files. Please report it with the lines above.\n"
    )


def test_the_note_of_another_process_is_shown(ended):
    error = ValueError("lost")
    error.add_note("in the third worker")
    assert "\nValueError: lost\nin the third worker\n" in ended(raising(error))[2]


def test_an_interrupted_run_is_130_without_a_traceback(ended):
    for error in (KeyboardInterrupt(), click.Abort()):
        code, out, err = ended(raising(error))
        assert (code, out, err.strip()) == (130, "", "")


@UNIX
def test_a_reader_that_has_seen_enough_gets_no_traceback(tmp_path):
    read, write_end = os.pipe()
    os.close(read)
    with os.fdopen(write_end, "wb") as nobody:
        run = subprocess.run(
            [sys.executable, "-m", "generator", "schema", "tenant"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(CODE)},
            stdout=nobody,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert (run.returncode, run.stderr) == (141, b"")


@UNIX
def test_head_may_close_the_pipe(tmp_path):
    line = f"{sys.executable} -m generator schema tenant | head -1"
    run = subprocess.run(
        ["sh", "-c", line],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CODE)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "{\n", "")


def test_a_worker_that_dies_is_our_bug_and_no_broken_pipe(ended):
    assert ended(raising(ChildProcessError("a worker process ended")))[0] == 70


def test_a_full_disk_is_not_silent(ended):
    error = OSError(errno.ENOSPC, "No space left on device")
    assert ended(raising(error)) == (2, "", "the output: no space left on device; make room or give access\n")


def test_the_help_is_0_and_instant(tmp_path):
    for arguments in (["--help"], ["-h"], ["render", "--help"], ["--version"]):
        run = tenantry(tmp_path, *arguments)
        assert (run.returncode, run.stderr) == (0, ""), arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--no-such"], "No such option"),
        (["render", "--job", "x"], "--job"),
        (["render", "--jobs", "0"], "0 is not in the range x>=1"),
        (["-C", "nowhere", "render"], "nowhere"),
        ([], "Usage: tenantry"),
    ],
)
def test_a_command_line_that_is_wrong_is_2(tmp_path, arguments, message):
    run = tenantry(tmp_path, *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr


def test_the_program_runs_by_both_its_names(tmp_path):
    repository(tmp_path, "nlp")
    assert tenantry(tmp_path, "render").stdout == "1 tenant, 4 files: 4 written, 0 unchanged\n"


@UNIX
def test_colour_is_for_terminals_that_want_it(tmp_path):
    import pty

    repository(tmp_path, "nlp")
    write(tmp_path, "rendered/README.md", "")

    def seen(**environment):
        ours, theirs = pty.openpty()
        clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        try:
            subprocess.run(
                [sys.executable, "-m", "generator", "check"],
                cwd=tmp_path,
                env={**clean, "PYTHONPATH": str(CODE), "TERM": "xterm", **environment},
                stdout=subprocess.DEVNULL,
                stderr=theirs,
                timeout=30,
                check=False,
            )
            return os.read(ours, 1 << 16)
        finally:
            os.close(theirs)
            os.close(ours)

    assert b"\x1b[33mrendered/README.md: warning:" in seen()
    assert not re.search(rb"\x1b\[[0-9;]*m", seen(NO_COLOR="1"))  # on a slow machine, a bar hides the cursor
    assert "\x1b[" not in tenantry(tmp_path, "check").stderr
