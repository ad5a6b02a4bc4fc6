"""How far somebody gets: each way is followed, no dead grant is a step, and of all ways the shortest is told."""

import random

import pytest
from access.rbac import access, binding, manifests, role, rule

from generator.access import effective, group, service_account, user
from generator.access.customs import CustomResource
from generator.access.escalation import EVERY_NAMESPACE, UNBOUND, paths
from generator.problems import Place

ADA = user("ada")
RBAC = "rbac.authorization.k8s.io"


def custom(full, *effects, scope="Namespaced", by="Op"):
    resource, _, group_ = full.partition(".")
    return CustomResource(group_, resource, scope, effects, by, Place("customs.yaml"))


CUSTOMS = (
    custom("kustomizations.kustomize.toolkit.fluxcd.io", "names-account", "acts-as-controller", by="Flux"),
    custom("poddefaults.kubeflow.org", "changes-pods", by="Kubeflow"),
    custom("profiles.kubeflow.org", "acts-as-controller", scope="Cluster", by="Kubeflow"),
    custom("runtimes.kubeflow.org", "creates-pods", scope="Cluster", by="Trainer"),
    custom("workflows.argoproj.io", "creates-pods", "names-account", by="Argo Workflows"),
)


def far(*bodies, who=ADA, groups=(), customs=CUSTOMS, **options):
    return paths(access(*bodies, **options), who, groups, customs)


def granted(*rules, where="ml/b", whom="User:ada"):
    """Bind a role with *rules* to ada: in a namespace, or without one in the whole cluster."""
    return role("r", *rules), binding(where, "r", whom)


def short(found):
    """Write what is reached in words: what, where, who, and what must be so."""
    return [
        " ".join(filter(None, (one.kind, one.scope, "+".join(str(each.subject) for each in one.identities if UNBOUND not in each.subject), "if " + " and ".join(one.conditions) if one.conditions else "")))
        for one in found.reached
    ]  # fmt: skip


def steps(one):
    return [f"{step.who.subject}: {step.does}" for step in one.steps]


ROOT = binding("root", "cluster-admin", "ServiceAccount:ml/op")
ALL = role("cluster-admin", rule("*", "*", "*"))


# To service accounts


@pytest.mark.parametrize(
    "rules",
    [
        [rule("impersonate", "", "serviceaccounts")],
        [rule("create", "", "serviceaccounts/token")],
        [rule("create", "", "*/token")],
        [rule("create,get", "", "secrets")],
        [rule("create", "", "secrets"), rule("patch", "", "secrets")],
        [rule("create", "", "pods")],
        [rule("create,patch", "", "pods", "mine")],
        [rule("create", "apps", "deployments")],
        [rule("create", "batch", "jobs")],
        [rule("create", "argoproj.io", "workflows")],
        [rule("create", "kustomize.toolkit.fluxcd.io", "*")],
        [rule("*", "*", "*")],
    ],
)
def test_whoever_gets_a_service_account_gets_all_that_it_has(rules):
    found = far(ALL, ROOT, *granted(*rules))
    assert short(found)[0] == "accounts ml ServiceAccount ml/op"
    assert "cluster" in short(found)
    end = next(one for one in found.reached if one.is_cluster_admin)
    assert steps(end)[1] == "ServiceAccount ml/op: do everything"
    assert [grant.binding.name for step in end.steps for grant in step.grants][-1] == "root"


@pytest.mark.parametrize(
    ("rules", "condition"),
    [
        ([rule("patch", "", "pods")], "pods run there"),
        ([rule("create", "", "pods/exec")], "pods run there"),
        ([rule("get", "", "pods/exec")], "pods run there, and Kubernetes is older than 1.35"),
        ([rule("update", "", "pods/ephemeralcontainers", "web")], "pods run there"),
        ([rule("get", "", "secrets")], "a Secret there holds a token"),
        ([rule("list", "", "secrets")], "a Secret there holds a token"),
        ([rule("patch", "apps", "statefulsets")], "statefulsets.apps are there"),
        ([rule("update", "argoproj.io", "workflows")], "workflows.argoproj.io are there"),
        ([rule("create", "kubeflow.org", "poddefaults")], "pods run there"),
    ],
)
def test_what_no_manifest_tells_is_a_condition_of_all_that_follows(rules, condition):
    found = far(ALL, ROOT, *granted(*rules))
    assert short(found) == [f"accounts ml ServiceAccount ml/op if {condition}", f"cluster if {condition}"]


