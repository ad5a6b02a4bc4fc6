from access.rbac import binding, role, rule
from rules.judging import asking, findings, messages, named
from rules.syncing import flux_space, kustomization

ASKED = asking("forbid-powerful-reconcilers")
RECONCILER = "ServiceAccount:apps/reconciler"


def test_cluster_admin_of_a_reconciler_is_told():
    given = [flux_space(), kustomization(), binding("apps/b", "cluster-admin", RECONCILER)]
    [said] = messages(ASKED, *given)
    who = "ServiceAccount apps/reconciler, who applies a tenant's repository, is given wildcards in namespace apps"
    assert said == f"{who}, by RoleBinding b of ClusterRole cluster-admin"


def test_any_wildcard_is_told_and_a_list_is_not():
    listed = role("apps/listed", rule("get,create", "apps", "deployments"))
    for wild in (rule("*", "apps", "deployments"), rule("get", "*", "deployments"), rule("get", "apps", "*")):
        given = [flux_space(), kustomization(), listed, role("apps/wild", wild)]
        bound = [binding(f"apps/{name}", name, RECONCILER, kind="Role") for name in ("listed", "wild")]
        [said] = messages(ASKED, *given, *bound)
        assert said.endswith("by RoleBinding wild of Role wild")


def test_others_are_told_of_by_other_policies():
    given = [flux_space(), kustomization(), binding("apps/b", "cluster-admin", "ServiceAccount:apps/other", "User:ann")]
    assert messages(ASKED, *given) == []


def test_the_platforms_own_reconciler_is_none_of_a_tenants():
    given = [flux_space(), kustomization(namespace="flux-system", serviceAccountName="kustomize-controller")]
    assert (
        messages(ASKED, *given, binding("b", "cluster-admin", "ServiceAccount:flux-system/kustomize-controller")) == []
    )


def test_a_kustomization_elsewhere_that_is_about_a_tenant_has_a_tenants_account():
    given = [flux_space(), kustomization(namespace="flux-system", targetNamespace="apps")]
    assert len(messages(ASKED, *given, binding("b", "cluster-admin", "ServiceAccount:flux-system/reconciler"))) == 1


def test_what_flux_create_tenant_makes_is_told_before_anything_names_it():
    account = named("ServiceAccount", "dev", "apps")
    account["metadata"]["labels"] = {"toolkit.fluxcd.io/tenant": "vision"}
    given = [
        flux_space(),
        account,
        kustomization(namespace="flux-system"),
        binding("apps/b", "cluster-admin", "User:gotk:apps:reconciler", "ServiceAccount:apps/dev"),
    ]
    assert [one.subject for one in findings(ASKED, *given)] == ["serviceaccount:apps/dev", "user:gotk:apps:reconciler"]


def test_a_group_that_the_account_is_in_counts():
    given = [flux_space(), kustomization(), binding("b", "cluster-admin", "Group:system:serviceaccounts:apps")]
    [said] = messages(ASKED, *given)
    assert said.startswith(
        "Group system:serviceaccounts:apps, who applies a tenant's repository, is given wildcards in the whole"
    )
