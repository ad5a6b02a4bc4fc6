"""Istio: who may call a tenant's workloads, by names that are written out."""

import pytest
from building import QUOTA, cluster, every, objects, of, one, told

SIDECARS = cluster(addons="[istio]")
AMBIENT = cluster(addons="[istio-ambient]")
MESHES = [SIDECARS, AMBIENT]
TWO = "namespaces: [{name: a}, {name: b, quota: {pods: 1}}]"


def policy(found, where="vision"):
    return one(found, "AuthorizationPolicy", namespace=where)["spec"]


def rules(found, where="vision"):
    return policy(found, where).get("rules", [])


def namespaces(*names):
    return [{"source": {"namespaces": list(names)}}]


def test_without_istio_there_is_nothing_of_it():
    found = of("mesh: {ingress: [{namespace: monitoring}]}")
    assert {body["kind"] for body in found} & {"AuthorizationPolicy", "PeerAuthentication"} == set()


@pytest.mark.parametrize("platform", MESHES)
def test_one_policy_without_a_selector_rules_each_namespace(platform):
    found = of(TWO, platform)
    for where in ("vision-a", "vision-b"):
        assert one(found, "AuthorizationPolicy", namespace=where) == {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {
                "name": "tenant",
                "namespace": where,
                "labels": {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"},
            },
            "spec": {"action": "ALLOW", "rules": [{"from": namespaces("vision-a", "vision-b")}]},
        }


def test_empty_rules_deny_everything():
    # An ALLOW policy that matches nothing; one rule without conditions, "rules: [{}]", would let everybody in.
    assert policy(of("network: {sameTenant: false}", SIDECARS)) == {"action": "ALLOW"}


def test_no_rule_is_ever_empty():
    spec = "mesh: {ingress: [{namespace: monitoring}, {principal: cluster.local/ns/a/sa/b}]}"
    assert all(rule.get("from") and rule["from"][0]["source"] for rule in rules(of(spec, SIDECARS)))


@pytest.mark.parametrize("platform", MESHES)
def test_mutual_tls_is_strict_unless_somebody_says_otherwise(platform):
    def mode(spec):
        return one(of(spec, platform), "PeerAuthentication", "tenant", "vision")["spec"]

    assert mode("") == {"mtls": {"mode": "STRICT"}}
    assert mode("mesh: {ingress: []}") == {"mtls": {"mode": "STRICT"}}
    assert mode("mesh: {mtls: PERMISSIVE}") == {"mtls": {"mode": "PERMISSIVE"}}


def test_another_tenant_is_named_by_its_namespaces_in_full():
    tenants = {
        "vision": f"{QUOTA}\nmesh: {{ingress: [{{tenant: research}}]}}",
        "research": f"{QUOTA}\nnamespaces: [{{name: train}}, {{name: old, fullName: legacy, quota: {{pods: 1}}}}]",
        "research-archive": QUOTA,
    }
    assert rules(objects(tenants, SIDECARS))[1:] == [{"from": namespaces("legacy", "research-train")}]


def test_callers_are_never_named_by_prefix():
    tenants = {
        "research": f"{QUOTA}\nmesh: {{ingress: [{{tenant: research-archive}}, {{namespace: monitoring}}]}}",
        "research-archive": QUOTA,
    }
    found = objects(tenants, SIDECARS)
    sources = [f["source"] for b in every(found, "AuthorizationPolicy") for r in b["spec"]["rules"] for f in r["from"]]
    named = [name for source in sources for name in source.get("namespaces", [])]
    assert sorted(named) == ["monitoring", "research", "research-archive", "research-archive"]
    assert "*" not in "".join(named)


def test_a_tenant_that_is_not_on_the_cluster_makes_no_rule():
    platform = 'clusters: [{name: a, version: "1.34", addons: [istio]}, {name: b, version: "1.34", addons: [istio]}]'
    vision = f"{QUOTA}\nclusters: [a, b]\nnetwork: {{sameTenant: false}}\nmesh: {{ingress: [{{tenant: nlp}}]}}"
    found = objects({"vision": vision, "nlp": f"{QUOTA}\nclusters: [b]"}, platform)
    assert [body["spec"] for body in every(found, "AuthorizationPolicy", namespace="vision")] == [
        {"action": "ALLOW"},
        {"action": "ALLOW", "rules": [{"from": namespaces("nlp")}]},
    ]


def test_an_opening_for_nobody_lets_in_nobody():
    [problem] = told(
        {"vision": f"{QUOTA}\nmesh: {{ingress: [{{tenant: nlp}}]}}", "nlp": "namespaces: []"},
        SIDECARS,
    )
    assert problem.endswith("'nlp' has no namespaces, so nobody would get through; drop it")


def test_a_namespace_and_a_workload_of_the_platform_are_named():
    spec = "mesh: {ingress: [{namespace: monitoring}, {principal: cluster.local/ns/gateway/sa/proxy}]}"
    assert rules(of(spec, SIDECARS))[1:] == [
        {"from": namespaces("monitoring")},
        {"from": [{"source": {"principals": ["cluster.local/ns/gateway/sa/proxy"]}}]},
    ]


def test_a_caller_may_be_held_to_methods_paths_and_ports():
    spec = 'mesh: {ingress: [{namespace: gateway, methods: [GET, POST], paths: ["/v1/rank", "/v1/rank/*"], ports: [8080]}]}'
    assert rules(of(spec, SIDECARS))[1:] == [
        {
            "from": namespaces("gateway"),
            "to": [{"operation": {"methods": ["GET", "POST"], "paths": ["/v1/rank", "/v1/rank/*"], "ports": ["8080"]}}],
        }
    ]


def test_each_caller_is_a_rule_of_its_own():
    spec = "mesh: {ingress: [{namespace: m1, ports: [1]}, {namespace: m2, ports: [2]}]}"
    assert [
        (r["from"][0]["source"]["namespaces"], r["to"][0]["operation"]["ports"]) for r in rules(of(spec, SIDECARS))[1:]
    ] == [
        (["m1"], ["1"]),
        (["m2"], ["2"]),
    ]


def test_a_caller_may_be_let_into_one_namespace_only():
    found = of(f"{TWO}\nmesh: {{ingress: [{{namespace: monitoring, namespaces: [b]}}]}}", SIDECARS)
    assert len(rules(found, "vision-a")) == 1
    assert rules(found, "vision-b")[1:] == [{"from": namespaces("monitoring")}]


def test_an_inherited_list_lets_no_tenant_into_itself():
    tenants = {
        "research": f"{QUOTA}\nmesh: {{ingress: [{{tenant: vision}}]}}",
        "vision": f"{QUOTA}\nparent: research\nnetwork: {{sameTenant: false}}",
    }
    assert policy(objects(tenants, AMBIENT)) == {"action": "ALLOW"}


@pytest.mark.parametrize("narrowed", ["methods: [GET]", 'paths: ["/v1/*"]'])
def test_ambient_sees_no_http(narrowed):
    spec = f"{QUOTA}\nmesh: {{ingress: [{{namespace: gateway, {narrowed}}}]}}"
    assert told({"vision": spec}, AMBIENT) == [
        "tenants/vision.yaml: spec.mesh.ingress[0]: cluster prod runs Istio without sidecars, which sees no HTTP methods and paths, so the caller would never get through; drop them"
    ]


@pytest.mark.parametrize("lifecycle", ["frozen", "offboarding"])
def test_a_frozen_tenant_stays_as_closed_as_it_was(lifecycle):
    spec = "mesh: {ingress: [{namespace: monitoring}]}"
    assert policy(of(f"{spec}\nlifecycle: {lifecycle}", SIDECARS)) == policy(of(spec, SIDECARS))
