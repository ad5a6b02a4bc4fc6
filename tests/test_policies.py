"""The default policies are well formed, and their examples are manifests that a cluster would take."""

from pathlib import Path

import pytest

from generator import documents, schema, shipped, validity
from generator.manifest import Manifest, duplicates
from generator.problems import Place

POLICIES = sorted(shipped.policies().glob("*.yaml"))
KUBERNETES = validity.for_version("1.34")


def read(path):
    return documents.read(path.parent, path.name)


def all_policies(test):
    return pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)(test)


@all_policies
def test_a_policy_is_valid(path):
    document = read(path)
    assert [*document.problems, *schema.check(document, "policy")] == []


@all_policies
def test_a_policy_is_called_like_its_file(path):
    assert read(path).value["id"] == path.stem


@all_policies
def test_a_policy_has_examples_of_both_kinds(path):
    examples = read(path).value["examples"]
    assert all(examples["passes"])
    assert all(examples["fails"])
    assert len(examples["passes"]) > 0
    assert len(examples["fails"]) > 0


@all_policies
def test_no_example_both_passes_and_fails(path):
    examples = read(path).value["examples"]
    assert [example for example in examples["passes"] if example in examples["fails"]] == []


@all_policies
def test_every_example_is_valid_in_kubernetes(path):
    examples = read(path).value["examples"]
    found = []
    for expected, sets in {**examples, "before": [examples.get("before", [])]}.items():
        for i, bodies in enumerate(sets):
            origins = [Place(path.name, ("examples", expected, i, j)) for j in range(len(bodies))]
            manifests = [Manifest(body, origin) for body, origin in zip(bodies, origins, strict=True)]
            found += [problem for manifest in manifests for problem in KUBERNETES.problems(manifest)]
            found += duplicates(manifests)
    assert found == []


@all_policies
def test_a_benchmark_is_named_with_its_version(path):
    # The numbers of the CIS benchmark moved at 1.11 and again at 1.12.
    named = [text for text in read(path).value.get("references", ()) if text.startswith("CIS ")]
    assert [text for text in named if not text.startswith("CIS Kubernetes Benchmark 1.12: ")] == []


@all_policies
def test_every_rule_is_described(path):
    described = (Path(__file__).parent.parent / "policies" / "README.md").read_text(encoding="utf-8")
    assert f"| `{read(path).value['rule']}` |" in described


def test_policies_are_shipped():
    assert len(POLICIES) >= 8
