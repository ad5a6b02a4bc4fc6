"""Namespaces: their names, whose they are, and that none is lost; scopes of quotas that stay; classes that are there."""

import pytest
from rules.judging import asking, findings, messages, named, space, tenants_space

from generator.manifest import Manifest
from generator.problems import Place
from generator.rules import forbid_oversized_quotas

NAMES = asking("require-namespace-names", reserved=["kube-*", "default"])
PREFIXED = asking("require-namespace-names", reserved=["kube-*"], prefix="tenant")
DISPUTED = asking("forbid-disputed-namespaces")
LOST = asking("forbid-lost-namespaces", announced={"tenantry.dev/lifecycle": "offboarding"})
SCOPES = asking("forbid-changed-scopes")
CLASSES = asking("forbid-unlisted-classes")
CAPACITY = asking("forbid-oversized-quotas", capacity={"requests.cpu": "100", "pods": "10"})


def before(*bodies):
    return [Manifest(body, Place("old.yaml", (index,))) for index, body in enumerate(bodies)]


def quota(hard, name="q", **spec):
    return named("ResourceQuota", name, "ns1", spec={"hard": hard, **spec})


@pytest.mark.parametrize(("name", "is_told"), [("a" * 63, False), ("a" * 64, True), ("a.b", True), ("A", True)])
def test_a_name_is_a_label(name, is_told):
    assert bool(messages(NAMES, space(name))) is is_told
    assert bool(messages(NAMES, named("SubnamespaceAnchor", name, "vision", "hnc.x-k8s.io/v1alpha2"))) is is_told


@pytest.mark.parametrize(("name", "is_told"), [("kube-vision", True), ("default", True), ("kubeflow", False)])
def test_a_tenant_gets_no_name_of_the_cluster(name, is_told):
    assert bool(messages(NAMES, tenants_space(name))) is is_told
    assert messages(NAMES, space(name)) == []
    assert bool(messages(NAMES, named("SubNamespace", name, "vision", "accurate.cybozu.com/v2"))) is is_told


def test_a_name_begins_with_the_tenants_where_that_is_asked():
    for name in ("vision", "vision-train"):
        assert messages(PREFIXED, tenants_space(name)) == []
    assert messages(PREFIXED, space("train")) == []
    assert messages(PREFIXED, tenants_space("visiontrain")) == [
        "namespace 'visiontrain': does not begin with the name of its tenant; write vision-visiontrain"
    ]


def test_two_labels_or_two_manifests_may_not_name_two_tenants():
    assert messages(DISPUTED, tenants_space("a", "vision"), tenants_space("a", "vision")) == []
    assert messages(DISPUTED, tenants_space("a", "vision"), tenants_space("a", "speech")) == [
        "namespace a belongs to several tenants at once: speech (tenantry.dev/tenant) and vision (tenantry.dev/tenant)"
    ]
    both = space("a", **{"capsule.clastix.io/tenant": "speech", "tenantry.dev/tenant": "vision"})
    assert messages(DISPUTED, both) == [
        "namespace a belongs to several tenants at once: speech (capsule.clastix.io/tenant) and vision (tenantry.dev/tenant)"
    ]


def test_a_namespace_goes_only_as_announced():
    leaving = space("b", **{"tenantry.dev/lifecycle": "offboarding"})
    assert messages(LOST, space("a"), before=before(space("a"), leaving)) == []
    (finding,) = findings(LOST, leaving, before=before(space("a"), leaving))
    assert (finding.namespace, str(finding.place)) == ("a", "old.yaml#0")
    assert finding.message == (
        "namespace a is gone, with all that is in it, and had no label tenantry.dev/lifecycle: offboarding before"
    )
    # Also where nothing at all is left.
    assert len(messages(LOST, before=before(space("a")))) == 1
    assert messages(LOST, space("new")) == []


def test_scopes_stay_under_a_name():
    was = quota({"pods": "1"}, scopes=["Terminating"])
    assert messages(SCOPES, quota({"pods": "2"}, scopes=["Terminating"]), before=before(was)) == []
    assert messages(SCOPES, quota({"pods": "1"}, "r", scopes=["NotTerminating"]), before=before(was)) == []
    assert messages(SCOPES, quota({"pods": "1"}), before=before(was)) == [
        (
            "ResourceQuota q in namespace ns1 had scope Terminating and is to have no scopes, "
            "which the API server refuses"
        )
    ]
    swapped = quota({"pods": "1"}, scopes=["NotBestEffort", "Terminating"])
    assert messages(SCOPES, swapped, before=before(quota({"pods": "1"}, scopes=["Terminating", "NotBestEffort"]))) == []


def test_a_class_is_held_against_those_that_are_there():
    gold = quota({"gold.storageclass.storage.k8s.io/requests.storage": "1Gi", "pods": "1"})
    there = named("StorageClass", "golden", api="storage.k8s.io/v1")
    assert messages(CLASSES, gold) == []
    assert messages(CLASSES, gold, named("StorageClass", "gold", api="storage.k8s.io/v1")) == []
    (finding,) = findings(CLASSES, gold, there)
    assert (finding.confidence, finding.message) == (
        "likely",
        (
            "ResourceQuota q in namespace ns1 counts StorageClass 'gold', which is not among the manifests; "
            "did you mean 'golden'?"
        ),
    )
    listed = asking("forbid-unlisted-classes", classes=["gold"])
    assert messages(listed, gold, there) == []
    assert len(messages(asking("forbid-unlisted-classes", classes=["tin"]), gold)) == 1


def test_a_class_of_devices_is_a_class_of_devices():
    one = quota({"gpu.deviceclass.resource.k8s.io/devices": "1"})
    assert messages(CLASSES, one, named("StorageClass", "gold", api="storage.k8s.io/v1")) == []
    assert len(messages(CLASSES, one, named("DeviceClass", "gpus", api="resource.k8s.io/v1"))) == 1


def test_no_quota_is_more_than_there_can_be():
    assert messages(CAPACITY, quota({"cpu": "100", "pods": "10", "secrets": "1000"})) == []
    assert messages(CAPACITY, quota({"cpu": "100001m", "pods": "11"})) == [
        "ResourceQuota q in namespace ns1 has 100001m of requests.cpu, and there can be 100 at most",
        "ResourceQuota q in namespace ns1 has 11 of pods, and there can be 10 at most",
    ]


def test_a_capacity_that_no_node_could_have_is_told():
    [parameter] = forbid_oversized_quotas.PARAMETERS.values()
    assert [*parameter.wrong({"requests.cpu": "500m", "pods": "9"})] == []
    assert [*parameter.wrong({"requests.nvidia.com/gpu": "500m", "pods": "x"})] == [
        (
            ("requests.nvidia.com/gpu",),
            "'500m' of 'requests.nvidia.com/gpu' would be stored, but devices are whole; write 0 or 1",
        ),
        (
            ("pods",),
            "'x' is not a Kubernetes quantity; write a number with at most one unit, such as 500m, 64 or 16Gi",
        ),
    ]


def test_of_many_classes_some_are_named():
    there = [named("StorageClass", f"class{index}", api="storage.k8s.io/v1") for index in range(200)]
    (message,) = messages(CLASSES, quota({"gold.storageclass.storage.k8s.io/requests.storage": "1Gi"}), *there)
    assert message.endswith("; there are class0, class1, class10, class100, class101 and 195 more")