@pytest.mark.parametrize(
    "rules",
    [
        [rule("create", "", "pods", "mine")],  # a POST names nothing
        [rule("update,patch", "batch", "jobs")],  # the pods of a Job cannot be changed
        [rule("create", "", "secrets")],
        [rule("create", "extensions", "deployments")],
        [rule("get,list,watch", "", "pods,configmaps,serviceaccounts")],
        [rule("create", "", "pods/*,*/*,serviceaccounts")],
    ],
)
def test_what_looks_alike_leads_nowhere(rules):
    assert short(far(ALL, ROOT, *granted(*rules))) == []


def test_a_named_account_is_the_only_one_that_is_reached():
    found = far(
        *granted(rule("create", "", "serviceaccounts/token", "a,new")),
        binding("ml/a", "r", "ServiceAccount:ml/a"),
        binding("ml/op", "r", "ServiceAccount:ml/op"),
        binding("x/a", "r", "ServiceAccount:x/a"),
    )
    assert short(found) == ["accounts ml ServiceAccount ml/a+ServiceAccount ml/new"]


def test_accounts_hold_what_their_groups_do():
    of_all = role("n", rule("get", "", "nodes/proxy")), binding("n", "n", "Group:system:serviceaccounts:ml")
    assert short(far(*of_all, *granted(rule("create", "", "pods")))) == ["accounts ml", "cluster"]
    assert short(far(*of_all, *granted(rule("create", "", "pods"), where="other/b"))) == ["accounts other"]


def test_cluster_wide_pods_are_the_accounts_of_every_namespace():
    found = far(
        *granted(rule("create", "", "pods"), where="b"),
        binding("ml/x", "r", "ServiceAccount:ml/a"),
        binding("nb/x", "r", "ServiceAccount:nb/b"),
    )
    assert short(found) == ["accounts ServiceAccount ml/a+ServiceAccount nb/b"]


# Impersonation


def test_masters_can_be_impersonated_where_somebody_can():
    impersonate = rule("impersonate", "", "groups,users")
    assert short(far(*granted(impersonate, where="b")))[0] == "cluster"
    assert short(far(*granted(rule("impersonate", "", "groups"), where="b"))) == []
    assert short(far(*granted(rule("impersonate", "", "groups", "system:masters"), where="b"), role("sa", rule("impersonate", "", "serviceaccounts")), binding("ml/sa", "sa", "User:ada")))[0] == "cluster"  # fmt: skip


def test_users_and_groups_are_those_that_are_named():
    found = far(
        *granted(rule("impersonate", "", "users", "bob,new"), rule("impersonate", "", "groups", "ops"), where="b"),
        role("n", rule("get", "", "nodes/proxy")),
        binding("n", "n", "User:eve", "Group:ops"),
    )
    assert short(found) == ["groups Group ops", "users User bob+User new", "cluster"]


def test_constrained_impersonation_is_told_with_its_bounds_and_not_followed():
    found = far(
        ALL,
        ROOT,
        *granted(
            rule("impersonate:serviceaccount", "authentication.k8s.io", "serviceaccounts"),
            rule("impersonate-on:serviceaccount:get", "", "configmaps"),
        ),
    )
    assert short(found) == ["bounded ml"]
    assert found.reached[0].within.describe() == ("get on configmaps in the core group",)
    assert short(far(*granted(rule("impersonate:serviceaccount", "authentication.k8s.io", "serviceaccounts")))) == []


# Roles


BIND = rule("create", RBAC, "rolebindings")


def test_bind_gives_the_roles_that_it_names_where_the_binding_lies():
    pods = role("pods", rule("create", "", "pods"))
    found = far(*granted(BIND, rule("bind", RBAC, "clusterroles", "pods")), pods, ALL, ROOT)
    assert short(found) == ["roles ml User ada", "accounts ml ServiceAccount ml/op", "cluster"]
    assert steps(found.reached[1]) == [
        "User ada: bind clusterroles with rolebindings",
        "User ada: create pods, which run as any service account",
    ]
    assert [(scope, more.describe()) for scope, more in found.adds(found.reached[0])] == [
        ("ml", ("create on pods in the core group",))
    ]
    assert far(*granted(BIND, rule("bind", RBAC, "rolebindings")), pods, ALL, ROOT).reached == ()


