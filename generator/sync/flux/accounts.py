"""The accounts as which Flux applies what is rendered, given what it takes and no more.

One account applies all tenants of a cluster, whatever shard they are in: a shard's tenants are chosen by a hash, so
that every shard needs the same, and an account that goes with its shard would be gone before Flux has deleted what the
shard had. Its rights hold in the whole cluster, since it makes the namespaces that it writes to; an admission policy
keeps it to those that are tenants'.
"""

from collections.abc import Iterable
from typing import Any

from generator.fixed import Fixed
from generator.manifest import TENANT_LABEL, Manifest
from generator.placement.placement import MANAGED_BY
from generator.sync import repertoire
from generator.sync.flux.objects import NAMESPACE
from generator.sync.needs import Kind, rights
from generator.sync.roster import Roster

LABELS = Fixed({MANAGED_BY: "tenantry"})
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io/v1"
#: The first version that has admission policies in their final form.
_ADMITTING = 30
#: What tenants' own repositories are to Flux.
REPOSITORIES: tuple[Kind, ...] = (
    *(("source.toolkit.fluxcd.io/v1", kind) for kind in ("GitRepository", "OCIRepository")),
    ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"),
)


def of_tenants(roster: Roster, name: str) -> list[Manifest]:
    """Return the account that applies what tenants have, and what bounds it."""
    found = (*repertoire.of_tenants(roster.cluster.addons), *REPOSITORIES)
    return [*_account(roster, name, roster.needs, found), *_bounds(roster, name)]


def of_common(roster: Roster, name: str) -> list[Manifest]:
    """Return the account that applies what tenants share."""
    return _account(roster, name, [roster.common.needs], repertoire.of_common(roster.cluster.addons))


def _account(roster: Roster, name: str, needs: Iterable[str], found: Iterable[Kind]) -> list[Manifest]:
    role = f"tenantry:{name}"
    bodies: list[dict[str, Any]] = [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": LABELS},
            "automountServiceAccountToken": False,
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": role, "labels": LABELS},
            "rules": rights(needs, found),
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": role, "labels": LABELS},
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}],
        },
    ]
    return [Manifest(body, roster.origin) for body in bodies]


def _bounds(roster: Roster, name: str) -> list[Manifest]:
    """Keep the account to namespaces that are tenants', and, of what is in none, to what is labelled as a tenant's.

    What a namespace is labelled with counts as it was before, too: nobody else's namespace is made a tenant's.
    """
    if int(roster.cluster.version.partition(".")[2]) < _ADMITTING:
        return []
    policy = f"tenantry.{name}"
    metadata = {"name": policy, "labels": LABELS}
    everything = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"]}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [everything]},
        "matchConditions": [
            {
                "name": "applies-tenants",
                "expression": f'request.userInfo.username == "system:serviceaccount:{NAMESPACE}:{name}"',
            }
        ],
        "variables": [
            {"name": "isNew", "expression": _labelled("object")},
            {"name": "wasOld", "expression": _labelled("oldObject")},
        ],
        "validations": [
            {
                "expression": (
                    f"namespaceObject == null ? variables.isNew && variables.wasOld : {_has('namespaceObject')}"
                ),
                "message": f"{name} of Flux applies what tenants have, and this is not in a namespace of a tenant",
            }
        ],
    }
    binding = {"policyName": policy, "validationActions": ["Deny"]}
    return [
        Manifest({"apiVersion": _ADMISSION, "kind": kind, "metadata": metadata, "spec": given}, roster.origin)
        for kind, given in (("ValidatingAdmissionPolicy", spec), ("ValidatingAdmissionPolicyBinding", binding))
    ]


def _labelled(name: str) -> str:
    return f"{name} == null || ({_has(name)})"


def _has(name: str) -> str:
    return f'has({name}.metadata.labels) && "{TENANT_LABEL}" in {name}.metadata.labels'
