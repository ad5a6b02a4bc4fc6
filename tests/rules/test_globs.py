import pytest

from generator.rules.globs import ends, is_any, matches


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("vision", ["vision"], ["vision-train", ""]),
        ("*", ["", "a", "a/b"], []),
        ("vision-*", ["vision-", "vision-a"], ["vision", "xvision-a"]),
        ("*-train", ["-train", "a-train"], ["train", "a-trains"]),
        ("a*b*c", ["abc", "axbyc"], ["ab", "acb"]),
        ("a*a", ["aa", "aba"], ["a"]),
        ("v?s", ["vis"], ["vs", "viis"]),
        ("[a-c]x", ["ax", "cx"], ["dx"]),
        ("{a,b}-x", ["a-x", "b-x"], ["-x", "ab-x"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"], ["b", "d"]),
        ("{a*,b}", ["a", "ax", "b"], ["bx"]),
        ("!a", [], ["a", "!a", "b"]),
        ("{a", ["{a"], ["a"]),
    ],
)
def test_a_glob_matches(pattern, fits, does_not):
    assert [value for value in fits if not matches(pattern, value)] == []
    assert [value for value in does_not if matches(pattern, value)] == []


@pytest.mark.parametrize("pattern", [None, 5, [], {}])
def test_what_is_no_text_matches_nothing(pattern):
    assert not matches(pattern, "")
    assert not is_any(pattern)


def test_stars_alone_are_everything():
    assert [one for one in ("*", "**", "", "a*", "?") if is_any(one)] == ["*", "**"]


@pytest.mark.parametrize(
    ("pattern", "around"),
    [
        ("a", None),
        ("a*", ("a", "")),
        ("*b", ("", "b")),
        ("a*b*c", ("a", "c")),
        ("a{b,c}d", ("a", "d")),
        ("a[", ("a", "")),
    ],
)
def test_how_all_that_is_matched_begins_and_ends(pattern, around):
    assert ends(pattern) == around


@pytest.mark.parametrize(
    "pattern", ["*a" * 40 + "b", "{" * 900, "{a,b}" * 40, "[" * 900, "*" * 1900 + "b", "*" * 10**6, "{a," * 300]
)
def test_nobody_holds_a_run_up_by_a_glob(pattern):
    assert not matches(pattern, "a" * 200 + "c")
    ends(pattern)
