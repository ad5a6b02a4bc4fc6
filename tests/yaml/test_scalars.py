import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reading import same, told
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError as RuamelError

from generator.yaml.documents import parse

steady = settings(derandomize=True, database=None, deadline=None, max_examples=150)


ORDINARY = [
    "1.2.3", "10.0.0.0/8", "500m", "a:b", "16Gi", "arn:aws:iam::1:role/x", "v1", "2Ti", "tenantry.dev/v1", "2001:db8::/32",
    "10.0.0.1", "auditor@example.com", "https://example.com/a?b=c#d", "x.example.com", "nvidia.com/gpu", "7d", "1h30m",
    "24:7x", "Computer Vision", "it's", "a#b", "100%", "yesterday", "not", "1.2.3-rc.1", "a,b", "-x", "--flag=1", "../x", "x=y",
    "0.1.0", "sha256:0f1e2d", "4f2e1c9a", "e3", "1e3x", "2024-01-01-nightly", "12:30pm", "ubuntu:22.04", "None", "nil", "inf", "none",
    "Müller", "日本", "tRue", "oN", "_", "_1", "1/2", "<", "<<<", "==",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_needs_no_quotes(text):
    assert parse(f"a: {text}\nb: [{'x' if ',' in text else text}]\n{text}: c\n".encode(), "f").problems == ()
    assert parse(f"a: {text}".encode(), "f").value == {"a": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64", 64),
        ("0", 0),
        ("-3", -3),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("1.10", 1.1),
        ("1.5e+3", 1500.0),
        ("9007199254740992", 2**53),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("Null", None),
        ("", None),
        ('"4711"', "4711"),
    ],
)
def test_what_all_readers_read_alike_stays_as_it_is(text, value):
    document = parse(f"a: {text}\n".encode(), "f")
    assert document.problems == ()
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


BOOLEAN = "a boolean to some YAML readers and text to others"
NUMBER = "a number to some YAML readers and text to others"
OCTAL = "an octal number to some YAML readers and a decimal one to others"
DATE = "a date to some YAML readers and text to others"
SIXTY = "a number of base 60 to some YAML readers and text to others"
ODD = "not how JSON writes a number"
DOUBTFUL = [
    ("y", BOOLEAN, " or true"), ("N", BOOLEAN, " or false"), ("yes", BOOLEAN, " or true"), ("No", BOOLEAN, " or false"),
    ("on", BOOLEAN, " or true"), ("OFF", BOOLEAN, " or false"),
    ("010", OCTAL, " or 8"), ("08", OCTAL, " or 8"), ("00", OCTAL, " or 0"), ("-07", OCTAL, " or -7"),
    ("0o10", NUMBER, " or 8"), ("0b11", NUMBER, " or 3"), ("0x1f", NUMBER, " or 31"), ("1_000", NUMBER, " or 1000"), ("1e3", NUMBER, " or 1000"),
    ("12e03", NUMBER, " or 12000"), ("1e-3", NUMBER, " or 0.001"), ("1e100", NUMBER, ""), ("+__4E3", NUMBER, " or 4000"), ("0_x1", NUMBER, " or 1"),
    (".5", ODD, " or 0.5"), ("5.", ODD, " or 5"), ("+1", ODD, " or 1"), ("+1.5", ODD, " or 1.5"), ("01.5", ODD, " or 1.5"),
    ("12:30", SIXTY, ""), ("190:20:30.5", SIXTY, ""), ("2001-01-01", DATE, ""), ("2001-12-14t21:59:43.10-05:00", DATE, ""), ("2001-1-2 3:04:05", DATE, ""),
    (".inf", "a number that JSON does not know", ""), ("-.INF", "a number that JSON does not know", ""), (".NaN", "a number that JSON does not know", ""),
    ("9" * 400 + ".5", "a number that JSON does not know", ""),
    ("=", "a default value to some YAML readers and text to others", ""), ("<<", "a merge of mappings to some YAML readers and text to others", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "other"), [case for case in DOUBTFUL if len(case[0]) < 60])
def test_a_scalar_that_readers_disagree_on_is_refused_and_told_how_to_quote(text, kind, other):
    assert told(f"spec:\n  v: {text}\n") == [f"2:6 spec.v: '{text}' is {kind}; write \"{text}\"{other}"]
    assert told(f"spec:\n- v\n- {text}\n") == [f"3:3 spec[1]: '{text}' is {kind}; write \"{text}\"{other}"]
    assert parse(f'"{text}": "{text}"\n'.encode(), "f").value == {text: text}


@pytest.mark.parametrize("text", [case[0] for case in DOUBTFUL])
def test_a_key_that_readers_disagree_on_is_refused(text):
    assert len(told(f"spec:\n  {text}: {{}}\n")) == 1


def test_an_integer_beyond_what_json_readers_keep_is_refused():
    assert told("a: 9007199254740993") == [
        "1:4 a: '9007199254740993' is beyond 2**53, where JSON readers round; write \"9007199254740993\""
    ]
    assert parse(b"a: -9007199254740993", "f").value == {"a": -9007199254740993}


def test_a_long_number_is_cut_in_the_message():
    assert told("a: " + "9" * 5000) == [
        f"1:4 a: '{'9' * 57}...' is beyond 2**53, where JSON readers round; write it in double quotes"
    ]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("on", "'on' is a boolean to some YAML readers and text to others; write \"on\""),
        ("1", "'1' is a number, and keys are texts; write \"1\""),
        ("1.5", "'1.5' is a number, and keys are texts; write \"1.5\""),
        ("true", "'true' is a boolean, and keys are texts; write \"true\""),
        ("~", "'~' is null, and keys are texts; write \"~\""),
        ("2001-01-01", "'2001-01-01' is a date to some YAML readers and text to others; write \"2001-01-01\""),
        ("<<", "'<<' merges mappings for some YAML readers only; write out the keys that it brings"),
    ],
)
def test_a_key_that_is_no_text_is_refused(key, message):
    assert told(f"spec:\n  {key}: {{}}\n") == [f"2:3 spec.{key}: {message}"]


SCALARS = st.one_of(
    st.text("0123456789_.:+-eExXobTnyZ ", min_size=1, max_size=9),
    st.text("0123456789.eE+-_", min_size=1, max_size=7),
    st.from_regex(
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]*)?)?(Z|[-+][0-9]+)?)?",
        fullmatch=True,
    ),
    st.from_regex(r"[-+]?0?[xob]?[0-9a-f_]+(:[0-5]?[0-9])*(\.[0-9_]*)?([eE][-+]?[0-9]+)?", fullmatch=True),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12),
)


def by_ruamel(text, version):
    reader = YAML(typ="safe", pure=True)
    reader.version = version
    return reader.load(text)


@settings(steady, max_examples=400)
@given(SCALARS)
@example("+__4E3")
@example("1.5e+3")
@example("-0")
def test_what_is_accepted_is_read_alike_by_pyyaml_and_ruamel(scalar):
    text = f"- {scalar}\n"
    document = parse(f"a:\n{text}".encode(), "f")
    if document.problems:
        return
    assert same(document.value["a"], yaml.safe_load(text))
    for version in (1, 1), (1, 2):
        try:
            assert same(document.value["a"], by_ruamel(text, version))
        except RuamelError:
            assert "\t" in scalar or not scalar.isalnum()  # it refuses some odd texts; that is no other reading
