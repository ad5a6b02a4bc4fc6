import pytest
from building import QUOTA, cluster, every, objects, of, one


def hard(found, namespace="vision"):
    return one(found, "ResourceQuota", "tenant", namespace)["spec"]["hard"]


def test_a_quota_is_called_tenant_and_carries_the_tenants_labels():
    assert one(of("quota: {hard: {pods: 10}}"), "ResourceQuota") == {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {
            "name": "tenant",
            "namespace": "vision",
            "labels": {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"},
        },
        "spec": {"hard": {"pods": "10"}},
    }


@pytest.mark.parametrize(
    ("written", "canonical"),
    [("1024Mi", "1Gi"), ("1000m", "1"), ("0.5", "500m"), ("1500m", "1500m"), ("0", "0"), ("2048Gi", "2Ti")],
)
def test_amounts_are_written_as_the_api_server_stores_them(written, canonical):
    key = "requests.memory" if "i" in written else "requests.cpu"
    assert hard(of(f'quota: {{hard: {{{key}: "{written}"}}}}')) == {key: canonical}


def test_keys_stand_in_alphabetical_order():
    assert list(hard(of("quota: {hard: {requests.memory: 1Gi, pods: 4, count/jobs.batch: 2, cpu: 1}}"))) == [
        "count/jobs.batch",
        "cpu",
        "pods",
        "requests.memory",
    ]


def test_a_namespace_that_leaves_its_part_open_gets_what_the_others_leave():
    found = of("quota: {hard: {pods: 10, cpu: 4}}\nnamespaces: [{name: a, quota: {pods: 3, cpu: 500m}}, {name: b}]")
    assert hard(found, "vision-a") == {"cpu": "500m", "pods": "3"}
    assert hard(found, "vision-b") == {"cpu": "3500m", "pods": "7"}


def test_a_namespace_that_names_its_part_has_nothing_of_what_it_does_not_name():
    found = of("quota: {hard: {pods: 10, count/jobs.batch: 5}}\nnamespaces: [{name: a, quota: {pods: 3}}, {name: b}]")
    assert hard(found, "vision-a") == {"count/jobs.batch": "0", "pods": "3"}


def test_a_shared_quota_holds_in_full_in_every_namespace():
    found = of("quota: {mode: shared, hard: {pods: 10}}\nnamespaces: [{name: a}, {name: b, quota: {pods: 3}}]")
    assert hard(found, "vision-a") == {"pods": "10"}
    assert hard(found, "vision-b") == {"pods": "3"}


def test_no_namespace_has_more_than_the_whole_of_a_shared_quota():
    found = of("quota: {mode: shared, hard: {pods: 10}}\nnamespaces: [{name: a, quota: {pods: 99}}]")
    assert hard(found, "vision-a") == {"pods": "10"}


NOTHING = {"count/jobs.batch": "0", "count/pods": "0", "pods": "0"}


def test_a_frozen_tenant_may_start_no_pod_and_no_job_and_keeps_its_other_caps():
    found = of("quota: {hard: {pods: 10, requests.cpu: 4, count/jobs.batch: 5}}\nlifecycle: frozen")
    assert hard(found) == {**NOTHING, "requests.cpu": "4"}


@pytest.mark.parametrize("lifecycle", ["frozen", "offboarding"])
def test_even_a_quota_without_pods_stops_them(lifecycle):
    found = of(f"quota: {{hard: {{requests.cpu: 4}}}}\nlifecycle: {lifecycle}")
    assert hard(found) == {**NOTHING, "requests.cpu": "4"}


def test_whatever_starts_pods_and_is_counted_stands_still_in_a_frozen_tenant():
    counted = "count/pytorchjobs.kubeflow.org: 4, count/workflows.argoproj.io: 5, count/cronjobs.batch: 2"
    kept = "count/configmaps: 7, count/jobs.example.com: 3, requests.nvidia.com/gpu: 2"
    found = hard(of(f"quota: {{hard: {{{counted}, {kept}}}}}\nlifecycle: frozen"))
    assert {key for key, amount in found.items() if amount != "0"} == {
        "count/configmaps",
        "count/jobs.example.com",
        "requests.nvidia.com/gpu",
    }


def test_the_children_of_a_frozen_tenant_start_no_pod_either():
    found = objects({"research": f"{QUOTA}\nlifecycle: frozen", "vision": f"{QUOTA}\nparent: research"})
    assert hard(found) == NOTHING


def test_a_namespace_is_frozen_by_itself():
    found = of("quota: {hard: {pods: 10}}\nnamespaces: [{name: a, lifecycle: frozen, quota: {pods: 3}}, {name: b}]")
    assert hard(found, "vision-a") == NOTHING
    assert hard(found, "vision-b") == {"pods": "7"}


def test_a_quota_is_the_same_on_every_cluster():
    platform = 'clusters: [{name: a, version: "1.34"}, {name: b, version: "1.34"}]\ndefaults: {clusters: [a, b]}'
    assert [body["spec"]["hard"] for body in every(of(QUOTA, platform), "ResourceQuota")] == [{"pods": "10"}] * 2


def test_a_tiers_quota_is_overlaid_key_by_key():
    platform = f"{cluster()}\ntiers: {{small: {{quota: {{hard: {{pods: 40, requests.cpu: 8}}}}}}}}"
    assert hard(of("tier: small\nquota: {hard: {pods: 5}}", platform)) == {"pods": "5", "requests.cpu": "8"}


def test_a_parents_quota_is_not_its_childs():
    found = objects(
        {
            "research": "quota: {hard: {pods: 30, cpu: 4}}",
            "vision": "quota: {hard: {pods: 10, cpu: 0}}\nparent: research",
        }
    )
    assert hard(found) == {"cpu": "0", "pods": "10"}
