"""What an API server made of 1000 pods in 40 namespaces, each with at most one LimitRange and one quota."""

import json
import re
from pathlib import Path

import pytest

from generator.admission import Plugin, Rule, admit

RECORDED = Path(__file__).parents[1] / "oracles" / "pod-admission.jsonl"
NAMESPACES = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def judged(number, row):
    """Yield each recorded case with our answer to it; the recorder named pods and quotas by their numbers."""
    ranges = {"l": row["limitRange"]} if row["limitRange"] else {}
    quotas = {f"q{number}": row["quota"]} if row["quota"] else {}
    for index, case in enumerate(row["cases"]):
        yield case, admit(case["pod"], limit_ranges=ranges, quotas=quotas, name=f"p{number}-{index}")


ALL = [pair for number, row in enumerate(NAMESPACES) for pair in judged(number, row)]


def causes(message):
    """Take a message with several causes apart."""
    opening, bracket, rest = (message or "").partition(": [")
    return opening, sorted(re.split(r", (?=minimum|maximum|spec)", rest.removesuffix("]"))) if bracket else []


def test_there_are_enough_cases_of_each_kind():
    assert len(ALL) == 1000
    assert {code: sum(case["code"] == code for case, _ in ALL) for code in (201, 403, 422)} == {
        201: 284,
        403: 459,
        422: 257,
    }


def test_the_same_pods_are_accepted():
    assert [case["pod"] for case, ours in ALL if ours.accepted is not case["accepted"]] == []


def test_the_codes_are_the_same():
    assert [case["pod"] for case, ours in ALL if ours.code != case["code"]] == []


def test_the_containers_get_the_same_resources():
    for case, ours in ALL:
        if case["accepted"]:
            assert [one.resources for one in ours.containers] == [given or {} for given in case["resources"]]


def test_the_messages_are_the_same_but_for_the_order_of_causes():
    # Go walks a map of resources in any order, and the recorded ones came in several: p3-0 and p3-1 show it.
    differ = [(ours.message, case["message"]) for case, ours in ALL if ours.message != case["message"]]
    assert len(differ) == 7
    for ours, theirs in differ:
        assert causes(ours) == causes(theirs)
        assert causes(ours)[1]


def test_every_refusal_says_who_refuses_what():
    for _, ours in ALL:
        for one in ours.refusals:
            assert one.resource
            assert one.source == ("" if one.plugin is Plugin.VALIDATION else one.source)
            assert bool(one.source) is (one.plugin in {Plugin.LIMIT_RANGER, Plugin.RESOURCE_QUOTA})


def test_whoever_asks_too_much_is_told_how_much_there_is():
    exceeded = [one for _, ours in ALL for one in ours.refusals if one.rule is Rule.EXCEEDED]
    assert len(exceeded) > 50
    assert all(one.used + one.asked > one.allowed for one in exceeded)
    assert all(f"{one.resource}={one.asked}" in one.message for one in exceeded)


@pytest.mark.parametrize("rule", [Rule.MIN, Rule.MAX, Rule.RATIO, Rule.REQUEST, Rule.REQUIRED, Rule.EXCEEDED])
def test_each_rule_is_in_the_recorded_cases(rule):
    assert any(one.rule is rule for _, ours in ALL for one in ours.refusals)
