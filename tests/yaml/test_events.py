import json
import subprocess
import sys
from pathlib import Path

import pytest
from reading import told

from generator.yaml import events
from generator.yaml.documents import parse, parse_all

ORACLE = Path(__file__).parent.parent / "oracles" / "yaml-reading.jsonl"
ASKED = [json.loads(line) for line in ORACLE.read_text(encoding="utf-8").splitlines()]


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
    assert told("spec:\n  ?\n  : 1\n") == ["2:4 spec.: '' is null, and keys are texts; write \"\""]


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
    text = "\ufeffa: yes\nb: {c: 010, c: 2}\n1: [!x y, &z w]\nd: a\u202eb\ne: }"
    places = [p.partition(" ")[0].rstrip(":") for p in told(text)]
    assert places == ["1:1", "1:4", "2:8", "2:13", "3:1", "3:5", "3:11", "4:5", "5:4"]


@pytest.mark.parametrize("step", ["[", "- ", "{a: ", "? ", "[{a: "])
def test_deep_nesting_is_refused_at_once(step):
    assert told(step * (2**20 // len(step)))[-1].endswith(": this nests deeper than 100 levels; flatten it")


def test_a_hundred_levels_are_read():
    assert told("{a: " * 100 + "1" + "}" * 100) == []
    assert len(told("{a: " * 101 + "1" + "}" * 101)) == 1


def test_the_python_parser_reads_the_same(monkeypatch):
    texts = [*(q["document"].encode() for q in ASKED[::5])]
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
    script = "import sys; sys.modules['yaml._yaml'] = None\nfrom generator.yaml import documents, events\n"
    script += (
        "assert events._Parser is events._PurePythonParser\nprint(documents.parse(b'a: on', 'f').problems[0].message)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "'on' is a boolean to some YAML readers and text to others; write \"on\" or true\n"
