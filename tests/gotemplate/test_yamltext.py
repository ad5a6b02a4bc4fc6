"""What ``toYaml`` writes reads back as what it was given, and is folded and quoted as Kubernetes' tools do it."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from reading import same

from generator.gotemplate import TemplateError, parse
from generator.yaml.documents import parse as read

TEMPLATES = parse({"a": "{{ toYaml .v }}", "b": "v:\n{{ toYaml .v | indent 2 }}\n"})


def to_yaml(value):
    return TEMPLATES.render("a", {"v": value})


# Blanks and signs at every place, and words that other readers take for something else.
TEXTS = st.one_of(
    st.lists(
        st.sampled_from([*"ab0-:#'\"\\{}[],&*!|>%@`=<~?. \n\té\u2028\U0001f600\xa0\x07", "word ", "words ", "  "]), max_size=40
    ).map("".join),
    st.sampled_from(["y", "No", "0x1f", "0o17", "08", "1e3", "1:30", "2001-01-02", "<<", "=", "~", "", "---", "- a", "a: b", ".inf"]),
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(TEXTS, st.none(), st.booleans(), st.integers(-(2**53), 2**53)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)


def plain(value):
    """Write every scalar as the reader that knows no types has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {None: "null", True: "true", False: "false"}[value] if (value in {None, True, False} and not isinstance(value, int | float)) or isinstance(value, bool) else str(value)  # fmt: skip


@given(VALUES)
def test_every_reader_finds_the_same_structure_and_texts(value):
    assert yaml.load(to_yaml(value) + "\n", yaml.CBaseLoader) == plain(value)  # noqa: S506 - it makes texts of everything


@given(VALUES)
def test_our_strict_reader_finds_the_value_where_it_takes_the_text(value):
    document = read(TEMPLATES.render("b", {"v": {"k": value}}).encode(), "f.yaml")
    assert document.problems or same(document.value, {"v": {"k": value}})


def test_a_long_text_folds_after_column_80():
    assert to_yaml({"k": "word " * 20}) == "k: '" + "word " * 15 + "word\n  " + "word " * 4 + "'"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": [1, [2]], "a10": {}, "a9": []}, "a9: []\na10: {}\nb:\n- 1\n- - 2"),
        ({"k": "a\nb\n\n"}, "k: |+\n  a\n  b\n"),
        ({"k": " a\nb"}, "k: |2-\n   a\n  b"),
        ({"x" * 129: 1}, f"? {'x' * 129}\n: 1"),
        ({"k": 1e21, "l": 1.5, "m": 1e20, "n": 1e19}, 'k: 1e+21\nl: 1.5\nm: 1e+20\n"n": 10000000000000000000'),
        ("\x00\x85\U0001f600", '"\\0 \\U0001F600"'),  # U+0085 is folded on the way through JSON
    ],
)
def test_the_style_is_that_of_kubernetes_tools(value, text):
    assert to_yaml(value) == text


@pytest.mark.parametrize("value", ["\x7f", {"\x85": 1}, {"k" * 1025: 1}, float("nan")])
def test_what_yaml_cannot_hold_is_an_error(value):
    with pytest.raises(TemplateError, match=r"a:1:4: toYaml: "):
        to_yaml(value)
