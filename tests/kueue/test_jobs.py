"""The policies that keep jobs in their queues, held to what Kubernetes' own admission code made of them.

``oracles/queue-policies.json`` holds the policies, and ``oracles/queue-admission.jsonl`` what came of objects: both were
recorded with the CEL environment of apiserver 0.34, for Kubernetes 1.30 and 1.34 alike. An expression that is changed
has to be recorded anew.
"""

import json
from pathlib import Path

import pytest

from generator.kubernetes.quantity import QuantityError, parse
from generator.kueue import QUEUE_LABEL, jobs

ORACLES = Path(__file__).parent.parent / "oracles"
POLICIES = json.loads((ORACLES / "queue-policies.json").read_text())
ROWS = [json.loads(line) for line in (ORACLES / "queue-admission.jsonl").read_text().splitlines()]
RESOURCES = ("cpu", "memory")
#: What Kueue takes for the owner of a job, among the rows.
OWNERS = {"Job", "JobSet", "TrainJob", "StatefulSet", "Pod"}


@pytest.mark.parametrize("kinds", POLICIES)
def test_the_policies_are_those_that_were_recorded(kinds):
    assert jobs.name_a_queue(kinds.split()) == POLICIES[kinds]["queue"]
    assert jobs.ask_for_resources(kinds.split(), RESOURCES) == POLICIES[kinds]["requests"]


def test_the_record_is_of_every_kind_of_job():
    assert set(max(POLICIES, key=len).split()) == jobs.JOB_KINDS.keys()
    assert {row["object"]["kind"] for row in ROWS} == jobs.JOB_KINDS.keys()


def owners(body):
    """Return what says that it controls an object, by kind."""
    given = (body or {}).get("metadata", {}).get("ownerReferences", ())
    return {one["kind"] for one in given if one.get("controller") and not one["apiVersion"].startswith("example.com")}


def is_foreign(row):
    return row["user"].startswith("system:serviceaccount:") and row["user"].split(":")[2] != "vision"


def is_let_through(row):
    """Tell whether a policy has nothing to say of an object: it leaves, is a part of another, or was there before."""
    asked = set(jobs.asked_of(row["kinds"])) - {"Job"}
    if row["policy"] == "requests":
        asked -= {"TrainJob"}  # whose pods nobody sees before its JobSet
    if "deletionTimestamp" in row["object"]["metadata"] or (owners(row["object"]) & asked and is_foreign(row)):
        return True
    if row["old"] is None:
        return False
    if row["policy"] == "queue":
        return QUEUE_LABEL not in row["old"]["metadata"].get("labels", {})
    return row["object"]["spec"] == row["old"]["spec"]


def pods(value):
    """Find the specs of pods anywhere in an object, by their containers."""
    if isinstance(value, dict):
        yield from [value] if "containers" in value else [pod for one in value.values() for pod in pods(one)]
    elif isinstance(value, list):
        yield from (pod for one in value for pod in pods(one))


def asks(container):
    """Tell whether a container asks for something of everything."""
    given = container.get("resources", {})
    for name in RESOURCES:
        try:
            if not parse(given.get("requests", {}).get(name, given.get("limits", {}).get(name, 0))):
                return False
        except QuantityError:
            return False
    return True


def is_right(row):
    if row["policy"] == "queue":
        is_spoofed = owners(row["object"]) & OWNERS and not owners(row["old"]) & OWNERS and not is_foreign(row)
        return bool(row["object"]["metadata"].get("labels", {}).get(QUEUE_LABEL)) and not is_spoofed
    return all(
        asks(one) for pod in pods(row["object"]["spec"]) for one in (*pod["containers"], *pod.get("initContainers", ()))
    )


def test_kubernetes_refuses_what_goes_around_the_queue_and_nothing_else():
    wrong = [row["fact"] for row in ROWS if row["allowed"] is not (is_let_through(row) or is_right(row))]
    assert wrong == []
    assert [row["fact"] for row in ROWS if row["matched"] is is_let_through(row)] == []
    assert {row["allowed"] for row in ROWS} == {True, False}


def test_a_policy_is_about_the_kinds_that_it_is_given_on_creation_and_change():
    rules = jobs.name_a_queue(["RayJob", "Job"])["matchConstraints"]["resourceRules"]
    assert [(rule["apiGroups"], rule["resources"], rule["operations"]) for rule in rules] == [
        (["batch"], ["jobs"], ["CREATE", "UPDATE"]),
        (["ray.io"], ["rayjobs"], ["CREATE", "UPDATE"]),
    ]


def test_what_a_training_job_is_made_of_is_asked_with_it():
    for kinds in (["TrainJob"], ["TrainJob", "JobSet"]):
        rules = jobs.name_a_queue(kinds)["matchConstraints"]["resourceRules"]
        assert [rule["resources"] for rule in rules] == [["jobsets"], ["trainjobs"]]
        rules = jobs.ask_for_resources(kinds, RESOURCES)["matchConstraints"]["resourceRules"]
        assert [rule["resources"] for rule in rules] == [["jobsets"]]


def test_a_binding_is_for_namespaces_that_are_managed():
    assert jobs.binding("a") == {
        "policyName": "a",
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": {"matchLabels": {"kueue.x-k8s.io/managed-namespace": "true"}}},
    }
