"""Trees that are deeper and wider than anybody's. Time is not looked at here; what is quadratic would be noticed."""

import itertools
import sys

import pytest
from forests import reckon
from tenancy import platform_of, told

from generator.allotment import overdraft

ONE = platform_of()


def problems(specs):
    return told(overdraft.check(reckon(specs, ONE)))


def holding(pods, **more):
    return {"namespaces": [], "quota": {"hard": {"pods": pods}}} | more


def chain(levels, between):
    """Put levels below one another: one that holds 10 at the top, one that holds 11 at the bottom."""
    names = [f"t{i}" for i in range(levels)]
    specs = {name: {**between, "parent": above} for above, name in itertools.pairwise(names)}
    return {"t0": holding(10)} | specs | {names[-1]: holding(11, parent=names[-2])}


def test_two_thousand_levels_are_no_deeper_than_two():
    levels = 2_000
    assert levels > sys.getrecursionlimit()
    assert problems(chain(levels, holding(10))) == [
        (
            "tenants/t1999.yaml#spec/quota/hard/pods: 11 of pods is more than t1998 has to give (10, "
            "tenants/t1998.yaml#spec/quota/hard/pods); write 10 or less, or raise that"
        )
    ]


def test_through_two_thousand_groups_the_one_who_holds_is_found():
    assert problems(chain(2_000, {"namespaces": []})) == [
        (
            "tenants/t1999.yaml#spec/quota/hard/pods: 11 of pods is more than t0 has to give (10, "
            "tenants/t0.yaml#spec/quota/hard/pods); write 10 or less, or raise that"
        )
    ]


def test_five_thousand_children_are_one_sum():
    specs = {"top": holding(4_999)} | {f"t{i}": holding(1, parent="top") for i in range(5_000)}
    [problem] = problems(specs)
    assert problem.startswith("tenants/top.yaml#spec/quota/hard/pods: top has 4999 of pods, and promises 5k: 1 (t0, ")
    assert problem.endswith(" + 4996 more; lower a part by 1, or raise the whole")


def test_five_thousand_children_that_leave_something_open_are_told_each():
    specs = {"top": holding(1)} | {f"t{i}": {"parent": "top", "quota": {"hard": {"secrets": 1}}} for i in range(5_000)}
    found = problems(specs)
    assert len(found) == 5_000
    assert all("how much of pods is left open, and top" in one and "tenants/top.yaml#" in one for one in found)


@pytest.mark.parametrize("mode", ["shared", "delegated"])
def test_a_bound_reaches_two_thousand_levels_down(mode):
    specs = chain(2_000, {"namespaces": []})
    specs["t0"]["quota"] |= {"mode": mode, "to": "openshift"}
    assert problems(specs) == []
    assert {unit: str(cap.amount) for unit, cap in reckon(specs, ONE).forest.nodes["t1999"].caps.items()} == {
        "pods": "10"
    }


def test_parents_in_a_circle_are_reckoned_as_far_as_they_go():
    circle = {"a": holding(3, parent="b"), "b": holding(2, parent="a"), "c": holding(9, parent="b")}
    assert any("9 of pods is more than b has to give" in one for one in problems(circle))
