import json
from pathlib import Path

import pytest
from access.permissions import at, live_rules, matches, on
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.access.algebra import Permissions, read, write
from generator.access.algebra_escalation import covers, may_bind, may_write, missing_lines
from generator.access.request import ResourceRequest

ORACLES = Path(__file__).parent.parent / "oracles"
RECORDED = [json.loads(line) for line in (ORACLES / "rbac-escalation.jsonl").read_text(encoding="utf-8").splitlines()]
DEFAULTS = json.loads((ORACLES / "rbac-defaults-1.36.json").read_text(encoding="utf-8"))

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True)


def held_by_everybody():
    """Return the rules of everybody who has logged in, whom the recorded users are among."""
    rules = {item["metadata"]["name"]: item["rules"] for item in DEFAULTS if item["kind"] == "ClusterRole"}
    bindings = [item for item in DEFAULTS if item["kind"] == "ClusterRoleBinding"]
    bound = [b for b in bindings if any(s["name"] == "system:authenticated" for s in b.get("subjects", []))]
    return [rule for binding in bound for rule in rules[binding["roleRef"]["name"]]]


def verdict(row):
    may, missing = may_write([*held_by_everybody(), *row["held"]], row["asked"])
    return may, list(missing_lines(missing))


def test_the_api_server_lets_the_same_roles_be_written_and_misses_the_same_permissions():
    differ = [row for row in RECORDED if verdict(row) != (row["covered"], (row["message"] or "").split("\n")[1:])]
    assert len(RECORDED) == 1200
    assert len([row for row in RECORDED if row["message"]]) == 340
    assert differ == []


def test_the_verb_escalate_excuses_from_holding_what_is_granted():
    excused = [
        row for row in RECORDED if row["covered"] and not covers([*held_by_everybody(), *row["held"]], row["asked"])[0]
    ]
    escalate = ResourceRequest("escalate", "rbac.authorization.k8s.io", "clusterroles")
    assert len(excused) == 2
    for row in excused:
        assert matches(row["held"], escalate)


@pytest.mark.parametrize(
    ("held", "asked", "missing"),
    [
        ([], [], []),
        (on("pods", "get list"), on("pods"), []),
        (on("pods") + on("pods", "list"), on("pods", "get list"), []),
        (on("pods", "get list watch"), on("pods", "*"), ['{APIGroups:[""], Resources:["pods"], Verbs:["*"]}']),
        (on("*/exec"), on("pods/exec pods"), ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}']),
        (on("pods/*"), on("pods/log"), ['{APIGroups:[""], Resources:["pods/log"], Verbs:["get"]}']),
        (on("*/b/c"), on("a/b/c"), []),
        (on("pods"), on("pods", names=["a"]), []),
        (
            on("pods", names=["a"]),
            on("pods", names=["a", ""]) + on("pods"),
            [
                '{APIGroups:[""], Resources:["pods"], ResourceNames:[""], Verbs:["get"]}',
                '{APIGroups:[""], Resources:["pods"], Verbs:["get"]}',
            ],
        ),
        (
            on("pods", groups="apps"),
            on("pods", "get list", "*") + on("pods", "list", "*"),
            ['{APIGroups:["*"], Resources:["pods"], Verbs:["get" "list" "list"]}'],
        ),
        (at("/a*"), at("/a /a/* /a** /b", "get"), ['{NonResourceURLs:["/b"], Verbs:["get"]}']),
        (
            at("/a/*"),
            at("/a", "post get"),
            ['{NonResourceURLs:["/a"], Verbs:["get"]}', '{NonResourceURLs:["/a"], Verbs:["post"]}'],
        ),
    ],
)
def test_what_is_missing_is_listed_as_the_api_server_lists_it(held, asked, missing):
    covered, atoms = covers(held, asked)
    assert (covered, list(missing_lines(atoms))) == (not missing, missing)


def test_missing_rules_are_broken_down_and_in_the_order_of_those_asked_for():
    _, missing = covers([], on("secrets pods", "list get", names=["b", "a"]) + at("/a"))
    assert [(*one.verbs, *one.resources, *one.resource_names, *one.urls) for one in missing] == [
        ("list", "secrets", "b"),
        ("list", "secrets", "a"),
        ("get", "secrets", "b"),
        ("get", "secrets", "a"),
        ("list", "pods", "b"),
        ("list", "pods", "a"),
        ("get", "pods", "b"),
        ("get", "pods", "a"),
        ("get", "/a"),
    ]
    assert write(missing[-1]) == {"nonResourceURLs": ["/a"], "verbs": ["get"]}


def test_roles_are_bound_by_whoever_holds_them_or_the_verb_bind_on_the_role():
    asked = on("secrets")
    bind = on("clusterroles", "bind", "rbac.authorization.k8s.io", names=["view"])
    on_binding = on("rolebindings", "bind", "rbac.authorization.k8s.io")
    assert may_bind(bind, asked, resource="clusterroles", name="view") == (True, ())
    for held in (bind, on_binding, on("clusterroles", "escalate", "rbac.authorization.k8s.io")):
        assert may_bind(held, asked, resource="clusterroles", name="edit") == (False, (read(asked[0]),))
    assert may_bind(asked, asked, resource="clusterroles", name="edit") == (True, ())


lists = st.lists(live_rules, max_size=5)


@PROPERTY
@given(lists, lists)
def test_covering_and_containment_agree_on_rules_that_match_something(held, asked):
    assert covers(held, asked)[0] == (Permissions.of(asked) <= Permissions.of(held))


@PROPERTY
@given(lists, lists)
def test_whoever_is_given_what_is_missing_holds_what_is_asked_for(held, asked):
    _, missing = covers(held, asked)
    assert covers([*map(read, held), *missing], asked) == (True, ())
    assert Permissions.of(asked) - Permissions.of(held) <= Permissions.of(missing) <= Permissions.of(asked)


def test_a_rule_that_matches_nothing_must_be_held_all_the_same():
    nothing = on("pods/")
    assert Permissions.of(nothing) <= Permissions.of([])
    assert covers([], nothing) == (False, (read(nothing[0]),))
    assert covers(nothing, nothing) == (True, ())
