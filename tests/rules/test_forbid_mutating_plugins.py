import pytest
from rules.judging import asking, messages, named

ASKED = asking("forbid-mutating-plugins")


def profile(*plugins):
    return named("Profile", "ns1", api="kubeflow.org/v1", spec={"plugins": list(plugins)})


AWS = {"kind": "AwsIamForServiceAccount", "spec": {"awsIamRole": "x"}}


def test_each_plugin_that_changes_a_cloud_is_told():
    assert messages(ASKED, profile(AWS, {"kind": "WorkloadIdentity"})) == [
        "Profile ns1 rewrites the trust policy of an AWS role and changes who may use a Google service account"
    ]


@pytest.mark.parametrize("key", ["annotateOnly", "AnnotateOnly"])
def test_an_annotation_changes_nothing(key):
    assert messages(ASKED, profile({**AWS, "spec": {key: True}})) == []


@pytest.mark.parametrize("value", [False, "true", None])
def test_only_true_is_true(value):
    assert len(messages(ASKED, profile({**AWS, "spec": {"annotateOnly": value}}))) == 1


@pytest.mark.parametrize("plugins", [None, 5, [5], [{"kind": "Other"}]])
def test_other_plugins_are_passed_over(plugins):
    assert messages(ASKED, named("Profile", "ns1", api="kubeflow.org/v1", spec={"plugins": plugins})) == []
