import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError as RuamelError

from generator import events
from generator.documents import Document, load, locate, natural_key, parse, parse_all, read, resolved
from generator.problems import Place, Problem

ORACLE = Path(__file__).parent / "oracles" / "yaml-reading.jsonl"
ASKED = [json.loads(line) for line in ORACLE.read_text(encoding="utf-8").splitlines()]
steady = settings(derandomize=True, database=None, deadline=None, max_examples=150)


def told(text, read=parse):
    """Write every problem as ``line:column field: message``."""
    data = text.encode() if isinstance(text, str) else text
    found = read(data, "f.yaml")
    documents = found if isinstance(found, tuple) else (found,)
    return [
        f"{p.place.line}:{p.place.column} {p.field}: {p.message}"
        if p.field
        else f"{p.place.line}:{p.place.column}: {p.message}"
        for document in documents
        for p in document.problems
    ]


def same(one, other):
    """Compare values and their types, but not 1 with 1.0, which JSON does not tell apart."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return one == other and (type(one) is type(other) or (numbers and bool not in {type(one), type(other)}))


# --- what is read ---------------------------------------------------------------------------------------------------


def test_a_document_is_read_as_plain_values():
    document = parse(b"a: 1\nb: [x, 1.5, true, null, ~, '', {c: \"7\"}]\nd: |\n  two\n  lines\ne:\n", "tenants/a.yaml")
    assert document == Document(
        "tenants/a.yaml", {"a": 1, "b": ["x", 1.5, True, None, None, "", {"c": "7"}], "d": "two\nlines\n", "e": None}
    )


def test_lines_may_end_as_windows_ends_them():
    assert parse(b"a: b\r\nc:\r\n  - d\r\n", "f").value == {"a": "b", "c": ["d"]}
    assert told("a: b\r\nc: on\r\n") == [
        "2:4 c: 'on' is a boolean to some YAML readers and text to others; write \"on\" or true"
    ]


ORDINARY = [
    "1.2.3", "10.0.0.0/8", "500m", "a:b", "16Gi", "arn:aws:iam::1:role/x", "v1", "2Ti", "tenantry.dev/v1", "2001:db8::/32",
    "10.0.0.1", "auditor@example.com", "https://example.com/a?b=c#d", "*.example.com".replace("*", "x"), "nvidia.com/gpu", "7d", "1h30m",
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
    ]
    + [
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


# --- scalars that readers disagree on -------------------------------------------------------------------------------

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


# --- structure that readers disagree on -----------------------------------------------------------------------------


def test_a_key_written_twice_is_refused_and_both_lines_are_named():
    assert told("a: 1\nb:\n  a: 1\n  'a': 2\na: 3\na: 4\n") == [
        "4:3 b.a: 'a' is written twice, in line 3 and in line 4; keep one",
        "5:1 a: 'a' is written twice, in line 1 and in line 5; keep one",
        "6:1 a: 'a' is written twice, in line 1 and in line 6; keep one",
    ]


def test_a_key_written_twice_in_a_later_document_is_told_with_its_own_lines():
    assert told("---\na: 1\n---\n---\na: 1\na: 2\n", parse_all) == [
        "6:1 a: 'a' is written twice, in line 5 and in line 6; keep one"
    ]


def test_keys_that_kubectl_reads_as_one_are_written_twice():
    assert told("on: 1\n'true': 2\n")[1] == "2:1 true: 'true' is written twice, in line 1 and in line 2; keep one"


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a: !!binary Kg==", ["1:4 a: '!!binary' is a tag, which readers treat differently; leave it out"]),
        ("a: !foo {b: c}", ["1:4 a: '!foo' is a tag, which readers treat differently; leave it out"]),
        ("a: ! '1'", ["1:4 a: '!' is a tag, which readers treat differently; leave it out"]),
        ("a: !<x:y> b", ["1:4 a: '!<x:y>' is a tag, which readers treat differently; leave it out"]),
        ("!!str a: b", ["1:1 a: '!!str' is a tag, which readers treat differently; leave it out"]),
        ("a: &x 1", ["1:4 a: '&x' names a value to repeat it; write it out instead"]),
        ("a: &x [1]", ["1:4 a: '&x' names a value to repeat it; write it out instead"]),
        ("a: *x", ["1:4 a: '*x' repeats a value by its name; write the value itself"]),
        ("*x : 1", ["1:1: an alias is no key; write a text, in double quotes if it starts with a bracket"]),
        ("a: {{b}}", ["1:5 a.: a mapping is no key; write a text, in double quotes if it starts with a bracket"]),
        ("? [a, b]\n: c", ["1:3: a list is no key; write a text, in double quotes if it starts with a bracket"]),
        ("%YAML 1.2\n---\na: 1\n", ["1:1: a line that starts with '%' changes how readers read; leave it out"]),
        ("--- {a: 1}\n", ["1:5: kubectl reads nothing beside '---'; write this in a line of its own"]),
    ],
)
def test_what_only_some_readers_support_is_refused(text, problems):
    assert told(text) == problems


def test_an_empty_key_is_refused():
    assert told("spec:\n  : 1\n") == ["2:3 spec.: '' is null, and keys are texts; write \"\""]


def test_what_is_refused_is_still_read_as_kubectl_reads_it():
    text = "a: on\nb: 0o10\nc: !!binary Kg==\nd: !!int '7'\ne: &x {k: 1}\nf: *x\ng: {<<: *x, j: 2}\nh: 1\nh: 2\nyes: !foo 1\n"
    assert parse(text.encode(), "f").value == {
        "a": True, "b": 8, "c": "*", "d": 7, "e": {"k": 1}, "f": {"k": 1}, "g": {"k": 1, "j": 2}, "h": 2, "true": "1",
    }  # fmt: skip


def test_aliases_cannot_blow_a_small_file_up():
    levels = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]\n" for i in range(1, 9))
    assert len(json.dumps(parse(f"l0: &l0 [x]\n{levels}".encode(), "f").value)) < 10_000
    wide = f"l0: &l0 [{'x, ' * 500}]\nl1: [{'*l0, ' * 500}]\n"
    assert len(json.dumps(parse(wide.encode(), "f").value)) < 100_000
    assert parse(b"a: &a [*a]", "f").value == {"a": [None]}


def test_all_problems_of_a_document_are_told_at_once_in_the_order_of_its_lines():
    text = "\ufeffa: yes\nb: {c: 010, c: 2}\n1: [!x y, &z w]\nd: a\u2028b\ne: }"
    places = [p.partition(" ")[0].rstrip(":") for p in told(text)]
    assert places == ["1:1", "1:4", "2:8", "2:13", "3:1", "3:5", "3:11", "4:5", "6:4"]


# --- text that is not YAML, or not one document ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a:\n\tb: 1", "2:1: a tab cannot indent YAML; write spaces"),
        ("\ta: 1", "1:1: a tab cannot indent YAML; write spaces"),
        ("a: b\n\n\tc: d\n", "3:1: a tab cannot indent YAML; write spaces"),
        (
            "a: b: c\n",
            "1:5: a ':' stands where no key can be; quote the text that holds it, or indent the line as its neighbours are",
        ),
        (
            "a: 1\n b: 2\n",
            "2:3: a ':' stands where no key can be; quote the text that holds it, or indent the line as its neighbours are",
        ),
        ("a: @x\n", "1:4: a text cannot start with '@'; put it in double quotes"),
        ("a: `x`\n", "1:4: a text cannot start with '`'; put it in double quotes"),
        ("a: }\n", "1:4: a text cannot start with '}'; put it in double quotes"),
        ("a: *\n", "1:5: a text cannot start with '&' or '*'; put it in double quotes"),
        ("a: ? b\n", "1:4: a '? ' cannot stand here; put the text that starts with it in double quotes"),
        ("a: - b\n", "1:4: a list item cannot start here; give each '- ' a line of its own, below the key"),
        (
            "\na: [1\nb: 2\n",
            "3:2: the bracket that opens in line 2 is not closed before this; write the missing ',' or closing bracket",
        ),
        (
            "a: [",
            "2:1: the bracket that opens in line 2 is not closed before this; write the missing ',' or closing bracket",
        ),
        ('\na: "x\nb: 2\n', "2:4: the quoted text that starts in line 2 has no end; write the closing quote"),
        (
            'a: "b\n---\nc"\n',
            "2:1: the quoted text that starts in line 1 is cut by a line of '---' or '...'; close it, or indent that line",
        ),
        (
            'a: "\\q"',
            "1:5: a backslash in double quotes starts an escape that YAML does not know; write two backslashes",
        ),
        (
            'a: "\\ud800"',
            "1:7: a backslash in double quotes starts an escape that YAML does not know; write two backslashes",
        ),
        ("a: |x\n", "1:5: text cannot follow '|' or '>' in its line; write it in the lines below, indented"),
        (
            "a:\n  b: 1\n c: 2\n",
            "3:2: this does not fit into what starts in line 1; indent it as its neighbours, or quote what holds quotes",
        ),
        (
            "a: 'it's'\n",
            "1:8: this does not fit into what starts in line 1; indent it as its neighbours, or quote what holds quotes",
        ),
        (
            "- a\nb: c\n",
            "2:1: this does not fit into what starts in line 1; indent it as its neighbours, or quote what holds quotes",
        ),
        (
            "a: !<x\n",
            "1:4: this is not YAML (did not find the expected '>'); check the quotes, brackets and indentation of this line",
        ),
        (
            "a: b\x01",
            '1:5: the control character U+0001 cannot stand in YAML; leave it out, or write "\\u0001" in double quotes',
        ),
        (
            "a: b\nc: \0",
            '2:4: the control character U+0000 cannot stand in YAML; leave it out, or write "\\u0000" in double quotes',
        ),
        (b"a: b\nc: \xc3\xa9\xff", "2:5: byte 10 is 0xff, which is not UTF-8; save the file as UTF-8"),
        ("a: b".encode("utf-16"), "1:1: the text is UTF-16; save it as UTF-8"),
        ("a: b".encode("utf-32"), "1:1: the text is UTF-32; save it as UTF-8"),
        ("", "1:1: the file is empty; write a document into it, or delete it"),
        ("# only a comment\n---\n", "1:1: the file is empty; write a document into it, or delete it"),
        ("- a\n", "1:1: a list stands where a document starts; write a mapping, 'key: value'"),
        ("null\n", "1:1: a single value stands where a document starts; write a mapping, 'key: value'"),
        ("x" * (2**20 + 1), "1:1: 1048577 bytes are more than the 1048576 that a file may have; split it"),
    ],
)
def test_what_is_no_document_is_told_in_one_line_and_has_no_value(text, problem):
    assert told(text) == [problem]
    assert parse(text if isinstance(text, bytes) else text.encode(), "f").value is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\n---\nb: 2\n", "2:1: a second document starts here; write it into a file of its own"),
        ("---\na: 1\n---\n", "3:1: a second document starts here; write it into a file of its own"),
        ("a: 1\n...\nb: 2\n", "3:1: this stands after the end of the document; leave it out"),
        ("\ufeffa: 1\n", "1:1: the text starts with a byte order mark; save it as UTF-8 without one"),
        (
            "é: 1\na: 1 # \u202e\n",
            '2:8: the invisible U+202E is not read as it is shown; leave it out, or write "\\u202e" in double quotes',
        ),
    ],
)
def test_what_stands_around_a_document_is_refused_and_the_document_is_read(text, problem):
    assert told(text) == [problem]
    assert parse(text.encode(), "f").value["a"] == 1


@pytest.mark.parametrize("step", ["[", "- ", "{a: ", "? ", "[{a: "])
def test_deep_nesting_is_refused_at_once(step):
    assert told(step * (2**20 // len(step)))[-1].endswith(": this nests deeper than 100 levels; flatten it")


def test_a_hundred_levels_are_read():
    assert told("{a: " * 100 + "1" + "}" * 100) == []
    assert len(told("{a: " * 101 + "1" + "}" * 101)) == 1


def test_a_stream_is_read_document_by_document_without_the_empty_ones():
    documents = parse_all(b"# first\n---\na: 1\n---\n---\nb: on\n---\n- c\n", "f")
    assert [d.value for d in documents] == [{"a": 1}, {"b": True}, None]
    assert [len(d.problems) for d in documents] == [0, 1, 1]
    assert documents[1].problems[0].place == Place("f", ("b",), 6, 4)
    assert parse_all(b"---\n# nothing\n", "f") == ()


def test_a_stream_that_breaks_off_keeps_what_was_read():
    documents = parse_all(b"a: 1\n---\nb: }\n", "f")
    assert [d.value for d in documents] == [{"a": 1}, None]
    assert told("a: 1\n---\nb: }\n", parse_all) == ["3:4: a text cannot start with '}'; put it in double quotes"]
    assert told(b"\xff", parse_all) == ["1:1: byte 0 is 0xff, which is not UTF-8; save the file as UTF-8"]
    assert told("\ufeff", parse_all) == ["1:1: the text starts with a byte order mark; save it as UTF-8 without one"]


# --- against kubectl and the other readers --------------------------------------------------------------------------


def verdicts():
    return [(q, parse(q["document"].encode(), "f")) for q in ASKED]


@pytest.mark.parametrize("question", ASKED, ids=lambda q: repr(q["document"][-30:]))
def test_what_is_accepted_is_what_kubectl_reads(question):
    document = parse(question["document"].encode(), "f")
    if not document.problems:
        assert same(document.value["spec"], question["spec"])


def test_most_of_what_kubectl_reads_without_doubt_is_accepted():
    accepted = [q for q, document in verdicts() if not document.problems]
    assert len(accepted) >= 120


def test_what_is_refused_is_judged_as_kubectl_reads_it():
    unlike = [
        q["document"].partition("spec:\n")[2].strip()
        for q, document in verdicts()
        if "spec" in q and not (document.value and same(document.value.get("spec"), q["spec"]))
    ]
    # kubectl makes 32-bit floats of numbers in keys, keeps a zero's sign there, and rounds what is beyond 64 bits.
    # The rest is no object for us: a list of... nothing else may differ.
    assert sorted(unlike) == []


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


@steady
@settings(max_examples=400)
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


# --- properties -----------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | TEXT
    | st.sampled_from(["on", "010", "1e3", "<<", "", "~"])
)
VALUES = st.recursive(LEAVES, lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXT, v, max_size=4), max_leaves=12)


@steady
@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=4))
def test_quoted_values_come_back_as_they_were_written(value):
    text = json.dumps(value, ensure_ascii=True)
    assert parse(text.encode(), "f") == Document("f", value)


@steady
@given(
    st.dictionaries(
        TEXT,
        st.recursive(TEXT, lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXT, v, max_size=4), max_leaves=12),
        min_size=1,
    )
)
def test_what_pyyaml_writes_with_quotes_comes_back(value):
    text = yaml.dump(value, Dumper=yaml.CSafeDumper, default_style='"', allow_unicode=False)
    assert parse(text.encode(), "f") == Document("f", value)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *"{}[],:?-'\"#|>&*!%@ \n\t\0\x85",
            "a",
            "1",
            "---\n",
            "...\n",
            "<<: ",
            "*a",
            "&a ",
            "\n  ",
            "- ",
            ": ",
            "\u2028",
        ]
    ),
    max_size=25,
)


@pytest.mark.parametrize("parser", [events._Parser, events._PurePythonParser], ids=["libyaml", "pure"])  # noqa: SLF001 - both must hold
@steady
@given(
    FRAGMENTS.map("".join).map(str.encode)
    | st.text(max_size=30).map(lambda t: t.encode(errors="replace"))
    | st.binary(max_size=30)
)
def test_reading_never_fails_and_always_says_why_there_is_no_value(parser, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(events, "_Parser", parser)
        document = parse(data, "f")
        assert document.value is not None or document.problems
        assert all(p.place.line >= 1 and p.place.column >= 1 and "\n" not in p.message for p in document.problems)
        assert all(d.value is not None or d.problems for d in parse_all(data, "f"))
        assert locate(data, ("a", 0, "b")) >= (1, 1)


KEYS = st.lists(
    st.from_regex(r"[a-z]{3,6}", fullmatch=True).filter(lambda k: k not in {"yes", "off", "null", "true"}),
    min_size=1,
    max_size=4,
    unique=True,
)


@st.composite
def block_texts(draw, indent="", route=()):
    """Write a mapping in block style, and note where each key and item stands."""
    lines, places = [], []
    for key in draw(KEYS):
        places.append(((*route, key), len(lines), len(indent)))
        kind = draw(st.sampled_from(["text", "mapping", "list"])) if len(route) < 3 else "text"
        lines.append(f"{indent}{key}: text" if kind == "text" else f"{indent}{key}:")
        if kind == "mapping":
            inner, found = draw(block_texts(indent + "  ", (*route, key)))
            places += [(r, line + len(lines), column) for r, line, column in found]
            lines += inner
        if kind == "list":
            for index in range(draw(st.integers(1, 3))):
                places.append(((*route, key, index), len(lines), len(indent) + 4))
                lines.append(f"{indent}  - item")
        lines += ["# a comment"] * draw(st.integers(0, 1))
    return lines, places


@steady
@settings(max_examples=60)
@given(block_texts())
def test_each_key_and_item_is_found_where_it_was_written(written):
    lines, places = written
    data = "\n".join(lines).encode()
    for route, line, column in places:
        assert locate(data, route) == (line + 1, column + 1)


# --- places ---------------------------------------------------------------------------------------------------------

TENANT = b"""\
kind: Tenant
spec:
  owners: [{group: leads}, {user: ann}]
  clusters:
    - prod-eu
    - prod-us
  namespaces:
    - {name: train, quota: {}}
    - quota:
        requests.cpu: 16
      name: serve
    - 5
    - {name: 7, group: g}
