import pytest
from rules.judging import asking, findings, messages, named

from generator.rules.forbid_quota_defects import PARAMETERS

EVERYTHING = asking("forbid-quota-defects", defects=[*PARAMETERS["defects"].known])


def quota(hard, **spec):
    return named("ResourceQuota", "q", "ns1", spec={"hard": hard, **spec})


def definition(name="widgets.example.com", scope="Namespaced"):
    return named("CustomResourceDefinition", name, api="apiextensions.k8s.io/v1", spec={"scope": scope})


def defects(hard, *beside, **spec):
    """Say which defects a quota has, each asked about alone."""
    body = quota(hard, **spec)
    asked = {defect: asking("forbid-quota-defects", defects=[defect]) for defect in PARAMETERS["defects"].known}
    return {defect for defect, one in asked.items() if messages(one, body, *beside)}


@pytest.mark.parametrize(
    ("hard", "expected"),
    [
        ({"requests.cpu": "1", "pods": 10, "requests.nvidia.com/gpu": "0", "count/jobs.batch": "5"}, set()),
        ({"request.cpu": "1"}, {"refused-key"}),
        ({"gpu": "1"}, {"refused-key"}),
        ({"requests.nvidia.com/gpus": "1"}, {"uncounted-key"}),
        ({"gold.storageclass.storage.k8s.io/limits.storage": "1Gi"}, {"uncounted-key"}),
        ({"batch/jobs": "1"}, {"uncounted-key"}),
        ({"kubeflow.org/notebooks": "1"}, {"uncounted-key"}),
        ({"nvidia.com/gpu": "1"}, {"bare-device"}),
        ({"limits.nvidia.com/gpu": "1"}, {"bare-device"}),
        ({"rdma/hca": "1"}, {"bare-device"}),
        ({"count/deployments": "1"}, {"unknown-kind"}),
        ({"count/namespaces": "1"}, {"unknown-kind"}),
        ({"requests.nvidia.com/gpu": "0.5"}, {"fraction"}),
        ({"pods": "0.5"}, {"refused-amount"}),
        ({"pods": "many"}, {"refused-amount"}),
        ({"pods": None}, {"refused-amount"}),
        ({"pods": [1]}, {"refused-amount"}),
        ({"requests.memory": "1024Mi"}, {"other-spelling"}),
        ({"nvidia.com/gpu": "-1"}, {"bare-device", "refused-amount"}),
    ],
)
def test_each_defect_is_told_apart(hard, expected):
    assert defects(hard) == expected


@pytest.mark.parametrize(
    ("amount", "is_refused"), [("8Pi", False), ("9Pi", True), ("10P", False), ("16Pi", True), ("1.5", True)]
)
def test_a_class_is_counted_in_whole_numbers_that_do_not_overflow(amount, is_refused):
    assert ("refused-amount" in defects({"gold.storageclass.storage.k8s.io/requests.storage": amount})) is is_refused


@pytest.mark.parametrize(
    ("scopes", "key", "expected"),
    [
        (["NotTerminating"], "requests.cpu", set()),
        (["NotTerminating"], "requests.ephemeral-storage", {"scope-mismatch"}),
        (["BestEffort"], "pods", set()),
        (["BestEffort"], "requests.cpu", {"scope-mismatch"}),
        (["BestEffort", "NotBestEffort"], "pods", {"scope-mismatch"}),
        (["Nowhere"], "pods", {"scope-mismatch"}),
        (["PriorityClass"], "requests.nvidia.com/gpu", set()),
        (["PriorityClass"], "gold.storageclass.storage.k8s.io/requests.storage", {"scope-mismatch"}),
    ],
)
def test_a_scope_and_a_key_that_do_not_go_together(scopes, key, expected):
    assert defects({key: "1"}, scopes=scopes) == expected
    selecting = {"matchExpressions": [{"scopeName": scope, "operator": "Exists"} for scope in scopes]}
    assert defects({key: "1"}, scopeSelector=selecting) == expected


