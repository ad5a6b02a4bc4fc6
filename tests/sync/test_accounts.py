"""What is rendered can be applied by the accounts that are rendered, by RBAC and its escalation check, and little else."""

from pathlib import Path

import pytest

from generator import manifests
from generator.access import ResourceRequest, effective, implicit_groups, service_account
from generator.access.algebra_escalation import may_bind, may_write
from generator.sync.needs import VERBS, resource_of

ROOT = Path(__file__).parents[2]
RBAC = "rbac.authorization.k8s.io"


def objects(folder):
    """Read what is rendered for the example organisation."""
    found, problems = manifests.read([f"rendered/prod-eu/{folder}"], ROOT)
    assert problems == []
    return found


SYNC = objects("sync")
APPLIED = {"tenants": objects("tenants"), "tenants-platform": objects("platform")}
ACCESS = effective(SYNC)


def held(name):
    """Return the rules that an account has in the whole cluster."""
    return [one.role.rules[one.index] for one in ACCESS.grants_of(service_account("flux-system", name))]


def may(name, request):
    who = service_account("flux-system", name)
    return bool(ACCESS.decide(f"system:serviceaccount:{who.namespace}:{who.name}", implicit_groups(who), request))


def request(verb, body):
    group = body["apiVersion"].rpartition("/")[0]
    resource = resource_of(body["apiVersion"], body["kind"])
    return ResourceRequest(verb, group, resource, "", body["metadata"]["name"], body["metadata"].get("namespace", ""))


@pytest.mark.parametrize("account", APPLIED)
def test_an_account_may_create_change_and_delete_all_that_it_applies(account):
    bodies = [one.body for one in APPLIED[account]]
    assert len(bodies) > 5
    assert [(verb, body) for body in bodies for verb in VERBS if not may(account, request(verb, body))] == []


@pytest.mark.parametrize("account", APPLIED)
def test_it_holds_what_every_role_says_that_it_writes(account):
    roles = [one.body for one in APPLIED[account] if one.body["kind"] in ("Role", "ClusterRole")]
    resource = {"Role": "roles", "ClusterRole": "clusterroles"}
    missing = {
        one["metadata"]["name"]: may_write(held(account), one["rules"], resource=resource[one["kind"]])[1]
        for one in roles
    }
    assert {name: lacking for name, lacking in missing.items() if lacking} == {}


@pytest.mark.parametrize("account", APPLIED)
def test_it_may_bind_what_every_binding_gives(account):
    bodies = [one.body for one in APPLIED[account]]
    roles = {(one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one for one in bodies}
    for one in bodies:
        if one["kind"] in ("RoleBinding", "ClusterRoleBinding"):
            reference = one["roleRef"]
            home = one["metadata"].get("namespace", "") if reference["kind"] == "Role" else ""
            rules = roles[reference["kind"], home, reference["name"]]["rules"]
            resource = f"{reference['kind'].lower()}s"
            assert may_bind(held(account), rules, resource=resource, name=reference["name"]) == (True, ())


@pytest.mark.parametrize(
    ("verb", "group", "resource", "name", "namespace"),
    [
        ("list", "", "secrets", "", ""),
        ("create", "", "serviceaccounts/token", "default", "kube-system"),
        ("create", "", "nodes/proxy", "node", ""),
        ("create", "", "persistentvolumes", "disk", ""),
        ("escalate", RBAC, "roles", "tenant-editor", "vision-train"),
        ("bind", RBAC, "roles", "tenant-editor", "vision-train"),
        ("create", RBAC, "clusterroles", "mine", ""),
        ("create", RBAC, "clusterrolebindings", "mine", ""),
        ("patch", "admissionregistration.k8s.io", "validatingadmissionpolicies", "tenantry.tenants", ""),
        ("create", "apiextensions.k8s.io", "customresourcedefinitions", "x.example.com", ""),
        ("impersonate", "", "serviceaccounts", "kustomize-controller", "flux-system"),
        ("create", "scheduling.k8s.io", "priorityclasses", "mine", ""),
    ],
)
def test_what_the_tenants_account_may_not_do(verb, group, resource, name, namespace):
    resource, _, sub = resource.partition("/")
    assert not may("tenants", ResourceRequest(verb, group, resource, sub, name, namespace))


def test_neither_has_a_wildcard():
    words = {word for name in APPLIED for rule in held(name) for part in (rule.verbs, rule.api_groups, rule.resources) for word in part}  # fmt: skip
    assert "*" not in words


def test_admission_keeps_the_tenants_account_to_what_is_a_tenants():
    (policy,) = [one.body["spec"] for one in SYNC if one.body["kind"] == "ValidatingAdmissionPolicy"]
    (binding,) = [one.body["spec"] for one in SYNC if one.body["kind"] == "ValidatingAdmissionPolicyBinding"]
    assert policy["matchConditions"][0]["expression"] == (
        'request.userInfo.username == "system:serviceaccount:flux-system:tenants"'
    )
    assert policy["matchConstraints"] == {
        "resourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}]
    }
    assert policy["failurePolicy"] == "Fail"
    assert binding["validationActions"] == ["Deny"]


def test_all_that_it_applies_is_in_a_namespace_of_a_tenant_or_says_whose_it_is():
    bodies = [one.body for one in APPLIED["tenants"]]
    label = "tenantry.dev/tenant"
    homes = {
        one["metadata"]["name"] for one in bodies if one["kind"] == "Namespace" and label in one["metadata"]["labels"]
    }
    strays = [
        one["metadata"]
        for one in bodies
        if one["metadata"].get("namespace") not in homes and label not in one["metadata"]["labels"]
    ]
    assert strays == []
