import json
import random

from msgspec.structs import replace
from reporters.samples import UNLIMITED, WAIVED, WILDCARD, many

from generator.judgement import baseline
from generator.reporters import fingerprinted
from generator.validation import schema
from generator.yaml import documents


def entries_of(findings):
    """Take a baseline, and read it as a later run does."""
    text = baseline.text(baseline.taken(findings))
    document = documents.parse(text.encode(), "tenants/baseline.json")
    assert not schema.problems(document, "baseline")
    entries, problems = baseline.from_value(document.value, document.name)
    assert problems == ()
    return entries


def applied(findings, entries, **options):
    found = baseline.apply(findings, entries, **options)
    return [finding.known for finding in found.findings], [f"{p.place}: {p.message}" for p in found.problems]


def test_a_baseline_is_one_finding_a_line_sorted():
    found = many(3)
    text = baseline.text(baseline.taken(random.Random(1).sample(found, 3)))  # noqa: S311 - an order, no secret
    assert text == baseline.text(baseline.taken(found))
    assert text.splitlines()[3] == (
        '    {"policy": "namespace-has-quota", "severity": "medium", "count": 1, '
        f'"message": "namespace n0 has no quota", "fingerprint": "{next(fingerprinted(found))[0]}"}},'
    )
    assert len(text.splitlines()) == 3 + 3 + 2
    assert json.loads(text)["version"] == baseline.VERSION


def test_a_baseline_of_nothing_is_read_again():
    assert entries_of([]) == ()


def test_what_was_there_is_known_and_what_is_new_is_not():
    assert applied([UNLIMITED, WILDCARD], entries_of([UNLIMITED])) == ([True, False], [])


def test_lines_may_move():
    moved = replace(UNLIMITED, place=replace(UNLIMITED.place, line=99))
    assert applied([moved], entries_of([UNLIMITED])) == ([True], [])


def test_what_is_found_more_often_than_recorded_is_new():
    assert applied([UNLIMITED] * 3, entries_of([UNLIMITED] * 2)) == ([True, True, False], [])


def test_what_has_become_worse_is_not_hidden_and_what_has_become_better_is():
    entries = entries_of([UNLIMITED])
    worse = applied([replace(UNLIMITED, severity="critical")], entries, whole=False)
    assert worse == ([False], [])
    assert applied([replace(UNLIMITED, severity="low")], entries) == ([True], [])


def test_a_waiver_comes_first():
    assert baseline.taken([WAIVED]) == []
    [found] = baseline.apply([WAIVED], entries_of([replace(WAIVED, waiver=None)])).findings
    assert found.known is None


def test_what_is_not_found_any_more_is_told_once_if_everything_was_judged():
    entries = entries_of([UNLIMITED, WILDCARD])
    assert applied([], entries) == (
        [],
        [
            (
                "tenants/baseline.json#findings/0: this is not found any more, nor are 1 others as they were; write the "
                "file again with: tenantry lint --update-baseline"
            )
        ],
    )
    assert applied([], entries, whole=False) == ([], [])
    [less] = applied([UNLIMITED], entries_of([UNLIMITED] * 2))[1]
    assert "this is found 1 and no more 2 times; write" in less


def test_a_finding_that_stands_twice_is_refused():
    twice = {"findings": [{"policy": "p", "severity": "low", "count": 1, "message": "m", "fingerprint": "0" * 64}] * 2}
    [problem] = baseline.from_value(twice, "b.json")[1]
    assert str(problem.place) == "b.json#findings/1"
    assert problem.message.startswith("the finding stands here twice; drop one")


def test_a_message_is_told_whatever_it_holds():
    entries = entries_of([replace(UNLIMITED, message='a"\\ \x1b\u2028 Größe \U0001f600 \ud800')])
    assert entries[0].message == 'a"\\ \\x1b\\u2028 Größe \U0001f600 \\ud800'
