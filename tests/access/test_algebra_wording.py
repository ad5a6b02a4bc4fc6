import pytest
from access.permissions import at, granted, matches_path, on, requests, rule_lists, sets
from hypothesis import given, settings

from generator.access.algebra import Permissions, read, write
from generator.access.algebra_boxes import boxes, path_boxes
from generator.access.request import UrlRequest

PROPERTY = settings(max_examples=100, deadline=None, derandomize=True)


@PROPERTY
@given(rule_lists)
def test_rules_denote_the_set_that_they_come_from(rules):
    held = Permissions.of(rules)
    assert Permissions.of(held.rules()) == held


@PROPERTY
@given(granted, granted)
def test_unions_and_intersections_of_rules_are_rules(a, b):
    for held in (a | b, a & b):
        assert Permissions.of(held.rules()) == held


@PROPERTY
@given(sets)
def test_a_set_with_an_exception_has_no_rules(held):
    rules = held.rules()
    assert rules is None or Permissions.of(rules) == held


@PROPERTY
@given(sets, requests)
def test_what_is_described_is_the_set(held, asked):
    for request in asked:
        assert held.allows(request) == any(in_box(box, request) for box in every_box(held))
    assert len(held.describe()) == len(set(held.describe())) == len(every_box(held))


def every_box(held):
    return [*boxes(held.resources), *path_boxes(held.paths)]


def in_box(box, request):
    if request.verb not in box.verbs or hasattr(box, "paths") != isinstance(request, UrlRequest):
        return False
    if isinstance(request, UrlRequest):
        return any(matches_path(url, request.path) for url in box.paths) and not any(
            matches_path(url, request.path) for url in box.excepted
        )
    return (
        request.group in box.groups
        and request.name in box.names
        and any(
            request.subresource in target.subresources and request.resource in target.resources
            for target in box.targets
        )
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], []),
        (on("pods secrets"), on("pods secrets")),
        (on("pods", "list get") + on("secrets", "get list"), on("pods secrets", "get list")),
        (on("pods", groups="apps") + on("pods"), on("pods", groups=",apps")),
        (on("pods", "list create delete frob get"), on("pods", "get list create delete frob")),
        (on("*", "* get", "*") + on("pods", "get list"), on("*", "*", "*")),
        (on("pods/exec pods */exec *"), on("*")),
        (on("pods/exec */exec"), on("*/exec")),
        (on("pods/ */"), []),
        (on("pods", names=["b"]) + on("pods", names=["a"]), on("pods", names=["a", "b"])),
        (on("pods", names=["a"]) + on("pods"), on("pods")),
        (on("pods", "*") + on("pods", groups="*"), on("pods", groups="*") + on("pods", "*")),
        (at("/a /a* /a/b* /c"), at("/a* /c")),
        (at("/a*") + at("/a/b", "get post"), at("/a*") + at("/a/b", "post")),
        (at("/a**") + at("* /b", "*"), at("*", "*")),
    ],
)
def test_rules_are_few_and_in_a_fixed_order(rules, expected):
    assert [write(rule) for rule in Permissions.of(rules).rules()] == [write(read(rule)) for rule in expected]


EVERYTHING = on("*", "*", "*")


@pytest.mark.parametrize(
    ("rules", "without", "expected"),
    [
        ([], [], []),
        (EVERYTHING, [], ["all verbs on all resources in all API groups"]),
        (at("*", "*"), [], ["all verbs on all paths"]),
        (on("secrets", "*"), on("secrets", "list get"), ["all verbs but get, list on secrets in the core group"]),
        (on("pods/log */exec pods", groups="apps,"), [], ["get on */exec, pods, pods/log in the core group, apps"]),
        (on("secrets"), on("secrets", names=["a"]), ["get on secrets in the core group, with any name but a or none"]),
        (on("secrets"), on("secrets", names=[""]), ["get on secrets in the core group, with any name"]),
        (on("secrets", names=["b", "a"]), [], ["get on secrets in the core group, named a, b"]),
        (on("pods", "create", names=[""]), [], ["create on pods in the core group, without a name"]),
        (on("pods", names=["", "a"]), [], ["get on pods in the core group, named a or none"]),
        (on("pods", groups="*"), on("pods"), ["get on pods in all API groups but the core group"]),
        (on("pods", groups="core"), [], ["get on pods in core"]),
        (on("*/exec"), on("pods/exec"), ["get on exec of all resources but pods in the core group"]),
        (on("*"), on("*/exec"), ["get on all resources (with all subresources but exec) in the core group"]),
        (
            on("*"),
            on("secrets"),
            [
                "get on all subresources of all resources in the core group",
                "get on all resources but secrets (no subresources) in the core group",
            ],
        ),
        (at("*"), at("/a* /b"), ["get on all paths but /a*, /b"]),
        (at("* /a"), at("/a/b*"), ["get on all paths but /a/b*"]),
        (at("*") + at("/a*", "post"), [], ["get on all paths", "post on the paths /a*"]),
        (
            on("pods", names=["x in the core group, y"]),
            [],
            ["get on pods in the core group, named 'x in the core group, y'"],
        ),
    ],
)
def test_a_description_says_what_is_excepted(rules, without, expected):
    assert list((Permissions.of(rules) - Permissions.of(without)).describe()) == expected


def test_what_a_wildcard_has_lost_cannot_be_written_as_rules():
    left = Permissions.of(EVERYTHING) - Permissions.of(on("secrets"))
    assert left.rules() is None
    assert left | Permissions.of(on("secrets")) == Permissions.of(EVERYTHING)
