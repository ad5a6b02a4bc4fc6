"""Hosts that two claim, policies that are open to everybody, and texts that are none."""

import pytest
from rules.judging import asking, messages, named, space, tenants_space

TENANTS, NAMESPACES, OBJECTS = (
    asking("forbid-shared-hosts", apart=apart) for apart in ("tenants", "namespaces", "objects")
)
OPEN = asking("forbid-open-selectors")
TEXTS = asking("forbid-untyped-texts")
GATEWAY = "gateway.networking.k8s.io/v1"


def ingress(namespace, host="a.example.com", path="/", name="web", ingress_class="public", path_type="Prefix"):
    paths = [{"path": path, "pathType": path_type}]
    spec = {"ingressClassName": ingress_class, "rules": [{"host": host, "http": {"paths": paths}}]}
    return named("Ingress", name, namespace, "networking.k8s.io/v1", spec=spec)


def route(namespace, *hosts, parent="public", path="/", **match):
    matches = [{"path": {"type": "PathPrefix", "value": path}, **match}]
    spec = {
        "parentRefs": [{"name": parent, "namespace": "gateways"}],
        "hostnames": list(hosts),
        "rules": [{"matches": matches}],
    }
    return named("HTTPRoute", "web", namespace, GATEWAY, spec=spec)


def test_two_that_claim_one_host_are_told_each_with_the_other():
    assert messages(TENANTS, ingress("a"), ingress("b")) == [
        "Ingress web claims a.example.com/, claimed also by Ingress web in namespace b",
        "Ingress web claims a.example.com/, claimed also by Ingress web in namespace a",
    ]


@pytest.mark.parametrize(
    "other",
    [
        ingress("b", host="b.example.com"),
        ingress("b", path="/b"),
        ingress("b", ingress_class="internal"),
        ingress("b", path_type="Exact"),
        ingress("b", host=""),
        ingress("b", host="*.example.com"),
        route("b", "a.example.com"),
    ],
)
def test_host_path_class_and_kind_keep_claims_apart(other):
    assert messages(OBJECTS, ingress("a"), other) == []


def test_whose_claims_are_kept_apart_is_chosen():
    spaces = tenants_space("a", "vision"), tenants_space("b", "vision"), tenants_space("c", "speech")
    two_of_one = ingress("a"), ingress("b")
    assert messages(TENANTS, *spaces, *two_of_one) == []
    assert len(messages(NAMESPACES, *spaces, *two_of_one)) == 2
    assert messages(NAMESPACES, *spaces, ingress("a"), ingress("a", name="canary")) == []
    assert len(messages(OBJECTS, *spaces, ingress("a"), ingress("a", name="canary"))) == 2
    assert len(messages(TENANTS, *spaces, ingress("a"), ingress("c"))) == 2
    assert messages(OBJECTS, ingress("a")) == []


def test_routes_of_one_gateway_are_held_against_one_another():
    one = route("a", "a.example.com", "b.example.com")
    assert len(messages(TENANTS, one, route("b", "b.example.com"))) == 2
    assert messages(TENANTS, one, route("b", "b.example.com", parent="internal")) == []
    assert messages(TENANTS, one, route("b", "b.example.com", headers=[{"name": "x", "value": "y"}])) == []
    openshift = [named("Route", "r", name, "route.openshift.io/v1", spec={"host": "a.example.com"}) for name in "ab"]
    assert len(messages(TENANTS, *openshift)) == 2


def test_of_many_that_claim_the_same_a_few_are_named():
    found = messages(TENANTS, *(ingress(f"n{index}") for index in range(9)))
    assert found[0].endswith("Ingress web in namespace n3 and 5 more")


@pytest.mark.parametrize("spec", [None, [], {"rules": 1}, {"rules": [1, {"host": 1}, {"host": "a", "http": []}]}])
def test_malformed_routes_are_no_crash(spec):
    messages(TENANTS, named("Ingress", "i", "a", "networking.k8s.io/v1", spec=spec))
    messages(TENANTS, named("HTTPRoute", "i", "a", GATEWAY, spec=spec))


def policy(**spec):
    return named("NetworkPolicy", "p", "a", "networking.k8s.io/v1", spec={"podSelector": {}, **spec})


def ingress_from(peer, *ports):
    return policy(ingress=[{"from": [peer], **({"ports": list(ports)} if ports else {})}])


