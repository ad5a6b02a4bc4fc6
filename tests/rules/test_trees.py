"""Trees of namespaces: circles, parents that are not there, who is right, and what comes down from above."""

from itertools import permutations

import pytest
from rules.judging import asking, findings, messages, named, space

from generator.manifest import Manifest
from generator.problems import Place
from generator.rules.scene import Scene
from generator.rules.trees import cycles, parents, walk

HNC = "hnc.x-k8s.io/v1alpha2"
CYCLE, MISSING, PARENTS, LEVEL, LABEL = (
    asking("forbid-tree-defects", defects=[defect])
    for defect in ("cycle", "missing-parent", "two-parents", "weaker-level", "managed-label")
)
SHADOWED = asking("forbid-shadowed-objects")


def below(name, parent, **labels):
    pairs = [{"key": key, "value": value} for key, value in labels.items()]
    return named("HierarchyConfiguration", "hierarchy", name, HNC, spec={"parent": parent, "labels": pairs})


def anchor(name, parent):
    return named("SubnamespaceAnchor", name, parent, HNC)


def role(namespace, name="members", **annotations):
    found = named("Role", name, namespace, "rbac.authorization.k8s.io/v1", rules=[])
    found["metadata"]["annotations"] = {f"propagate.hnc.x-k8s.io/{key}": text for key, text in annotations.items()}
    return found


def scene(*bodies):
    return Scene([Manifest(body, Place("m.yaml", (index,))) for index, body in enumerate(bodies)])


def test_a_circle_is_told_once_from_its_first_name_whatever_the_order():
    bodies = [below("c", "a"), below("a", "b"), below("b", "c"), below("below", "a"), below("self", "self")]
    for order in permutations(bodies):
        assert messages(CYCLE, *order) == [
            "the tree of namespaces has a circle: a is below b is below c is below a",
            "the tree of namespaces has a circle: self is below self",
        ]


def test_a_long_tree_is_walked_without_recursion():
    bodies = [below(f"n{index:05}", f"n{index + 1:05}") for index in range(5_000)]
    there = scene(*bodies)
    assert there.answer(cycles) == ()
    assert len([*walk(there)]) == 2 * 5_001


def test_who_says_what_a_parent_is():
    spaces = [space("a"), space("b"), space("c")]
    spaces[0]["metadata"]["annotations"] = {"hnc.x-k8s.io/subnamespace-of": "top"}
    spaces[1]["metadata"]["labels"] = {"top.tree.hnc.x-k8s.io/depth": "1", "far.tree.hnc.x-k8s.io/depth": "2"}
    spaces[2]["metadata"]["labels"] = {"accurate.cybozu.com/parent": "top"}
    sub = named("SubNamespace", "d", "top", "accurate.cybozu.com/v2")
    found = scene(*spaces, sub, below("e", "top"), anchor("f", "top")).answer(parents)
    assert {name: claim.parent for name, claim in found.items()} == dict.fromkeys("abcdef", "top")


def test_the_labels_of_a_tenants_namespace_name_tenants_and_no_parents():
    labels = {"vision-train.tree.hnc.x-k8s.io/depth": "0", "vision.tree.hnc.x-k8s.io/depth": "1"}
    tenant = space("vision-train")
    tenant["metadata"]["labels"] = {**labels, "tenantry.dev/tenant": "vision"}
    assert scene(tenant).answer(parents) == {}
    assert messages(MISSING, tenant) == []
    assert [claim.parent for claim in scene(tenant, below("vision-train", "x")).answer(parents).values()] == ["x"]


def test_a_parent_that_nobody_declares_is_told():
    assert messages(MISSING, space("a"), space("b"), below("b", "a")) == []
    assert messages(MISSING, space("b"), below("b", "a"), anchor("a", "kube-system")) == []
    assert messages(MISSING, space("b"), below("b", "a")) == [
        "namespace b is below a, which is not among the manifests"
    ]
    # Where no namespace is declared at all, they are elsewhere.
    assert messages(MISSING, below("b", "a")) == []


