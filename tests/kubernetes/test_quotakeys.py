import json
from pathlib import Path

import pytest

from generator.kubernetes import objectcounts
from generator.kubernetes.quantity import ZERO, parse
from generator.kubernetes.quotakeys import (
    DEVICES,
    SCOPES,
    STANDARD_KEYS,
    check_key,
    check_scopes,
    check_value,
    forced,
    refused_value,
)

RECORDED = Path(__file__).parent.parent / "oracles" / "quota-keys.jsonl"
ORACLE = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def stored(hard, scopes):
    return all(check_key(key, scopes).accepted and not refused_value(key, parse(text)) for key, text in hard.items())


def test_the_api_server_accepts_the_same_quotas():
    differ = [row for row in ORACLE if stored(row["hard"], row.get("scopes", ())) != row["accepted"]]
    assert len(ORACLE) == 126
    assert differ == []


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("count/jobs", "never counts anything: jobs are in group batch; write count/jobs.batch"),
        ("count/deployments", "never counts anything: deployments are in group apps; write count/deployments.apps"),
        ("count/deployments.app", "never counts anything: deployments are in group apps; write count/deployments.apps"),
        ("count/deployment.apps", "never counts anything: group apps has no 'deployment'; did you mean count/deployments.apps?"),
        ("count/Deployments.apps", "never counts anything: kinds are written as plurals in lower case; write count/deployments.apps"),
        ("count/pods.v1", "never counts anything: pods are in the core group; write count/pods"),
        ("count/pod", "never counts anything: the core group has no 'pod'; did you mean count/pods?"),
        ("count/ingresses.extensions", "never counts anything: ingresses are in group networking.k8s.io; write count/ingresses.networking.k8s.io"),
        ("count/notebooks.kubeflow.com", "never counts anything: notebooks are in group kubeflow.org; write count/notebooks.kubeflow.org"),
        ("count/gateways", "never counts anything: gateways are in group gateway.networking.k8s.io and group networking.istio.io; write count/gateways.gateway.networking.k8s.io"),
        ("count/namespaces", "never counts anything: namespaces are in no namespace; leave it out"),
        ("count/events", "never counts anything: quotas pass over events; leave it out"),
        ("nvidia.com/gpu", "is never counted: quotas count requests for devices; write requests.nvidia.com/gpu"),
        ("limits.nvidia.com/gpu", "is never counted: a device's limit equals its request; write requests.nvidia.com/gpu"),
        ("requests.nvidia.com/gpus", "only ever counts 0: no such device is known; did you mean requests.nvidia.com/gpu?"),
        ("requests.nvdia.com/gpu", "only ever counts 0: no such device is known; did you mean requests.nvidia.com/gpu?"),
        ("gold.storageclass.storage.k8s.io/storage", "is never counted; write gold.storageclass.storage.k8s.io/requests.storage"),
        ("h100.deviceclass.resource.k8s.io/device", "is never counted; write h100.deviceclass.resource.k8s.io/devices"),
        ("requests/cpu", "is never counted; write requests.cpu"),
        ("apps/deployments", "is never counted; write count/deployments.apps"),
        ("alpha.kubernetes.io/nvidia-gpu", "is never counted: quotas measure no resource of kubernetes.io by that name; leave it out"),
        ("hugepages-2048Ki", "is never counted: nodes name these pages otherwise; write hugepages-2Mi"),
        ("requests.hugepages-2M", "is never counted: nodes name these pages otherwise; write requests.hugepages-2Mi"),
        ("hugepages-big", "is never counted: 'big' is not a page size; write hugepages-2Mi or hugepages-1Gi"),
    ],
)  # fmt: skip
def test_keys_that_are_stored_but_limit_nothing_are_told_with_the_right_one(key, reason):
    verdict = check_key(key)
    assert (verdict.accepted, verdict.enforced, verdict.reason) == (True, False, reason)
    assert verdict.message == f"'{key}' {reason}"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("gpu", "is not a key of quotas; write requests.nvidia.com/gpu, or the name that your devices have"),
        ("requests.amd.com", "is not a key of quotas; write requests.amd.com/gpu, or the name that your devices have"),
        ("storage", "is not a key of quotas; write requests.storage"),
        ("limits.storage", "is not a key of quotas; write requests.storage"),
        ("limits.hugepages-2Mi", "is not a key of quotas; write requests.hugepages-2Mi"),
        ("requests.pods", "is not a key of quotas; write pods"),
        ("jobs", "is not a key of quotas; write count/jobs.batch"),
        ("request.cpu", "is not a key of quotas; did you mean requests.cpu?"),
        ("Memory", "is not a key of quotas; did you mean memory?"),
        ("notebook", "is not a key of quotas; did you mean count/notebooks.kubeflow.org?"),
        ("namespaces", "is not a key of quotas; namespaces are in no namespace, so no quota counts them"),
    ],
)
def test_keys_that_are_refused_are_told_with_the_right_one(key, reason):
    verdict = check_key(key)
    assert (verdict.accepted, verdict.enforced, verdict.reason) == (False, False, reason)


def test_a_key_may_not_be_longer_than_a_resource_name():
    fits = "count/" + "w" * 51 + ".example.com"
    assert check_key(fits).enforced
    assert check_key(fits.replace("/", "/w")).reason.endswith("; its name has 64")


