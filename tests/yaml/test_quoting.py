"""What is written reads back equal, whoever reads it."""

import json
import random
import shutil
import subprocess

import pytest
import ruamel.yaml
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.emit import document, file_text
from generator.manifest import Manifest
from generator.problems import Place

WORDS = """
    y n Y N yes no Yes No YES NO on off On OFF true false True TRUE False null Null NULL ~ none None = << nan inf
    .inf -.inf +.Inf .INF .nan .NaN .NAN infinity 0 1 -0 +1 -1 00 08 09 010 0777 0o7 0o10 0b11 -0b11 0x1f 0X1F +0x1f
    0b 0x 0o 1_000 _1 __ _ 1_ 1__0 0x_1 1e3 1E3 1e+3 1e-3 1.5e3 12e03 25921e05 5e8 600e12 .5 5. -.5 +.5 1. 1.0 1.e3 .e3 1e .
    1.2.3 1.33 0.1.0 12:30 1:30.5 190:20:30 -12:30 1:2 12:30:45 2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00
    2001-12-15T02:59:43.1Z 20010101 500m 10Gi 1Ki 0.5 2.5Ti 1k 1E 5P 1n 1u 3z 7y 64x 10.0.0.0/8 1/2 1+1 1-1 0x1p-2 0x1P4 1i 0n 1_0m
    deadbeef e5 E5 abc12e03 0e0 0x 12d 1f 1L 1h30m - -- --- ... + . .. ? : :: ; , | > & * ! % @ ` # " ' \\ / [ ] { } [] {} [a] {a}
    -a -1a ?a :a ,a |- >+ |2 &a *a !a !!str !<x> %x %YAML @x `x` #a a# a#b a: a:b :b a::b a:: a,b a] a} a[0] a{b} 'a' "a" a' a" a'b
    a"b it's "a'b" \\n \\u0041 a\\ \\x /metrics --flag=x -x=1 a=b a=b=c http://x.example:8080/a?b=c#d system:serviceaccount:ns:sa
    x@example.com a/b:c a:/b a:* a:-b a:'b a:"b a:,b a:]b ${x} $x $(x) <a> <b a<b a>b ~a a~ ^ ( ) (a) a(b) a;b a*b *a* a%b a&b a!b a|b
    """.split()  # noqa: SIM905 - a list of 300 quoted strings would be harder to read, and here quotes are the matter
LINES = [
    "", " ", "  ", "\t", " x", "x ", "\tx", "x\t", "a\tb", "a  b", "- x", "-\tx", "? x", ": x", ": ", " :", "a: b", "a :b", "a : b", "a b: c",
    "a #b", "a # b", "# a", "a#b c", "- - x", "--- x", "... x", "--- ", "a ---", "! x", "& a", "* a", "| x", "> x", "% x", "@ x", "{ a }", "[ a ]",
    "{a: b}", "[a, b]", "{{ .Job.id }}", "{{- if .x }}y{{ end }}", "a {{ .x }}", "2001-12-14 21:59:43.10 -5", "2001-01-01 x", "1 000", "1 2", "12 GPUs",
    "null null", "y n", "no way", "yes, please", "true story", "= x", "<< x", '"a" b', "'a' b", 'say "x"', "it's", "\\", "\\\\", "a\\nb", '\\"',
    "a, b", "a; b", "a (b)", "a -b", "a - b", "a -", "a ?b", "a ? b", "a :", "a !b", "a &b", "a *b", "a |", "a >", "a @b", "a %b", "a `b", "a 'b'", 'a "b"',
    "x" * 129, "x" * 990, "x" * 1000, "x" * 1023, "x" * 1024, "x" * 1025, "x" * 5000, "é" * 998, "é" * 999, "y " * 600 + "z", ":" * 3000, "a: " * 999,
    "é", "Équipe vision", "漢字", "٣", "١٢", "1é", "½", "\u3000", "a\u3000b", "𐍈", "😀", "a 😀 b", "👨\u200d👩", "❤\ufe0f", "\ufffd", "\ue000",
]  # fmt: skip
CONTROLS = [chr(n) for n in (*range(0x20), *range(0x7E, 0xA2))]
ODD = [
    *CONTROLS, *[f"a{c}b" for c in CONTROLS], *[f"a\n{c}b\n" for c in CONTROLS], "\xad", "\u061c", "\u200b", "\u200e", "\u2028", "\u2029", "a\u2028b",
    "a\u2029b", "a\n\u2028b", "\u202e", "\u2060", "\ufeff", "\ufeffa", "a\ufeffb", "a\n\ufeffb", "\ufff9", "\ufffe", "\uffff", "\U0001fffe", "\U0001ffff",
    "\U000e0041", "\U000f0000", "\U0010ffff", "\ud7ff",
]  # fmt: skip
TEXTS = [
    "\n", "\n\n", "\n\n\n", "a\n", "a\n\n", "a\n\n\n", "a\nb", "a\nb\n", "a\n\nb", "a\n\n\nb\n\n\n", "\na", "\n\na\n", "\n a\n", "\n\n  a\n b\n", " a\nb",
    " a\n", "  a\n b\nc\n", "   a\n\n b\n\n", " \na", "  \n a\n", "a\n ", "a\n \n", "a\n   \nb", "a\n \n\n", "a\n\n ", " \n ", " \n", "\n ", "a \nb", "a \nb \n",
    "a\t\nb\t\n", "\ta\nb", "\ta\n", "a\n\tb\n", "\n\ta", " \ta\nb", "\t\na", "a\n\t", "a\n\t\n", "a\n\t\nb", "a\n  \t \nb", "\t\n\t", "\r\n", "a\r\nb\r\n", "a\rb\nc",
    "a\n\r\n", "# a\nb", "# a\n# b\n", "\n# a\n", " # a\nb\n", "a\n# b", "a\n# b\n", "a #b\nc", "---\na\n", "a\n---\nb", "a\n---\n", "...\na", "a\n...\n", "--- |\n", "- a\n- b\n",
    "a: b\nc: d\n", "? a\n: b\n", "{\n}\n", "[\n]\n", '{"a": 1,\n "b": 2}\n', "%YAML 1.1\n---\n", "|\n", ">\n a\n", "|2-\n x", "'\n'", '"\n"', "\\\n\\n\n", "&a\n*a\n",
    "!x\ny", "y\n", "null\n", "~\n", "1\n", "12e03\n", "=\n", "<<\n", "é\n漢\n", "😀\nb\n", "a\n😀\n", "x" * 3000 + "\n" + "y" * 3000, "{{ .Job.id }}\n{{- end }}\n",
    "\n".join(f"line {n}: {{{{ .v{n} }}}}" for n in range(60)), "".join(f"{' ' * (n % 7)}k{n}: v\n{chr(10) * (n % 3)}" for n in range(60)), "#!/bin/sh\nset -e\n\n\techo hi \\\n\t  there\n",
]  # fmt: skip
STRINGS = [
    *dict.fromkeys(
        [
            *WORDS,
            *LINES,
            *ODD,
            *TEXTS,
            *[word.capitalize() for word in WORDS],
            *[f"{word} " for word in WORDS],
            *[f"{word}\n" for word in WORDS],
            *[f" {word}\nx" for word in WORDS],
        ]
    )
]

