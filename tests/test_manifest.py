from itertools import permutations

import pytest
import yaml
from tenancy import told

from generator.manifest import APPLY_ORDER, Manifest, duplicates, identity, ordered
from generator.problems import Place

HERE = Place("tenants/vision.yaml", ("spec", "quota"))
THERE = Place("tenants/vision.yaml", ("spec", "extras", "budget"))


def body(kind, name, namespace="", api_version="v1"):
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def asked(*bodies, origin=HERE):
    return [Manifest(one, origin) for one in bodies]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", ("", "Namespace", "", "a")),
        (
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: a, namespace: b}}",
            ("rbac.authorization.k8s.io", "Role", "b", "a"),
        ),
    ],
)
def test_an_object_is_known_by_group_kind_namespace_and_name(text, key):
    assert identity(yaml.safe_load(text)) == key


def test_two_versions_of_a_group_have_the_same_objects():
    assert identity(body("Job", "a", "b", "batch/v1")) == identity(body("Job", "a", "b", "batch/v1beta1"))


def test_a_namespace_is_applied_before_what_lives_in_it_and_roles_before_their_bindings():
    kinds = ["RoleBinding", "NetworkPolicy", "Role", "Deployment", "ServiceAccount", "ResourceQuota", "Namespace"]
    assert [m.body["kind"] for m in ordered(asked(*(body(kind, "a", "b") for kind in kinds)))] == [
        *("Namespace", "ResourceQuota", "ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "Deployment")
    ]


def test_no_kind_stands_in_the_apply_order_twice():
    assert len(set(APPLY_ORDER)) == len(APPLY_ORDER)


def test_the_order_of_building_does_not_matter():
    made = asked(
        body("Role", "b", "n"), body("Role", "a", "n"), body("Role", "a", "m"), body("Zoo", "a"), body("Ant", "z")
    )
    wanted = [("m", "a"), ("n", "a"), ("n", "b"), ("", "z"), ("", "a")]
    for order in permutations(made):
        assert [identity(m.body)[2:] for m in ordered(order)] == wanted


def test_objects_that_differ_in_one_part_of_their_identity_are_no_duplicates():
    made = [
        body("Role", "a", "n"),
        body("Role", "b", "n"),
        body("Role", "a", "m"),
        body("ConfigMap", "a", "n"),
        body("Role", "a", "n", "example.com/v1"),
    ]
    assert told(duplicates(asked(*made))) == []


def test_an_object_that_two_places_ask_for_is_told_with_both():
    made = [*asked(body("ConfigMap", "a", "n")), *asked(body("ConfigMap", "a", "n"), origin=THERE)]
    assert told(duplicates(made)) == [
        (
            "tenants/vision.yaml#spec/extras/budget: ConfigMap n/a is asked for here and by "
            "tenants/vision.yaml#spec/quota; rename or drop one"
        )
    ]


def test_an_object_that_one_place_asks_for_twice_is_told():
    assert told(duplicates(asked(body("PriorityClass", "batch"), body("PriorityClass", "batch")))) == [
        "tenants/vision.yaml#spec/quota: PriorityClass batch is asked for twice here; rename or drop one"
    ]


def test_each_further_object_is_told_and_not_the_first():
    made = [m for route in ("a", "b", "c") for m in asked(body("Role", "r", "n"), origin=Place(f"{route}.yaml"))]
    assert told(duplicates(iter(made))) == [
        "b.yaml: Role n/r is asked for here and by a.yaml; rename or drop one",
        "c.yaml: Role n/r is asked for here and by a.yaml; rename or drop one",
    ]
