import pytest

from generator.podsecurity import ROUTES, Template, of_workload

METADATA, SPEC = {"annotations": {"a": "b"}}, {"containers": []}
APIS = {"": "v1", "apps": "apps/v1", "batch": "batch/v1"}


def body(group, kind, route, inner):
    for key in reversed(route):
        inner = {key: inner}
    return {"apiVersion": APIS[group], "kind": kind, **inner}


@pytest.mark.parametrize(("group", "kind"), ROUTES)
def test_the_pod_of_every_kind_is_found(group, kind):
    route = ROUTES[group, kind]
    made = body(group, kind, route, {"metadata": METADATA, "spec": SPEC})
    assert of_workload(made) == Template(METADATA, SPEC)


def test_the_kinds_are_those_that_admission_looks_into():
    assert sorted(kind for _, kind in ROUTES) == [
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "Pod",
        "PodTemplate",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    ]


@pytest.mark.parametrize(
    "made",
    [
        {"apiVersion": "v1", "kind": "Service", "spec": {}},
        {"apiVersion": "serving.knative.dev/v1", "kind": "Pod", "spec": {}},  # another group's kind of that name
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 1}},
        {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": []}},
        {"kind": "Pod", "spec": {}},
        {"apiVersion": "v1", "kind": ["Pod"]},
        {"apiVersion": 1, "kind": None},
    ],
)
def test_of_other_objects_no_pods_are_made(made):
    assert of_workload(made) is None


def test_parts_may_be_missing():
    assert of_workload({"apiVersion": "v1", "kind": "Pod"}) == Template(None, None)
