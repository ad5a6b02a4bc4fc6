import pytest

from generator.kubernetes import selectors

LABELS = {"env": "prod", "tier": "web", "example.com/team": "a", "empty": ""}


@pytest.mark.parametrize(
    "text",
    [
        "env=prod",
        "env==prod",
        " env = prod ",
        "env!=test",
        "missing!=anything",
        "env in (prod,test)",
        "env in(prod)",
        "env  in ( test , prod )",
        "env notin (test)",
        "missing notin (a,b)",
        "env",
        "!missing",
        "! missing",
        "empty=",
        "empty in (a,)",
        "empty in ()",
        "example.com/team=a",
        "env=prod,tier=web",
        "env in (prod,test),!missing, tier notin (db,cache)",
    ],
)  # fmt: skip
def test_labels_that_a_selector_is_for(text):
    assert selectors.refuse(text) is None
    assert selectors.matches(text, LABELS)


@pytest.mark.parametrize(
    "text",
    [
        "env=test",
        "env!=prod",
        "missing=a",
        "missing in (a)",
        "env notin (prod)",
        "missing",
        "!env",
        "env=",
        "env=prod,missing",
    ],
)  # fmt: skip
def test_labels_that_a_selector_is_not_for(text):
    assert selectors.refuse(text) is None
    assert not selectors.matches(text, LABELS)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "''"),
        ("env=prod,", "''"),
        (",env", "''"),
        ("env=prod tier=web", "'env=prod tier=web'"),
        ("env in prod", "'env in prod'"),
        ("env in (a", "'env in (a'"),
        ("replicas>3", "'replicas>3'"),
        ("env === prod", "'env === prod'"),
    ],
)
def test_what_is_no_selector_is_refused_with_the_part_that_is_none(text, part):
    reason = selectors.refuse(text)
    assert reason.startswith(
        f"is not a label selector, for {part} is no requirement; write requirements such as env=prod"
    )


def test_keys_and_values_are_those_of_labels():
    assert selectors.refuse("-a=b").startswith("is not a label selector, for '-a' is not a label key (")
    assert selectors.refuse("a=-b").startswith("is not a label selector, for '-b' is not a label value (")
    assert selectors.refuse("a in (b,c!d)") is not None


LINE = ("vision-train", "vision", "research")


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("research", True),
        ("vision", True),
        ("vision-train", True),
        ("nlp", False),
        ("!nlp", True),
        ("!vision", False),
        ("research, !nlp", True),
        ("research,!vision", False),
        ("!nlp,!robotics", True),
    ],
)
def test_a_selector_of_trees_is_for_what_is_below_and_for_what_is_not(text, matches):
    assert selectors.refuse_tree(text) is None
    assert selectors.matches_tree(text, LINE) is matches


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not a selector of trees, for '' is no name; write a name, or names with '!' before each"),
        ("a,,!b", "is not a selector of trees, for '' is no name; write a name, or names with '!' before each"),
        ("! a", "is not a selector of trees, for ' a' is no name; write a name, or names with '!' before each"),
        ("!!a", "is not a selector of trees, for '!a' is no name; write a name, or names with '!' before each"),
        ("A", "is not a selector of trees, for 'A' is no name; write a name, or names with '!' before each"),
        ("a,b,!c", "asks for what is below a and b at once, which nothing may be; write one without a '!'"),
    ],
)
def test_what_is_no_selector_of_trees_is_refused(text, reason):
    assert selectors.refuse_tree(text) == reason
