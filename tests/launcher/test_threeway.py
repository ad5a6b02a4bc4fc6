import pytest

from generator.launcher.threeway import Change, changes, unified

BASE = "a\nb\nc\nd\ne\n"

CASES = [
    ("nothing", BASE, BASE, []),
    ("the site alone", "a\nB\nc\nd\ne\n", BASE, [Change(2, ("b",), ("B",), None)]),
    ("ours alone", BASE, "a\nb\nc\nd\n", [Change(5, ("e",), None, ())]),
    (
        "both, apart",
        "A\nb\nc\nd\ne\n",
        "a\nb\nc\nd\nE\n",
        [Change(1, ("a",), ("A",), None), Change(5, ("e",), None, ("E",))],
    ),
    ("both, alike", "a\nX\nc\nd\ne\n", "a\nX\nc\nd\ne\n", [Change(2, ("b",), ("X",), ("X",))]),
    ("a conflict", "a\nX\nc\nd\ne\n", "a\nY\nc\nd\ne\n", [Change(2, ("b",), ("X",), ("Y",))]),
    (
        "an overlap",
        "a\nX\nY\nd\ne\n",
        "a\nb\nP\nQ\ne\n",
        [Change(2, ("b", "c", "d"), ("X", "Y", "d"), ("b", "P", "Q"))],
    ),
    ("two additions in one place", "a\nX\nb\nc\nd\ne\n", "a\nY\nb\nc\nd\ne\n", [Change(2, (), ("X",), ("Y",))]),
    ("an addition", "a\nb\nc\nd\ne\nf\n", BASE, [Change(6, (), ("f",), None)]),
]


@pytest.mark.parametrize(("site", "ours", "found"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_changes_are_told_apart(site, ours, found):
    assert [*changes(BASE, site, ours)] == found


def test_only_what_differs_in_one_place_is_a_conflict():
    conflicts = {name for name, site, ours, _ in CASES if any(one.is_conflict for one in changes(BASE, site, ours))}
    assert conflicts == {"a conflict", "an overlap", "two additions in one place"}


def test_equal_texts_have_no_difference():
    assert unified(BASE, BASE, ("a", "b")) == ""


def test_a_difference_names_both_sides():
    assert unified("a\n", "b\n", ("ours/job.tpl", "site/job.tpl")).splitlines() == [
        "--- ours/job.tpl",
        "+++ site/job.tpl",
        "@@ -1 +1 @@",
        "-a",
        "+b",
    ]
