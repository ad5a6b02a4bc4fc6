import pytest

from generator.spec import registries


@pytest.mark.parametrize(
    ("given", "bounds", "allowed"),
    [
        (None, [], None),
        (None, [None], None),
        (("a.io/",), [], ("a.io/",)),
        (None, [("a.io/",)], ("a.io/",)),
        (("a.io/",), [("a.io/team",)], ("a.io/team",)),
        (("a.io/team/",), [("a.io",)], ("a.io/team/",)),
        (("a.io/te",), [("a.io/team",)], ()),
        (("a.io/", "b.io/"), [("b.io/x", "a.io"), None, ("a.io/", "b.io/x/z")], ("a.io/", "b.io/x/z")),
        (("a.io/",), [()], ()),
        ((), [("a.io/",)], ()),
    ],
)
def test_what_several_allow_is_what_each_of_them_allows(given, bounds, allowed):
    assert registries.under(given, bounds) == allowed
