"""Pools: what a controller adds up for a tenant whose quota is delegated."""

import pytest
from building import cluster, every, objects, of, one, told


def on(addon):
    return cluster(addons=f"[{addon}]")


def unit(to, more="", mode="delegated"):
    return f"quota: {{mode: {mode}, to: {to}, hard: {{pods: 10, cpu: 4}}}}\n{more}"


def hard(found, namespace):
    return one(found, "ResourceQuota", namespace=namespace)["spec"]["hard"]


SALES = "parent: unit\nquota: {hard: {pods: 3, secrets: 9}}"
STOCK = "parent: unit"


# Which object


def test_openshift_gets_a_quota_over_the_namespaces_at_or_below_the_tenant():
    found = objects({"unit": unit("openshift", "namespaces: []"), "stock": STOCK}, on("openshift"))
    assert one(found, "ClusterResourceQuota") == {
        "apiVersion": "quota.openshift.io/v1",
        "kind": "ClusterResourceQuota",
        "metadata": {
            "name": "unit",
            "labels": {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "unit"},
        },
        "spec": {
            "quota": {"hard": {"cpu": "4", "pods": "10"}},
            "selector": {
                "labels": {"matchExpressions": [{"key": "unit.tree.tenantry.dev/depth", "operator": "Exists"}]}
            },
        },
    }
    assert "unit.tree.tenantry.dev/depth" in one(found, "Namespace", "stock")["metadata"]["labels"]


def test_a_tenant_without_children_is_selected_by_its_own_label():
    found = of(unit("openshift", "namespaces: [{name: a}, {name: b}]"), on("openshift"))
    selector = one(found, "ClusterResourceQuota")["spec"]["selector"]["labels"]
    assert selector == {"matchLabels": {"tenantry.dev/tenant": "vision"}}
    assert {body["metadata"]["labels"]["tenantry.dev/tenant"] for body in every(found, "Namespace")} == {"vision"}


def test_capsule_gets_a_global_quota():
    found = objects({"unit": unit("capsule", "namespaces: []"), "stock": STOCK}, on("capsule"))
    made = one(found, "GlobalResourceQuota")
    assert made["apiVersion"] == "capsule.clastix.io/v1beta2"
    assert made["spec"] == {
        "namespaceSelectors": [{"matchExpressions": [{"key": "unit.tree.tenantry.dev/depth", "operator": "Exists"}]}],
        "quota": {"hard": {"cpu": "4", "pods": "10"}},
    }


def test_hnc_gets_a_hierarchical_quota_and_a_tree_of_namespaces():
    tenants = {
        "unit": unit("hnc", "namespaces: [{name: a}, {name: b}]"),
        "sales": SALES,
        "stock": STOCK,
        "bin": "parent: sales",
    }
    found = objects(tenants, on("hnc"))
    quotas = {body["metadata"]["namespace"]: body["spec"]["hard"] for body in every(found, "HierarchicalResourceQuota")}
    assert quotas == {"unit-a": {"cpu": "4", "pods": "10"}, "sales": {"pods": "3", "secrets": "9"}}
    parents = {body["metadata"]["namespace"]: body["spec"]["parent"] for body in every(found, "HierarchyConfiguration")}
    assert parents == {"unit-b": "unit-a", "sales": "unit-a", "stock": "unit-a", "bin": "sales"}


def test_hnc_does_not_copy_roles_and_bindings_to_the_namespaces_below():
    more = "owners: [{group: leads}]\nnamespaces: [{name: a}, {name: b}]"
    found = objects({"unit": unit("hnc", more)}, on("hnc"))
    kept = {
        (body["kind"], body["metadata"]["namespace"]): body["metadata"].get("annotations")
        for body in every(found, "Role") + every(found, "RoleBinding")
    }
    alone = {"propagate.hnc.x-k8s.io/none": "true"}
    assert kept == {
        ("Role", "unit-a"): alone,
        ("RoleBinding", "unit-a"): alone,
        ("Role", "unit-b"): None,
        ("RoleBinding", "unit-b"): None,
    }


