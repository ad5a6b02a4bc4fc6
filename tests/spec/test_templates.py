"""The sandbox that templates run in, what is said when they fail, and the filter that writes values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.problems import InputError, Place
from generator.spec.templates import Templates

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda text: text not in {"<<", "="})
ASKED_FOR = Place("tenants/vision.yaml", ("spec", "extras", "demo"))


def rendered(text, **context):
    return Templates({"demo": text}).render("demo", context, ASKED_FOR)


def told(text, **context):
    """Return the one problem of a template, as ``place: message``."""
    with pytest.raises(InputError) as raised:
        rendered(text, **context)
    [problem] = raised.value.problems
    line = f":{problem.place.line}" if problem.place.line else ""
    return f"{problem.place}{line}: {problem.message}"


def fails(line, message):
    return f"tenants/vision.yaml#spec/extras/demo: template 'demo' fails in line {line}: {message}"


# The sandbox


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "'__class__' of 'str'"),
        ("{{ ''['__class__'] }}", "'__class__' of 'str'"),
        ("{{ values | attr('__class__') }}", "'__class__' of 'dict'"),
        ("{{ '{0.__class__}'.format(1) }}", "'__class__' of 'int'"),
        ("{% set f = ''.join %}{{ f.__self__ }}", "'__self__' of 'builtin_function_or_method'"),
        ("{{ cycler.__init__.__globals__ }}", "'__init__' of 'type'"),
        ("{{ self.__init__ }}", "'__init__' of 'TemplateReference'"),
        ("{{ self._TemplateReference__context }}", "'_TemplateReference__context' of 'TemplateReference'"),
        ("{% macro m() %}{% endmacro %}{{ m.__call__ }}", "'__call__' of 'Macro'"),
        ("{{ values.update(a=1) }}", "'update' of 'dict'"),
        ("{{ names.append(1) }}", "'append' of 'list'"),
    ],
)
def test_no_attribute_leads_out_of_the_sandbox(text, attribute):
    assert told(text, values={}, names=[]) == fails(1, f"access to attribute {attribute} object is unsafe")


@pytest.mark.parametrize(
    "text",
    [
        "{% include '/etc/passwd' %}",
        "{% extends '/etc/passwd' %}",
        "{% import 'platform.yaml' as p %}",
        "{% from 'x' import y %}",
    ],
)
def test_no_template_reads_a_file(text):
    assert told(text) == fails(1, "no loader for this environment specified")


@pytest.mark.parametrize("name", ["open", "__import__", "eval", "os", "config", "request", "lipsum"])
def test_nothing_of_python_is_there_by_name(name):
    assert told(f"{{{{ {name}('x') }}}}") == fails(1, f"{name!r} is undefined")


def test_nothing_is_left_to_chance():
    assert told("{{ [1, 2] | random }}") == "tenants/templates/demo.yaml.j2:1: No filter named 'random'"


def test_a_loop_has_an_end():
    assert told("{% for i in range(10 ** 9) %}{% endfor %}") == fails(
        1, "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000)"
    )
    assert told("{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}") == fails(1, "maximum recursion depth exceeded")


def test_code_in_a_value_is_a_text():
    assert rendered("a: {{ value | yaml }}", value="{{ 7 * 7 }}") == [{"a": "{{ 7 * 7 }}"}]


# What is said


def test_an_undefined_name_is_told_with_the_line_of_the_template():
    assert told("a: 1\nb: {{ values.image }}\n", values={}) == fails(2, "'dict object' has no attribute 'image'")
    assert told("a: 1\n\nb: {{ vlaues }}\n") == fails(3, "'vlaues' is undefined")


@pytest.mark.parametrize(
    "use",
    ["{{ x | yaml }}", "{{ x | upper }}", "{% if x %}{% endif %}", "{% for i in x %}{% endfor %}", "{{ x ~ 'a' }}"],
)
def test_an_undefined_name_is_never_an_empty_text(use):
    assert told(f"a: 1\n{use}") == fails(2, "'x' is undefined")


def test_a_name_may_be_asked_for():
    assert rendered("a: {{ x | default(3) }}{% if x is defined %}{{ x }}{% endif %}") == [{"a": 3}]


def test_an_error_in_a_macro_is_told_with_the_macros_line():
    assert told("{% macro m(v) %}\n{{ v.a.b }}\n{% endmacro %}\n\na: {{ m({}) }}") == fails(
        2, "'dict object' has no attribute 'a'"
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\n{% if %}\n", 2, "Expected an expression, got 'end of statement block'"),
        ("{% for i in x %}\n", 1, "Unexpected end of template"),
        ("\n\n{{ x | nosuch }}", 3, "No filter named 'nosuch'"),
        ("a: {{ 1 +* 2 }}", 1, "unexpected '*'"),
    ],
)
def test_a_syntax_error_is_told_in_the_template_with_its_line(text, line, message):
    assert told(text).startswith(f"tenants/templates/demo.yaml.j2:{line}: {message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ [1] | dictsort }}", "'list' object has no attribute 'items'"),
        ("{{ [1, 'a'] | sort }}", "'<' not supported between instances of 'str' and 'int'"),
        ("{{ values() }}", "'dict' object is not callable"),
        ("{{ 'x'.encode('nope') }}", "unknown encoding: nope"),
    ],
)
def test_a_value_that_does_not_fit_is_told_to_whoever_gave_it(text, message):
    assert told(f"a: 1\n{text}", values={}) == fails(2, message)


def test_output_that_is_no_yaml_is_told_with_its_line():
    assert told("a: 1\n{% if true %}\nb: ]{{ value }}\n{% endif %}\n", value="x") == (
        "tenants/vision.yaml#spec/extras/demo: line 2 of what template 'demo' makes: a text cannot start with ']'; put "
        "it in double quotes"
    )


@pytest.mark.parametrize(("text", "what"), [("a text", "a single value"), ("- 1\n- 2\n", "a list")])
def test_output_that_is_no_mapping_is_told(text, what):
    assert told(text) == (
        f"tenants/vision.yaml#spec/extras/demo: line 1 of what template 'demo' makes: {what} stands where a document "
        "starts; write a mapping, 'key: value'"
    )


def test_output_that_readers_disagree_on_is_told():
    assert told("a: {{ value }}y", value="") == (
        "tenants/vision.yaml#spec/extras/demo: line 1 of what template 'demo' makes: 'y' is a boolean to some YAML "
        'readers and text to others; write "y" or true'
    )
    assert "is written twice" in told("a: 1\na: 2\n")


def test_an_unknown_template_is_told_with_those_there_are():
    with pytest.raises(InputError, match="'x' is not a template in tenants/templates/; use one of 'demo'"):
        Templates({"demo": ""}).render("x", {}, ASKED_FOR)
    with pytest.raises(InputError, match="'x' is not a template in tenants/templates/; there are none"):
        Templates({}).render("x", {}, ASKED_FOR)


# What comes out


def test_a_template_makes_as_many_documents_as_it_likes():
    text = "{% for n in names %}\n---\nname: {{ n }}\n{% endfor %}\n"
    assert rendered(text, names=["a", "b"]) == [{"name": "a"}, {"name": "b"}]
    assert rendered(text, names=[]) == []


def test_lines_of_statements_leave_no_trace():
    assert rendered("data:\n  {% if true %}\n  a: 1\n  {% endif %}\n  b: 2\n") == [{"data": {"a": 1, "b": 2}}]


def test_a_template_gives_the_same_each_time():
    templates = Templates({"demo": "a: {{ v | yaml }}"})
    assert [templates.render("demo", {"v": v}, ASKED_FOR) for v in (1, 2, 1)] == [[{"a": 1}], [{"a": 2}], [{"a": 1}]]


@pytest.mark.parametrize(
    "value",
    [
        *("y", "no", "12e03", "0o10", "08", "1_000", "12:30", "2026-01-31", "null", "~", "", "true", "1"),
        *("a\nb", "a\n", "\n---\nkind: ClusterRole", "{{ x }}", "{a: b}", "[", "#x", "a: b", "a #b", "- a", "*a", "&a"),
        *(
            "'",
            '"',
            "\\",
            "\\u0041",
            "\t",
            "\x07",
            "\x7f",
            "\x85",
            "\u2028",
            "\ufeff",
            "é",
            "日本",
            "😀",
            "%",
            "@",
            "`",
        ),
    ],
)
def test_the_filter_quotes_whatever_a_reader_could_mistake(value):
    text = "a: {{ value | yaml }}\nb: {x: {{ [value] | yaml }} }\n{{ value | yaml }}: c\n"
    assert rendered(text, value=value) == [{"a": value, "b": {"x": [value]}, value: "c"}]


@pytest.mark.parametrize("value", [0, -7, 1.5, True, False, None, [], {}, [1, ["a"]], {"a": {"b": [None]}}])
def test_the_filter_writes_every_kind_of_value(value):
    assert rendered("a: {{ value | yaml }}", value=value) == [{"a": value}]


@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(st.recursive(TEXT, lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXT, v, max_size=3), max_leaves=5))
def test_no_value_breaks_out_of_the_filter(value):
    assert rendered("a: {{ value | yaml }}\nb: {{ value | yaml }}", value=value) == [{"a": value, "b": value}]


@pytest.mark.parametrize("value", ["x\nkind: Secret", "a: b", "a, namespace: b", "y", "12e03", "[", "# x"])
def test_a_text_that_would_not_stay_one_value_must_be_quoted(value):
    assert told("a: {{ value }}", value=value) == (
        "tenants/vision.yaml#spec/extras/demo: template 'demo' fails in line 1: a text that YAML could take for "
        "something else stands here bare; write {{ ... | yaml }}"
    )


def test_a_function_that_is_not_called_is_told():
    assert told("a: {{ value.items }}", value={"b": 1}) == (
        "tenants/vision.yaml#spec/extras/demo: template 'demo' fails in line 1: what stands here is a function, and "
        "not what it returns; add ()"
    )