ALPHABET = st.sampled_from(
    [
        *"aynxobe019_.:+-~=<>#'\"\\|[]{}?!&*%@`, \t\n\r/",
        "\n",
        " ",
        "é",
        "\x85",
        "\xa0",
        "\u2028",
        "\ufeff",
        "😀",
        "\x00",
        "\x7f",
    ]
)
TEXT = (
    st.text(ALPHABET, max_size=12)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(STRINGS)
)
SCALAR = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
VALUE = st.recursive(SCALAR, lambda v: st.lists(v, max_size=4) | st.dictionaries(TEXT, v, max_size=4), max_leaves=12)
BODY = st.dictionaries(TEXT, VALUE, max_size=4)


def ruamel_reader(minor):
    reader = ruamel.yaml.YAML(typ="safe", pure=True)
    reader.version = (1, minor)
    return reader.load


READERS = {
    "libyaml": lambda text: yaml.load(text, yaml.CSafeLoader),
    "pyyaml": yaml.safe_load,
    "ruamel 1.1": ruamel_reader(1),
    "ruamel 1.2": ruamel_reader(2),
}


def shapes(text):
    """Put one string wherever a string can stand: value, key, list item, in lists of lists and of mappings."""
    return {
        "value": text,
        text: [text, [text, [text]], {text: {"under": text, "last": [text]}}, {"item": text}],
        "end": {text: text},
    }


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_gets_every_string_back_as_value_key_and_item(reader):
    body = {str(number): shapes(text) for number, text in enumerate(STRINGS)}
    wrong = [
        text for text, shape in zip(STRINGS, body.values(), strict=True) if READERS[reader](document(shape)) != shape
    ]
    assert not wrong


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_gets_any_document_back(reader):
    @settings(max_examples=80 if reader != "libyaml" else 300, derandomize=True, deadline=None, database=None)
    @given(BODY)
    def check(body):
        assert READERS[reader](document(body)) == body

    check()


def test_readers_differ_so_agreement_means_something():
    text = "- no\n- y\n- 010\n- 0o10\n- 12:30\n"
    assert {name: read(text) for name, read in READERS.items()} == {
        "libyaml": [False, "y", 8, "0o10", 750],
        "pyyaml": [False, "y", 8, "0o10", 750],
        "ruamel 1.1": [False, True, 8, "0o10", 750],
        "ruamel 1.2": ["no", "y", 10, 8, "12:30"],
    }


def json_objects(text):
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        yield value
        at = end + 1


