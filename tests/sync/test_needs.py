import json

from building import shuffled

from generator.manifest import Manifest
from generator.problems import Place
from generator.sync.needs import Ledger, resource_of, rights, written

WRITING = ["create", "delete", "get", "patch"]
RBAC = "rbac.authorization.k8s.io"


def body(kind, name="a", api_version="v1", **more):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "x"}, **more}


def role(*rules):
    return body("Role", api_version=f"{RBAC}/v1", rules=list(rules))


def rule(group, resources, verbs, **more):
    return {"apiGroups": [group], "resources": resources, **more, "verbs": verbs}


ROLE_ITSELF = rule(RBAC, ["roles"], WRITING)


def test_a_kind_takes_what_server_side_apply_and_pruning_ask_for():
    given = written(
        [body("ConfigMap"), body("ServiceAccount"), body("NetworkPolicy", api_version="networking.k8s.io/v1")]
    )
    assert rights([given]) == [
        rule("", ["configmaps", "serviceaccounts"], WRITING),
        rule("networking.k8s.io", ["networkpolicies"], WRITING),
    ]


def test_a_role_takes_all_that_is_in_it():
    given = written([role(rule("", ["pods"], ["list", "get"]), rule("apps", ["deployments"], ["get"]))])
    assert rights([given]) == [
        rule("", ["pods"], ["get", "list"]),
        rule("apps", ["deployments"], ["get"]),
        ROLE_ITSELF,
    ]


def test_what_is_said_twice_is_written_once():
    given = [
        written([role(rule("", ["pods"], ["get"]), rule("", ["pods", "configmaps"], ["list"]))]),
        written([role(rule("", ["pods"], ["get", "watch"])), body("ConfigMap")]),
    ]
    assert rights(given) == [
        rule("", ["configmaps"], ["create", "delete", "get", "list", "patch"]),
        rule("", ["pods"], ["get", "list", "watch"]),
        ROLE_ITSELF,
    ]


def test_names_and_urls_stay_what_they_are():
    urls = {"nonResourceURLs": ["/metrics"], "verbs": ["get"]}
    named = rule("", ["secrets"], ["get"], resourceNames=["token"])
    assert rights([written([role(named, urls)])]) == [named, ROLE_ITSELF, urls]
    wider = rule("", ["secrets"], ["get"])
    assert rights([written([role(named, wider)])]) == [wider, ROLE_ITSELF]


def test_a_role_of_the_clusters_own_is_bound_by_its_name():
    reference = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"}
    assert rights([written([body("RoleBinding", api_version=f"{RBAC}/v1", roleRef=reference)])]) == [
        rule(RBAC, ["clusterroles"], ["bind"], resourceNames=["view"]),
        rule(RBAC, ["rolebindings"], WRITING),
    ]


def test_kinds_that_may_have_to_be_deleted_are_there_though_nothing_needs_them():
    assert rights([], [("security.istio.io/v1", "AuthorizationPolicy")]) == [
        rule("security.istio.io", ["authorizationpolicies"], WRITING)
    ]


def test_order_does_not_matter():
    bodies = [body("ConfigMap"), role(rule("", ["pods"], ["get"])), body("Secret"), body("Job", api_version="batch/v1")]
    assert {written(shuffled(bodies, seed)) for seed in range(5)} == {written(bodies)}
    needs = [written([one]) for one in bodies]
    assert all(rights(shuffled(needs, seed)) == rights(needs) for seed in range(5))


def test_resources_are_named_as_kubernetes_names_them():
    assert resource_of("networking.k8s.io/v1", "NetworkPolicy") == "networkpolicies"
    assert resource_of("networking.k8s.io/v1", "Ingress") == "ingresses"
    assert resource_of("kueue.x-k8s.io/v1beta2", "LocalQueue") == "localqueues"
    assert resource_of("example.com/v1", "Proxy") == "proxies"
    assert resource_of("example.com/v1", "Address") == "addresses"
    assert resource_of("example.com/v1", "Widget") == "widgets"


def test_tenants_that_need_the_same_share_a_name_for_it():
    ledger = Ledger()

    def heard(document, *bodies):
        ledger.hear(document, "eu", [Manifest(one, Place(document)) for one in bodies])
        return ledger.of(document)

    shared = [rule("", ["pods"], ["get"])]
    first = heard("a", body("Role", api_version=f"{RBAC}/v1", rules=shared), body("ConfigMap"))
    assert heard("b", body("ConfigMap", "b"), body("Role", "b", f"{RBAC}/v1", rules=shared)) == first
    assert heard("c", body("ConfigMap")) != first
    assert {json.loads(text)[0][0][1] for text in ledger.known.values()} == {"ConfigMap", "Role"} or len(
        ledger.known
    ) == 2
    assert ledger.of("a") == {}
