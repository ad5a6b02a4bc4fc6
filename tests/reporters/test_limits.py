import json

from generator.launcher import ini, profiles
from generator.launcher.demand import demands
from generator.reporters.limits import Limits, as_json, text


def answer(conf, user="ada", groups=()):
    found = profiles.from_text(ini.read(conf, "f"))
    values = profiles.values(profiles.by_position(found, user, groups))
    return Limits("f", user, groups, profiles.effective(found, user, groups), demands(values))


def test_answers_stand_one_below_the_other():
    shown = text([answer("[*]\nmax-cpus=2\n"), answer("[*]\nmax-cpus=3\n", "bob", ("a", "b"))])
    assert [line for line in shown.splitlines() if "gets this" in line] == [
        "f: ada gets this",
        "f: bob in group a and b gets this",
    ]


def test_what_is_not_set_is_left_out_for_people_and_null_for_programs():
    one = answer("[*]\nmax-cpus=2\n")
    assert "default-container-image" not in text([one])
    limits = json.loads(as_json([one]))["answers"][0]["limits"]
    assert limits["default-container-image"] == {"value": None, "section": None, "line": None}


def test_the_other_reading_is_told_to_programs_too():
    one = answer("[ada]\nmax-cpus=3\n[*]\nmax-cpus=2\n")
    limits = json.loads(as_json([one]))["answers"][0]["limits"]
    other = {"value": "3", "section": "ada", "line": 2}
    assert limits["max-cpus"] == {"value": "2", "section": "*", "line": 4, "otherwise": other}


def test_nothing_in_a_file_can_move_the_cursor():
    shown = text([answer("[*]\ndefault-container-image=a\x9b2J\n", "a\x1b[2J")])
    assert {"\x1b", "\x9b"}.isdisjoint(shown)
