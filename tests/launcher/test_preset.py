import subprocess
import sys
from pathlib import Path

import pytest

from generator import shipped
from generator.launcher import preset

ROOT = Path(preset.__file__).parent.parent.parent
VALUE = {
    "name": "engine",
    "title": "An engine",
    "class": "launcher",
    "flags": ["creates-pods"],
    "rules": [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}],
    "options": {
        "logs": {
            "title": "Read logs.",
            "default": True,
            "rules": [{"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}],
        },
        "exec": {
            "title": "Run commands.",
            "default": False,
            "flags": ["exec"],
            "rules": [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}],
        },
    },
    "source": "Our own.",
}
BASE, LOGS, EXEC = (VALUE["rules"][0], *(option["rules"][0] for option in VALUE["options"].values()))


def test_a_preset_is_taken_from_its_file_field_by_field():
    one = preset.from_value(VALUE)
    assert (one.name, one.title, one.kind, one.flags, one.source) == (
        *("engine", "An engine", "launcher", {"creates-pods"}, "Our own."),
    )
    assert [(option.name, option.title, option.default, option.flags) for option in one.options] == [
        ("logs", "Read logs.", True, set()),
        ("exec", "Run commands.", False, {"exec"}),
    ]


@pytest.mark.parametrize(
    ("options", "rules", "flags"),
    [
        ({}, [BASE, LOGS], {"creates-pods"}),
        ({"logs": False}, [BASE], {"creates-pods"}),
        ({"exec": True}, [BASE, LOGS, EXEC], {"creates-pods", "exec"}),
        ({"exec": True, "logs": False}, [BASE, EXEC], {"creates-pods", "exec"}),
        ({"exec": False, "logs": True}, [BASE, LOGS], {"creates-pods"}),
    ],
)
def test_options_add_their_rules_and_flags_to_those_that_always_hold(options, rules, flags):
    one = preset.from_value(VALUE)
    for order in (options, dict(reversed(options.items()))):
        assert preset.rules(one, order) == rules
        assert preset.flags(one, order) == flags


def test_the_same_options_give_the_same_list_so_that_it_is_written_once():
    one = preset.named("batch-jobs")
    assert preset.rules(one, {}) is preset.rules(one, {"volumes": False})
    assert preset.rules(one, {}) is not preset.rules(one, {"volumes": True})


def test_every_file_is_a_preset_in_order_of_their_names():
    files = sorted(path.stem for path in shipped.presets().iterdir())
    assert [one.name for one in preset.every()] == list(preset.names()) == files


def test_a_preset_is_read_once():
    assert preset.named("batch-jobs") is preset.named("batch-jobs")


def test_a_preset_that_is_not_there_is_our_mistake_wherever_the_name_leads():
    for name in ("batch-job", "../presets/batch-jobs"):
        with pytest.raises(KeyError):
            preset.named(name)


def test_nothing_is_read_before_it_is_asked_for_and_only_that_then():
    program = (
        "from generator.yaml import documents\n"
        "opened, read = [], documents.read\n"
        "documents.read = lambda root, name: (opened.append(name), read(root, name))[1]\n"
        "from generator.launcher import preset, suggestion\n"
        "preset.names(), preset.named('batch-jobs'), preset.named('batch-jobs')\n"
        "print(*opened)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "batch-jobs.yaml\n"
