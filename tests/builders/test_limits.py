import json
from pathlib import Path

import pytest
from building import QUOTA, of, one

from generator.kubernetes.limitrange import defaulted, missing, problems

CPU_AND_MEMORY = "quota: {hard: {requests.cpu: 8, requests.memory: 32Gi, limits.cpu: 16, limits.memory: 64Gi}}"


def limits(found, namespace="vision"):
    return one(found, "LimitRange", "tenant", namespace)["spec"]


def container(found, namespace="vision"):
    return next(item for item in limits(found, namespace)["limits"] if item["type"] == "Container")


def test_every_namespace_has_one_limit_range():
    found = of("namespaces: [{name: a}, {name: b, quota: {pods: 1}}]")
    places = [body["metadata"]["namespace"] for body in found if body["kind"] == "LimitRange"]
    assert places == ["vision-a", "vision-b"]


def test_a_quota_on_nothing_that_containers_ask_for_forces_no_default():
    assert limits(of(QUOTA)) == {"limits": []}


def test_what_a_quota_forces_is_filled_in():
    assert limits(of(CPU_AND_MEMORY)) == {
        "limits": [
            {
                "default": {"cpu": "1", "memory": "1Gi"},
                "defaultRequest": {"cpu": "100m", "memory": "256Mi"},
                "type": "Container",
            }
        ]
    }


def test_what_is_written_stays():
    found = of(f"{CPU_AND_MEMORY}\nlimits: {{container: {{default: {{cpu: 4}}, defaultRequest: {{memory: 1Gi}}}}}}")
    assert container(found)["default"] == {"cpu": "4", "memory": "1Gi"}
    assert container(found)["defaultRequest"] == {"cpu": "100m", "memory": "1Gi"}


def test_defaults_move_to_where_the_maximum_allows_them():
    found = of(f"{CPU_AND_MEMORY}\nlimits: {{container: {{max: {{cpu: 50m}}}}}}")
    assert container(found)["default"]["cpu"] == "50m"
    assert container(found)["defaultRequest"]["cpu"] == "50m"


def test_a_maximum_of_devices_gives_no_container_a_device():
    found = of(f"{QUOTA}\nlimits: {{container: {{max: {{nvidia.com/gpu: 8}}}}}}")
    assert limits(found) == {
        "limits": [
            {
                "default": {"nvidia.com/gpu": "0"},
                "defaultRequest": {"nvidia.com/gpu": "0"},
                "max": {"nvidia.com/gpu": "8"},
                "type": "Container",
            }
        ]
    }


def test_limits_of_pods_and_claims_are_written_as_they_are_with_what_they_force_on_containers():
    spec = f"{QUOTA}\nlimits: {{persistentVolumeClaim: {{max: {{storage: 1024Gi}}}}, pod: {{max: {{cpu: 32}}}}}}"
    assert limits(of(spec)) == {
        "limits": [
            {"default": {"cpu": "1"}, "defaultRequest": {"cpu": "100m"}, "type": "Container"},
            {"max": {"storage": "1Ti"}, "type": "PersistentVolumeClaim"},
            {"max": {"cpu": "32"}, "type": "Pod"},
        ]
    }


def test_a_namespace_overlays_the_tenants_limits_down_to_the_amount():
    spec = f"""
{CPU_AND_MEMORY}
limits: {{container: {{max: {{cpu: 16, memory: 64Gi}}}}}}
namespaces: [{{name: train, limits: {{container: {{max: {{cpu: 32}}}}}}}}]
"""
    assert container(of(spec), "vision-train")["max"] == {"cpu": "32", "memory": "64Gi"}


def test_a_namespace_without_a_part_of_its_own_is_completed_for_the_rest():
    spec = "quota: {hard: {requests.cpu: 8}}\nnamespaces: [{name: a, quota: {requests.cpu: 1}}, {name: b}]"
    found = of(spec)
    assert container(found, "vision-a")["defaultRequest"] == container(found, "vision-b")["defaultRequest"]


RECORDED = Path(__file__).parent.parent / "oracles" / "limitranges.jsonl"
ROWS = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
ACCEPTED = [
    row["spec"] for row in ROWS if row["accepted"] and [i["type"] for i in row["spec"]["limits"]] == ["Container"]
]


@pytest.mark.parametrize("spec", ACCEPTED[:12], ids=lambda spec: json.dumps(spec)[:60])
def test_what_is_rendered_is_accepted_stored_unchanged_and_complete(spec):
    fields = {field: given for field, given in spec["limits"][0].items() if field != "type"}
    rendered = limits(of(f"{CPU_AND_MEMORY}\nlimits: {{container: {json.dumps(fields)}}}"))
    assert problems(rendered) == []
    assert defaulted(rendered) == rendered
    assert missing(rendered, ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]) == ()
