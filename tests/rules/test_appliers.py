"""What the platform's own appliers are given is no finding, as long as it is no more than it says."""

import pytest
from rules.judging import named
from rules.syncing import kustomization

from generator.manifest import Manifest
from generator.problems import Place
from generator.rules.scene import Scene

OURS = {"app.kubernetes.io/managed-by": "tenantry"}
WRITING = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["create", "patch"]}


def gifts(*rules, namespace="flux-system", labels=OURS, subjects=("tenants",)):
    """Give an account that a Kustomization names some rights in the whole cluster; return what rules see of it."""
    applied = kustomization("tenants", namespace, serviceAccountName="tenants")
    applied["metadata"]["labels"] = labels
    api = "rbac.authorization.k8s.io/v1"
    role = named("ClusterRole", "tenants", api=api, rules=list(rules))
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "tenants"}
    accounts = [{"kind": "ServiceAccount", "name": name, "namespace": namespace} for name in subjects]
    binding = named("ClusterRoleBinding", "tenants", api=api, roleRef=reference, subjects=accounts)
    scene = Scene([Manifest(one, Place("f.yaml")) for one in (applied, role, binding)], tenants_known=True)
    return len(scene.gifts)


def test_an_applier_is_given_what_it_takes():
    assert gifts(WRITING) == 0
    assert gifts(WRITING, {**WRITING, "resources": ["clusterroles"], "resourceNames": ["view"], "verbs": ["bind"]}) == 0


@pytest.mark.parametrize(
    "rule",
    [
        {**WRITING, "verbs": ["*"]},
        {**WRITING, "resources": ["*"]},
        {**WRITING, "apiGroups": ["*"]},
        {**WRITING, "verbs": ["escalate"]},
        {**WRITING, "verbs": ["bind"]},
        {**WRITING, "verbs": ["bind", "escalate"], "resourceNames": ["view"]},
        {"apiGroups": [""], "resources": ["users"], "verbs": ["impersonate"]},
    ],
)
def test_what_gives_more_than_it_says_is_judged(rule):
    assert gifts(WRITING, rule) == 1


def test_others_are_judged_as_ever():
    assert gifts(WRITING, namespace="vision") == 1
    assert gifts(WRITING, labels={}) == 1
    assert gifts(WRITING, subjects=("tenants", "other")) == 1