def test_bind_without_names_is_everything_there():
    assert short(far(*granted(BIND, rule("bind", RBAC, "clusterroles")), customs=())) == [
        "everything ml User ada",
        "accounts ml",
    ]
    both = rule("bind", RBAC, "clusterroles"), rule("create", RBAC, "clusterrolebindings")
    assert short(far(*granted(*both, where="b"))) == ["everything"]
    assert far(*granted(*both, where="b")).reached[0].is_cluster_admin
    found = far(*granted(rule("bind", RBAC, "clusterroles"), BIND, where="b"), customs=())
    assert (short(found)[0], found.reached[0].scope) == ("everything * User ada", EVERY_NAMESPACE)


def test_a_binding_that_can_only_be_changed_gives_its_own_role():
    change = rule("patch", RBAC, "rolebindings"), rule("bind", RBAC, "clusterroles,roles")
    pods = role("pods", rule("create", "", "pods")), role("ml/nodes", rule("create", "batch", "jobs"))
    found = far(*granted(*change), *pods, binding("ml/p", "pods", "User:eve"))
    assert [key.name for key in found.reached[0].roles] == ["pods"]


def test_escalate_needs_a_write_and_a_role_that_is_bound_to_them():
    escalate = rule("escalate,patch", RBAC, "clusterroles")
    assert short(far(*granted(escalate, where="b"))) == ["everything"]
    named = rule("escalate,patch", RBAC, "clusterroles", "other")
    assert short(far(*granted(named, where="b"))) == ["everything if one of these clusterroles is bound to them"]
    assert short(far(*granted(rule("escalate", RBAC, "clusterroles"), where="b"))) == []
    assert short(far(*granted(rule("escalate", RBAC, "clusterroles", "a"), rule("patch", RBAC, "clusterroles", "b"), where="b"))) == []  # fmt: skip


def test_escalate_on_the_roles_of_a_namespace_is_everything_in_it():
    own = role("ml/r", rule("escalate,update", RBAC, "roles"))
    found = far(own, binding("ml/b", "r", "User:ada", kind="Role"), customs=())
    assert short(found) == ["everything ml User ada", "accounts ml"]


# What amounts to everything


@pytest.mark.parametrize(
    "rules",
    [
        [rule("*", "*", "*")],
        [rule("get", "", "nodes/proxy")],
        [rule("create", "certificates.k8s.io", "certificatesigningrequests"),
         rule("update", "certificates.k8s.io", "certificatesigningrequests/approval"),
         rule("approve", "certificates.k8s.io", "signers", "kubernetes.io/*")],
        [rule("patch", "admissionregistration.k8s.io", "mutatingwebhookconfigurations")],
        [rule("create", "", "persistentvolumes,pods")],
    ],
)  # fmt: skip
def test_what_amounts_to_cluster_admin_does_so_in_the_whole_cluster_only(rules):
    assert "cluster" in short(far(*granted(*rules, where="b")))
    assert not any(one.is_cluster_admin for one in far(*granted(*rules)).reached)


def test_a_signer_that_no_login_counts_on_is_nobodys_end():
    approve = rule("approve", "certificates.k8s.io", "signers", "*/*,example.com/x")
    update = rule("update", "certificates.k8s.io", "certificatesigningrequests/approval")
    assert short(far(*granted(approve, update, where="b"))) == []


def test_a_volume_that_no_pod_mounts_is_a_condition():
    assert short(far(*granted(rule("create", "", "persistentvolumes"), where="b"))) == [
        "cluster if a pod of theirs mounts it"
    ]
    found = far(*granted(rule("create", "", "persistentvolumes"), where="b"), role("p", rule("create", "", "pods")), binding("ml/p", "p", "User:ada"))  # fmt: skip
    assert [one.conditions for one in found.reached if one.is_cluster_admin] == [()]


@pytest.mark.parametrize(
    "rules",
    [
        [rule("impersonate", "", "users,groups")],
        [rule("get", "", "nodes/proxy")],
        [rule("create", "", "persistentvolumes")],
        [rule("escalate,patch", RBAC, "clusterroles")],
        [rule("bind", RBAC, "clusterroles"), rule("create", RBAC, "clusterrolebindings")],
        [rule("*", "kubeflow.org", "profiles,runtimes")],
        [rule("*", "admissionregistration.k8s.io", "*")],
    ],
)
def test_what_a_role_binding_cannot_give_is_no_step(rules):
    assert short(far(*granted(*rules))) == []


def test_bind_in_a_namespace_does_not_go_with_bindings_of_the_cluster():
    found = far(
        *granted(rule("bind", RBAC, "clusterroles")),
        role("w", rule("create", RBAC, "clusterrolebindings")),
        binding("w", "w", "User:ada"),
    )
    assert short(found) == []


