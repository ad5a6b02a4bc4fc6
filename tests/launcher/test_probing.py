import pytest

from generator.gotemplate import TemplateError, parse
from generator.launcher import payloads, probing


def probed(text):
    templates = parse({"job.tpl": text})
    found = probing.probe(lambda name, job: templates.render(name, {"Job": job}), "job.tpl")
    return [(one.field, one.effect, one.detail) for one in found]


@pytest.mark.parametrize(
    "text", ["name: {{ quote .Job.name }}\n", "name: {{ toJson .Job.stdin | quote }}\n", "name: constant\n"]
)
def test_a_quoted_text_changes_nothing(text):
    assert probed(text) == []


def test_a_raw_value_adds_a_key():
    assert probed("metadata:\n  name: {{ .Job.name }}\n") == [("name", "adds", "the object gets the key 'injected'")]


def test_a_raw_key_adds_a_key():
    text = "spec:\n  selector:\n{{ range .Job.placementConstraints }}    {{ .name }}: x\n{{ end }}"
    assert probed(text) == [("placementConstraints[].name", "adds", "the object gets the key 'injected'")]


def test_a_document_that_becomes_two_is_no_object():
    seen = probing.read("a: 1\n---\nb: 2\n", "job.tpl")
    assert seen == (None, "2 documents are rendered; one object is expected")


def test_a_key_that_stands_there_twice_is_told():
    value, wrong = probing.read("a: 1\na: 2\n", "job.tpl")
    assert value is not None
    assert wrong == "'a' is written twice, in line 1 and in line 2; keep one"


def test_what_is_no_mapping_is_told():
    assert probing.read("- a\n", "job.tpl")[0] is None
    assert "write a mapping" in probing.read("- a\n", "job.tpl")[1]


def test_nothing_at_all_is_told():
    assert probing.read("# nothing\n", "job.tpl") == (None, "0 documents are rendered; one object is expected")


def test_a_folded_text_breaks_at_the_150_characters_only():
    templates = parse({"job.tpl": 'metadata:\n    name: {{ toYaml .Job.name | replace "\\n" "\\n  " }}\n'})
    (found,) = probing.probe(lambda name, job: templates.render(name, {"Job": job}), "job.tpl")
    assert found.effect == "breaks"
    assert "150 characters of many words" in found.probes


def test_a_text_in_single_quotes_ends_at_the_next_one():
    (found,) = probed("name: '{{ .Job.name }}'\nother: 1\n")
    assert found[:2] == ("name", "breaks")


def test_a_text_that_does_not_arrive_as_it_is_is_told():
    assert probed("name: {{ .Job.name | trim | quote }}\n") == [
        ("name", "changes", "name is 'one\\n\\n  two' instead of 'one\\n\\n  two\\n'")
    ]


def test_texts_may_be_cut_to_the_length_of_a_label():
    assert probed("name: {{ .Job.name | trunc 63 | quote }}\n") == []


def test_only_the_fields_of_a_shell_job_are_tried_in_one():
    found = probed("args: ['-c', {{ quote .Job.command }}]\nexe: {{ .Job.command }}\n")
    assert [(field, effect) for field, effect, _ in found] == [("command", "adds")]


def test_a_template_that_fails_on_plain_texts_is_not_probed():
    def fails(name, _):
        raise TemplateError(name, 1, 1, "no", "exec")

    assert [*probing.probe(fails, "job.tpl")] == []


def test_a_template_that_fails_on_odd_texts_is_told():
    text = '{{ if contains "injected" .Job.user }}{{ fail "no" }}{{ end }}a: 1\n'
    assert [one[:2] for one in probed(text)] == [("user", "breaks")]


def test_every_probe_differs_from_what_is_there_already():
    plain = str(payloads.full())
    assert [one.name for one in payloads.PROBES if one.text in plain] == []
