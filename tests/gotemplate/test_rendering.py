"""What a template may see, what it may use up, and that it can do no more."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.gotemplate import FUNCTIONS, REFUSED, UNSUPPORTED, ExecResult, Limits, TemplateError, parse

DEEP = "{{ $x := list 1 }}{{ range until 200 }}{{ $x = list $x }}{{ end }}"
WIDE = "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}"
LONG = '{{ $x := "xy" }}{{ range until 17 }}{{ $x = print $x $x }}{{ end }}'  # a quarter of a million characters
MAPS = '{{ $x := dict }}{{ range until 60 }}{{ $x = dict "a" $x "b" $x }}{{ end }}'


def render(text, data=None, **options):
    return parse({"job.tpl": text}).render("job.tpl", {} if data is None else data, **options)


def failure(text, data=None, **options):
    """Return what is wrong, which is not what the text prepares."""
    with pytest.raises(TemplateError) as caught:
        render(text, data, **options)
    assert caught.value.kind == "exec"
    prepared = next((one for one in (DEEP, WIDE, LONG, MAPS) if text.startswith(one)), "")
    assert caught.value.column > len(prepared)
    return str(caught.value)


# Templates among one another


def test_files_and_definitions_include_one_another():
    files = {
        "job.tpl": '{{ include "lib.tpl" .a }} {{ include "named" 2 | mustFromJson | len }} {{ template "named" 3 }}',
        "lib.tpl": "<{{ . }}>",
        "data.tpl": '{{- define "named" -}}[1, {{ . }}]{{- end }}',
    }
    assert parse(files).render("job.tpl", {"a": 1}) == "<1> 2 [1, 3]"


def test_a_failure_in_an_included_template_stands_in_its_file():
    files = {"job.tpl": '{{ include "lib.tpl" . }}', "lib.tpl": "\n {{ fail .why }}"}
    with pytest.raises(TemplateError) as caught:
        parse(files).render("job.tpl", {"why": "no reason"})
    assert str(caught.value) == "lib.tpl:2:5: fail: no reason"


def test_the_last_definition_holds_unless_it_is_empty():
    files = {"a": '{{ define "x" }}a{{ end }}', "b": '{{ define "x" }}b{{ end }}', "c": '{{ define "x" }} {{ end }}'}
    assert parse({**files, "d": '{{ include "x" . }}'}).render("d", {}) == "b"


def test_an_unknown_template_is_named():
    assert failure('{{ include "jbo.tpl" . }}') == (
        "job.tpl:1:4: include: no template is called 'jbo.tpl'; did you mean 'job.tpl'?"
    )
    with pytest.raises(TemplateError, match=r"no template is called 'x'; use one of 'job\.tpl'"):
        parse({"job.tpl": ""}).render("x", {})


# What the caller decides


def test_groups_are_those_that_the_caller_declares():
    text = '{{ if has "ml" (groups .user) }}in{{ else }}out{{ end }}'
    assert (render(text, groups=["ml"]), render(text)) == ("in", "out")


def test_exec_runs_nothing_and_both_of_its_outcomes_can_be_looked_at():
    text = '{{ $r := exec "id" "-u" .user }}{{ if eq $r.ExitCode 0 }}{{ $r }}{{ else }}{{ $r.Err }}: {{ $r.Stderr }}{{ end }}'
    asked = []

    def failed(words):
        asked.append(words)
        return ExecResult(ExitCode=-1, Err="not found", Stderr="oops")

    assert render(text, {"user": "jdoe"}) == "output"
    assert render(text, {"user": "jdoe"}, on_exec=failed) == "not found: oops"
    assert asked == [("id", "-u", "jdoe")]


def test_a_template_cannot_change_its_caller_s_data():
    data = {"m": {"a": 1}, "l": [{"b": 2}]}
    assert render('{{ set .m "a" 3 }}{{ set (first .l) "b" 4 }}', data) == "map[a:3]map[b:4]"
    assert data == {"m": {"a": 1}, "l": [{"b": 2}]}


def test_parsed_once_rendered_often_and_each_time_alike():
    templates = parse({"job.tpl": '{{ set . "n" 2 | toJson }}'})
    assert {templates.render("job.tpl", {"n": 1}) for _ in range(3)} == {'{"n":2}'}


def test_halves_of_characters_are_replaced_wherever_they_come_from():
    text = "\ud800{{ .k }}{{ groups }}{{ exec `x` }}{{ fromJson .j }}{{ index . `\udc80` }}"
    data = {"k": "\udc80", "j": '"\\ud800"', "\udc80": 1}
    rendered = render(text, data, groups=["\udfff"], on_exec=lambda _: ExecResult(Stdout="\udcff"))
    assert rendered == "\ufffd\ufffd[\ufffd]\ufffd\ufffd1"


def test_data_is_as_json_has_it():
    with pytest.raises(TypeError, match="and not a set"):
        render("", {"a": {1}})
    with pytest.raises(TypeError, match="keys of a template's data must be strings"):
        render("", {1: 2})


def test_integers_stay_integers_unless_floats_are_asked_for():
    assert render("{{ .n }} {{ .n | int }}", {"n": 1234567}) == "1234567 1234567"
    assert render("{{ .n }} {{ .n | int }}", {"n": 1234567}, numbers="float64") == "1.234567e+06 1234567"
    assert render("{{ .n }}", {"n": 2**64}) == "1.8446744073709552e+19"


# What it cannot do


@pytest.mark.parametrize("name", REFUSED)
def test_what_depends_on_the_machine_the_hour_or_chance_is_refused_where_it_is_called(name):
    text = f"{{{{ if .x }}}}{{{{ {name} }}}}{{{{ end }}}}"
    assert render(text) == ""
    assert failure(text, {"x": 1}) == f"job.tpl:1:15: {name}: refused, because {REFUSED[name]}"


@pytest.mark.parametrize("name", sorted(UNSUPPORTED))
def test_what_is_not_computed_says_so(name):
    assert "not computed by this tool" in failure(f"{{{{ {name} }}}}")


@pytest.mark.parametrize(
    "text",
    [
        "{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}{{ end }}{{ end }}{{ end }}",
        "{{ until 1000000000000 }}",
        "{{ untilStep 0 9000000000000000000 1 }}",
        "{{ seq 1 9000000000 }}",
        LONG
        + '{{ range until 1000 }}{{ contains "z" $x }}{{ end }}{{ range until 1000 }}{{ contains "z" $x }}{{ end }}',
        LONG + '{{ regexMatch "(x?){50}(x*)*z$" $x }}',
        LONG + '{{ range splitList "" $x }}{{ end }}',
        '{{ range until 200 }}{{ regexMatch (printf "(a{20}){%d}" .) "b" }}{{ end }}',
        '{{ range until 1000 }}{{ regexMatch (printf "(a{900}){%d}" .) "b" }}{{ end }}',
        WIDE + "{{ deepCopy $x | len }}",
        WIDE + "{{ deepEqual $x $x }}",
        MAPS + '{{ merge (dict "a" $x) $x }}',
    ],
)
def test_more_steps_than_allowed_are_an_error(text):
    assert "takes more than 300000 steps; repeat and nest less" in failure(text)


@pytest.mark.parametrize(
    "text",
    [
        '{{ repeat 1000000000000 "x" }}',
        '{{ indent 1000000000000 "x" }}',
        '{{ printf "%1000000d" 1 | printf "%s%[1]s%[1]s%[1]s" }}',
        '{{ range until 10 }}{{ printf "%*d" 999999 1 }}{{ end }}',
        '{{ range until 10 }}{{ printf "%.999999f" 1.5 }}{{ end }}',
        '{{ printf "%999999v" (list 1 2 3) }}',
        LONG + "{{ range until 100 }}{{ $x }}{{ end }}",
        LONG + '{{ replace "x" $x $x }}',
        LONG + '{{ replace "" $x $x }}',
        LONG + "{{ join $x (until 1000) }}",
        LONG + '{{ join "" (list $x $x $x $x) }}',
        LONG + "{{ print $x $x $x $x $x }}{{ println $x $x $x $x $x }}",
        LONG + "{{ quote $x $x $x $x $x }}",
        LONG + "{{ cat $x $x $x $x $x }}",
        LONG + '{{ regexReplaceAll "x+" (substr 0 100 $x) $x }}',
        LONG + '{{ regexReplaceAll "^.*$" (substr 0 9000 $x) (repeat 1000 "$0") }}',
        WIDE + "{{ $x }}",
        WIDE + '{{ printf "%d" $x }}',
        WIDE + '{{ printf "%#v" $x }}',
        WIDE + "{{ toJson $x }}",
        WIDE + "{{ toYaml $x }}",
        LONG + "{{ toYaml (list $x $x $x $x) }}",
        LONG + "{{ toJson (list $x $x $x $x) }}",
    ],
)  # fmt: skip
def test_more_characters_than_allowed_are_an_error(text):
    assert "makes more than 2000000 characters of text; write less" in failure(text)


@pytest.mark.parametrize(
    "call",
    ["$x", 'printf "%v" $x', 'printf "%#v" $x', "toJson $x | fromJson", "mustToJson $x", "toYaml $x", "deepCopy $x"],
)
def test_what_nests_too_deep_or_holds_itself_is_an_error(call):
    if "fromJson" not in call:  # without "must", it yields nothing
        assert "a value nests more than 100 deep, or holds itself" in failure(f"{DEEP}{{{{ {call} }}}}")
    own = '{{ $x := dict }}{{ $x = set $x "a" $x }}'
    assert render(f"{own}{{{{ toJson $x }}}}") == ""
    if "fromJson" not in call:
        assert "or holds itself" in failure(f"{own}{{{{ {call} }}}}")


@pytest.mark.parametrize("call", ['include "job.tpl" .', 'template "job.tpl" .'])
def test_templates_that_include_themselves_without_end_are_an_error(call):
    assert "templates include one another more than 40 deep" in failure(f"{{{{ {call} }}}}")


def test_blocks_between_includes_cannot_exhaust_the_stack():
    text = "{{ if true }}" * 30 + '{{ include "job.tpl" . }}' + "{{ end }}" * 30
    assert "too deep" in failure(text) or "more than 40 deep" in failure(text)


def test_the_limits_are_the_caller_s():
    assert "takes more than 5 steps" in failure("{{ range until 9 }}{{ end }}", limits=Limits(steps=5))
    assert "makes more than 5 characters" in failure("123456", limits=Limits(characters=5))
    assert "more than 1 deep" in failure('{{ include "job.tpl" . }}', limits=Limits(depth=1))


def test_what_a_failed_function_swallows_does_not_give_the_budget_back():
    assert "makes more than" in failure(LONG + "{{ toJson (list $x $x $x $x) | default 1 }}")


WORDS = st.sampled_from(
    [".a", ".l", ".m", ".s", "$", "nil", "1", "-1", "2.5", '"x"', "`[a`", "true", "(list 1 .s)", '(dict "k" .l)', "(until 3)", "|", "1e300"]
)  # fmt: skip


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(WORDS, max_size=5))
def test_whatever_a_function_is_given_it_answers_or_refuses(name, words):
    data = {"a": None, "l": [1, "b", None], "m": {"x": {"y": 1}}, "s": "a\nb"}
    with suppress(TemplateError):
        assert isinstance(render(f"{{{{ {name} {' '.join(words)} }}}}", data), str)
