import subprocess
import sys

import pytest

from generator import __version__, cli

HEAVY = ("yaml", "ruamel", "jsonschema", "jsonschema_rs", "jinja2", "kubernetes_validate")


def test_the_help_lists_every_command_with_its_line(tenantry):
    code, out, _ = tenantry("--help")
    assert code == 0
    width = max(map(len, cli.COMMANDS)) + 2
    for command, line in cli.COMMANDS.items():
        assert f"  {command:<{width}}{line}\n" in out


def test_the_command_line_starts_without_anything_heavy():
    code = f"import sys, generator.cli; print([name for name in {HEAVY} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"


def test_the_help_needs_no_command():
    code = (
        "import sys\n"
        "from generator import cli\n"
        "sys.argv = ['tenantry', '--help']\n"
        "try:\n    cli.main()\n"
        f"finally:\n    print([n for n in sys.modules if n in {HEAVY} or n.startswith('generator.commands')])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.endswith("\n[]\n")


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_help_of_its_own(tenantry, command):
    code, out, _ = tenantry(command, "-h")
    assert code == 0
    assert out.startswith(f"Usage: tenantry {command}")


def test_an_unknown_command_is_answered_with_the_nearest(tenantry):
    code, out, err = tenantry("rendr")
    assert (code, out) == (2, "")
    assert "there is no command 'rendr'; did you mean 'render'?" in err


def test_the_version_is_told(tenantry):
    assert tenantry("--version") == (0, f"tenantry {__version__}\n", "")


def test_another_folder_can_be_worked_in(tenantry, tmp_path):
    (tmp_path / "there").mkdir()
    assert tenantry("-C", "there", "init")[0] == 0
    assert (tmp_path / "there/tenants/platform.yaml").is_file()
    code, out, _ = tenantry("-C", "there/tenants", "check")
    assert (code, out.splitlines()[0]) == (0, "1 tenant, 10 files: rendered/ is current")


def test_a_folder_that_is_not_there_is_refused(tenantry):
    code, _, err = tenantry("-C", "nowhere", "check")
    assert code == 2
    assert "Directory 'nowhere' does not exist." in err


def test_outside_a_repository_it_is_said_how_to_start_one(tenantry, tmp_path):
    message = (
        f"{tmp_path}: there is no tenants/platform.yaml here or in a folder above; start one with: tenantry init\n"
    )
    assert tenantry("check") == (2, "", message)


def test_a_bug_is_called_a_bug(tenantry, monkeypatch):
    def broken(_):
        raise ZeroDivisionError

    monkeypatch.setattr("generator.commands.check.find_root", broken)
    code, _, err = tenantry("check")
    assert code == 70
    assert f"This is a bug in tenantry {__version__}, not in your files." in err
