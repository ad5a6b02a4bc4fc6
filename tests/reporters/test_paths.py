"""How far somebody gets, told: no name can write a line of its own, and the verdict is one of a few words."""

import json

import pytest
from access.rbac import access, binding, role, rule

from generator.access import user
from generator.access.customs import CustomResource
from generator.access.escalation import paths
from generator.problems import Place
from generator.reporters.access import Where
from generator.reporters.paths import Paths, as_json, places, text

FLUX = CustomResource("x.io", "syncs", "Namespaced", ("acts-as-controller",), "Flux\x1b[2J", Place("c.yaml"))
PODS = role("pods", rule("create", "", "pods"))
ROOT = role("root", rule("*", "*", "*"))


def answer(*bodies, who="ada", notes=()):
    return Paths(Where("eu", None), notes, paths(access(*bodies), user(who), (), (FLUX,)))


@pytest.mark.parametrize(
    ("bodies", "verdict", "sentence"),
    [
        ([ROOT, binding("b", "root", "User:ada")], "cluster-admin", "User ada reaches cluster-admin in effect"),
        (
            [role("v", rule("create", "", "persistentvolumes")), binding("b", "v", "User:ada")],
            "perhaps-cluster-admin",
            "User ada reaches cluster-admin in effect, if a pod of theirs mounts it",
        ),
        (
            [role("s", rule("create", "x.io", "syncs")), binding("ml/b", "s", "User:ada")],
            "controllers",
            "User ada has controllers act with rights that no manifest here tells: 'Flux\\x1b[2J'",
        ),
        (
            [PODS, binding("ml/b", "pods", "User:ada"), role("n", rule("list", "", "nodes")), binding("n", "n", "ServiceAccount:ml/n")],
            "cluster",
            "User ada gets permissions outside of their namespaces, though not those of cluster-admin",
        ),
        (
            [PODS, binding("ml/b", "pods", "User:ada"), binding("nb/b", "pods", "ServiceAccount:ml/n")],
            "namespaces",
            "User ada stays within 2 namespaces: ml, nb",
        ),
        ([PODS], "nothing", "User ada reaches nobody else"),
    ],
)  # fmt: skip
def test_the_verdict_is_the_worst_of_what_is_reached(bodies, verdict, sentence):
    told = answer(*bodies)
    assert (told.verdict, told.sentence) == (verdict, sentence)


def test_nothing_that_moves_a_cursor_is_printed_and_no_line_is_too_long():
    told = answer(role("s", rule("create", "x.io", "syncs")), binding("ml/b", "s", "User:a\x1b[2J"), who="a\x1b[2J")
    shown = text([told], {})
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_every_place_that_is_shown_is_asked_for():
    told = answer(PODS, binding("ml/b", "pods", "User:ada"))
    assert {str(place) for place in places([told])} == {"rbac.yaml#0", "rbac.yaml#1"}
    line = Place("rbac.yaml", (1,), 12, 3)
    assert "RoleBinding ml/b (rbac.yaml:12)" in text([told], {Place("rbac.yaml", (1,)): line})


def test_programs_get_places_with_lines():
    told = answer(PODS, binding("ml/b", "pods", "User:ada"))
    (found,) = json.loads(as_json([told], {Place("rbac.yaml", (1,)): Place("rbac.yaml", (1,), 12, 3)}))["answers"]
    (reached,) = found["reached"]
    assert (found["cluster"], found["subject"]["name"], found["groups"]) == ("eu", "ada", ["system:authenticated"])
    assert reached["steps"][0]["grants"][0]["binding"]["place"] == {"file": "rbac.yaml", "field": "[1]", "line": 12, "column": 3}  # fmt: skip
