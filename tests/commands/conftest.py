import sys

import pytest

from generator import cli


@pytest.fixture
def tenantry(tmp_path, capsys, monkeypatch):
    """Run the command line in an empty folder, as from a shell; return exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["tenantry", *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code, *capsys.readouterr()

    return run
