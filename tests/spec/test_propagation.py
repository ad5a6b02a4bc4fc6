"""Where objects go, and what of them: HNC's decisions, asked of the destination."""

from itertools import product

import pytest
from tenancy import PLATFORM, platform_document, told, vision

from generator.problems import Place
from generator.spec import propagation
from generator.spec.platform import check, from_document
from generator.spec.propagation import Propagation

LABELS = {"purpose": "training"}
LINE = ("vision-train", "vision", "research")


def rule(**exception):
    given = {"select": None, "tree_select": None, "none": False, "all": False} | exception
    return Propagation("research", "t", {}, **given, origin=Place("f.yaml"))


#: What is asked, and whether it is met where nothing else is: mode, exception, answer.
DECISIONS = [
    ("Propagate", {}, True),
    ("Propagate", {"select": "purpose=training"}, True),
    ("Propagate", {"select": "purpose!=training"}, False),
    ("Propagate", {"tree_select": "vision"}, True),
    ("Propagate", {"tree_select": "!vision"}, False),
    ("Propagate", {"none": True}, False),
    ("Propagate", {"all": True}, True),
    ("AllowPropagate", {}, False),
    ("AllowPropagate", {"select": "purpose=training"}, True),
    ("AllowPropagate", {"select": "purpose=serving"}, False),
    ("AllowPropagate", {"tree_select": "research, !nlp"}, True),
    ("AllowPropagate", {"tree_select": "nlp"}, False),
    ("AllowPropagate", {"none": True}, False),
    ("AllowPropagate", {"all": True}, True),
    *(
        (mode, exception, False)
        for mode, exception in product(("Ignore", "Remove"), ({}, {"all": True}, {"select": "purpose"}))
    ),
]


@pytest.mark.parametrize(("mode", "exception", "comes"), DECISIONS)
def test_the_mode_decides_unless_the_file_says_where_to(mode, exception, comes):
    assert propagation.comes_to(rule(**exception), mode, LABELS, LINE) is comes


def body(kind="ConfigMap", version="v1", **metadata):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "x", "namespace": "n"} | metadata}


@pytest.mark.parametrize(
    "excluded",
    [
        body(name="kube-root-ca.crt"),
        body(name="istio-ca-root-cert"),
        body("Secret") | {"type": "helm.sh/release.v1"},
        body("Secret") | {"type": "kubernetes.io/service-account-token"},
        body("RoleBinding", labels={"cattle.io/creator": "norman"}),
        body(annotations={"openshift.io/description": ""}),
        body("PersistentVolumeClaim", finalizers=["kubernetes.io/pvc-protection"]),
    ],
)
def test_of_what_others_make_or_look_after_there_is_no_copy(excluded):
    assert propagation.is_excluded(excluded)


@pytest.mark.parametrize(
    "plain",
    [
        body(),
        body("Secret", name="kube-root-ca.crt"),
        body("Secret") | {"type": "Opaque"},
        body(labels={"cattle.io/creator": "somebody"}, finalizers=[]),
    ],
)
def test_of_all_else_there_is(plain):
    assert not propagation.is_excluded(plain)


def test_a_copy_is_the_object_and_nothing_of_its_history():
    original = body(
        labels={"app": "x", "hnc.x-k8s.io/inherited-from": "old", "a.tree.hnc.x-k8s.io/depth": "1"},
        annotations={"propagate.hnc.x-k8s.io/all": "true", "note": "kept"},
        uid="u",
        resourceVersion="1",
        ownerReferences=[{"kind": "Pod"}],
    )
    assert propagation.copied(original | {"status": {"phase": "x"}, "data": {"a": "b"}}, "research") == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "x",
            "namespace": "n",
            "labels": {"app": "x", "tenantry.dev/inherited-from": "research"},
            "annotations": {"note": "kept"},
        },
        "data": {"a": "b"},
    }
    assert propagation.copied(body(annotations={"propagate.hnc.x-k8s.io/none": "true"}), "r")["metadata"].keys() == {
        "name",
        "namespace",
        "labels",
    }


RBAC = "rbac.authorization.k8s.io/v1"


@pytest.mark.parametrize(
    ("given", "modes", "mode"),
    [
        (body(), None, "Propagate"),
        (body(), {}, "Ignore"),
        (body(), {"ConfigMap": "AllowPropagate"}, "AllowPropagate"),
        (body("Role", RBAC), {}, "Propagate"),
        (body("RoleBinding", RBAC), {}, "Propagate"),
        (body("Role", "example.com/v1"), {}, "Ignore"),
        (body("Certificate", "cert-manager.io/v1"), {"Certificate.cert-manager.io": "Propagate"}, "Propagate"),
        (body("ConfigMap", "example.com/v1"), {"ConfigMap": "Propagate"}, "Ignore"),
    ],
)
def test_the_platform_says_how_kinds_propagate_as_hncs_configuration_does(given, modes, mode):
    assert propagation.mode_of(given, modes) == mode


def test_at_most_one_exception_is_written():
    spec = "propagate: {a: {select: x, treeSelect: nlp, all: true}, b: {none: true}, c: {}}"
    assert told(propagation.check(vision(spec).propagate)) == [
        "tenants/vision.yaml#spec/propagate/a: select and treeSelect and all exclude each other; write one of them at most"
    ]


def test_modes_name_kinds_with_their_groups_and_none_that_always_propagate():
    document = platform_document(
        "hierarchy: {modes: {ConfigMap: Propagate, Deployment: Ignore, Role: Ignore, X.example.com: Remove}}"
    )
    found = told(check(from_document(document), document, ["1.34"]))
    assert found == [
        (
            f"{PLATFORM}#spec/hierarchy/modes/Deployment: 'Deployment' is no kind of the core group; write it with its group, "
            "such as Deployment.apps"
        ),
        f"{PLATFORM}#spec/hierarchy/modes/Role: Roles always propagate, as in HNC; drop it",
    ]
