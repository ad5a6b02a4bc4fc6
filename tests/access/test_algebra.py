import json
import os
import pickle
import subprocess
import sys
from itertools import product, starmap
from pathlib import Path

import pytest
from access.permissions import at, live_rules, matches, on, requests, rule_lists, sets, some
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.access.algebra import ALL_PERMISSIONS, NO_PERMISSIONS, Permissions, read, write
from generator.access.matching import allows
from generator.access.request import ResourceRequest, UrlRequest
from generator.access.rule import Rule

DEFAULTS = Path(__file__).parent.parent / "oracles" / "rbac-defaults-1.36.json"
ROLES = {
    role["metadata"]["name"]: role["rules"]
    for role in json.loads(DEFAULTS.read_text(encoding="utf-8"))
    if role["kind"] == "ClusterRole"
}

PROPERTY = settings(max_examples=100, deadline=None, derandomize=True)

# Membership


@PROPERTY
@given(rule_lists, requests)
def test_a_set_allows_what_its_rules_match(rules, asked):
    held = Permissions.of(rules)
    for request in asked:
        assert held.allows(request) == matches(rules, request)
        assert held.allows(request) == any(allows(read(rule), request) for rule in rules)


@PROPERTY
@given(rule_lists, rule_lists, requests)
def test_union_intersection_and_difference_allow_what_they_say(rules, others, asked):
    a, b = Permissions.of(rules), Permissions.of(others)
    for request in asked:
        in_a, in_b = matches(rules, request), matches(others, request)
        assert (a | b).allows(request) == (in_a or in_b)
        assert (a & b).allows(request) == (in_a and in_b)
        assert (a - b).allows(request) == (in_a and not in_b)


# The smallest world in which sets differ if they differ at all: what rules name, and one thing that they do not.
FEW_RULES = st.fixed_dictionaries(
    {
        "verbs": some("get", "*"),
        "apiGroups": some("", "*"),
        "resources": some("*", "pods", "pods/exec", "*/exec"),
    },
    optional={"resourceNames": some("", "a")},
) | st.fixed_dictionaries({"verbs": some("get", "*"), "nonResourceURLs": some("*", "/a", "/a*", "/a/b")})
FEW_REQUESTS = [
    *starmap(
        ResourceRequest, product(("get", "new"), ("", "new"), ("pods", "new"), ("", "exec", "new"), ("", "a", "new"))
    ),
    *starmap(UrlRequest, product(("get", "new"), ("/a", "/a/b", "/a/new", "/new"))),
]


@PROPERTY
@given(st.lists(FEW_RULES, max_size=4), st.lists(FEW_RULES, max_size=4))
def test_containment_and_equality_hold_exactly_if_they_hold_for_every_request(rules, others):
    a, b = Permissions.of(rules), Permissions.of(others)
    of_a = {request for request in FEW_REQUESTS if matches(rules, request)}
    of_b = {request for request in FEW_REQUESTS if matches(others, request)}
    assert (a <= b, a >= b) == (of_a <= of_b, of_a >= of_b)
    assert (a < b, a == b, bool(a), bool(a & b)) == (of_a < of_b, of_a == of_b, bool(of_a), bool(of_a & of_b))


# One value for one set


@settings(PROPERTY, max_examples=50)
@given(st.lists(live_rules, max_size=3), st.randoms(use_true_random=False))
def test_rules_that_are_shuffled_split_and_repeated_give_the_same_value(rules, chance):
    split = [part for rule in rules for part in pieces(rule)] + rules
    chance.shuffle(split)
    again = Permissions.of([{key: chance.sample(words, len(words)) for key, words in rule.items()} for rule in split])
    held = Permissions.of(rules)
    assert again == held
    assert hash(again) == hash(held)
    assert (again.rules(), again.describe()) == (held.rules(), held.describe())


def pieces(rule):
    keys, parts = zip(*rule.items(), strict=True)
    return [{key: [word] for key, word in zip(keys, words, strict=True)} for words in product(*parts)]


@PROPERTY
@given(sets, sets, sets)
def test_the_laws_of_sets_hold_as_equalities_of_values(a, b, c):
    assert a | b == b | a
    assert a & b == b & a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a - (b | c) == (a - b) & (a - c)
    assert (a - b) | (a & b) == a
    assert (a - b) & b == NO_PERMISSIONS
    assert a - (a - b) == a & b
    assert ALL_PERMISSIONS - (ALL_PERMISSIONS - a) == a
    assert hash((a - b) | (a & b)) == hash(a)