def test_two_owners_of_one_name_are_told():
    assert messages(PARENTS, anchor("train", "vision"), below("train", "vision")) == []
    assert messages(PARENTS, anchor("train", "vision"), anchor("train", "speech")) == [
        ("namespace train is below several others at once: speech (SubnamespaceAnchor) and vision (SubnamespaceAnchor)")
    ]
    assert len(messages(PARENTS, anchor("train", "vision"), below("train", "speech"))) == 1


LEVELS = ("privileged", "baseline", "restricted")


@pytest.mark.parametrize("parent", [*LEVELS, ""])
@pytest.mark.parametrize("child", [*LEVELS, ""])
def test_a_child_enforces_as_much_as_its_parent(parent, child):
    levels = {
        name: {"pod-security.kubernetes.io__enforce": level} if level else {}
        for name, level in (("a", parent), ("b", child))
    }
    found = messages(LEVEL, *(space(name, **labels) for name, labels in levels.items()), below("b", "a"))
    own, above = (LEVELS.index(level or "privileged") for level in (child, parent))
    assert bool(found) is (own < above)


def test_of_a_managed_label_the_topmost_wins():
    top = below("vision", "root", tier="gold")
    assert messages(LABEL, top, below("train", "vision", tier="gold")) == []
    assert messages(LABEL, top, below("train", "vision"), space("train", tier="gold")) == []
    for wrong in (
        [below("train", "vision", tier="tin")],
        [below("train", "vision"), space("train", tier="tin")],
        [below("middle", "vision", size="small"), below("train", "middle", tier="tin")],
    ):
        assert messages(LABEL, top, *wrong) == [
            "label tier of namespace train is to be 'tin', and vision above it manages 'gold'"
        ]
    assert messages(LABEL, top, below("other", "root", tier="tin")) == []


def test_an_object_of_the_name_of_one_above_is_in_its_way():
    tree = below("train", "vision"), below("deep", "train")
    assert messages(SHADOWED, *tree, role("vision"), role("train", "others")) == []
    assert messages(SHADOWED, *tree, role("vision"), role("deep")) == [
        "Role members in namespace deep is in the way of the one that HNC copies down from namespace vision"
    ]
    assert messages(SHADOWED, role("vision"), role("train")) == []


@pytest.mark.parametrize(
    ("annotations", "is_told"),
    [
        ({"none": "true"}, False),
        ({"none": "false"}, True),
        ({"treeSelect": "train"}, True),
        ({"treeSelect": "!train"}, False),
        ({"treeSelect": "speech"}, False),
        ({"select": "team=vision"}, True),
        ({"select": "team=speech"}, False),
        ({"select": "team"}, True),
        ({"select": "team!=speech"}, True),
        ({"select": "team in (vision)"}, False),
    ],
)
def test_who_is_not_copied_is_in_nobodys_way(annotations, is_told):
    bodies = below("train", "vision"), space("train", team="vision"), role("vision", **annotations), role("train")
    assert bool(messages(SHADOWED, *bodies)) is is_told


def test_other_kinds_are_copied_where_hnc_is_told_to():
    def configured(mode):
        resources = [{"resource": "secrets", "mode": mode}]
        return named("HNCConfiguration", "config", api=HNC, spec={"resources": resources})

    def secrets(**asked):
        upper, lower = named("Secret", "s", "vision"), named("Secret", "s", "train")
        upper["metadata"]["annotations"] = {f"propagate.hnc.x-k8s.io/{key}": text for key, text in asked.items()}
        return below("train", "vision"), upper, lower

    assert messages(SHADOWED, *secrets()) == []
    assert len(messages(SHADOWED, configured("Propagate"), *secrets())) == 1
    assert messages(SHADOWED, configured("Ignore"), *secrets()) == []
    assert messages(SHADOWED, configured("AllowPropagate"), *secrets()) == []
    assert len(messages(SHADOWED, configured("AllowPropagate"), *secrets(all="true"))) == 1


@pytest.mark.parametrize("spec", [None, [], {"parent": 1}, {"parent": "", "labels": 1}, {"parent": "a", "labels": [1]}])
def test_malformed_settings_are_no_crash(spec):
    body = named("HierarchyConfiguration", "hierarchy", "b", HNC, spec=spec)
    for asked in (CYCLE, MISSING, PARENTS, LEVEL, LABEL, SHADOWED):
        findings(asked, body, space("b"))