"""


@pytest.mark.parametrize(
    ("route", "place"),
    [
        (("spec",), (2, 1)),
        (("spec", "owners", "leads"), (3, 12)),
        (("spec", "owners", "ann", "user"), (3, 29)),
        (("spec", "owners", 1), (3, 28)),
        (("spec", "clusters", "prod-us"), (6, 7)),
        (("spec", "namespaces", "serve", "quota", "requests.cpu"), (10, 9)),
        (("spec", "namespaces", 1, "name"), (11, 7)),
        (("spec", "namespaces", "gone", "quota"), (7, 3)),
        (("spec", "namespaces", 2), (12, 7)),
        (("spec", "namespaces", "g"), (7, 3)),
        (("spec", "namespaces", "train", "quota", "x", "y"), (8, 21)),
        (("metadata", "name"), (1, 1)),
        ((), (1, 1)),
    ],
)
def test_a_route_leads_to_its_key_or_to_the_nearest_thing_around_it(route, place):
    assert locate(TENANT, route) == place


def test_places_are_found_in_a_text_with_problems():
    assert locate(b"a: yes\na: {b: 1}\nc:\n- name: x\n  d: 1\n- }", ("c", "x", "d")) == (5, 3)
    assert locate(b"a: 1\na: {b: 1}", ("a",)) == (1, 1)
    assert locate(b"\xff", ("a",)) == (1, 1)


def test_places_are_found_in_each_document_of_a_stream():
    stream = b"---\n---\na: 1\n---\n# empty\n---\na: 2\n"
    assert locate(stream, ("a",)) == (3, 1)
    assert locate(stream, ("a",), 1) == (7, 1)
    assert locate(stream, ("a",), 2) == (1, 1)


def test_a_symbolic_problem_is_given_its_line_and_one_that_has_it_is_left_alone():
    symbolic = Problem(Place("f", ("spec", "clusters", 0)), "wrong", warning=True)
    assert resolved(symbolic, TENANT) == Problem(Place("f", ("spec", "clusters", 0), 5, 7), "wrong", warning=True)
    concrete = Problem(Place("f", ("spec",), 9, 9), "wrong")
    assert resolved(concrete, TENANT) is concrete


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"group": "g", "name": "n"}, "n"), ({"role": "r", "user": "u"}, "u"), ({"serviceAccount": "s"}, "s"), ({"tenant": "t"}, "t"), ({"cidr": "c"}, "c"),
        ({"key": "k"}, "k"), ({"id": "i"}, "i"), ({"name": 5, "group": "g"}, 3), ({}, 3), ("text", "text"), (5, 3), (None, 3), ([], 3),
    ],
)  # fmt: skip
def test_a_list_item_is_called_by_its_natural_key(item, key):
    assert natural_key(item, 3) == key


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path):
    (tmp_path / "repo" / "tenants").mkdir(parents=True)
    return tmp_path / "repo"


def messages(root, name):
    document = read(root, name)
    assert document.value is None
    return [(str(p.place), p.message) for p in document.problems]


def test_a_file_is_read_below_the_root(root):
    (root / "tenants" / "a.yaml").write_bytes(b"a: 1\n")
    assert load(root, "tenants/a.yaml") == (b"a: 1\n", ())
    assert read(root, "tenants/a.yaml") == Document("tenants/a.yaml", {"a": 1})


def test_a_link_within_the_root_is_followed(root):
    (root / "tenants" / "a.yaml").write_bytes(b"a: 1\n")
    (root / "b.yaml").symlink_to("tenants/a.yaml")
    (root / "more").symlink_to("tenants")
    assert read(root, "b.yaml").value == {"a": 1}
    assert read(root, "more/a.yaml").value == {"a": 1}


def test_nothing_outside_of_the_root_is_read(root):
    (root.parent / "secret.yaml").write_bytes(b"a: 1\n")
    (root / "a.yaml").symlink_to("../secret.yaml")
    (root / "out").symlink_to(root.parent)
    outside = "the path leads out of the repository; write a file there instead of a link"
    for name in ("a.yaml", "out/secret.yaml", "../secret.yaml", f"{root.parent}/secret.yaml"):
        assert messages(root, name) == [(name, outside)]


def test_what_is_no_file_is_told_and_never_waited_for(root):
    (root / "dir.yaml").mkdir()
    os.mkfifo(root / "pipe.yaml")
    (root / "loop.yaml").symlink_to("loop.yaml")
    (root / "a.yaml").write_bytes(b"")
    missing = "there is no such file; create it, or correct the path"
    assert messages(root, "dir.yaml") == [("dir.yaml", "this is a directory; a YAML file of that name was expected")]
    assert messages(root, "pipe.yaml") == [
        ("pipe.yaml", "this is a pipe, a socket or a device; a YAML file was expected")
    ]
    assert messages(root, "gone.yaml") == [("gone.yaml", missing)]
    assert messages(root, "loop.yaml")
    assert messages(root, "a.yaml/b") == [
        ("a.yaml/b", "the file cannot be read (not a directory); make it a readable YAML file")
    ]
    assert messages(root, "\0")


def test_a_huge_file_is_not_read(root):
    with (root / "a.yaml").open("wb") as file:
        file.truncate(2**20 + 1)
    assert messages(root, "a.yaml") == [
        ("a.yaml", "1048577 bytes are more than the 1048576 that a file may have; split it")
    ]
    data, problems = load(root, "a.yaml", limit=2**21)
    assert (len(data), problems) == (2**20 + 1, ())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(root):
    (root / "a.yaml").touch(mode=0)
    assert messages(root, "a.yaml") == [
        ("a.yaml", "the file cannot be read (permission denied); make it a readable YAML file")
    ]


# --- without libyaml ------------------------------------------------------------------------------------------------


def test_the_python_parser_reads_the_same(monkeypatch):
    texts = [TENANT, *(q["document"].encode() for q in random.Random(1).sample(ASKED, 60))]
    by_libyaml = [parse(text, "f") for text in texts]
    monkeypatch.setattr(events, "_Parser", events._PurePythonParser)  # noqa: SLF001 - what runs where libyaml is missing
    for text, expected in zip(texts, by_libyaml, strict=True):
        document = parse(text, "f")
        assert bool(document.problems) == bool(expected.problems), text
        assert document.problems or document == expected


def test_half_a_character_is_refused_by_the_python_parser_too(monkeypatch):
    monkeypatch.setattr(events, "_Parser", events._PurePythonParser)  # noqa: SLF001 - what runs where libyaml is missing
    assert told('a: "\\ud800"')[0].endswith("starts an escape that YAML does not know; write two backslashes")


def test_the_python_parser_stands_in_where_libyaml_is_missing():
    script = "import sys; sys.modules['yaml._yaml'] = None\nfrom generator import documents, events\n"
    script += (
        "assert events._Parser is events._PurePythonParser\nprint(documents.parse(b'a: on', 'f').problems[0].message)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "'on' is a boolean to some YAML readers and text to others; write \"on\" or true\n"
