"""Templates whose objects go down the tree."""

import pytest
from building import PLAIN, QUOTA, cluster, every, objects, shuffled, told

NOTE = """
{% for namespace in namespaces %}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: note, namespace: {{ namespace.name | yaml }}, labels: {app: note}}
data: {text: {{ values.text | yaml }}, tenant: {{ tenant.name | yaml }}}
{% endfor %}
"""
READER = """
{% for namespace in namespaces %}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: {{ namespace.name | yaml }}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: {{ values.group | yaml }}}]
{% endfor %}
"""
TEMPLATES = {"note": NOTE, "reader": READER}
WHOLE, HALF = "quota: {hard: {pods: 200}}", "quota: {hard: {pods: 100}}"  # what is below has its part of it
PARTS = f"{QUOTA}\nnamespaces: [{{name: train, labels: {{purpose: training}}, quota: {{pods: 5}}}}, {{name: serve}}]"


def family(note="{values: {text: hello}}", research=""):
    return {
        "research": f"{WHOLE}\npropagate: {{note: {note}}}\n{research}",
        "vision": f"parent: research\n{PARTS}",
        "nlp": f"parent: research\n{HALF}",
        "deep": f"parent: nlp\n{QUOTA}",
        "alone": QUOTA,
    }


def homes(found, kind="ConfigMap"):
    return [body["metadata"]["namespace"] for body in every(found, kind)]


def notes(note, platform=PLAIN):
    return homes(objects(family(note), platform, TEMPLATES))


def test_an_object_goes_to_every_namespace_at_and_below_the_tenant():
    found = objects(family(), PLAIN, TEMPLATES)
    assert homes(found) == ["deep", "nlp", "research", "vision-serve", "vision-train"]
    original, copy = every(found, "ConfigMap", namespace="research")[0], every(found, "ConfigMap", namespace="deep")[0]
    assert original["data"] == {"text": "hello", "tenant": "research"}
    assert "tenantry.dev/inherited-from" not in original["metadata"]["labels"]
    assert copy == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "note",
            "namespace": "deep",
            "labels": {
                "app": "note",
                "app.kubernetes.io/managed-by": "tenantry",
                "tenantry.dev/inherited-from": "research",
                "tenantry.dev/tenant": "deep",
            },
        },
        "data": {"text": "hello", "tenant": "deep"},
    }


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_does_not_matter(seed):
    tenants = family("{values: {text: hello}}", "children: {}")
    assert objects(dict(shuffled(tenants.items(), seed)), PLAIN, TEMPLATES) == objects(tenants, PLAIN, TEMPLATES)


@pytest.mark.parametrize(
    ("exception", "below"),
    [
        ("all: true", ["deep", "nlp", "vision-serve", "vision-train"]),
        ("none: true", []),
        ('select: "purpose=training"', ["vision-train"]),
        ('select: "!purpose"', ["deep", "nlp", "vision-serve"]),
        ('select: "research.tree.tenantry.dev/depth=1"', ["nlp", "vision-serve", "vision-train"]),
        ('select: "kubernetes.io/metadata.name in (deep)"', ["deep"]),
        ("treeSelect: nlp", ["deep", "nlp"]),
        ('treeSelect: "!nlp"', ["vision-serve", "vision-train"]),
        ('treeSelect: "research, !deep, !vision-serve"', ["nlp", "vision-train"]),
    ],
)
def test_exceptions_are_asked_of_the_namespace_that_an_object_would_come_to(exception, below):
    found = notes(f"{{values: {{text: x}}, {exception}}}")
    assert [name for name in found if name != "research"] == below
    assert "research" in found


def test_hncs_labels_are_there_to_be_selected_where_the_platform_writes_them():
    note = '{values: {text: x}, select: "vision-train.tree.hnc.x-k8s.io/depth"}'
    assert notes(note, f"{PLAIN}\nhierarchy: {{hncLabels: true}}") == ["research", "vision-train"]
    assert notes(note, f"{cluster(addons='[hnc]')}\nhierarchy: {{hncLabels: true}}") == ["research", "vision-train"]
    assert notes(note) == ["research"]


