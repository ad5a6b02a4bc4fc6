"""What is wrong with a template's text is told with its place, and everything else comes out as nodes."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.gotemplate import FUNCTIONS, Function, If, TemplateError, Text, Tree, Variable, parse, walk
from generator.gotemplate.nodes import Action, Chain, Command, Field, Literal, Pipe, Range


def problems(files):
    try:
        parse(files)
    except TemplateError as error:
        return error.problems
    return ()


def told(text, **files):
    with pytest.raises(TemplateError) as caught:
        parse({"job.tpl": text, **{f"{name}.tpl": text for name, text in files.items()}})
    assert caught.value.kind == "parse"
    return [f"{p.place.document}:{p.place.line}:{p.place.column}: {p.message}" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n  {{ if }}x{{ end }}", "2:9: if has no value; write one"),
        ("{{ if 1 }}", "1:4: if has no {{end}}; add it"),
        ("{{ range 1 }}{{ else }}{{ else }}{{ end }}", "1:27: a second {{else}} follows in the same range; write {{end}}"),
        ("x {{ else }}", "1:6: {{else}} belongs to nothing; remove it"),
        ("{{ with 1 }}{{ else if 2 }}{{ end }}", "1:16: {{else if}} cannot follow with; write {{else}}{{if ...}}"),
        ("{{ break }}", "1:4: {{break}} stands outside of a range; remove it"),
        ("{{ 1 | 2 }}", "1:8: what follows a | must take the value before it; write a function"),
        ("{{ $a, $b := 1 }}", "1:6: an action takes fewer variables; only a range has two: range $key, $value := ..."),
        ("{{ 1.x }}", "1:4: '1.x' is not a number; write 10, 0x1f, 0o17 or 1.5e3"),
        ("{{ .a.b", "1:1: an action is not closed; end it with }}"),
        ("{{ (1 }}", "1:1: a parenthesis is not closed; write ) before the action ends"),
        ("{{ 1) }}", "1:5: ')' closes nothing; remove it, or open a parenthesis before it"),
        ('{{ "a\n" }}', "1:4: a string is not closed; end it with a quote on the same line, or write it between backquotes"),
        ('{{ "\\q" }}', "1:4: \\q is no escape; write \\\\ for a backslash, or the text between backquotes"),
        ("{{/* x }}", "1:1: a comment is not closed; end it with */}}"),
        ("{{ /* x */ }}", "1:4: '/' stands where a value, a | or the end of the action is expected"),
        ("{{ é# }}", "1:5: '#' cannot stand right after 'é'; separate them by a space"),
        ("{{ $x=1 }}", "1:6: '=' cannot stand right after '$x'; separate them by a space"),
        ('{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}', "1:37: 'a' is defined twice; give one of them another name"),
        ('{{ if 1 }}{{ define "a" }}{{ end }}{{ end }}', "1:14: 'define' stands where a value, a | or the end of the action is expected"),
        ("{{ quoet 1 }}", "1:4: 'quoet' is not a function; did you mean 'quote'?"),
        ("{{ $x := 1 }}{{ $y }}", "1:17: '$y' is not declared here; use one of '$x'"),
        ("{{ 0x1FFFFFFFFFFFFFFFF }}", "1:4: 0x1FFFFFFFFFFFFFFFF does not fit into 64 bits"),
        ("{{ 'ab' }}", "1:4: 'ab' is not one character; write 'x'"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place_and_its_remedy(text, message):
    assert told(text) == [f"job.tpl:{message}"]


def test_all_mistakes_of_all_files_are_told_at_once():
    assert told("{{ nope }}\n{{ $x }}{{ if }}", other="{{ end }}") == [
        "job.tpl:1:4: 'nope' is not a function; did you mean 'nospace'?",
        "job.tpl:2:4: '$x' is not declared here; there are none",
        "job.tpl:2:15: if has no value; write one",
        "other.tpl:1:4: {{end}} belongs to nothing; remove it",
    ]


def test_an_error_goes_from_process_to_process_as_it_is():
    with pytest.raises(TemplateError) as caught:
        parse({"a": "{{ nope }}{{ if }}"})
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems  # noqa: S301 - our own bytes


def test_a_variable_of_an_inner_block_is_not_known_outside():
    assert told("{{ if 1 }}{{ $x := 1 }}{{ end }}{{ $x }}") == [
        "job.tpl:1:36: '$x' is not declared here; there are none"
    ]
    assert told('{{ $x := 1 }}{{ define "a" }}{{ $x }}{{ end }}') == [
        "job.tpl:1:33: '$x' is not declared here; there are none"
    ]


def test_a_template_becomes_nodes_that_can_be_looked_through():
    tree = parse({"job.tpl": "a {{- range $i, $v := .Job.tags }}{{ quote $v.name (index $.Job 1).x }}{{ end }}"}).trees[
        "job.tpl"
    ]
    text, loop = tree.nodes
    assert (text, type(loop), loop.otherwise) == (Text(0, "a"), Range, ())
    assert loop.pipe == Pipe(
        12, (Command(22, (Field(26, ("Job", "tags")),)),), (Variable(12, "$i"), Variable(16, "$v"))
    )  # fmt: skip
    (action,) = loop.body
    quote, name, chain = action.pipe.commands[0].terms
    assert (quote, name) == (Function(37, "quote"), Variable(45, "$v", ("name",)))
    assert (type(action), type(chain), chain.path) == (Action, Chain, ("x",))
    assert chain.term.commands[0].terms == (
        Function(52, "index"),
        Variable(59, "$", ("Job",)),
        Literal(64, "1", 1, 1),
    )


def test_walking_yields_every_node_in_the_order_of_the_text():
    tree = parse({"a": "{{ if .x }}{{ print 1 }}{{ else if .y }}{{ len .z }}{{ end }}{{ upper .a }}"}).trees["a"]
    found = list(walk(tree))
    assert [node.name for node in found if isinstance(node, Function)] == ["print", "len", "upper"]
    assert [node.path[0] for node in found if isinstance(node, Field)] == ["x", "y", "z", "a"]
    assert (type(found[0]), sum(isinstance(node, If) for node in found)) == (Tree, 2)


def test_a_node_knows_its_line_and_column():
    source = parse({"job.tpl": "é\n\n {{ quote 1 }}"}).trees["job.tpl"].source
    place = source.place(source.text.index("quote"))
    assert (place.document, place.line, place.column) == ("job.tpl", 3, 5)


PIECES = st.sampled_from(
    [*"{}()|.$,:='`\"\\/*-+0_ax \n", "{{", "}}", "{{-", "-}}", "/*", "*/", "if ", "else ", "end", "range ", "with ", "define ",
     "block ", "template ", '"x"', "$x", "$x := ", ".Job", "print ", "1e3", "0x", "nil", "break", "continue", "é", "\ud800"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_whatever_the_text_is_parsing_says_what_is_wrong_or_nothing(text):
    places = [problem.place for problem in problems({"a.tpl": text})]
    assert all(place.document == "a.tpl" and place.line > 0 and place.column > 0 for place in places)


@pytest.mark.parametrize(
    "text",
    [
        "{{ if 1 }}" * 5000,
        "{{ " + "(" * 5000,
        "{{ if 1 }}" + "{{ else if 1 }}" * 5000 + "{{ end }}",
        "{{ $x := 1 }}" * 5000,
        "{{ nope }}" * 5000,
        "{{ " + "9" * 5000 + " }}",
        "{{ 1e" + "9" * 5000 + " }}",
    ],
)
def test_what_is_too_much_to_parse_is_refused(text):
    assert len(told(text)) <= 21


def test_all_functions_of_sprig_are_known():
    assert len(FUNCTIONS) == 232
