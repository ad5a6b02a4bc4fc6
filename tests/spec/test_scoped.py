"""Quotas that count only some pods or claims."""

import pytest
from building import every, of, one, told

ALL = "quota: {{hard: {{pods: 10}}, scoped: [{}]}}"


def quotas(found):
    return {
        body["metadata"]["name"]: body["spec"]
        for body in every(found, "ResourceQuota")
        if body["metadata"]["name"] != "tenant"
    }


def test_a_scope_is_a_quota_of_its_own_in_each_namespace_and_stands_in_its_name():
    found = of(
        "quota: {mode: shared, hard: {pods: 10}, scoped: [{scopes: [BestEffort], hard: {pods: 0}}]}\nnamespaces: [{name: a}, {name: b}]"
    )
    assert quotas(found) == {"tenant-besteffort": {"hard": {"pods": "0"}, "scopes": ["BestEffort"]}}
    assert len(every(found, "ResourceQuota", "tenant-besteffort")) == 2


def test_a_cap_per_priority_class():
    batch = "{scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [batch]}]}, hard: {requests.cpu: 8, pods: 5}}"
    found = of(ALL.format(batch))
    assert quotas(found) == {
        "tenant-priorityclass-in-batch": {
            "hard": {"pods": "5", "requests.cpu": "8"},
            "scopeSelector": {
                "matchExpressions": [{"operator": "In", "scopeName": "PriorityClass", "values": ["batch"]}]
            },
        }
    }


def test_another_scope_is_another_object_for_scopes_cannot_be_changed_in_place():
    names = [
        set(quotas(of(ALL.format(f"{{name: x, scopes: [{scope}], hard: {{pods: 1}}}}"))))
        for scope in ("Terminating", "NotTerminating")
    ]
    assert names == [{"tenant-x-terminating"}, {"tenant-x-notterminating"}]


def test_a_long_name_is_cut_and_stays_one_of_its_own():
    classes = [", ".join(f"class-number-{i}" for i in range(count)) for count in (5, 6)]
    made = [
        f"{{scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: In, values: [{text}]}}]}}, hard: {{pods: 1}}}}"
        for text in classes
    ]
    names = set(quotas(of(ALL.format(", ".join(made)))))
    assert len(names) == 2
    assert max(map(len, names)) <= 63


def test_what_a_scoped_quota_forces_on_containers_has_a_default():
    found = of(ALL.format("{scopes: [Terminating], hard: {limits.memory: 8Gi}}"))
    [container] = [item for item in one(found, "LimitRange")["spec"]["limits"] if item["type"] == "Container"]
    assert container["default"] == {"memory": "1Gi"}


@pytest.mark.parametrize(
    ("quota", "problem"),
    [
        (
            "{scopes: [BestEffort], hard: {requests.cpu: 1}}",
            "[0].hard.requests.cpu: 'requests.cpu' may not be in a quota with scope 'BestEffort', which takes pods; write it in another quota",
        ),
        (
            "{scopes: [BestEffort], hard: {count/jobs.batch: 1}}",
            "[0].hard.count/jobs.batch: 'count/jobs.batch' is never counted in a quota with scope 'BestEffort'; write it in a quota without scopes",
        ),
        (
            "{scopes: [BestEffort, NotBestEffort], hard: {pods: 1}}",
            "[0]: no pod is in both scopes 'BestEffort' and 'NotBestEffort'; write two quotas",
        ),
        (
            "{scopeSelector: {matchExpressions: [{scopeName: Terminating, operator: In, values: [a]}]}, hard: {pods: 1}}",
            "[0].scopeSelector: scope 'Terminating' has no values, so that 'In' cannot be asked of it; write Exists",
        ),
        (
            "{scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In}]}, hard: {pods: 1}}",
            "[0].scopeSelector: operator 'In' asks for values, and there are none; write values, or Exists",
        ),
        (
            "{scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: Exists, values: [a]}]}, hard: {pods: 1}}",
            "[0].scopeSelector: operator 'Exists' takes no values; drop them, or write In",
        ),
        (
            "{scopes: [BestEffort], hard: {pods: 1}}, {scopes: [BestEffort], hard: {pods: 2}}",
            "[1]: scoped[0] has this scope too; give one of them a name, or write one quota",
        ),
        (
            "{scopes: [Terminating], hard: {requests.nvidia.com/gpu: 500m}}",
            "[0].hard.requests.nvidia.com/gpu: '500m' of 'requests.nvidia.com/gpu' would be stored, but devices are whole; write 0 or 1",
        ),
    ],
)
def test_what_the_api_server_refuses_or_never_counts_is_told(quota, problem):
    assert told({"vision": ALL.format(quota)}) == [f"tenants/vision.yaml: spec.quota.scoped{problem}"]
