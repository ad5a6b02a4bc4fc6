"""Each quirk of the matcher is a test; the table of Kubernetes' own TestRuleMatches and a naive matcher stand beside."""

from itertools import product

import pytest
from access.rbac import ask
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.access import ResourceRequest, Rule, UrlRequest
from generator.access.matching import allows


def allowed(request, resources=("pods",), verbs=("get",), groups=("",), names=()):
    return allows(Rule(verbs, groups, resources, names), request)


def test_a_resource_does_not_include_its_subresources():
    assert allowed(ask("get", "pods"))
    assert not allowed(ask("get", "pods/exec"))


def test_a_subresource_does_not_include_its_resource():
    assert allowed(ask("get", "pods/exec"), resources=("pods/exec",))
    assert not allowed(ask("get", "pods"), resources=("pods/exec",))


def test_all_resources_include_every_subresource():
    assert allowed(ask("get", "pods/exec"), resources=("*",))


def test_a_star_before_a_subresource_stands_for_every_resource():
    assert allowed(ask("get", "pods/exec"), resources=("*/exec",))
    assert not allowed(ask("get", "pods"), resources=("*/exec",))
    assert not allowed(ask("get", "pods/attach"), resources=("*/exec",))


@pytest.mark.parametrize("literal", ["pods/*", "*/*", "po*", "pods/", "/exec"])
def test_a_star_within_a_resource_is_literal(literal):
    assert not allowed(ask("get", "pods"), resources=(literal,))
    assert not allowed(ask("get", "pods/exec"), resources=(literal,))
    assert not allowed(ask("get", "pods/log"), resources=(literal,))


def test_a_star_within_a_verb_or_a_group_is_literal():
    assert not allowed(ask("get", "pods"), verbs=("ge*",))
    assert not allowed(ask("get", "pods", group="apps"), groups=("app*",))


def test_case_matters():
    assert not allowed(ask("GET", "pods"))
    assert not allowed(ask("get", "Pods"))
    assert not allowed(ask("get", "pods", group="Apps"), groups=("apps",))


def test_all_groups_include_the_core_group_and_the_core_group_no_other():
    assert allowed(ask("get", "pods"), groups=("*",))
    assert not allowed(ask("get", "pods", group="apps"), groups=("",))


def test_all_verbs_include_those_that_are_no_http_method():
    assert allowed(ask("escalate", "pods"), verbs=("*",))


def test_no_names_mean_every_name_and_none():
    assert allowed(ask("get", "pods", "a"))
    assert allowed(ask("list", "pods"), verbs=("list",))


def test_names_restrict_also_requests_without_a_name():
    assert allowed(ask("get", "pods", "a"), names=("a",))
    assert not allowed(ask("get", "pods", "b"), names=("a",))
    for verb in ("create", "list", "watch", "deletecollection"):
        assert not allowed(ask(verb, "pods"), verbs=("*",), names=("a",))


def test_names_allow_a_list_of_one_name_and_a_create_by_apply():
    assert allowed(ask("list", "pods", "a"), verbs=("list",), names=("a",))
    assert allowed(ask("create", "pods", "a"), verbs=("create",), names=("a",))


def test_the_empty_name_allows_just_the_requests_without_a_name():
    for verb in ("create", "list", "deletecollection"):
        assert allowed(ask(verb, "pods"), verbs=("*",), names=("",))
    assert not allowed(ask("get", "pods", "a"), names=("",))


def test_a_star_among_names_is_literal():
    assert not allowed(ask("get", "pods", "a"), names=("*",))
    assert allowed(ask("get", "pods", "*"), names=("*",))


@pytest.mark.parametrize(
    ("url", "covered", "missed"),
    [
        ("/apis", ["/apis"], ["/apis/", "/apis/v1", "/api"]),
        ("/apis/*", ["/apis/", "/apis/v1", "/apis/v1/x", "/apis/*"], ["/apis", "/api/v1"]),
        ("/apis*", ["/apis", "/apis2", "/apis/v1"], ["/api"]),
        ("/foo**", ["/foo", "/foobar", "/foo**"], ["/fo"]),
        ("/a/*/c", ["/a/*/c"], ["/a/b/c"]),
        ("*", ["/", "/anything", ""], []),
        ("**", ["/", "/anything"], []),
        ("", [""], ["/"]),
    ],
)
def test_stars_at_the_end_of_a_url_stand_for_any_rest(url, covered, missed):
    rule = Rule(("get",), urls=(url,))
    assert [path for path in [*covered, *missed] if allows(rule, UrlRequest("get", path))] == covered
    assert not any(allows(rule, UrlRequest("put", path)) for path in covered)


