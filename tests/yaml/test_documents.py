import json
import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import same, told

from generator.problems import Place, Problem
from generator.yaml import events
from generator.yaml.documents import Document, load, locate, natural_key, parse, parse_all, read, resolved

ORACLE = Path(__file__).parent.parent / "oracles" / "yaml-reading.jsonl"
ASKED = [json.loads(line) for line in ORACLE.read_text(encoding="utf-8").splitlines()]


steady = settings(derandomize=True, database=None, deadline=None, max_examples=150)


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


def verdicts():
    return [(q, parse(q["document"].encode(), "f")) for q in ASKED]


@pytest.mark.parametrize("question", ASKED, ids=lambda q: repr(q["document"][-30:]))
def test_what_is_accepted_is_what_kubectl_reads(question):
    document = parse(question["document"].encode(), "f")
    if not document.problems:
        assert same(document.value["spec"], question["spec"])


def test_most_of_what_kubectl_reads_without_doubt_is_accepted():
    accepted = [q for q, document in verdicts() if not document.problems]
    assert len(accepted) >= 138


def test_what_is_refused_is_judged_as_kubectl_reads_it():
    unlike = {
        q["document"].partition("spec:\n")[2].strip()
        for q, document in verdicts()
        if "spec" in q and not (document.value and same(document.value.get("spec"), q["spec"]))
    }
    keys = {
        ".NaN: v",
        ".INF: v",
        "1e100: v",
        "123456789012345678901234567890: v",
    }  # kubectl makes 32-bit floats of them
    rounded = {"v: 9223372036854775808"}  # to a double; we keep the integer, which is refused in any case
    assert unlike == keys | rounded


TEXT = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=20)
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
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_json_writes_in_ascii_comes_back(value):
    document = parse(json.dumps({"a": value}).encode(), "x")
    assert (document.value, document.problems) == ({"a": value}, ())


@pytest.mark.parametrize("text", ['{"a": "\\ud83d"}', '{"a": "\\ud83d\\\\ude00"}', 'a: "\\ud83d\\ude00"'])
def test_half_a_character_is_refused_and_so_is_what_only_json_joins(text):
    (problem,) = parse(text.encode(), "x").problems
    assert problem.message.startswith("a backslash in double quotes starts an escape that YAML does not know")


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


@settings(steady, max_examples=60)
@given(block_texts())
def test_each_key_and_item_is_found_where_it_was_written(written):
    lines, places = written
    data = "\n".join(lines).encode()
    for route, line, column in places:
        assert locate(data, route) == (line + 1, column + 1)


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


def test_places_of_the_same_file_that_a_problem_names_get_their_lines_too():
    own, other = Place("f", ("spec", "clusters", 0)), Place("g", ("spec",))
    problem = Problem(Place("f", ("spec",)), f"see {own} and {other}", others=(own, other))
    assert resolved(problem, TENANT).message == "see f:5:7 and g#spec"


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"group": "g", "name": "n"}, "n"), ({"role": "r", "user": "u"}, "u"), ({"serviceAccount": "s"}, "s"), ({"tenant": "t"}, "t"), ({"cidr": "c"}, "c"),
        ({"key": "k"}, "k"), ({"id": "i"}, "i"), ({"name": 5, "group": "g"}, 3), ({}, 3), ("text", "text"), (5, 3), (None, 3), ([], 3),
    ],
)  # fmt: skip
def test_a_list_item_is_called_by_its_natural_key(item, key):
    assert natural_key(item, 3) == key


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