@pytest.mark.parametrize(
    "key",
    [
        *sorted(STANDARD_KEYS),
        *(f"requests.{device}" for device in sorted(DEVICES)),
        "hugepages-2Mi",
        "requests.hugepages-1Gi",
        "requests.nvidia.com/mig-1g.10gb",
        "count/widgets.example.com",
        "count/jobs.batch.volcano.sh",
        "count/services.serving.knative.dev",
        "gold.storageclass.storage.k8s.io/persistentvolumeclaims",
        "h100.deviceclass.resource.k8s.io/devices",
        "requests.deviceclass.resource.kubernetes.io/h100",
    ],
)
def test_keys_that_some_evaluator_may_count_are_enforced(key):
    verdict = check_key(key)
    assert (verdict.enforced, verdict.message) == (True, "")


def test_every_kind_in_the_tables_is_counted_under_its_own_group():
    for group, plurals in {**objectcounts.BUILT_IN, **objectcounts.ADD_ONS}.items():
        assert plurals.split() == sorted(plurals.split())
        for plural in plurals.split():
            assert check_key(objectcounts.key(plural, group)).enforced


def test_every_advised_key_is_itself_enforced():
    for key in ["count/jobs", "gpu", "nvidia.com/gpus", "limits.amd.com/gpu", "deployment", "count/pod", "batch/jobs"]:
        advised = check_key(key).reason.rstrip("?").split("write ")[-1].split("mean ")[-1].split(",")[0]
        assert check_key(advised).enforced, advised


@pytest.mark.parametrize("scope", ["Terminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"])
def test_only_what_pods_use_is_counted_under_a_scope_of_pods(scope):
    assert check_key("requests.cpu", [scope]).enforced
    assert check_key("count/pods", [scope]).enforced
    assert check_key("requests.nvidia.com/gpu", [scope]).enforced
    assert not check_key("services", [scope]).accepted
    jobs = check_key("count/jobs.batch", [scope])
    assert (jobs.accepted, jobs.enforced) == (True, False)
    assert jobs.reason == f"is never counted in a quota with scope '{scope}'; write it in a quota without scopes"


def test_only_claims_are_counted_under_volume_attributes_class():
    scopes = ["VolumeAttributesClass"]
    assert check_key("requests.storage", scopes).enforced
    assert check_key("gold.storageclass.storage.k8s.io/requests.storage", scopes).enforced
    assert not check_key("pods", scopes).accepted
    assert not check_key("count/pods", scopes).enforced


def test_scopes_that_nothing_can_be_in_are_refused():
    assert check_scopes(["BestEffort", "NotBestEffort"]) == (
        "no pod is in both scopes 'BestEffort' and 'NotBestEffort'; write two quotas"
    )
    assert check_scopes(["Besteffort"]) == "'Besteffort' is not a scope of quotas; did you mean 'BestEffort'?"
    assert [scope for scope in SCOPES if check_scopes([scope])] == []
    assert check_key("pods", ["Terminating", "NotTerminating"]).accepted is False


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("pods", "1.5", "'1500m' is not whole, and 'pods' counts whole things; write 1 or 2"),
        ("count/jobs.batch", "1.5", "'1500m' is not whole, and 'count/jobs.batch' counts whole things; write 1 or 2"),
        ("requests.cpu", "-1", "'-1' is negative; write 0 or more"),
        (
            "gold.storageclass.storage.k8s.io/requests.storage",
            "10Pi",
            "'10Pi' of 'gold.storageclass.storage.k8s.io/requests.storage' overflows the API server's test for whole numbers; write 11258999068426240",
        ),
    ],
)
def test_values_that_the_api_server_refuses_are_told(key, text, message):
    assert refused_value(key, parse(text)) == check_value(key, parse(text)) == message


@pytest.mark.parametrize(
    ("text", "fits"), [("8Pi", True), ("9Pi", False), ("10Pi", False), ("16Pi", False), ("10P", True)]
)
def test_whole_numbers_overflow_where_they_were_measured_to(text, fits):
    assert (refused_value("gold.storageclass.storage.k8s.io/requests.storage", parse(text)) is None) == fits
    assert refused_value("requests.storage", parse(text)) is None


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("requests.nvidia.com/gpu", "500m", "'500m' of 'requests.nvidia.com/gpu' would be stored, but devices are whole; write 0 or 1"),
        ("requests.memory", "512m", "'512m' of 'requests.memory' is a fraction of a byte; write 512Mi or another whole amount"),
    ],
)  # fmt: skip
def test_values_that_are_stored_but_make_no_sense_are_told(key, text, message):
    assert refused_value(key, parse(text)) is None
    assert check_value(key, parse(text)) == message


def test_ordinary_values_are_fine():
    for key, text in [("requests.cpu", "0.5"), ("memory", "1.1Gi"), ("pods", "1k"), ("requests.nvidia.com/gpu", "8")]:
        assert check_value(key, parse(text)) is None
    assert all(check_value(key, ZERO) is None for key in STANDARD_KEYS)


def test_a_key_that_forces_containers_to_name_a_value_says_which():
    assert forced("limits.cpu") == ("default", "cpu")
    assert forced("limits.ephemeral-storage") == ("default", "ephemeral-storage")
    assert forced("memory") == forced("requests.memory") == ("defaultRequest", "memory")
    assert [forced(key) for key in ("pods", "requests.storage", "requests.nvidia.com/gpu", "count/pods")] == [None] * 4