def test_resources_never_match_a_url_nor_urls_a_resource():
    assert not allowed(UrlRequest("get", "/pods"), resources=("*",), groups=("*",))
    assert not allows(Rule(("*",), urls=("*",)), ask("get", "pods"))


def test_both_parts_of_a_mixed_rule_work_on_their_own():
    mixed = Rule(("get",), ("",), ("pods",), ("a",), ("/healthz",))
    assert allows(mixed, UrlRequest("get", "/healthz"))
    assert allows(mixed, ask("get", "pods", "a"))


# plugin/pkg/auth/authorizer/rbac/rbac_test.go, TestRuleMatches: of all combinations, those that are allowed.
RESOURCES = [ask(v, r, group=g) for v, g, r in product(("v1", "v2"), ("g1", "g2"), ("r1", "r2"))]
SUBRESOURCES = [
    ask(v, f"{r}/{s}", group=g) for v in ("v1", "v2") for r in ("r1", "r2") for g, s in (("g1", "s1"), ("g2", "s2"))
]
PATHS = [UrlRequest(v, p) for v, p in product(("v1", "v2"), ("/foo", "/foo/bar", "/foo/baz", "/foo/bar/one", "/foo/baz/one"))]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "requests", "expected"),
    [
        (Rule(("*",), ("g1",), ("r1",)), RESOURCES, "v1 g1 r1, v2 g1 r1"),
        (Rule(("v1",), ("*",), ("r1",)), RESOURCES, "v1 g1 r1, v1 g2 r1"),
        (Rule(("v1",), ("g1",), ("*",)), RESOURCES, "v1 g1 r1, v1 g1 r2"),
        (Rule(("v1", "v2"), ("g1", "g2"), ("r1", "r2")), RESOURCES, "all"),
        (Rule(("*",), ("*",), ("r1/s1",)), SUBRESOURCES, "v1 g1 r1/s1, v2 g1 r1/s1"),
        (Rule(("v1",), urls=("*",)), PATHS, "v1 /foo, v1 /foo/bar, v1 /foo/baz, v1 /foo/bar/one, v1 /foo/baz/one"),
        (Rule(("v1",), urls=("/foo/*",)), PATHS, "v1 /foo/bar, v1 /foo/baz, v1 /foo/bar/one, v1 /foo/baz/one"),
    ],
)
def test_rules_match_as_in_the_table_of_kubernetes(rule, requests, expected):
    found = [shown(request) for request in requests if allows(rule, request)]
    assert found == ([shown(request) for request in requests] if expected == "all" else expected.split(", "))


def shown(request):
    if isinstance(request, UrlRequest):
        return f"{request.verb} {request.path}"
    return f"{request.verb} {request.group} {'/'.join(filter(None, (request.resource, request.subresource)))}"


# A second matcher, written from the definition alone: a rule is the set of words that each part may be.


def naive(rule, request):
    if request.verb not in rule.verbs and "*" not in rule.verbs:
        return False
    if isinstance(request, UrlRequest):
        for url in rule.urls:
            stem = url
            while stem.endswith("*"):
                stem = stem[:-1]
            if request.path == url or (stem != url and request.path[: len(stem)] == stem):
                return True
        return False
    spellings = {"*", request.resource}
    if request.subresource:
        spellings = {"*", request.resource + "/" + request.subresource, "*/" + request.subresource}
    groups, names = {"*", request.group}, {request.name}
    if not groups.intersection(rule.api_groups) or not spellings.intersection(rule.resources):
        return False
    return rule.resource_names == () or bool(names.intersection(rule.resource_names))


def words(*known):
    return st.lists(st.sampled_from(known), max_size=3).map(tuple)


VERBS = ("get", "create", "*", "", "Get")
NAMES = ("", "a", "*")
RULES = st.builds(
    Rule,
    verbs=words(*VERBS),
    api_groups=words("", "apps", "*"),
    resources=words("pods", "pods/log", "*/log", "pods/*", "*/*", "*", "", "/log"),
    resource_names=words(*NAMES),
    urls=words("/", "/a", "/a/*", "/a*", "*", "/a**", "", "/*/b"),
)
REQUESTS = st.one_of(
    st.builds(
        ResourceRequest,
        st.sampled_from(VERBS),
        st.sampled_from(("", "apps", "*")),
        st.sampled_from(("pods", "*", "")),
        st.sampled_from(("", "log", "*")),
        st.sampled_from(NAMES),
    ),
    st.builds(UrlRequest, st.sampled_from(VERBS), st.sampled_from(("", "/", "/a", "/a/", "/a/b", "/ab", "/*/b"))),
)


@settings(deadline=None, derandomize=True)
@given(rule=RULES, request=REQUESTS)
def test_the_matcher_agrees_with_a_naive_one(rule, request):
    assert allows(rule, request) is naive(rule, request)
