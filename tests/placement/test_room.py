"""Whether a namespace has room for an ordinary pod, and for what is rendered into it."""

import pytest
from building import cluster, of, one, told

FPGA = cluster(capacity="{example.com/fpga: 8}")


def problems(spec, platform=None):
    return told({"vision": spec}, *([platform] if platform else []))


def test_defaults_that_exactly_fit_are_fine():
    assert problems("quota: {hard: {requests.cpu: 1, pods: 1}}\nlimits: {container: {defaultRequest: {cpu: 1}}}") == []


def test_a_default_that_is_more_than_the_quota_is_told_at_its_line():
    assert problems("quota: {hard: {requests.cpu: 1}}\nlimits: {container: {defaultRequest: {cpu: 1001m}}}") == [
        (
            "tenants/vision.yaml: spec.limits.container.defaultRequest.cpu: an ordinary pod, whose container asks for nothing, is "
            'refused in vision: pods "pod" is forbidden: exceeded quota: tenant, requested: requests.cpu=1001m, used: '
            "requests.cpu=0, limited: requests.cpu=1; lower what containers get by default, or raise the quota"
        )
    ]


def test_a_quota_that_is_less_than_what_is_filled_in_is_told_at_the_quota():
    [problem] = problems("quota: {hard: {limits.memory: 512Mi}}")
    assert problem.startswith("tenants/vision.yaml: spec.quota.hard.limits.memory: an ordinary pod")
    assert "requested: limits.memory=1Gi" in problem


def test_the_part_of_a_namespace_counts_and_not_the_whole():
    parts = "namespaces: [{name: a, quota: {requests.cpu: 10m}}, {name: b}]"
    [problem] = problems(f"quota: {{hard: {{requests.cpu: 4}}}}\n{parts}")
    assert problem.startswith("tenants/vision.yaml: spec.namespaces.a.quota.requests.cpu: an ordinary pod")


def test_zero_is_a_decision():
    assert problems("quota: {hard: {requests.cpu: 0, pods: 0}}") == []


def test_a_pods_minimum_that_no_ordinary_pod_reaches_is_told():
    [problem] = problems("quota: {hard: {pods: 9}}\nlimits: {pod: {min: {cpu: 2}}, container: {default: {cpu: 1}}}")
    assert problem.startswith("tenants/vision.yaml: spec.limits: an ordinary pod")
    assert "minimum cpu usage per Pod is 2" in problem


def test_a_frozen_tenant_starts_no_pod_anyway():
    assert problems("lifecycle: frozen\nquota: {hard: {requests.cpu: 1m}}") == []


@pytest.mark.parametrize(
    ("key", "least"),
    [("resourcequotas", 1), ("count/resourcequotas", 1), ("configmaps", 1), ("count/serviceaccounts", 1)],
)
def test_a_count_that_what_is_there_by_itself_exceeds_is_told(key, least):
    assert problems(f"quota: {{hard: {{pods: 9, {key}: {least}}}}}") == []
    assert problems(f"quota: {{hard: {{pods: 9, {key}: {least - 1}}}}}") == [
        (
            f"tenants/vision.yaml: spec.quota.hard.{key}: {least - 1} of '{key}' are fewer than the {least} that vision has by "
            f"itself, so that they would be refused; write {least} or more, or leave it out"
        )
    ]


def test_scoped_quotas_count_as_quotas():
    [problem] = problems(
        "quota: {hard: {pods: 9, resourcequotas: 1}, scoped: [{scopes: [BestEffort], hard: {pods: 0}}]}"
    )
    assert "fewer than the 2 that vision has by itself" in problem


def test_istios_certificate_counts_where_it_is():
    istio = cluster(addons="[istio]")
    [problem] = problems("quota: {hard: {pods: 9, configmaps: 1}}", istio)
    assert "fewer than the 2 that vision has by itself" in problem


def test_a_device_is_spelt_as_the_cluster_has_it():
    assert problems("quota: {hard: {pods: 9, requests.example.com/fpga: 1}}", FPGA) == []
    assert problems("quota: {hard: {pods: 9, requests.other.org/dsp: 1}}", FPGA) == []
    assert problems("quota: {hard: {pods: 9, requests.example.com/fpgas: 1}}", FPGA) == [
        (
            "tenants/vision.yaml: spec.quota.hard.requests.example.com/fpgas: 'requests.example.com/fpgas' only ever counts 0: "
            "cluster prod has no such device; did you mean requests.example.com/fpga?"
        )
    ]


# The file that most teams start with


def test_three_lines_of_quota_are_the_seeds_program_and_what_makes_ordinary_pods_admissible():
    found = of("quota:\n  hard: {cpu: 20, memory: 100Gi,\n    pods: 100, persistentvolumeclaims: 20}")
    assert one(found, "ResourceQuota")["spec"] == {
        "hard": {"cpu": "20", "memory": "100Gi", "persistentvolumeclaims": "20", "pods": "100"}
    }
    [container] = one(found, "LimitRange")["spec"]["limits"]
    assert container == {"defaultRequest": {"cpu": "100m", "memory": "256Mi"}, "type": "Container"}
