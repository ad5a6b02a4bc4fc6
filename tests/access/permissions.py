"""A small world of RBAC rules, sets of permissions and requests, and the plain matcher that all algebra is held against.

The rules have all spellings that a rule may have, and some that no request can match; the requests also ask for what no
rule names (``new``), as anything in an open universe may be asked for.
"""

from itertools import product

from hypothesis import strategies as st

from generator.access.algebra import Permissions
from generator.access.request import ResourceRequest, UrlRequest

RESOURCES = ["*", "pods", "secrets", "pods/exec", "secrets/exec", "*/exec", "*/log", "pods/*", "*/*", "a/b/c", "*/b/c"]
URLS = ["*", "**", "/a", "/a*", "/a**", "/a/*", "/a/b", "/a/b*", "/*/b", "", "b"]


def some(*words):
    return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True)


def about_resources(*resources):
    required = {"verbs": some("get", "list", "*"), "apiGroups": some("", "apps", "*"), "resources": some(*resources)}
    return st.fixed_dictionaries(required, optional={"resourceNames": some("", "a", "b", "*")})


about_urls = st.fixed_dictionaries({"verbs": some("get", "post", "*"), "nonResourceURLs": some(*URLS)})
#: Rules that match something, as far as the API server would take them.
live_rules = about_resources(*RESOURCES) | about_urls
#: The API server refuses a rule about both, but the authorizer copes with it.
about_both = st.tuples(about_resources(*RESOURCES), about_urls).map(lambda pair: {**pair[1], **pair[0]})
rules = live_rules | about_resources(*RESOURCES, "pods/", "*/") | about_both
rule_lists = st.lists(rules, max_size=4)

granted = rule_lists.map(Permissions.of)
#: Sets of every form, most of which no list of rules denotes.
sets = st.builds(lambda a, b, c: a - (b - c), granted, granted, granted | st.just(Permissions.of([])))

REQUESTS = [
    ResourceRequest(*parts)
    for parts in product(
        ("get", "list", "*", "new"),
        ("", "apps", "*", "new"),
        ("pods", "secrets", "a", "*", "new"),
        ("", "exec", "log", "*", "b/c", "new"),
        ("", "a", "*", "new"),
    )
]
PATHS = ["", "/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/a*", "/*/b", "/*/bc", "b", "bc", "*", "new", "/new"]
REQUESTS += [UrlRequest(verb, path) for verb in ("get", "post", "*", "new") for path in PATHS]
requests = st.lists(st.sampled_from(REQUESTS), min_size=20, max_size=20)


def matches(rules, request):
    """Decide section by section as ``evaluation_helpers.go`` does, and nothing more."""
    return any(matches_rule(rule, request) for rule in rules)


def matches_rule(rule, request):
    if not {"*", request.verb} & set(rule["verbs"]):
        return False
    if isinstance(request, UrlRequest):
        return any(matches_path(url, request.path) for url in rule.get("nonResourceURLs", []))
    combined = f"{request.resource}/{request.subresource}" if request.subresource else request.resource
    accepted = {"*", combined} | ({f"*/{request.subresource}"} if request.subresource else set())
    return (
        bool({"*", request.group} & set(rule.get("apiGroups", [])))
        and bool(accepted & set(rule.get("resources", [])))
        and (not rule.get("resourceNames") or request.name in rule["resourceNames"])
    )


def matches_path(url, path):
    return url in ("*", path) or (url.endswith("*") and path.startswith(url.rstrip("*")))


def on(resources, verbs="get", groups="", names=None):
    """Write a rule in few words."""
    rule = {"verbs": verbs.split(), "apiGroups": groups.split(",") if groups else [""], "resources": resources.split()}
    return [rule if names is None else {**rule, "resourceNames": names}]


def at(urls, verbs="get"):
    return [{"verbs": verbs.split(), "nonResourceURLs": urls.split()}]
