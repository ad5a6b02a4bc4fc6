import pytest

from generator.podsecurity.wording import listed, of_containers, quoted, setters


def test_containers_are_named_one_or_more():
    assert of_containers(["a"]) == 'container "a"'
    assert of_containers(["a", "b"]) == 'containers "a", "b"'


def test_a_quote_within_a_listed_word_stays_as_it_is():
    assert listed(['a="b"', "c"]) == '"a="b"", "c"'


def test_who_set_something():
    assert setters([], pod=False) == ""
    assert setters([], pod=True) == "pod"
    assert setters(["a"], pod=False) == 'container "a"'
    assert setters(["a", "b"], pod=True) == 'pod and containers "a", "b"'


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("plain", '"plain"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("\a\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'),
        ("\x00\x7f", '"\\x00\\x7f"'),
        ("é世", '"é世"'),
        ("\u200b\xa0", '"\\u200b\\u00a0"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
)
def test_a_text_is_quoted_as_go_does(text, literal):
    assert quoted(text) == literal
