import pytest
from hypothesis import given
from hypothesis import strategies as st
from launcher.conf import told

from generator.launcher.ini import FLAT, SECTIONS, SERVICE, decode, read, refuse_section, refuse_value, write


def seen(text, dialect=SECTIONS):
    return [
        (one.name, [(entry.key, entry.value) for entry in one.entries]) for one in read(text, "f", dialect).sections
    ]


def test_sections_and_keys_are_trimmed_and_keep_their_order():
    text = "\t[ b ]\r\n  x = 1 \r\n\r\n[a]\r\ny=a = b\r\nz=\r\n"
    assert seen(text) == [("b", [("x", "1")]), ("a", [("y", "a = b"), ("z", "")])]
    assert told(read(text, "f").problems) == []


def test_a_comment_is_a_whole_line():
    text = "; one\n  # two\n[*]\nx=1 ; three\ny=2#3\n"
    assert seen(text) == [("*", [("x", "1 ; three"), ("y", "2#3")])]
    assert told(read(text, "f").problems) == [
        "4:1 warning: x: what follows ';' is no comment but a part of the value; write x=1, and the comment on a line of its own"
    ]


def test_a_number_sign_starts_a_comment_anywhere_in_the_flat_file():
    text = "# one\nx=1 # two\ny=a#b\n; three=3\n"
    assert seen(text, FLAT) == [("", [("x", "1"), ("y", "a")])]
    assert told(read(text, "f", FLAT).problems) == [
        "3:1 warning: y: the product reads a comment from '#' on, and the value ends there; choose one without '#'",
        "4:1 ';' starts no comment in this file; write '#'",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[*]\nx: 1", "2:1 'x: 1' has no '='; write x=1"),
        ("[*]\nword", "2:1 'word' has no '='; write option=value"),
        ("[*]\n = 1", "2:2 '= 1' has no key before '='; write option=value"),
        ("x=1\n", "1:1 'x' stands before any section; write the name of a section above it"),
        ("[*\nx=1", "1:1 '[*' is never closed; write [*]"),
        ("[*]\nx=1\n x=2", "3:2 x is already in line 2, and the product does not start with two; keep one"),
        (
            "[a]\nx=1\n[*]\nx=1\n [a]\ny=1",
            "5:2 section [a] is already in line 1, and the product does not start with two; write its options there",
        ),
        ("[*] # x\nx=1", "1:4 warning: '# x' is ignored after ']'; remove it"),
        ("[a]\n[*]\nx=1", "1:1 warning: section [a] holds nothing, and is dropped; give it options, or remove it"),
        ('[*]\nx="a"', "2:1 warning: x: quotes are a part of the value here; write x=a"),
        (
            "[*]\nx=a,\\",
            "2:1 warning: x: a value does not go on in the next line, and the backslash is a part of it; write one line",
        ),
        ("[*]\nx=1\ry=2", "2:4 '\\r' is a control character; write the line anew"),
        (
            "\ufeff[*]\nx=1",
            "1:1 the text starts with a byte order mark, which becomes a part of its first key; remove it",
        ),
    ],
)
def test_what_the_product_does_not_read_as_it_is_meant_is_told_with_its_line(text, problem):
    assert told(read(text, "f").problems) == [problem]


def test_an_empty_section_may_be_repeated_for_the_parser_drops_it():
    text = "[a]\n[a]\nx=1\n"
    assert seen(text) == [("a", [("x", "1")])]
    assert all(problem.warning for problem in read(text, "f").problems)


def test_only_the_service_has_a_section_of_one_name_twice():
    text = "[cluster]\nname=a\n[cluster]\nname=b\n"
    assert told(read(text, "f", SERVICE).problems) == []
    assert [one[0] for one in seen(text, SERVICE)] == ["cluster", "cluster"]
    assert len(told(read(text, "f", SECTIONS).problems)) == 1


