"""What a tenant's people hold: nothing of the cluster's, nothing that is managed, and what they were promised."""

import pytest
from access.rbac import binding, role
from rules.judging import asking, findings, messages, named, space, tenants_space

CLUSTER = asking("forbid-cluster-reach")
MANAGED = asking("forbid-managed-changes", labels={"app.kubernetes.io/managed-by": "tenantry"})
POLICIES = [{"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["get", "delete"]}]
GRANTED = asking("require-grants", grants=POLICIES)
TEAM = tenants_space(), binding("ns1/b", "view", "Group:ml")


def rules(groups, resources, verbs):
    return {"apiGroups": groups.split(","), "resources": resources.split(","), "verbs": verbs.split(",")}


def managed(kind="ConfigMap", api="v1", by="tenantry"):
    found = named(kind, "m", "ns1", api)
    found["metadata"]["labels"] = {"app.kubernetes.io/managed-by": by}
    return found


@pytest.mark.parametrize(
    ("resources", "verbs", "is_told"),
    [
        ("nodes", "get", True),
        ("namespaces", "list", True),
        ("persistentvolumes", "update", True),
        ("*", "get", True),
        ("pods,secrets", "get", False),
    ],
)
def test_what_lives_in_no_namespace_is_no_tenants(resources, verbs, is_told):
    gives = role("wide", rules("", resources, verbs))
    assert bool(messages(CLUSTER, *TEAM, gives, binding("b", "wide", "Group:ml"))) is is_told
    assert messages(CLUSTER, *TEAM, gives, binding("b", "wide", "Group:platform")) == []
    assert messages(CLUSTER, *TEAM, gives, binding("ns1/c", "wide", "Group:ml")) == []


def test_groups_that_everybody_is_in_are_every_tenants():
    gives = role("wide", rules("", "nodes", "get"))
    bound = binding("b", "wide", "Group:system:authenticated")
    (finding,) = findings(CLUSTER, *TEAM, gives, bound)
    assert finding.message == (
        "Group system:authenticated, every tenant is in, is granted get on nodes in the core group, "
        "in the whole cluster by ClusterRoleBinding b of ClusterRole wide"
    )
    assert messages(CLUSTER, gives, bound) == []


def test_what_every_cluster_starts_with_is_fine():
    assert messages(CLUSTER, *TEAM) == []


@pytest.mark.parametrize(("verbs", "is_told"), [("get,list", False), ("create", False), ("delete", True), ("*", True)])
def test_what_is_managed_is_not_changed_by_tenants(verbs, is_told):
    gives = role("ns1/r", rules("", "configmaps", verbs))
    bodies = tenants_space(), gives, binding("ns1/b", "r", "Group:ml", kind="Role")
    assert bool(messages(MANAGED, *bodies, managed())) is is_told
    assert messages(MANAGED, *bodies, managed(by="helm")) == []
    assert messages(MANAGED, *bodies, managed("Secret")) == []


def test_accounts_of_the_control_plane_are_no_tenants():
    gives = role("ns1/r", rules("", "configmaps", "*"))
    for subject, number in (("ServiceAccount:flux-system/flux", 0), ("ServiceAccount:ns1/app", 1)):
        bound = binding("ns1/b", "r", subject, kind="Role")
        assert len(messages(MANAGED, tenants_space(), gives, bound, managed())) == number


def test_beside_a_policy_that_may_protect_it_it_is_likely():
    gives, bound = role("ns1/r", rules("", "configmaps", "*")), binding("ns1/b", "r", "Group:ml", kind="Role")
    engine = named("ValidatingAdmissionPolicyBinding", "b", api="admissionregistration.k8s.io/v1")
    assert [one.confidence for one in findings(MANAGED, tenants_space(), gives, bound, managed())] == ["certain"]
    assert [one.confidence for one in findings(MANAGED, tenants_space(), gives, bound, managed(), engine)] == ["likely"]


def test_somebody_may_do_what_was_promised():
    gives = role("ns1/r", rules("networking.k8s.io", "networkpolicies", "get,delete"))
    assert messages(GRANTED, *TEAM) == [
        "nobody in namespace ns1 is granted delete on networkpolicies in networking.k8s.io"
    ]
    assert messages(GRANTED, *TEAM, gives, binding("ns1/c", "r", "Group:leads", kind="Role")) == []


def test_it_is_one_who_may_do_all_by_all_roles_together():
    halves = [role(f"ns1/{verb}", rules("networking.k8s.io", "networkpolicies", verb)) for verb in ("get", "delete")]
    one = [binding(f"ns1/b{verb}", verb, "Group:ml", kind="Role") for verb in ("get", "delete")]
    two = [binding(f"ns1/b{verb}", verb, f"Group:{verb}ters", kind="Role") for verb in ("get", "delete")]
    assert messages(GRANTED, tenants_space(), *halves, *one) == []
    assert len(messages(GRANTED, tenants_space(), *halves, *two)) == 1


def test_what_the_whole_cluster_gives_counts_for_who_is_bound_there():
    gives = role("all", rules("networking.k8s.io", "networkpolicies", "*"))
    assert messages(GRANTED, *TEAM, gives, binding("b", "all", "Group:ml")) == []
    assert len(messages(GRANTED, *TEAM, gives, binding("b", "all", "Group:platform"))) == 1


def test_where_nobody_is_bound_nobody_was_promised_anything():
    assert messages(GRANTED, tenants_space()) == []
    assert messages(GRANTED, space("kube-system"), binding("kube-system/b", "view", "Group:ml")) == []


SETTINGS = {one: asking("forbid-container-settings", settings=[one]) for one in ("writable-root", "secret-variables")}


def job(**container):
    spec = {"template": {"spec": {"containers": [{"name": "c", **container}]}}}
    return named("Job", "j", "ns1", "batch/v1", spec=spec)


def test_a_container_writes_to_its_own_file_system_unless_it_says_otherwise():
    asked = SETTINGS["writable-root"]
    assert messages(asked, job(securityContext={"readOnlyRootFilesystem": True})) == []
    assert messages(asked, job()) == ["container c of Job j can write to its own file system"]
    assert len(messages(asked, job(securityContext={"readOnlyRootFilesystem": False}))) == 1


@pytest.mark.parametrize(
    ("container", "is_told"),
    [
        ({"env": [{"name": "A", "value": "a"}]}, False),
        ({"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}}]}, False),
        ({"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]}, True),
        ({"envFrom": [{"configMapRef": {"name": "c"}}]}, False),
        ({"envFrom": [{"secretRef": {"name": "s"}}]}, True),
        ({"env": 1, "envFrom": [1]}, False),
    ],
)
def test_a_secret_is_a_file_and_no_variable(container, is_told):
    assert bool(messages(SETTINGS["secret-variables"], job(**container))) is is_told
