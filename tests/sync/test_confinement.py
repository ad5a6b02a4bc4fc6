"""The policy that keeps Flux's account to tenants' namespaces, held to what Kubernetes' own admission code made of it.

``oracles/applier-policy.json`` holds the policy and ``oracles/applier-admission.jsonl`` what came of requests: both were
recorded with the CEL environment of apiserver 0.34, for Kubernetes 1.30 and 1.34 alike. A policy that is changed has to
be recorded anew.
"""

import json
from pathlib import Path

import pytest

from generator import manifests

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / "tests/oracles"
ROWS = [json.loads(line) for line in (ORACLES / "applier-admission.jsonl").read_text().splitlines()]
LABEL = "tenantry.dev/tenant"


def test_the_policy_is_the_one_that_was_recorded():
    found, _ = manifests.read(["rendered/prod-eu/sync/accounts.yaml"], ROOT)
    (policy,) = [one.body["spec"] for one in found if one.body["kind"] == "ValidatingAdmissionPolicy"]
    assert policy == json.loads((ORACLES / "applier-policy.json").read_text())


def is_tenants(body):
    return body is None or LABEL in body["metadata"].get("labels", {})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["fact"].replace(" ", "-"))
def test_flux_is_let_through_where_a_tenant_is_and_nobody_else_is_asked(row):
    assert row["matched"] == (row["user"] == "system:serviceaccount:flux-system:tenants")
    if row["namespace"] is not None:
        assert row["allowed"] == (LABEL in row["namespace"])
    else:
        assert row["allowed"] == (is_tenants(row["object"]) and is_tenants(row["old"]))


def test_both_answers_were_recorded():
    assert {row["allowed"] for row in ROWS if row["matched"]} == {True, False}
    assert {row["operation"] for row in ROWS} == {"CREATE", "UPDATE", "DELETE", "CONNECT"}
