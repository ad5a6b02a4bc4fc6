import pytest
from reading import told

from generator.yaml.documents import parse


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
            "2:1: the file ends within brackets; write the closing one",
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
            "1:7: this is not YAML (did not find the expected '>'); check the quotes, brackets and indentation of this line",
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