# The two layers agree


def test_a_namespace_gets_the_least_of_those_above_and_a_pool_holds_no_more_than_the_one_above():
    tenants = {
        "unit": unit("openshift", "namespaces: []"),
        "sales": "parent: unit\nquota: {hard: {pods: 30, secrets: 9}}",
        "stock": STOCK,
    }
    found = objects(tenants, on("openshift"))
    assert hard(found, "sales") == {"cpu": "4", "pods": "10", "secrets": "9"}
    assert hard(found, "stock") == {"cpu": "4", "pods": "10"}
    pools = {body["metadata"]["name"]: body["spec"]["quota"]["hard"] for body in every(found, "ClusterResourceQuota")}
    assert pools == {"unit": {"cpu": "4", "pods": "10"}, "sales": {"pods": "10", "secrets": "9"}}


def test_a_child_that_divides_its_quota_in_parts_has_no_pool():
    child = "parent: unit\nquota: {mode: partition, hard: {pods: 4}}\nnamespaces: [{name: a, quota: {pods: 1, cpu: 1}}, {name: b}]"
    found = objects({"unit": unit("openshift", "namespaces: []"), "sales": child}, on("openshift"))
    assert [body["metadata"]["name"] for body in every(found, "ClusterResourceQuota")] == ["unit"]
    assert hard(found, "sales-a") == {"cpu": "1", "pods": "1"}
    assert hard(found, "sales-b") == {"cpu": "3", "pods": "3"}


# The platform's default


def with_default(addon, quota):
    return f"{on(addon)}\ndefaults: {{quota: {{{quota}}}}}"


def test_a_default_is_a_pool_of_the_tenants_own_namespaces():
    tenants = {"mid": "namespaces: [{name: a}, {name: b}]", "leaf": "parent: mid\nquota: {hard: {pods: 40}}"}
    found = objects(tenants, with_default("openshift", "mode: delegated, to: openshift, hard: {pods: 3}"))
    made = one(found, "ClusterResourceQuota")
    assert made["spec"] == {
        "quota": {"hard": {"pods": "3"}},
        "selector": {"labels": {"matchLabels": {"tenantry.dev/tenant": "mid"}}},
    }
    assert hard(found, "mid-a") == {"pods": "3"}
    assert hard(found, "leaf") == {"pods": "40"}


def test_nobody_is_counted_below_a_default():
    platform = with_default("hnc", "hard: {pods: 3}")
    found = objects({"unit": unit("hnc"), "mid": "parent: unit", "leaf": "parent: mid"}, platform)
    parents = {body["metadata"]["namespace"]: body["spec"]["parent"] for body in every(found, "HierarchyConfiguration")}
    assert parents == {"mid": "unit", "leaf": "unit"}


def test_a_group_without_namespaces_has_no_use_for_a_default():
    platform = with_default("openshift", "mode: delegated, to: openshift, hard: {pods: 3}")
    found = objects({"group": "namespaces: []", "leaf": "parent: group\nquota: {hard: {pods: 40}}"}, platform)
    assert every(found, "ClusterResourceQuota") == []


# What cannot be


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            "quota: {mode: delegated, hard: {pods: 1}}",
            "spec.quota.mode: nobody says whose controller adds up; write to: hnc, capsule, openshift or kueue",
        ),
        (
            unit("hnc", "namespaces: []"),
            "spec.quota.to: 'hnc' adds up below a namespace, and there is none; give the tenant one, or write another controller",
        ),
        (
            unit("hnc", mode="shared"),
            "spec.quota.to: 'hnc' adds up in mode delegated, and the mode is shared; drop this, or write that mode",
        ),
        (
            unit("openshift"),
            (
                "spec.quota: the quota is delegated to openshift, which is not among the addons of cluster prod; add it there if it "
                "is installed, or choose another mode"
            ),
        ),
    ],
)
def test_a_quota_that_nobody_could_add_up_is_told(spec, problem):
    assert told({"unit": spec}, on("hnc")) == [f"tenants/unit.yaml: {problem}"]