def test_two_of_a_line_send_down_their_own():
    tenants = family() | {"nlp": f"parent: research\n{HALF}\npropagate: {{reader: {{values: {{group: readers}}}}}}"}
    found = objects(tenants, PLAIN, TEMPLATES)
    assert [name for name in homes(found, "RoleBinding") if name in ("nlp", "deep")] == ["deep", "nlp"]
    assert homes(found) == ["deep", "nlp", "research", "vision-serve", "vision-train"]


def test_a_binding_does_not_come_to_a_frozen_namespace():
    tenants = {
        "research": "namespaces: []\npropagate: {reader: {values: {group: readers}}}",
        "nlp": f"parent: research\n{QUOTA}\nlifecycle: frozen",
        "vision": f"parent: research\n{QUOTA}",
    }
    assert homes(objects(tenants, PLAIN, TEMPLATES), "RoleBinding") == ["vision"]


# Modes

ROUTE = "tenants/research.yaml: spec.propagate"
MODES = "tenants/platform.yaml#spec/hierarchy/modes"


def problems(note="{values: {text: x}}", modes="", templates=TEMPLATES, **tenants):
    return told(family(note) | tenants, f"{PLAIN}\nhierarchy: {{modes: {{{modes}}}}}", templates)


@pytest.mark.parametrize("modes", ["", "ConfigMap: Ignore", "ConfigMap: Remove"])
def test_a_kind_that_does_not_propagate_is_told_with_the_line_that_says_so(modes):
    assert problems(modes=modes) == [
        f"{ROUTE}.note: template 'note' makes a ConfigMap, which does not propagate here ({MODES}); write none: true"
    ]
    assert problems("{values: {text: x}, none: true}", modes) == []


def test_a_kind_that_is_allowed_to_propagate_goes_where_the_file_says():
    assert problems(modes="ConfigMap: AllowPropagate") == [
        f"{ROUTE}.note: template 'note' makes a ConfigMap, which propagates only where it is told to ({MODES}); write select, treeSelect or all: true"
    ]
    assert problems("{values: {text: x}, all: true}", "ConfigMap: AllowPropagate") == []
    assert notes(
        "{values: {text: x}, treeSelect: nlp}", f"{PLAIN}\nhierarchy: {{modes: {{ConfigMap: AllowPropagate}}}}"
    ) == [
        *("deep", "nlp", "research"),
    ]


# What may not go down


def test_what_is_there_already_is_told_with_both_places():
    own = f"parent: nlp\n{QUOTA}\nextras: {{note: {{text: own}}}}"
    assert problems(modes="ConfigMap: Propagate", deep=own) == [
        "tenants/deep.yaml: spec.extras.note: ConfigMap deep/note is asked for here and by tenants/research.yaml#spec/propagate/note; rename or drop one"
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: nlp}, stringData: {a: b}}",
            "template 'note' makes a Secret with its content, which git keeps for ever; make a reference",
        ),
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: s, namespace: kube-system}}",
            "template 'note' makes a ConfigMap in namespace 'kube-system'; the tenant's are nlp",
        ),
        (
            "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: s}}",
            "template 'note' makes a ClusterRoleBinding, which belongs to the whole cluster; use the platform file's extras",
        ),
    ],
)
def test_what_goes_down_is_checked_as_extras_are(text, reason):
    tenants = {
        "research": "namespaces: []\npropagate: {note: {}}",
        "nlp": f"parent: research\n{QUOTA}",
    }
    assert told(tenants, PLAIN, {"note": text}) == [f"{ROUTE}.note: {reason}"]


def test_an_object_lands_only_in_the_namespaces_that_were_chosen():
    text = "{apiVersion: v1, kind: ConfigMap, metadata: {name: s, namespace: vision-serve}}"
    tenants = family("{treeSelect: vision-train}") | {
        "research": "namespaces: []\npropagate: {note: {treeSelect: vision-train}}"
    }
    assert told(tenants, PLAIN, {"note": text}) == [
        f"{ROUTE}.note: template 'note' makes a ConfigMap in namespace 'vision-serve'; the tenant's are vision-train"
    ]


def test_of_what_others_make_in_every_namespace_there_is_no_copy():
    text = NOTE.replace("name: note,", "name: kube-root-ca.crt,")
    assert homes(objects(family(), cluster(), {"note": text})) == ["research"]
