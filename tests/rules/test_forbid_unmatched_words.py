import json

import pytest
from access.rbac import role, rule, urls
from rules.judging import asking, messages

from generator import shipped

ASKED = asking("forbid-unmatched-words")
START = "Role r has words that no request matches: "


def told(granted):
    found = messages(ASKED, role("ns1/r", granted))
    assert all(message.startswith(START) for message in found)
    return [message.removeprefix(START) for message in found]


@pytest.mark.parametrize(
    ("group", "why"),
    [
        ("core", 'write ""'),
        ("v1", 'write ""'),
        ("core/v1", 'write ""'),
        ("apps/v1", "write apps (RBAC knows no versions)"),
        ("Apps", "write apps"),
        ("rbac", "write rbac.authorization.k8s.io"),
        ("networking", "write networking.k8s.io"),
        ("app", "write apps"),
        ("*.example.com", "where the star stands for itself; name the groups"),
        ("zzz", "custom ones have a dot"),
        ("secrets", "which is a resource; write it in resources"),
    ],
)
def test_a_group_that_none_can_be_is_told_with_what_is_meant(group, why):
    assert told(rule("get", group, "*")) == [f"the API group {group!r}, {why}"]


@pytest.mark.parametrize(
    ("group", "resource", "why"),
    [
        ("", "pods/*", "where the star stands for itself; name the subresources, such as pods/attach, or write pods"),
        ("*", "*/*", "where the star stands for itself; name the subresources, such as */status, or write *"),
        ("", "pod*", "where the star stands for itself; name the resources"),
        ("", "pods/exec/x", "where only one subresource can stand; write pods/x"),
        ("", "Pod", "write pods"),
        ("", "pod", "write pods"),
        ("", "po", "write pods"),
        ("*", "configmap", "write configmaps"),
        ("", "Pods/Exec", "write pods/exec"),
        ("example.com", "Widgets", "write widgets"),
        ("apps", "deployments.apps", "write deployments, and apps in apiGroups"),
        ("", "deployments", 'which "" does not have; write apps in apiGroups'),
        ("", "deployment", "write deployments, and apps in apiGroups"),
        ("apps", "pods", 'which apps does not have; write "" in apiGroups'),
        ("", "events.events.k8s.io", "write events, and events.k8s.io in apiGroups"),
        ("", "secretz", "write secrets"),
        ("", "frobs", 'which "" does not have'),
        ("", "apps", "which is an API group; write it in apiGroups"),
        ("", "pods/logs", "did you mean pods/log?"),
        ("batch", "jobs/scale", "which jobs do not have"),
    ],
)
def test_a_resource_that_none_can_be_is_told_with_what_is_meant(group, resource, why):
    assert told(rule("get", group, resource)) == [f"the resource {resource!r}, {why}"]


@pytest.mark.parametrize(
    ("verb", "why"),
    [
        ("read", "write get, list, watch"),
        ("edit", "write create, update, patch"),
        ("Get", "write get"),
        ("GET", "write get"),
        ("*list", "where the star stands for itself; name the verbs"),
        ("lst", "write list"),
        ("daemonsets", "which is a resource; write it in resources, and apps in apiGroups"),
        ("frobnicate", "name the verbs"),
    ],
)
def test_a_verb_that_none_can_be_is_told_with_what_is_meant(verb, why):
    assert told(rule(verb)) == [f"the verb {verb!r}, {why}"]


@pytest.mark.parametrize(
    "granted",
    [
        rule("*", "*", "*"),
        rule("get,list", ",apps,batch", "pods,deployments,jobs,jobs/status"),
        rule("create", "*", "*/exec"),
        rule("get", "", "*/status"),
        rule("update", "apps", "deployments/finalizers"),
        rule("get", "extensions", "ingresses,deployments/scale"),
        rule("get,polish", "example.com", "widgets,widgets/shine"),
        rule("polish", "*", "widgets"),
        rule("use", "policy", "podsecuritypolicies", "restricted"),
        rule("use", "security.openshift.io", "securitycontextconstraints"),
        rule("bind,escalate", "rbac.authorization.k8s.io", "clusterroles"),
        rule("approve,sign,attest", "certificates.k8s.io", "signers"),
        rule("impersonate", "", "users,groups,serviceaccounts"),
        rule("impersonate", "authentication.k8s.io", "uids,userextras/scopes,userextras/example.com/project"),
        rule("impersonate:serviceaccount", "authentication.k8s.io", "serviceaccounts"),
        rule("impersonate:arbitrary-node", "authentication.k8s.io", "nodes"),
        rule("impersonate-on:user-info:list", "", "pods"),
        rule("associated-node:update,arbitrary-node:patch", "resource.k8s.io", "resourceclaims/driver"),
        rule("request-serviceaccounts-token-audience", "", "https://example.com"),
        rule("get", "metrics.k8s.io", "pods,nodes"),
        rule("get", "custom.metrics.k8s.io", "*"),
        urls("get,post,head", "/metrics,/healthz/*,*"),
    ],
)
def test_what_requests_have_is_fine(granted):
    assert messages(ASKED, role("r", granted)) == []


def test_a_list_of_groups_and_resources_is_read_together():
    assert told(rule("get", ",apps", "pods,deployments,jobs")) == [
        "the resource 'jobs', which \"\" or apps does not have; write batch in apiGroups"
    ]


def test_what_stands_in_the_wrong_field_is_told_once_for_the_rule():
    assert told(rule("daemonsets", "*", "apps")) == [
        (
            "the resource 'apps', which is an API group; write it in apiGroups; "
            "the verb 'daemonsets', which is a resource; write it in resources, and apps in apiGroups"
        )
    ]


def test_a_wrong_group_does_not_make_its_resources_wrong():
    assert told(rule("get", "apps/v1", "deployments")) == [
        "the API group 'apps/v1', write apps (RBAC knows no versions)"
    ]


def test_a_star_in_a_name_stands_for_itself():
    why = "where the star stands for itself; name the objects, or leave resourceNames out"
    granted = rule("get", resources="secrets", names="*,app,app-*")
    assert told(granted) == [f"the name '*', {why}; the name 'app-*', {why}"]


@pytest.mark.parametrize(
    ("verb", "group", "resource", "name"),
    [
        ("approve", "certificates.k8s.io", "signers", "example.com/*"),
        ("impersonate:associated-node", "authentication.k8s.io", "nodes", "*"),
        ("impersonate", "", "users", "*"),
        ("bind", "rbac.authorization.k8s.io", "clusterroles", "team:*"),
        ("get", "example.com", "widgets", "*"),
    ],
)
def test_some_names_may_have_a_star(verb, group, resource, name):
    assert told(rule(verb, group, resource, name)) == []


@pytest.mark.parametrize(
    ("granted", "why"),
    [
        (urls("list", "/metrics"), "the verb 'list' on a path, write get"),
        (urls("GET", "/metrics"), "the verb 'GET' on a path, write get"),
        (urls("get", "metrics"), "the path 'metrics', write /metrics"),
        (urls("get", "/a/*/b"), "the path '/a/*/b', where a star before the end stands for itself"),
    ],
)
def test_paths_have_words_of_their_own(granted, why):
    assert messages(ASKED, role("r", granted)) == [f"Cluster{START}{why}"]


def test_kubernetes_itself_writes_no_such_word():
    rules = [rule for body in json.loads(shipped.default_roles("1.36")) for rule in body.get("rules") or ()]
    assert len(rules) > 300
    assert messages(ASKED, role("all", *rules)) == []
