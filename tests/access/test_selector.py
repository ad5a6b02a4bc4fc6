import pytest

from generator.access.selector import Requirement, Selector

OLD, NEW, BARE = {"tier": "old"}, {"tier": "new", "x": ""}, {}


@pytest.mark.parametrize(
    ("requirements", "selected"),
    [
        ([], [OLD, NEW, BARE]),
        ([Requirement("tier", "In", frozenset({"old", "ancient"}))], [OLD]),
        ([Requirement("tier", "NotIn", frozenset({"old"}))], [NEW, BARE]),
        ([Requirement("tier", "Exists")], [OLD, NEW]),
        ([Requirement("tier", "DoesNotExist")], [BARE]),
        ([Requirement("x", "In", frozenset({""}))], [NEW]),
        ([Requirement("tier", "Exists"), Requirement("x", "DoesNotExist")], [OLD]),
        ([Requirement("tier", "In", frozenset({"old"})), Requirement("tier", "In", frozenset({"new"}))], []),
    ],
)
def test_a_selector_asks_for_all_of_its_requirements(requirements, selected):
    assert [labels for labels in (OLD, NEW, BARE) if Selector(tuple(requirements)).selects(labels)] == selected
