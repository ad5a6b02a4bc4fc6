"""What a fix gives to paste does what the policy asks for: pasted beside the namespace, nothing more is found."""

import json

import pytest
import yaml
from click.testing import CliRunner

from generator import shipped
from generator.cli import cli
from generator.validation import schema
from generator.yaml import documents

NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "audio", "annotations": {"owner": "ann@example.com"}, "labels": {}},
}


def pasted(policy):
    """Return the mappings that stand in the fix of a policy, as YAML reads them."""
    fix = yaml.safe_load((shipped.policies() / f"{policy}.yaml").read_text())["fix"]
    found, depth, start = [], 0, 0
    for index, char in enumerate(fix):
        if char == "{":
            start = start if depth else index
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                found.append(yaml.safe_load(fix[start : index + 1].replace("namespace: NAME", "namespace: audio")))
    return found


def is_found(policy, folder, *manifests):
    path = folder / "manifests.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))
    result = CliRunner().invoke(
        cli, ["lint", str(path), "--select", policy, "--fail-on", "info"], standalone_mode=False
    )
    assert result.exception is None
    return result.return_value == 1


@pytest.mark.parametrize("policy", ["namespace-denies-traffic", "default-account-has-no-token"])
def test_an_object_is_given_as_a_whole(tmp_path, policy):
    assert is_found(policy, tmp_path, NAMESPACE)
    assert not is_found(policy, tmp_path, NAMESPACE, *pasted(policy))


@pytest.mark.parametrize(
    ("policy", "kind"), [("namespace-has-quota", "ResourceQuota"), ("namespace-has-limit-range", "LimitRange")]
)
def test_a_spec_is_given_in_the_words_of_kubernetes(tmp_path, policy, kind):
    spec = pasted(policy)[-1]
    metadata = {"name": "tenant", "namespace": "audio"}
    assert is_found(policy, tmp_path, NAMESPACE)
    assert not is_found(
        policy, tmp_path, NAMESPACE, {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}
    )


@pytest.mark.parametrize(
    "policy", ["namespace-has-pod-security", "profile-is-in-the-mesh", "profile-has-kubeflow-labels"]
)
def test_labels_are_given_as_they_stand_in_the_metadata(tmp_path, policy):
    labels = pasted(policy)[0]
    profile = {"app.kubernetes.io/part-of": "kubeflow-profile"}
    before, after = (
        NAMESPACE | {"metadata": NAMESPACE["metadata"] | {"labels": given}} for given in (profile, profile | labels)
    )
    assert is_found(policy, tmp_path, before)
    assert not is_found(policy, tmp_path, after)


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        ("namespace-has-quota", "quota"),
        ("namespace-has-limit-range", "limits"),
        ("namespace-admits-ordinary-pods", "limits"),
    ],
)
def test_a_field_is_given_in_the_words_of_a_tenant_file(policy, field):
    value = {
        "apiVersion": "tenantry.dev/v1",
        "kind": "Tenant",
        "metadata": {"name": "audio"},
        "spec": {"owners": [{"group": "audio"}], field: pasted(policy)[0]},
    }
    assert list(schema.check(documents.Document("tenants/audio.yaml", value), "tenant")) == []