def test_the_flat_file_has_no_sections():
    assert told(read("[a]\nx=1", "f", FLAT).problems) == [
        "1:1 '[a]' is a section, and this file has none; write its options without one"
    ]


@pytest.mark.parametrize("line", ["auth-token: hunter2", 'auth-token="hunter2"', "auth-token=hunter2 ; mine"])
def test_a_token_is_never_repeated(line):
    problems = told(read(line, "f", FLAT).problems)
    assert len(problems) == 1
    assert "hunter2" not in problems[0]


@pytest.mark.parametrize("line", ["auth-token: hunter2=", "auth_token hunter2", "Auth-Token: hunter2 ; x", "auth_token='hunter2'"])  # fmt: skip
@pytest.mark.parametrize("text", ["{0}", "{0}\n{0}", "[*]\n{0}\n{0}"])
def test_nor_is_one_whose_option_or_separator_is_wrong(line, text):
    assert "hunter2" not in str([read(text.format(line), "f", dialect).problems for dialect in (FLAT, SECTIONS)])


def test_a_section_that_was_dropped_may_come_again():
    assert seen("[a]\n[a]\nx=1\n") == [("a", [("x", "1")])]
    assert [one.split()[0] for one in told(read("[a]\n[a]\nx=1\n[a]\ny=1\n", "f").problems)] == ["1:1", "4:1"]


def test_a_text_within_a_file_is_told_with_the_lines_of_the_file():
    assert told(read("[*]\n x", "f", above=10, left=4).problems)[-1] == "12:6 'x' has no '='; write option=value"


def test_what_is_no_utf8_is_told_with_its_line():
    assert told(decode(b"[*]\nx=\xff", "f")[1]) == ["2:3 byte 6 is 0xff, which is not UTF-8; save the file as UTF-8"]
    assert decode("ü".encode(), "f") == ("ü", ())


def test_what_is_written_ends_in_a_line_end_and_has_an_empty_line_between_sections():
    sections = [("b", [("y", "1"), ("x", "2")]), ("none", []), ("a", [("z", "")])]
    assert write(sections, comment=["made"]) == "# made\n\n[b]\ny=1\nx=2\n\n[a]\nz=\n"
    assert write([("", [("x", "1")])], FLAT) == "x=1\n"
    assert write([]) == ""


@pytest.mark.parametrize(
    ("value", "dialect", "reason"),
    [
        (" a", SECTIONS, "starts or ends with a blank"),
        ("a\nb", SECTIONS, "holds a control character"),
        ("a#b", FLAT, "holds a '#'"),
        ("a#b", SECTIONS, None),
        ("a=b;c", SECTIONS, None),
    ],
)
def test_what_no_file_can_hold_is_refused(value, dialect, reason):
    told_reason = refuse_value(value, dialect)
    assert told_reason is None if reason is None else told_reason.startswith(reason)


@pytest.mark.parametrize(("name", "fits"), [("*", True), ("@a b", True), ("", False), ("@", False), ("a]b", False)])
def test_a_section_has_a_name_that_can_be_read_back(name, fits):
    assert (refuse_section(name) is None) == fits


def test_what_could_not_be_read_back_is_not_written():
    with pytest.raises(ValueError, match="is already in line 2"):
        write([("a", [("x", "1"), ("x", "2")])])
    with pytest.raises(ValueError, match="is already in line 1"):
        write([("a", [("x", "1")]), ("a", [("x", "2")])])


values = st.text(max_size=20).filter(lambda text: refuse_value(text) is None)
keys = st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True)
tables = st.dictionaries(keys, values, min_size=1, max_size=4)
headings = st.text(max_size=8).filter(lambda text: refuse_section(text) is None)


@given(st.dictionaries(headings, tables, max_size=4))
def test_what_is_written_is_read_back(sections):
    wanted = [(name, list(entries.items())) for name, entries in sections.items()]
    assert seen(write(wanted)) == wanted
