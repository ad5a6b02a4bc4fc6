import pytest
from access.rbac import access, manifests, role, rule, rules_of
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.access import aggregation, effective, parse

HAMMER, NAIL, CHISEL, SAW = (rule(verb) for verb in ("hammer", "nail", "chisel", "saw"))
WOOD, NOT_WOOD = {"on": "wood"}, {"on": "not-wood"}


def verbs(found, name):
    return [verb for one in rules_of(found, name) for verb in one.verbs]


# The rows of pkg/controller/clusterroleaggregation's TestSyncClusterRole.
@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([role("hammer", HAMMER, NAIL, labels=WOOD), role("all", SAW, select=["on=wood"])], ["hammer", "nail"]),
        ([role("hammer", HAMMER, labels=NOT_WOOD), role("all", HAMMER, select=["on=wood"])], []),
        (
            [
                role("hammer", HAMMER, NAIL, labels=WOOD),
                role("chisel", CHISEL, labels=WOOD),
                role("saw", SAW, labels=NOT_WOOD),
                role("all", select=["on=wood"]),
            ],
            ["chisel", "hammer", "nail"],
        ),
        (
            [
                role("hammer", HAMMER, NAIL, labels=WOOD),
                role("chisel", CHISEL, labels=WOOD),
                role("saw", SAW, labels=NOT_WOOD),
                role("all", select=["on=wood", "on=not-wood"]),
            ],
            ["chisel", "hammer", "nail", "saw"],
        ),
        (
            [
                role("hammer", HAMMER, labels=WOOD),
                role("saw", SAW, labels=WOOD),
                role("other-saw", SAW, labels=NOT_WOOD),
                role("all", select=["on=wood", "on=not-wood"]),
            ],
            ["hammer", "saw"],
        ),
        ([role("hammer", HAMMER, labels=WOOD), role("all", HAMMER, select=["on=wood"])], ["hammer"]),
    ],
    ids=["overwritten", "nothing selected", "by name", "by selector, then by name", "no rule twice", "no change"],
)
def test_rules_are_gathered_as_the_controller_does(roles, expected):
    assert verbs(access(*roles), "all") == expected


def test_rules_that_an_aggregation_overwrites_are_told():
    found = access(role("all", SAW, select=["on=wood"]))
    assert [(str(problem.place), problem.message, problem.warning) for problem in found.problems] == [
        ("rbac.yaml#0", "the rules of ClusterRole all are overwritten by its aggregationRule; leave them out", True)
    ]


def test_an_empty_selector_gathers_every_cluster_role_but_no_role_of_a_namespace():
    found = access(role("all", select=[{}]), role("a", HAMMER), role("ns1/b", SAW), version="1.36")
    assert set(rules_of(found, "all")) > {*rules_of(found, "cluster-admin"), *rules_of(found, "a")}
    assert not set(rules_of(found, "ns1/b")) & set(rules_of(found, "all"))


def test_a_null_selector_is_an_empty_one():
    assert verbs(access(role("all", select=[None]), role("a", HAMMER)), "all") == ["hammer"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"key": "on", "operator": "In", "values": ["wood", "x"]}, ["hammer"]),
        ({"key": "on", "operator": "NotIn", "values": ["wood"]}, ["chisel", "saw"]),
        ({"key": "on", "operator": "Exists"}, ["hammer", "saw"]),
        ({"key": "on", "operator": "DoesNotExist"}, ["chisel"]),
    ],
)
def test_roles_are_gathered_by_expressions(expression, expected):
    roles = [role("c", CHISEL), role("h", HAMMER, labels=WOOD), role("s", SAW, labels=NOT_WOOD)]
    assert verbs(access(*roles, role("all", select=[{"matchExpressions": [expression]}])), "all") == expected


def test_labels_and_expressions_of_one_selector_hold_together():
    both = {"matchLabels": WOOD, "matchExpressions": [{"key": "old", "operator": "DoesNotExist"}]}
    roles = [role("h", HAMMER, labels=WOOD), role("s", SAW, labels={**WOOD, "old": "yes"})]
    assert verbs(access(*roles, role("all", select=[both])), "all") == ["hammer"]


def test_aggregated_roles_gather_one_another_to_the_end():
    found = access(
        role("a", select=["to=a"]), role("b", select=["to=b"], labels={"to": "a"}), role("c", SAW, labels={"to": "b"})
    )
    assert verbs(found, "a") == verbs(found, "b") == ["saw"]


