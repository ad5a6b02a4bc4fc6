import json
import re
from pathlib import Path

import pytest
from rules.judging import asking, messages, named

ASKED = asking("require-cloud-names")
AWS, GOOGLE, AZURE = "eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"
SCHEMA = Path(__file__).parents[2] / "generator" / "schemas" / "common.schema.json"

RIGHT = [
    (AWS, "arn:aws:iam::123456789012:role/vision"),
    (AWS, "arn:aws-cn:iam::123456789012:role/ml/vision+x"),
    (GOOGLE, "vision@example-prod.iam.gserviceaccount.com"),
    (AZURE, "00000000-0000-0000-0000-00000000000A"),
]
WRONG = [
    (AWS, "vision"),
    (AWS, "arn:aws:iam::1234:role/vision"),
    (AWS, "arn:aws:iam::123456789012:user/vision"),
    (AWS, "arn:aws:iam::123456789012:role/vision\n"),
    (GOOGLE, "vision@example.com"),
    (GOOGLE, "vision@.iam.gserviceaccount.com"),
    (AZURE, "vision"),
]


def account(key, value):
    body = named("ServiceAccount", "a", "ns1")
    body["metadata"]["annotations"] = {key: value}
    return body


@pytest.mark.parametrize(("key", "value"), RIGHT)
def test_what_the_cloud_knows_is_fine(key, value):
    assert messages(ASKED, account(key, value)) == []


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_what_no_cloud_knows_is_told_with_what_would_be(key, value):
    (message,) = messages(ASKED, account(key, value))
    assert message.startswith(f"ServiceAccount a says {key} is {value!r}, which is not ")
    assert "; write one such as " in message


@pytest.mark.parametrize(
    "value", ["12-compute@developer.gserviceaccount.com", "example-prod@appspot.gserviceaccount.com"]
)
def test_google_makes_accounts_of_its_own(value):
    assert messages(ASKED, account(GOOGLE, value)) == []


def test_the_plugins_of_a_profile_are_read_too():
    plugins = [{"kind": "WorkloadIdentity", "spec": {"gcpServiceAccount": "vision"}}]
    (message,) = messages(ASKED, named("Profile", "ns1", api="kubeflow.org/v1", spec={"plugins": plugins}))
    assert message.startswith("Profile ns1 says gcpServiceAccount is 'vision', which is not a Google service account")


def test_the_tenant_file_asks_for_the_same():
    text = SCHEMA.read_text(encoding="utf-8")
    patterns = [
        one
        for one in re.findall(r'"pattern": ("(?:[^"\\\\]|\\\\.)*")', text)
        if "arn:" in one or "gserviceaccount" in one
    ]
    by_key = {AWS if "arn:" in one else GOOGLE: re.compile(json.loads(one)) for one in patterns}
    assert set(by_key) == {AWS, GOOGLE}
    assert [value for key, value in RIGHT if key in by_key and not by_key[key].match(value)] == []
    assert [value for key, value in WRONG if key in by_key and by_key[key].fullmatch(value)] == []