def test_controllers_are_an_end_of_their_own():
    found = far(*granted(rule("create", "kustomize.toolkit.fluxcd.io", "kustomizations")))
    assert short(found) == ["accounts ml", "controllers ml"]
    assert [one.by for each in found.reached for one in each.customs] == ["Flux"]
    assert short(far(*granted(rule("create", "kubeflow.org", "profiles"), where="b"))) == ["controllers"]


# The search


def chain():
    """Let a make pods where b lives, and b where a does, and where c does."""
    return [
        role("r", rule("create", "", "pods")),
        binding("one/b", "r", "User:ada"),
        binding("two/b", "r", "ServiceAccount:one/a"),
        binding("one/c", "r", "ServiceAccount:two/b"),
        binding("three/c", "r", "ServiceAccount:two/b"),
        binding("three/d", "r", "ServiceAccount:three/c"),
    ]


def test_circles_end_and_every_path_is_told_in_order():
    found = far(*chain())
    assert short(found) == [
        "accounts one ServiceAccount one/a",
        "accounts two ServiceAccount two/b",
        "accounts three ServiceAccount three/c",
    ]
    assert [step.scope for step in found.reached[-1].steps] == ["one", "two", "three"]


def test_the_order_of_the_input_does_not_matter():
    bodies = [*chain(), ALL, binding("z/op", "cluster-admin", "ServiceAccount:three/c"), binding("y/op", "cluster-admin", "ServiceAccount:one/a")]  # fmt: skip
    expected = far(*bodies)
    for seed in range(5):
        random.Random(seed).shuffle(bodies)  # noqa: S311 - any order will do
        again = far(*bodies)
        assert short(again) == short(expected)
        assert [steps(one) for one in again.reached] == [steps(one) for one in expected.reached]


def test_a_sure_way_goes_before_a_shorter_one_that_is_not():
    found = far(
        role("exec", rule("create", "", "pods/exec")),
        binding("end/x", "exec", "User:ada"),
        *granted(rule("create", "", "pods"), where="one/b"),
        binding("end/b", "r", "ServiceAccount:one/a"),
    )
    assert short(found) == ["accounts one ServiceAccount one/a", "accounts end"]


def test_what_takes_more_steps_than_cluster_admin_is_left_out_and_said_so():
    found = far(*granted(rule("impersonate", "", "users,groups"), where="b"), binding("ml/x", "r", "User:bob"), role("p", rule("create", "", "pods")), binding("ml/p", "p", "User:bob"))  # fmt: skip
    assert short(found) == ["cluster", "groups", "users User bob"]
    assert found.limit == 1
    assert far(*chain()).limit is None


def test_masters_need_no_step():
    assert far(who=group("system:masters")).is_master
    assert far(groups=["system:masters"]).reached == ()
    assert not far(*chain()).is_master


def test_nobody_reaches_nobody():
    assert far(*chain(), who=service_account("x", "y")).reached == ()


def test_the_built_in_edit_is_the_identity_of_every_account_of_its_namespace():
    found = far(binding("ml/e", "edit", "User:ada"), binding("x/o", "admin", "ServiceAccount:ml/op"), version="1.36", customs=())  # fmt: skip
    assert short(found) == ["accounts ml ServiceAccount ml/op", "accounts x"]
    assert found.scopes == {"x"}


def test_grants_are_as_few_as_it_takes_and_all_that_it_takes():
    found = far(*granted(rule("create", "", "pods"), rule("*", "", "pods"), rule("create,get", "", "secrets")))
    (step,) = found.reached[0].steps
    assert len(step.grants) == 1
    names = far(*granted(BIND, rule("bind", RBAC, "clusterroles", "a"), rule("bind", RBAC, "clusterroles", "b")), role("a", rule("get")), role("b", rule("list")))  # fmt: skip
    assert [grant.index for grant in names.reached[0].steps[0].grants] == [1, 2, 0]


def test_many_bindings_are_no_trouble():
    edit = role("e", rule("create", "", "pods"), rule("impersonate", "", "serviceaccounts"))
    bodies = [edit, binding("root", "e", "User:ada")]
    for index in range(1500):
        bodies += [binding(f"t{index}/b{i}", "e", f"ServiceAccount:t{index}/a{i}") for i in range(3)]
        bodies.append(binding(f"t{index}/all", "e", "Group:system:serviceaccounts"))
        bodies += [binding(f"c{index}", "e", f"ServiceAccount:t{index}/a0")] if index % 10 == 0 else []
    found = effective(manifests(*bodies))
    escalation = paths(found, ADA, (), CUSTOMS)
    assert len(escalation.reached[0].identities) > 4500
