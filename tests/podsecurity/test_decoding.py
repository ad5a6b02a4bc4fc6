import pytest

from generator.podsecurity.decoding import Node


def asking(fields):
    wrong = []
    return Node(fields, ("top",), wrong), wrong


def test_each_type_is_read_and_null_is_nothing():
    node, wrong = asking({"flag": False, "text": "x", "number": 3, "texts": ["a", None], "inner": {}, "null": None})
    assert (node.flag("flag"), node.text("text"), node.number("number", bits=32)) == (False, "x", 3)
    assert node.texts("texts") == ("a", "")
    assert (node.has("inner"), node.has("null"), node.has("nowhere")) == (True, False, False)
    nothing = (node.flag("null"), node.text("null"), node.number("null", bits=32), node.inner("null"))
    assert nothing == (None, None, None, None)
    assert (node.texts("null"), [*node.items("null")], node.mapped("null")) == ((), [], {})
    assert wrong == []


def test_an_item_that_is_null_is_an_empty_mapping():
    node, wrong = asking({"items": [None, {"name": "a"}]})
    assert [item.text("name") for item in node.items("items")] == [None, "a"]
    assert wrong == []


def test_a_whole_number_may_be_written_as_a_fraction():
    node, wrong = asking({"zero": 0.0, "half": 0.5})
    assert node.number("zero", bits=64) == 0
    assert node.number("half", bits=64) is None
    assert wrong == [(("top", "half"), "0.5 is no whole number; write one, without quotes")]


@pytest.mark.parametrize(
    ("ask", "value", "said"),
    [
        (lambda node: node.flag("x"), "true", "'true' is neither true nor false; write one of them, without quotes"),
        (lambda node: node.flag("x"), 1, "1 is neither true nor false; write one of them, without quotes"),
        (lambda node: node.text("x"), 5, "5 is no text; quote it"),
        (lambda node: node.text("x"), {"a": "secret"}, "a mapping is no text; write one"),
        (lambda node: node.number("x", bits=32), "80", "'80' is no whole number; write one, without quotes"),
        (lambda node: node.number("x", bits=32), True, "True is no whole number; write one, without quotes"),
        (lambda node: node.number("x", bits=32), 2**31, "2147483648 does not fit into 32 bits; write a smaller number"),
        (lambda node: node.inner("x"), ["a"], "a list is no mapping; write its fields below it"),
        (lambda node: node.at("x", "y").text("z"), "a", "'a' is no mapping; write its fields below it"),
        (lambda node: [*node.items("x")], {}, "a mapping is no list; write one, with '- ' before each item"),
        (lambda node: node.mapped("x") or None, [], "a list is no mapping; write its fields below it"),
    ],
)
def test_a_value_of_another_type_is_left_out_and_told(ask, value, said):
    node, wrong = asking({"x": value})
    assert not ask(node)
    assert wrong == [(("top", "x"), said)]


def test_an_item_of_another_type_is_told_with_its_index():
    node, wrong = asking({"x": ["a", 5], "y": [7]})
    assert node.texts("x") == ("a",)
    assert [item.text("name") for item in node.items("y")] == [None]
    assert [route for route, _ in wrong] == [("top", "x", 1), ("top", "y", 0)]


def test_a_value_of_a_mapping_of_texts_is_told_with_its_key():
    node, wrong = asking({"x": {"a": "b", "c": 5, "d": None}})
    assert node.mapped("x") == {"a": "b", "d": ""}
    assert [route for route, _ in wrong] == [("top", "x", "c")]


def test_what_is_no_mapping_at_all_is_told():
    node, wrong = asking("text")
    assert node.text("x") is None
    assert wrong == [(("top",), "'text' is no mapping; write its fields below it")]