@PROPERTY
@given(sets, sets)
def test_containment_is_what_the_operations_say(a, b):
    assert (a <= b) == (a | b == b) == (a & b == a) == (not a - b)
    assert a & b <= a <= a | b
    assert NO_PERMISSIONS <= a <= ALL_PERMISSIONS
    assert a | a == a & a == a
    assert a - a == a & NO_PERMISSIONS == NO_PERMISSIONS == NO_PERMISSIONS - a
    assert (a < b) == (a <= b and a != b)


def test_a_set_is_worked_out_once_for_all_who_have_the_same_rules():
    copy = json.loads(json.dumps(ROLES["edit"]))
    assert Permissions.of(copy) is Permissions.of(ROLES["edit"])
    assert len({Permissions.of(rules) for rules in [ROLES["edit"], copy, copy[::-1]]}) == 1


def test_rules_may_be_mappings_or_values_and_fields_may_be_null():
    value = Rule(("get",), ("",), ("pods",))
    mapping = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "resourceNames": None}
    assert Permissions.of([value]) == Permissions.of([mapping])
    assert read(mapping) == value
    assert write(value) == {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}


def test_a_value_is_the_same_in_every_process():
    program = (
        "import sys, pickle, json\n"
        "from generator.access.algebra import ALL_PERMISSIONS, Permissions\n"
        "left = ALL_PERMISSIONS - Permissions.of(json.load(sys.stdin))\n"
        "sys.stdout.buffer.write(pickle.dumps((left, left.describe())))"
    )
    rules = [*ROLES["system:discovery"], *ROLES["edit"]]
    left = ALL_PERMISSIONS - Permissions.of(rules)
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        answer = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(rules).encode(),
            capture_output=True,
            check=True,
            env=environment,
        )
        received, described = pickle.loads(answer.stdout)  # noqa: S301 - our own
        assert (received, hash(received)) == (left, hash(left))
        assert described == left.describe()


# The open universe


@pytest.mark.parametrize(
    ("rules", "others"),
    [
        (on("*"), on("pods pods/exec secrets")),
        (on("pods", "*"), on("pods", "get list watch create update patch delete deletecollection")),
        (on("pods", groups="*"), on("pods", groups=",apps,batch")),
        (on("pods"), on("pods", names=["", "a", "b"])),
        (at("/a*"), at("/a /aa* /ab* /a/*")),
        (on("pods/exec"), on("pods pods/*")),
    ],
)
def test_no_enumeration_holds_a_wildcard(rules, others):
    assert not Permissions.of(rules) <= Permissions.of(others)


def test_what_matches_no_request_is_nothing():
    for rule in (on("pods/ */"), on("pods", ""), [{"verbs": ["get"], "apiGroups": [""]}], [{"verbs": ["get"]}]):
        assert Permissions.of(rule) == NO_PERMISSIONS
        assert not Permissions.of(rule)


# The built-in roles


def atoms(held):
    return {
        (group, resource, verb)
        for rule in held.rules()
        for group in rule.api_groups
        for resource in rule.resources
        for verb in rule.verbs
    }


def test_each_built_in_role_holds_the_one_before():
    view, edit, admin, cluster_admin = (
        Permissions.of(ROLES[name]) for name in ("view", "edit", "admin", "cluster-admin")
    )
    assert view < edit < admin < cluster_admin == ALL_PERMISSIONS
    assert [len(atoms(held)) for held in (view, edit, admin)] == [180, 409, 426]


def test_admin_adds_roles_bindings_and_access_reviews_to_edit():
    added = Permissions.of(ROLES["admin"]) - Permissions.of(ROLES["edit"])
    assert added.describe() == (
        "create on localsubjectaccessreviews in authorization.k8s.io",
        "get, list, watch, create, update, patch, delete, deletecollection on rolebindings, roles in rbac.authorization.k8s.io",
    )
    assert len(atoms(added)) == 17


def test_edit_adds_229_permissions_on_43_resources_to_view():
    added = atoms(Permissions.of(ROLES["edit"]) - Permissions.of(ROLES["view"]))
    assert len(added) == 229
    assert len({(group, resource) for group, resource, _ in added}) == 43


@pytest.mark.parametrize("name", sorted(ROLES))
def test_every_built_in_role_has_rules_that_denote_it(name):
    held = Permissions.of(ROLES[name])
    assert Permissions.of(held.rules()) == held
    assert len(held.rules()) <= max(len(ROLES[name]), 1)
