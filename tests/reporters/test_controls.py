"""The table of a benchmark: a line for each control, what speaks against it, and why others are not decided."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import replace
from rules.judging import findings, space

from generator import shipped
from generator.finding import Waiver
from generator.judgement import catalogue
from generator.judgement.benchmark import Benchmark, Control, Result
from generator.problems import Place
from generator.reporters import controls

SCHEMA = json.loads(shipped.schema("benchmark-report"))
HAS_QUOTA = next(one for one in catalogue.read(Path("/nowhere"))[0] if one.id == "namespace-has-quota")


def control(name="C-1", title="Namespaces have quotas", level=0, note=""):
    return Control(name, title, level, ("namespace-has-quota",), (), "", note)


def found(number=1):
    return tuple(findings(HAS_QUOTA, *(space(f"ns{index}") for index in range(number))))


def benchmark(*results):
    return Benchmark("b", "A benchmark", "1.2", ("https://example.com",), tuple(one.control for one in results))


def text(*results, **options):
    return controls.text(benchmark(*results), results, **options)


PASSED = Result(control(), "passed")
FAILED = Result(control("C-2", level=1, note="What is left aside."), "failed", found())
UNDECIDED = Result(control("C-3"), "undecided", reason="nobody knows")


def test_the_table_has_a_line_for_each_control_and_a_summary():
    assert text(PASSED, FAILED, UNDECIDED) == (
        "A benchmark 1.2\n"
        "\n"
        "passed    C-1: Namespaces have quotas\n"
        "failed    C-2: Namespaces have quotas (level 1)\n"
        "            m.yaml: namespace ns0 has no quota for requests.cpu, requests.memory\n"
        "            What is left aside.\n"
        "undecided C-3: Namespaces have quotas\n"
        "            nobody knows\n"
        "\n"
        "3 controls: 1 passed, 1 not decidable offline, 1 failed\n"
    )


def test_of_many_findings_the_first_are_told_unless_all_are_asked_for():
    many = Result(control(), "failed", found(9))
    assert text(many).count("has no quota") == 5
    assert "... and 4 more (--all shows them)" in text(many)
    assert text(many, show_all=True).count("has no quota") == 9


def test_no_line_is_longer_than_a_terminal():
    long = Result(control(title="words " * 40, note="more " * 40), "failed", found())
    assert max(map(len, text(long).split("\n"))) <= 80


def test_what_is_waived_and_what_is_likely_say_so():
    waiver = Waiver("p", {}, "reason", "owner", "2099-01-01", Place("w"))
    one = replace(found()[0], waiver=waiver, confidence="likely", cluster="eu")
    said = " ".join(text(Result(control(), "accepted", (one,))).split())
    assert "waived: m.yaml: namespace ns0" in said
    assert "(eu; likely)" in said
    assert said.endswith("1 control: 1 accepted by waivers")


def test_colours_are_of_the_state_alone():
    plain, painted = text(FAILED), text(FAILED, color=True)
    assert painted.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain
    assert "\x1b[31mfailed   \x1b[0m C-2" in painted


def test_names_cannot_move_the_cursor_nor_format_a_comment():
    wicked = replace(found()[0], message="namespace \x1b[2J <b> @team `x`")
    result = Result(control(), "failed", (wicked,))
    assert "\x1b" not in text(result)
    shown = controls.markdown(benchmark(result), [result], tool_version="1")
    assert "<b>" not in shown
    assert "@team" not in shown
    assert "\\`x\\`" in shown


def test_programs_read_what_the_schema_says():
    Draft202012Validator.check_schema(SCHEMA)
    results = [PASSED, FAILED, UNDECIDED]
    value = json.loads(controls.json(benchmark(*results), results, tool_version="1.0"))
    Draft202012Validator(SCHEMA).validate(value)
    assert value["summary"] == {"failed": 1, "accepted": 0, "undecided": 1, "passed": 1}
    assert [one["state"] for one in value["controls"]] == ["passed", "failed", "undecided"]
    (finding,) = value["controls"][1]["findings"]
    assert (finding["namespace"], finding["waived"]) == ("ns0", False)


def test_a_comment_has_the_table_and_what_fails_below_it():
    shown = controls.markdown(benchmark(PASSED, FAILED), [PASSED, FAILED], tool_version="1.0")
    assert "| failed | C-2 | Namespaces have quotas |" in shown
    assert "<details><summary>C-2</summary>" in shown
    assert "<summary>C-1" not in shown


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_the_order_of_findings_does_not_matter(form):
    some = found(4)
    one, other = Result(control(), "failed", some), Result(control(), "failed", some[::-1])
    report = controls.FORMATS[form]
    assert report(benchmark(one), [one], tool_version="1") == report(benchmark(other), [other], tool_version="1")
