from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from launcher.conf import told

from generator.launcher import ini
from generator.launcher.profiles import (
    Level,
    by_position,
    by_specificity,
    check,
    check_order,
    effective,
    from_text,
    ordered,
    values,
)

#: The manual's own example.
MANUAL = """\
[*]
placement-constraints=node,region:us,region:eu
default-cpus=1
default-mem-mb=512
max-cpus=2
max-mem-mb=1024
container-images=r-session:3.4.2,r-session:3.5.0
allow-unknown-images=0

[@rstudio-power-users]
default-cpus=4
default-mem-mb=4096
default-nvidia-gpus=0
default-amd-gpus=0
max-nvidia-gpus=2
max-amd-gpus=3
max-cpus=20
max-mem-mb=20480
container-images=r-session:3.4.2,r-session:3.5.0,r-session:preview
allow-unknown-images=1

[jsmith]
max-cpus=3
"""


def read(text):
    return from_text(ini.read(text, "f"))


def decided(limits, key):
    limit = next(limit for limit in limits if limit.option.name == key)
    if limit.decision is None:
        return limit.value, None, 0
    return limit.value, limit.decision.profile.title, limit.decision.setting.place.line


def test_what_somebody_gets_names_the_section_and_the_line_that_decided():
    limits = effective(read(MANUAL), "jsmith", ["rstudio-power-users"])
    assert decided(limits, "max-cpus") == ("3", "[jsmith]", 23)
    assert decided(limits, "max-mem-mb") == ("20480", "[@rstudio-power-users]", 18)
    assert decided(limits, "placement-constraints") == ("node,region:us,region:eu", "[*]", 2)
    assert decided(limits, "memory-request-ratio") == ("1.0", None, 0)
    assert decided(limits, "resource-profiles") == (None, None, 0)
    assert all(limit.otherwise is None for limit in limits)


def test_somebody_of_no_group_gets_what_everybody_gets():
    assert decided(effective(read(MANUAL), "nobody", ["others"]), "max-cpus") == ("2", "[*]", 5)


SECTIONS = {"*": "2", "@power": "20", "jsmith": "3"}

#: What a person of the group gets in each order, by the manual's reading; by the framework's, it is always 3.
BY_POSITION = {
    ("*", "@power", "jsmith"): "3",
    ("@power", "*", "jsmith"): "3",
    ("*", "jsmith", "@power"): "20",
    ("jsmith", "*", "@power"): "20",
    ("@power", "jsmith", "*"): "2",
    ("jsmith", "@power", "*"): "2",
}


@pytest.mark.parametrize("order", [*permutations(SECTIONS)], ids=" ".join)
def test_the_two_readings_agree_where_the_user_comes_last(order):
    found = read("".join(f"[{name}]\nmax-cpus={SECTIONS[name]}\n" for name in order))
    one, other = (values(by(found, "jsmith", ["power"]))["max-cpus"] for by in (by_position, by_specificity))
    assert (one, other) == (BY_POSITION[order], "3")
    limit = next(limit for limit in effective(found, "jsmith", ["power"]) if limit.option.name == "max-cpus")
    assert (limit.otherwise is None) == (one == other)


def test_a_users_section_hides_later_groups_even_for_keys_that_it_lacks():
    found = read("[jsmith]\nmax-mem-mb=1\n[@power]\nmax-cpus=20\n")
    assert values(by_position(found, "jsmith", ["power"]))["max-cpus"] == "20"
    assert values(by_specificity(found, "jsmith", ["power"]))["max-cpus"] == "0"


def test_of_two_groups_the_last_wins_in_both_readings():
    found = read("[@a]\nmax-cpus=1\n[@b]\nmax-cpus=2\n")
    assert [values(by(found, "x", ["b", "a"]))["max-cpus"] for by in (by_position, by_specificity)] == ["2", "2"]


def test_each_misplaced_section_names_somebody_for_whom_the_readings_differ():
    text = "[jsmith]\nmax-cpus=3\n[@power]\nmax-cpus=20\n[*]\nmax-cpus=2\n"
    assert told(check_order(read(text))) == [
        (
            "3:1 warning: [@power] stands after [jsmith] of line 1: jsmith in group power gets max-cpus=2 if the last "
            "section wins, 3 if the most specific one does; move it above"
        ),
        (
            "5:1 warning: [*] stands after [jsmith] of line 1: jsmith gets max-cpus=2 if the last section wins, "
            "3 if the most specific one does; move it above"
        ),
    ]


def test_a_misplaced_section_that_changes_nothing_is_told_all_the_same():
    assert told(check_order(read("[jsmith]\nmax-cpus=3\n[*]\nmax-cpus=3\n"))) == [
        "3:1 warning: [*] stands after [jsmith] of line 1; move it above, so that both readings of the file stay the same"
    ]


names = st.sampled_from(["*", "@a", "@b", "u", "v"])
tables = st.dictionaries(st.sampled_from(["max-cpus", "default-cpus"]), st.sampled_from("123"), min_size=1)
files = st.dictionaries(names, tables).flatmap(lambda table: st.permutations(list(table.items())))
people = st.tuples(st.sampled_from("uvw"), st.frozensets(st.sampled_from("abc")))


def profiles_of(sections):
    return read(ini.write([(name, entries.items()) for name, entries in sections]))


@given(files, people)
def test_in_the_canonical_order_both_readings_agree_for_everybody(sections, person):
    found = ordered(profiles_of(sections))
    assert by_position(found, *person) == by_specificity(found, *person)
    assert list(check_order(found)) == []


@given(files, people)
def test_where_no_section_is_misplaced_both_readings_agree(sections, person):
    found = profiles_of(sections)
    if not list(check_order(found)):
        assert by_position(found, *person) == by_specificity(found, *person)


def test_the_canonical_order_keeps_the_order_of_groups():
    found = read("[u]\nmax-cpus=1\n[@z]\nmax-cpus=1\n[*]\nmax-cpus=1\n[@a]\nmax-cpus=1\n")
    assert [profile.section for profile in ordered(found)] == ["*", "@z", "@a", "u"]
    assert [profile.level for profile in ordered(found)] == [Level.ALL, Level.GROUP, Level.GROUP, Level.USER]


def test_sections_and_settings_are_checked_where_they_stand():
    assert told(check(read("[@]\nmax-cpus=1\n[*]\nmax-cpu=2\n"))) == [
        "1:1 [@] is no name of a section; write [*], [@group] or [user]",
        "4:1 'max-cpu' is no option of a profile, and the product does not start with it; did you mean 'max-cpus'?",
    ]
