"""What Go's own template engine, with Sprig 3.2.3 and sigs.k8s.io/yaml 1.3.0, makes of templates: recorded, not written.

``go-templates.jsonl`` was recorded with Go 1.19; ``go-template-facts.jsonl`` with Go 1.26, and holds what both agree on.
"""

import json
import re
from pathlib import Path

import pytest
from agreement import agreed

from generator.gotemplate import TemplateError, parse

ORACLES = Path(__file__).parent.parent / "oracles"
GROUPS = ("users", "admin-grp")


def recorded(name):
    return [json.loads(line) for line in (ORACLES / name).read_text(encoding="utf-8").splitlines()]


TEMPLATES = recorded("go-templates.jsonl")
FACTS = recorded("go-template-facts.jsonl")


def rendered(case, numbers="float64"):
    try:
        return parse(case["files"]).render("main.tpl", {"Job": case["job"]}, groups=GROUPS, numbers=numbers)
    except TemplateError as error:
        return error


@pytest.fixture(scope="module")
def answers():
    """Return each recorded case with what we make of it."""
    return [(case, rendered(case)) for case in (*TEMPLATES, *FACTS)]


def told(case, ours, theirs):
    return f"{case['files']['main.tpl'][:60]!r}: we say {ours!r}, and Go {theirs!r}"


def test_nothing_is_left_out():
    assert (len(TEMPLATES), len(FACTS)) == (213, 746)


def test_the_output_is_go_s_to_the_byte(answers):
    def outcome(found):
        return (found.kind, found.file) if isinstance(found, TemplateError) else found

    wanted = [
        (case, ours, (case["error"], "main.tpl") if "error" in case else case["output"]) for case, ours in answers
    ]
    agreed((told(case, ours, go) for case, ours, go in wanted if outcome(ours) != go), of=len(wanted))


#: Go names the node that it looked at last, which is another than the argument that is wrong.
ELSEWHERE = re.compile(r"wrong type for value|invalid value; expected|undefined variable|wrong number of args")


def place(case):
    """Return the line and the column where Go says that a template fails."""
    found = re.match(r"template: main\.tpl:(\d+):(\d+): ", case["message"])
    line, octets = int(found[1]), int(found[2])  # Go counts bytes, from 0
    return line, len(case["files"]["main.tpl"].split("\n")[line - 1].encode()[:octets].decode()) + 1


def test_a_failure_stands_where_go_says(answers):
    failing = [pair for pair in answers if pair[0].get("error") == "exec" and not ELSEWHERE.search(pair[0]["message"])]
    wrong = ((case, (error.line, error.column)) for case, error in failing)
    agreed((told(case, ours, place(case)) for case, ours in wrong if ours != place(case)), of=len(failing))


#: What Go says, and what we say: the same, in other words.
WORDS = {
    'undefined variable "$undefined"': "'$undefined' is not declared here",
    "can't give argument to non-function": "is no function, and takes no argument",
    "incompatible types for comparison": "eq: int and string cannot be compared",
    "index out of range: 9": "index: index 9 is out of range; there are 4",
    "unexpected {{end}}": "{{end}} belongs to nothing",
    'no template "absent"': "include: no template is called 'absent'",
    "unexpected EOF": "range has no {{end}}",
    "missing value for if": "if has no value",
    "invalid character 'b'": "mustFromJson: the text is not JSON",
    'function "unknownFunc" not defined': "'unknownFunc' is not a function",
    "can't evaluate field name": "string has no field 'name'",
}


def test_a_message_says_what_go_s_says(answers):
    failing = [(case, error.message) for case, error in answers[: len(TEMPLATES)] if "error" in case]
    wanted = [(case, ours, next(w for go, w in WORDS.items() if go in case["message"])) for case, ours in failing]
    agreed((told(case, ours, words) for case, ours, words in wanted if words not in ours), of=len(wanted))


#: Where data with integers renders otherwise than Go's floats. How the launcher reads its payload is not known; a
#: template that agrees in both ways is safe, and these are not.
WITH_INTEGERS = {
    # an integer has all its digits
    "{{ toYaml .Job.big }} {{ toYaml .Job.f }} {{ .Job.big }} {{ .Job.f }} {{ .Job.count }} {{ .Job.neg }}": (
        "1234567890 0.1 1234567890 0.1 3 -4"
    ),
    # and says that it is one
    '{{ kindOf .Job.args }} {{ kindIs "string" .Job.user }} {{ typeOf 1 }} {{ typeOf .Job.count }}': (
        "slice true int int"
    ),
    # and is not equal to a float
    '{{ has "t1" .Job.tags }} {{ has "zz" .Job.tags }} {{ has 2000.0 .Job.container.supplementalGroupIds }}': (
        "true false false"
    ),
    # nor comparable with one
    "{{ if eq .Job.count 3.0 }}three{{ end }}": "eq: int and float64 cannot be compared; convert one of them",
}


def test_integers_differ_from_floats_in_known_templates_alone():
    differing = {}
    for case in TEMPLATES:
        found = rendered(case, numbers="int")
        text = found.message if isinstance(found, TemplateError) else found
        if "error" not in case and text != case["output"]:
            differing[case["files"]["main.tpl"]] = text
    assert differing == WITH_INTEGERS


#: Where we differ from Go on purpose: what we say, and why.
REFUSED = {
    # Go 1.19 refuses to compare a list with nothing, later versions answer; a template must do with both
    "{{ eq (list) nil }}": "eq: []interface {} cannot be compared; use deepEqual",
    # known from Go 1.22 and 1.23 on
    "{{ range 3 }}{{ end }}": "int cannot be ranged over; give a list or a map",
    "{{ with 1 }}{{ else with 2 }}{{ end }}": (
        "{{else with}} is not known before Go 1.23; write {{else}}{{with ...}} and two {{end}}"
    ),
    # complex numbers and addresses in memory are of no use in a manifest
    "{{ 1+2i }}": "'1+' is not a number; write 10, 0x1f, 0o17 or 1.5e3",
    '{{ printf "%p" (list) }}': "printf: %p would write an address in memory; write %v",
    '{{ printf "%x" 1.5 }}': "printf: %x of a float is not computed by this tool; write %v, %f or %e",
    # a repetition of flags alone, which RE2 takes for one of what stands before
    '{{ mustRegexMatch "a(?i)+" "a" }}': (
        "mustRegexMatch: 'a(?i)+' is not a regular expression: a repetition repeats nothing"
    ),
    # Go finds out when the template runs
    "{{ 9223372036854775808 }}": "9223372036854775808 does not fit into 64 bits",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_go_may_take_and_we_refuse_is_named(text):
    assert rendered({"files": {"main.tpl": text}, "job": {}}).message == REFUSED[text]


def test_maps_have_an_order_where_go_has_none():
    case = {"files": {"main.tpl": "{{ keys .Job }} {{ values .Job }}"}, "job": {"b": 1, "a": 2}}
    assert rendered(case) == "[a b] [2 1]"
