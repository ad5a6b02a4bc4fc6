"""Custom resources that lead somewhere: the shipped list, and what a site adds to it."""

from pathlib import Path

from repositories import repository, write

from generator import shipped
from generator.access import customs
from generator.access.customs import CustomResource
from generator.judgement import catalogue
from generator.problems import Place
from generator.validation import schema
from generator.yaml import documents

FILE = "policies/data/custom-resources.yaml"
PLACE = Place("x.yaml", ("resources", 0))


def custom(group, resource, *effects, scope="Namespaced", by="x", origin=PLACE):
    return CustomResource(group, resource, scope, effects, by, origin)


def entry(group, resource, *effects, scope="Namespaced", by="x"):
    return f"  - {{group: {group}, resource: {resource}, scope: {scope}, effects: [{', '.join(effects)}], by: {by}}}\n"


def listed(*entries):
    return "version: 1\nresources:\n" + "".join(entries)


def test_a_value_becomes_resources_with_their_places():
    value = {"version": 1, "resources": [{"group": "ray.io", "resource": "rayjobs", "scope": "Namespaced", "effects": ["creates-pods"], "by": "KubeRay"}]}  # fmt: skip
    (one,) = customs.from_value(value, "x.yaml")
    assert one == CustomResource("ray.io", "rayjobs", "Namespaced", ("creates-pods",), "KubeRay", PLACE)
    assert one.full == "rayjobs.ray.io"


def test_pods_and_named_accounts_give_accounts_and_nothing_else_does():
    given = {
        effect: custom("g", "r", effect).gives_accounts
        for effect in ("creates-pods", "names-account", "acts-as-controller", "changes-pods")
    }
    assert given == {"creates-pods": True, "names-account": True, "acts-as-controller": False, "changes-pods": False}


def test_a_sites_entry_takes_the_place_of_the_shipped_one_and_all_are_sorted():
    shipped_ones = [custom("b.io", "x", "creates-pods"), custom("a.io", "y", "creates-pods")]
    own = [custom("b.io", "x", "changes-pods"), custom("b.io", "a", "creates-pods")]
    united = customs.united(shipped_ones, own)
    assert [(one.full, one.effects) for one in united] == [
        ("y.a.io", ("creates-pods",)),
        ("a.b.io", ("creates-pods",)),
        ("x.b.io", ("changes-pods",)),
    ]
    assert customs.united(reversed(shipped_ones), reversed(own)) == united


def test_the_shipped_list_is_valid_and_sorted_without_doubles():
    document = documents.read(shipped.policies() / "data", "custom-resources.yaml")
    assert not schema.problems(document, "custom-resources")
    names = [(one["group"], one["resource"]) for one in document.value["resources"]]
    assert names == sorted(set(names))


def test_the_shipped_list_knows_the_usual_ways(tmp_path):
    found, problems = catalogue.customs(tmp_path)
    assert problems == []
    by_name = {one.full: one for one in found}
    assert by_name["notebooks.kubeflow.org"].effects == ("creates-pods", "names-account")
    assert by_name["kustomizations.kustomize.toolkit.fluxcd.io"].effects == ("names-account", "acts-as-controller")
    assert by_name["poddefaults.kubeflow.org"].effects == ("changes-pods",)
    in_no_namespace = {one.full for one in found if one.scope == "Cluster"}
    assert {"profiles.kubeflow.org", "clustertrainingruntimes.trainer.kubeflow.org", "clusterpolicies.kyverno.io",
            "clusterqueues.kueue.x-k8s.io", "globaltenantresources.capsule.clastix.io"} <= in_no_namespace  # fmt: skip


def test_a_repository_adds_its_own(tmp_path):
    repository(tmp_path)
    write(tmp_path, FILE, listed(entry("example.com", "labs", "creates-pods", by="Labs"), entry("ray.io", "rayjobs", "names-account", by="us")))  # fmt: skip
    found, problems = catalogue.customs(tmp_path)
    assert problems == []
    own = {one.full: (one.by, one.origin.document) for one in found if one.by in ("Labs", "us")}
    assert own == {"labs.example.com": ("Labs", FILE), "rayjobs.ray.io": ("us", FILE)}
    assert len(found) == len(catalogue.customs(Path(__file__).parent.parent)[0]) + 1


def test_all_that_is_wrong_in_a_list_is_told_and_nothing_of_it_counts(tmp_path):
    repository(tmp_path)
    wrong = (
        entry("Example.com", "labs", "makes-pods"),
        entry("example.com", "labs", scope="cluster"),
        "  - {group: a.io}\n",
    )
    write(tmp_path, FILE, listed(*wrong))
    found, problems = catalogue.customs(tmp_path)
    data = (tmp_path / FILE).read_bytes()
    found_at = [documents.resolved(problem, data) for problem in problems]
    told = [f"{one.place.line}: {one.field}: {one.message}" for one in found_at]
    assert told == [
        "3: resources[0].effects[0]: 'makes-pods' is not allowed; did you mean 'creates-pods'?",
        "3: resources[0].group: 'Example.com' is not a DNS subdomain (1 to 253 of a-z, 0-9, '-' and '.', a letter or digit at both ends of each part); write 'example.com'",
        "4: resources[1].effects: a list is empty; fill it",
        "4: resources[1].scope: 'cluster' is not allowed; did you mean 'Cluster'?",
        *(f"5: resources[2].{field}: is missing; write it" for field in ("by", "effects", "resource", "scope")),
    ]
    assert found == catalogue.customs(tmp_path / "tenants")[0]