def test_a_role_does_not_gather_itself():
    assert verbs(access(role("a", SAW, select=["to=a"], labels={"to": "a"})), "a") == []


def test_roles_that_share_selectors_and_gather_one_of_them_are_no_circle():
    found = access(role("a", SAW, select=["to=a"], labels={"to": "a"}), role("b", HAMMER, select=["to=a"]))
    assert verbs(found, "a") == verbs(found, "b") == []


def test_roles_in_a_circle_share_their_rules_and_keep_what_they_were_given():
    found = access(
        role("a", SAW, select=["to=a"], labels={"to": "b"}),
        role("b", select=["to=b"], labels={"to": "a"}),
        role("c", HAMMER, labels={"to": "a"}),
        role("d", select=["to=b"]),
    )
    assert verbs(found, "a") == verbs(found, "b") == verbs(found, "d") == ["saw", "hammer"]


def test_a_rule_is_traced_to_the_role_that_wrote_it():
    found = access(
        role("a", select=["to=a"]), role("b", select=["to=b"], labels={"to": "a"}), role("c", SAW, labels={"to": "b"})
    )
    (grant,) = [one for key, one in found.roles.items() if key.name == "a"]
    assert str(grant.source(0)) == "rbac.yaml#2"


def test_thousands_of_roles_that_gather_everything_take_no_time():
    roles = [
        role(f"r{n}", *([HAMMER] if n == 7 else []), labels={"n": str(n)}, select=None if n == 7 else [{}])
        for n in range(3000)
    ]
    found = access(*roles)
    assert verbs(found, "r0") == verbs(found, "r2999") == ["hammer"]


ROLES = st.lists(
    st.tuples(st.sampled_from("xyz"), st.lists(st.sampled_from("xyz"), max_size=2), st.booleans()), max_size=7
)


@settings(deadline=None, derandomize=True)
@given(ROLES, st.randoms())
def test_aggregation_agrees_with_a_controller_that_looks_until_nothing_changes(shapes, chance):
    """The rules given to gathering roles are left out: what becomes of them in a circle depends on the order."""
    bodies = [
        role(f"r{n}", labels={"at": at}, select=[f"at={one}" for one in to])
        if gathers and to
        else role(f"r{n}", rule(f"v{n}"), labels={"at": at})
        for n, (at, to, gathers) in enumerate(shapes)
    ]
    chance.shuffle(bodies)
    found = effective(manifests(*bodies))
    objects, _ = parse(manifests(*bodies))
    assert {key.name: set(one.rules) for key, one in found.roles.items()} == settled(objects.roles)


def test_a_chain_of_thousands_of_roles_ends_with_the_rules_of_the_last():
    chain = [role(f"c{i}", labels={"is": f"c{i}"}, select=[f"is=c{i + 1}"]) for i in range(5000)]
    found = access(*chain, role("last", HAMMER, labels={"is": "c5000"}))
    assert verbs(found, "c0") == ["hammer"]
    assert found.problems == ()


def test_what_gathers_too_much_is_left_empty_and_told(monkeypatch):
    monkeypatch.setattr(aggregation, "MAX_GATHERED", 3)
    two = [role("a", HAMMER, labels=WOOD), role("b", NAIL, labels=WOOD), role("c", CHISEL, labels=NOT_WOOD)]
    found = effective(manifests(*two, role("x", select=["on=wood"]), role("y", SAW, select=["on=not-wood", "on=wood"])))
    assert (verbs(found, "x"), verbs(found, "y")) == (["hammer", "nail"], [])
    (problem,) = [one for one in found.problems if not one.warning]
    assert str(problem.place) == "rbac.yaml#4/aggregationRule"
    assert problem.message == "all aggregation rules together gather more than 3 roles or rules; select fewer"


def settled(roles):
    rules = {one.key.name: set(one.rules) for one in roles}
    while True:
        before = {name: set(held) for name, held in rules.items()}
        for one in roles:
            if one.selectors is not None:
                gathered = [
                    o.key.name for o in roles if o is not one and any(s.selects(o.labels) for s in one.selectors)
                ]
                rules[one.key.name] = set().union(*(rules[name] for name in gathered))
        if rules == before:
            return rules
