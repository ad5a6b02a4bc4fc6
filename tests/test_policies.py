"""The default policies are well formed, and their examples are manifests that a cluster would take."""

from pathlib import Path

from agreement import agreed
from tenancy import told

from generator import shipped
from generator.judgement.examples import PATH
from generator.manifest import Manifest, duplicates
from generator.problems import Place
from generator.validation import schema, validity
from generator.yaml import documents

POLICIES = [documents.read(path.parent, path.name) for path in sorted(shipped.policies().glob("*.yaml"))]
KUBERNETES = validity.for_version("1.34")


def all_policies(objections):
    """Ask about every policy, and tell of each that there are objections to; *objections* yields those to one."""
    asked = ((document.name, [*objections(document)]) for document in POLICIES)
    agreed((f"{name}: {found}" for name, found in asked if found), of=len(POLICIES))


def test_a_policy_is_valid():
    all_policies(lambda document: told(schema.problems(document, "policy")))


def test_a_policy_is_called_like_its_file():
    agreed(
        (f"{one.name}: {one.value['id']}" for one in POLICIES if f"{one.value['id']}.yaml" != one.name),
        of=len(POLICIES),
    )


def test_a_policy_has_examples_of_both_kinds():
    def lacking(document):
        examples = document.value["examples"]
        return [kind for kind in ("passes", "fails") if not examples[kind] or not all(examples[kind])]

    all_policies(lacking)


def test_no_example_both_passes_and_fails():
    def both(document):
        examples = document.value["examples"]
        return [example for example in examples["passes"] if example in examples["fails"]]

    all_policies(both)


def test_every_example_is_valid_in_kubernetes():
    all_policies(lambda document: told(refused(document)))


def refused(document):
    examples = document.value["examples"]
    for expected, sets in {**examples, "before": [examples.get("before", [])]}.items():
        for i, bodies in enumerate(sets):
            origins = [Place(document.name, ("examples", expected, i, j)) for j in range(len(bodies))]
            manifests = [Manifest(body, origin) for body, origin in zip(bodies, origins, strict=True)]
            whole = [one for one in manifests if "name" in one.body["metadata"]]  # others show what is no object
            for manifest in whole:
                yield from KUBERNETES.problems(manifest)
            for path in {annotation(one, PATH) for one in whole}:  # what stands in two files may be what it shows
                yield from duplicates([one for one in whole if annotation(one, PATH) == path])


def annotation(manifest, key):
    return manifest.body["metadata"].get("annotations", {}).get(key)


def test_a_benchmark_is_named_with_its_version():
    # The numbers of the CIS benchmark moved at 1.11 and again at 1.12.
    def unnamed(document):
        named = [text for text in document.value.get("references", ()) if text.startswith("CIS ")]
        return [text for text in named if not text.startswith("CIS Kubernetes Benchmark 1.12: ")]

    all_policies(unnamed)


def test_every_rule_is_described():
    described = (Path(__file__).parent.parent / "policies" / "README.md").read_text(encoding="utf-8")
    rules = {one.value["rule"] for one in POLICIES}
    agreed((rule for rule in sorted(rules) if f"| `{rule}` |" not in described), of=len(rules))


def test_policies_are_shipped():
    assert len(POLICIES) >= 8