@pytest.mark.parametrize(
    ("scope", "operator", "values", "expected"),
    [
        ("PriorityClass", "In", ["batch"], set()),
        ("PriorityClass", "DoesNotExist", None, set()),
        ("BestEffort", "Exists", [], set()),
        ("PriorityClass", "In", None, {"scope-mismatch"}),
        ("VolumeAttributesClass", "NotIn", [], {"scope-mismatch"}),
        ("PriorityClass", "Exists", ["batch"], {"scope-mismatch"}),
        ("BestEffort", "In", ["batch"], {"scope-mismatch"}),
        ("BestEffort", "DoesNotExist", None, {"scope-mismatch"}),
        ("PriorityClass", "in", ["batch"], {"scope-mismatch"}),
        ("PriorityClass", None, None, {"scope-mismatch"}),
    ],
)
def test_a_scope_that_is_selected_as_the_api_server_refuses_it(scope, operator, values, expected):
    one = {"scopeName": scope, "operator": operator, "values": values}
    key = "requests.storage" if scope == "VolumeAttributesClass" else "pods"
    assert defects({key: "1"}, scopeSelector={"matchExpressions": [one]}) == expected


def test_a_kind_that_the_manifests_define_is_counted_and_its_neighbour_is_not():
    assert defects({"count/widgets.example.com": "1"}, definition()) == set()
    assert defects({"count/gadgets.example.com": "1"}, definition()) == {"unknown-kind"}
    assert defects({"count/gadgets.example.com": "1"}) == set()
    assert defects({"count/widgets.example.com": "1"}, definition(scope="Cluster")) == {"unknown-kind"}
    # A slip of the pen for batch, unless somebody has defined just that.
    assert defects({"count/jobs.batch.volcano.sh.": "1"}) != set()
    assert defects({"count/jobs.batcj.volcano.sh": "1"}) == {"unknown-kind"}
    assert defects({"count/jobs.batcj.volcano.sh": "1"}, definition("jobs.batcj.volcano.sh")) == set()


def test_what_is_only_known_by_definitions_is_likely():
    (finding,) = findings(EVERYTHING, quota({"count/gadgets.example.com": "1"}), definition())
    assert (finding.confidence, finding.message) == (
        "likely",
        (
            "ResourceQuota q in namespace ns1: 'count/gadgets.example.com' never counts anything: "
            "no definition of group example.com in these manifests has 'gadgets'"
        ),
    )


def test_the_message_names_the_quota_the_key_and_what_to_write():
    (finding,) = findings(EVERYTHING, quota({"nvidia.com/gpu": "1"}))
    assert (finding.namespace, finding.kind, finding.name, finding.confidence) == (
        *("ns1", "ResourceQuota", "q", "certain"),
    )
    assert finding.message == (
        "ResourceQuota q in namespace ns1: 'nvidia.com/gpu' "
        "is never counted: quotas count requests for devices; write requests.nvidia.com/gpu"
    )


@pytest.mark.parametrize(
    ("api", "kind", "spec"),
    [
        ("hnc.x-k8s.io/v1alpha2", "HierarchicalResourceQuota", {"hard": {"gpu": "1"}}),
        ("quota.openshift.io/v1", "ClusterResourceQuota", {"quota": {"hard": {"gpu": "1"}}}),
        ("capsule.clastix.io/v1beta2", "GlobalResourceQuota", {"quota": {"hard": {"gpu": "1"}}}),
    ],
)
def test_quotas_of_several_namespaces_have_the_same_keys(api, kind, spec):
    assert len(messages(EVERYTHING, named(kind, "q", api=api, spec=spec))) == 1
    assert messages(EVERYTHING, named(kind, "q", api="example.com/v1", spec=spec)) == []


def test_openshift_counts_images_itself():
    assert messages(EVERYTHING, quota({"openshift.io/imagestreams": "10"})) == []


@pytest.mark.parametrize("spec", [None, [], {"hard": []}, {"hard": {1: "1"}, "scopes": 1, "scopeSelector": []}])
def test_a_malformed_quota_is_no_crash(spec):
    messages(EVERYTHING, named("ResourceQuota", "q", "ns1", spec=spec))