@pytest.fixture
def kubectl(tmp_path):
    """Ask kubectl what it makes of a file; no cluster is needed for that."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed, so the reader that matters most was not asked")

    def read(*specs):
        bodies = [
            {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": f"n{n}"}, "spec": spec}
            for n, spec in enumerate(specs)
        ]
        file = tmp_path / "things.yaml"
        file.write_bytes(file_text([Manifest(body, Place("tenants/a.yaml")) for body in bodies], "tenants/a.yaml"))
        command = ["kubectl", "label", "--local", "-f", str(file), "-o", "json", "read=yes"]
        answer = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
        return [item["spec"] for item in json_objects(answer.decode())]

    return read


def test_kubectl_gets_every_string_back_as_value_key_and_item(kubectl):
    bodies = [shapes(text) for text in STRINGS]
    (spec,) = kubectl({"things": bodies})
    assert [text for text, got, body in zip(STRINGS, spec["things"], bodies, strict=True) if got != body] == []


def test_kubectl_gets_random_strings_back(kubectl):
    chance = random.Random(7)  # noqa: S311 - nothing here is a secret
    marks = [*"aynxobe019_.:+-~=<>#'\"\\|[]{}?!&*%@`, \t\n/", "\n", " ", ": ", " #", "é", "\x85", "😀"]
    texts = [
        "".join(chance.choices(chance.choice([marks, [*"0189aeoxbtz_.:+- "], [*" \n\ta-:"]]), k=chance.randint(1, 9)))
        for _ in range(4000)
    ]
    (spec,) = kubectl({"values": texts, "keys": dict.fromkeys(texts)})
    assert spec["values"] == texts
    assert spec["keys"].keys() == set(texts)


def test_kubectl_takes_a_file_of_several_documents_apart(kubectl):
    specs = [{"text": text, "last": {"text": text}} for text in TEXTS]
    assert kubectl(*specs) == specs


def test_kubectl_gets_numbers_back(kubectl):
    numbers = [0, -1, 2**63 - 1, -(2**63), 0.5, -0.5, 1.0, 1e16, 1e-7, 1.5e300, 5e-324, 1e22, True, False, None]
    assert kubectl({"numbers": numbers}) == [{"numbers": numbers}]


@pytest.mark.parametrize(
    "text",
    [
        "nginx",
        "v1",
        "kube-system",
        "10Gi",
        "500m",
        "10.0.0.0/8",
        "pods/log",
        "/metrics",
        "system:serviceaccount:ns:sa",
        "https://x.example:8080/a?b",
        "ml@example.com",
        "Team vision",
        "Yes we can",
        "it's",
    ],
)
def test_what_nobody_misreads_stays_plain(text):
    expected = text if "?" not in text else f'"{text}"'
    assert document({text: text}) == f"{expected}: {expected}\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("12e03", '"12e03"'),
        ("y", '"y"'),
        ("0o10", '"0o10"'),
        ("2001-01-01", '"2001-01-01"'),
        ("", '""'),
        ('say "x" \\ y', '"say \\"x\\" \\\\ y"'),
        ("a\tb\r", '"a\\tb\\r"'),
        ("\x00\x1f\x7f\x85", '"\\0\\x1f\\x7f\\x85"'),
        ("\u2028\ufeff\u202e", '"\\u2028\\ufeff\\u202e"'),
        ("\U000e0041", '"\\U000e0041"'),
        ("Équipe 😀", '"Équipe 😀"'),
    ],
)
def test_what_somebody_misreads_is_quoted_as_value_and_as_key(text, written):
    assert document({text: text}) == f"{written}: {written}\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\n  b\n", "|\n    a\n      b\n"),
        ("a\n\nb", "|-\n    a\n\n    b\n"),
        ("a\n\n\n", "|+\n    a\n\n\n"),
        (" a\nb", "|2-\n     a\n    b\n"),
        ("\na\n", "|2\n\n    a\n"),
        ("{{ .Job.id }} \n---\n# x\n", "|\n    {{ .Job.id }} \n    ---\n    # x\n"),
        ("a\r\n", '"a\\r\\n"\n'),
        ("a\n\u2028", '"a\\n\\u2028"\n'),
        ("a\n ", '"a\\n "\n'),
        ("\n", '"\\n"\n'),
    ],
)
def test_a_text_of_several_lines_is_a_block_where_a_block_can_hold_it(text, written):
    assert document({"key": {"text": text}}) == f"key:\n  text: {written}"


def test_a_key_of_several_lines_is_quoted():
    assert document({"a\nb": 1}) == '"a\\nb": 1\n'


def test_a_key_too_long_for_a_simple_one_is_written_out():
    long = "k" * 1001
    assert document({"a": {long: {"b": 1}, "k" * 1000: 1}}) == f"a:\n  ? {long}\n  :\n    b: 1\n  {'k' * 1000}: 1\n"


def test_a_long_line_is_never_folded():
    assert document({"a": "word " * 500 + "end"}).count("\n") == 1
