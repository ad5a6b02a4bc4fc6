import pytest
from rules.judging import asking, messages, named

from generator.podsecurity import ROUTES

ASKED = asking("forbid-refused-pods")
APIS = {"": "v1", "apps": "apps/v1", "batch": "batch/v1"}


def container(requests=None, limits=None):
    return {"name": "a", "resources": {"requests": requests or {}, "limits": limits or {}}}


THREE = container({"cpu": "3"})


def workload(kind="Job", group="batch", pods=THREE, namespace="ns1", **spec):
    made = {"spec": {"containers": [pods]}}
    for key in reversed(ROUTES[group, kind]):
        made = {key: made | (spec if key == "spec" else {})}
        spec = spec if key != "spec" else {}
    return named(kind, "w", namespace, APIS[group], **made)


def quota(name="q", namespace="ns1", scopes=(), **hard):
    written = {key.replace("_", "."): amount for key, amount in hard.items()}
    return named("ResourceQuota", name, namespace, spec={"hard": written, **({"scopes": scopes} if scopes else {})})


def limits(**fields):
    item = {"type": "Container", **{field: {"cpu": amount} for field, amount in fields.items()}}
    return named("LimitRange", "l", "ns1", spec={"limits": [item]})


@pytest.mark.parametrize(("group", "kind"), ROUTES)
def test_every_kind_of_workload_is_looked_into(group, kind):
    (message,) = messages(ASKED, quota(requests_cpu="2"), workload(kind, group))
    pod = "w-"
    assert message == (
        f'{kind} w in namespace ns1: its pods are refused: pods "{pod}" is forbidden: exceeded quota: q, requested: '
        "requests.cpu=3, used: requests.cpu=0, limited: requests.cpu=2"
    )


@pytest.mark.parametrize(
    ("pods", "beside", "reason"),
    [
        (
            container({"cpu": "5"}, {"cpu": "5"}),
            limits(max="4", default="1"),
            "maximum cpu usage per Container is 4, but limit is 5",
        ),
        (container({"cpu": "2"}), limits(default="1"), "must be less than or equal to cpu limit of 1"),
        (container({"nvidia.com/gpu": "1"}), limits(default="1"), "Limit must be set for non overcommitable resources"),
        (container(), quota(limits_cpu="4"), "must specify limits.cpu for: a"),
    ],
)
def test_why_a_pod_is_refused_is_told_as_the_api_server_says_it(pods, beside, reason):
    (message,) = messages(ASKED, beside, workload(pods=pods))
    assert reason in message


@pytest.mark.parametrize(
    ("made", "at_once"),
    [
        (workload("Deployment", "apps", replicas=3), 3),
        (workload("StatefulSet", "apps", replicas=4), 4),
        (workload(parallelism=3), 3),
        (workload(parallelism=5, completions=3), 3),
        (workload("CronJob", "batch"), 1),
        (workload("Deployment", "apps"), 1),
        (workload("DaemonSet", "apps"), 1),
        (workload("Deployment", "apps", replicas=0), 0),
        (workload(parallelism=5, completions=2), 2),
        (workload("Deployment", "apps", replicas=2), 2),
    ],
)
def test_what_runs_at_the_same_time_has_room(made, at_once):
    said = [f"{made['kind']} w in namespace ns1: its pods are {at_once} at once, and the quotas have room for 2"]
    assert messages(ASKED, quota(requests_cpu="8"), made) == (said if at_once > 2 else [])


@pytest.mark.parametrize(
    "beside",
    [
        [],
        [quota(requests_cpu="3")],
        [quota(namespace="ns2", requests_cpu="1")],
        # Nobody is wanted there; and how many there may be, other policies ask.
        [quota(requests_cpu="0")],
        [quota(pods="0", requests_cpu="1")],
        [quota(scopes=["Terminating"], requests_cpu="1")],
        [limits(max="4", default="4")],
    ],
)
def test_a_pod_that_the_namespace_takes_is_fine(beside):
    assert messages(ASKED, *beside, workload()) == []


@pytest.mark.parametrize(
    "spec", [None, [], {"template": {"spec": {"containers": "all"}}}, {"replicas": "many", "template": {"spec": {}}}]
)
def test_what_cannot_be_decoded_is_passed_over(spec):
    assert messages(ASKED, quota(requests_cpu="2"), named("Deployment", "w", "ns1", "apps/v1", spec=spec)) == []
