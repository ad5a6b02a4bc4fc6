"""What the built-in ``edit`` and ``admin`` break of the policies on what surrounds workloads.

Each id is pinned with its reason, held by hand against what the roles of Kubernetes 1.36 grant. Both break the same:
what ``admin`` adds (Roles, RoleBindings, reviews of access in one namespace) is for other policies to ask about.
"""

from pathlib import Path

import pytest
from access.rbac import binding
from rules.judging import space, tenants_space

from generator.judgement import catalogue, policy
from generator.manifest import Manifest
from generator.problems import Place

#: The entries of the catalogue that are asked about here.
CODES = {f"R{number:03}" for number in (*range(23, 26), *range(28, 48))} | {"KF013"}
POLICIES = [one for one in catalogue.read(Path("/nowhere"))[0] if {*one.codes} & CODES and one.rule == "forbid-grants"]

#: What is granted in a namespace, be it a tenant's own: walls and traces, which are no tenant's to take away.
ANYWHERE = {
    "no-event-deletion": "low",  # events in both of their groups, with all verbs that write
    "no-network-policy-changes": "high",  # networkpolicies, with all verbs that write: the default deny too
}
#: What a tenant does in its own namespace, and what nobody should do in one that others use as well.
AMONG_OTHERS = {
    "no-event-deletion": "high",
    "no-lease-changes": "medium",  # leases, to read and to write
    "no-network-policy-changes": "high",
    "no-pod-logs": "medium",  # pods/log, by view, which edit includes
    "no-pod-removal": "high",  # pods/eviction to create, and pods to delete
    "no-service-changes": "high",  # services to write, though neither their status nor their endpoints
    "no-workload-deletion": "high",  # deployments, jobs and the like, and claims of volumes, to delete
}
#: What only the whole cluster holds.
EVERYWHERE = {
    **AMONG_OTHERS,
    "no-device-admin-claims": "high",  # resourceclaims to create, also where a namespace allows admin access
    "no-kube-system-configmaps": "critical",  # configmaps to write, those of kube-system too
}

roles = pytest.mark.parametrize("role", ["edit", "admin"])


def found(*bodies, version=None):
    manifests = [Manifest(body, Place("m.yaml", (index,))) for index, body in enumerate(bodies)]
    findings = policy.judge(POLICIES, manifests, version=version)
    return {finding.policy.id: finding.severity for finding in findings}


def test_each_entry_of_the_catalogue_is_asked_about():
    assert CODES - {code for one in POLICIES for code in one.codes} == set()


@roles
def test_bound_in_the_whole_cluster(role):
    assert found(binding("b", role, "Group:ml")) == EVERYWHERE


@roles
def test_bound_in_a_namespace_without_labels(role):
    assert found(space(), binding("ns1/b", role, "Group:ml")) == ANYWHERE


@roles
def test_bound_in_a_namespace_without_labels_beside_tenants(role):
    assert found(tenants_space("ns2"), space(), binding("ns1/b", role, "Group:ml")) == AMONG_OTHERS


@roles
def test_bound_in_a_tenants_own_namespace(role):
    assert found(tenants_space("ns1"), binding("ns1/b", role, "Group:ml")) == ANYWHERE


@roles
def test_there_are_no_claims_of_devices_in_the_roles_of_an_older_cluster(role):
    bound = binding("b", role, "Group:ml")
    assert EVERYWHERE.keys() - found(bound, version="1.33").keys() == {"no-device-admin-claims"}


@roles
def test_the_namespace_of_the_cluster_itself(role):
    assert found(binding("kube-system/b", role, "Group:ml")) == {
        **AMONG_OTHERS,
        "no-kube-system-configmaps": "critical",
    }


@roles
def test_a_namespace_that_allows_admin_access_to_devices(role):
    allowed = space()
    allowed["metadata"]["labels"] = {"resource.kubernetes.io/admin-access": "true"}
    assert found(allowed, binding("ns1/b", role, "Group:ml")) == {**ANYWHERE, "no-device-admin-claims": "medium"}


def test_view_breaks_what_is_about_reading_alone():
    assert found(binding("b", "view", "Group:ml")) == {"no-pod-logs": "medium"}
    assert found(space(), binding("ns1/b", "view", "Group:ml")) == {}