def egress_to(peer, *ports):
    return policy(egress=[{"to": [peer], **({"ports": list(ports)} if ports else {})}])


DNS = {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}, "namespaceSelector": {}}
EMPTY = "NetworkPolicy p {} pods of every namespace: its namespaceSelector is empty; name the namespace by kubernetes.io/metadata.name, or by labels"


@pytest.mark.parametrize("selector", [{}, {"matchLabels": None}, {"matchLabels": {}, "matchExpressions": []}])
def test_an_empty_selector_opens_to_everybody(selector):
    assert messages(OPEN, ingress_from({"namespaceSelector": selector})) == [EMPTY.format("lets in")]
    assert messages(OPEN, egress_to({"namespaceSelector": selector})) == [EMPTY.format("lets out to")]


def test_labels_that_are_indented_too_little_are_told():
    slip = {"namespaceSelector": {"matchLabels": None, "tenantry.dev/tenant": "vision"}}
    assert messages(OPEN, ingress_from(slip)) == [
        (
            "NetworkPolicy p lets in pods of every namespace: "
            "tenantry.dev/tenant stands beside matchLabels, where it is no field; indent it below matchLabels"
        )
    ]


def test_dns_and_the_tunnel_of_a_mesh_are_fine_and_callers_are_not():
    assert messages(OPEN, egress_to(DNS, {"port": 53})) == []
    assert len(messages(OPEN, egress_to(DNS))) == 1
    assert len(messages(OPEN, ingress_from(DNS, {"port": 53}))) == 1
    assert messages(OPEN, ingress_from({"namespaceSelector": {}}, {"port": 15008})) == []
    assert len(messages(OPEN, ingress_from({"namespaceSelector": {}}, {"port": 15008}, {"port": 80}))) == 1


@pytest.mark.parametrize(
    "peer",
    [
        {"podSelector": {}},
        {"ipBlock": {"cidr": "10.0.0.0/8"}},
        {"namespaceSelector": {"matchLabels": {"a": "b"}}},
        {"namespaceSelector": None},
        1,
    ],
)
def test_pods_of_the_own_namespace_addresses_and_labels_are_fine(peer):
    assert messages(OPEN, ingress_from(peer)) == []


def test_a_number_in_the_place_of_a_text_is_told_without_its_value():
    assert messages(TEXTS, space(team="vision")) == []
    assert messages(TEXTS, space(team=4711)) == [
        "Namespace ns1: metadata.labels.team is a number, where Kubernetes takes a text; put it in quotes"
    ]
    assert messages(TEXTS, space(team=None)) == []


def pod(**container):
    return named("Pod", "p", "a", spec={"containers": [{"name": "c", **container}]})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (named("ConfigMap", "c", "a", data={"debug": True}), "data.debug is a boolean"),
        (named("Secret", "c", "a", stringData={"pin": 1234}), "stringData.pin is a number"),
        (pod(args=["--port", 80]), "args of container c is a number"),
        (pod(command=["sleep", 1.5]), "command of container c is a number"),
        (pod(env=[{"name": "DEBUG", "value": True}]), "env DEBUG of container c is a boolean"),
        (pod(env=[{"name": "LIST", "value": []}]), "env LIST of container c is a list"),
    ],
)
def test_settings_and_what_containers_are_started_with_are_texts(body, field):
    (message,) = messages(TEXTS, body)
    assert field in message


@pytest.mark.parametrize(
    "body",
    [
        pod(args=["80"], env=[{"name": "A"}, {"name": "B", "valueFrom": {"fieldRef": {}}}]),
        named("ConfigMap", "c", "a", data=None),
        named("ConfigMap", "c", "a", data=[1]),
        named("ResourceQuota", "q", "a", spec={"hard": {"pods": 1.5}}),
        {"apiVersion": "v1", "kind": "Pod", "metadata": None, "spec": {"containers": [1]}},
    ],
)
def test_what_is_a_text_or_none_of_our_business_is_fine(body):
    assert messages(TEXTS, body) == []


def test_a_quota_that_a_controller_counts_takes_no_fractions():
    hnc = "hnc.x-k8s.io/v1alpha2"
    assert len(messages(TEXTS, named("HierarchicalResourceQuota", "q", "a", hnc, spec={"hard": {"cpu": 1.5}}))) == 1
    assert messages(TEXTS, named("HierarchicalResourceQuota", "q", "a", hnc, spec={"hard": {"cpu": 1}})) == []
