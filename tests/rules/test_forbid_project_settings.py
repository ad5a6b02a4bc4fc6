import pytest
from access.rbac import binding
from rules.judging import asking, messages, named, tenants_space
from rules.syncing import GUARDRAILS, HERE, project

from generator.rules import forbid_project_settings

ALL = [*forbid_project_settings.PARAMETERS["settings"].known]
TENANTS = [tenants_space("vision-train"), tenants_space("nlp-train", "nlp")]


def told(setting, *bodies):
    return messages(asking("forbid-project-settings", settings=[setting]), *bodies)


def to(*namespaces, server=HERE):
    return [{"server": server, "namespace": one} for one in namespaces]


def test_a_locked_down_project_is_clean():
    assert messages(asking("forbid-project-settings", settings=ALL), tenants_space(), project()) == []


@pytest.mark.parametrize("pattern", ["*", "**", "https://*", "https://**", "*/deploy", "ssh://git@*/x"])
def test_any_repository_is_told(pattern):
    assert told("any-source", project(sourceRepos=[pattern, "!https://git.example/x"])) == [
        f"AppProject vision takes manifests from any repository ({pattern})"
    ]


@pytest.mark.parametrize("pattern", ["https://git.example/*", "https://git.example/**", "!*", "", 5])
def test_repositories_of_one_host_are_listed(pattern):
    assert told("any-source", project(sourceRepos=[pattern])) == []


@pytest.mark.parametrize(
    ("destinations", "expected"),
    [
        (to("*"), "any namespace"),
        (to("vision-train", server="*"), "any cluster"),
        ([{"name": "*", "namespace": "**"}], "any cluster and to any namespace"),
        (to("*-train"), "namespaces *-train of tenants nlp, vision"),
        (to("{vision,nlp}-train"), "namespaces {vision,nlp}-train of tenants nlp, vision"),
    ],
)
def test_a_destination_that_reaches_others_is_told(destinations, expected):
    said = told("any-destination", *TENANTS, project(destinations=destinations))
    assert said == [f"AppProject vision lets its Applications go to {expected}"]


@pytest.mark.parametrize("namespace", ["vision-train", "vision-*", "v?sion-train", "!*", "{vision}-train", "*-x"])
def test_a_destination_of_one_tenant_is_not(namespace):
    assert told("any-destination", *TENANTS, project(destinations=to(namespace))) == []


def test_everything_in_the_whole_cluster_is_told_unless_it_is_denied():
    every = [{"group": "*", "kind": "*"}]
    expected = ["AppProject vision lets its Applications make everything that lives outside of namespaces"]
    assert told("any-cluster-kind", project(clusterResourceWhitelist=every)) == expected
    assert told("any-cluster-kind", project(clusterResourceWhitelist=every, clusterResourceBlacklist=every)) == []
    named_only = [{"group": "*", "kind": "*", "name": "vision-*"}]
    assert told("any-cluster-kind", project(clusterResourceWhitelist=named_only)) == []
    assert told("any-cluster-kind", project(clusterResourceWhitelist=[{"group": "*", "kind": "Namespace"}])) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"namespaceResourceBlacklist": None}, ["ResourceQuota, LimitRange, NetworkPolicy, Role, RoleBinding"]),
        ({"namespaceResourceBlacklist": GUARDRAILS[:3]}, ["Role, RoleBinding"]),
        (
            {"namespaceResourceBlacklist": [{"group": "apps", "kind": "ResourceQuota"}, *GUARDRAILS[1:]]},
            ["ResourceQuota"],
        ),
        ({"namespaceResourceBlacklist": [], "namespaceResourceWhitelist": []}, []),
        ({"namespaceResourceBlacklist": [], "namespaceResourceWhitelist": [{"group": "apps", "kind": "*"}]}, []),
        (
            {"namespaceResourceBlacklist": [], "namespaceResourceWhitelist": [{"group": "", "kind": "L*"}]},
            ["LimitRange"],
        ),
    ],
)
def test_a_tenants_project_denies_what_holds_the_tenant(spec, expected):
    said = told("guardrail-kinds", tenants_space(), project(**spec))
    assert said == [f"AppProject vision lets a tenant's Applications make {kinds}" for kinds in expected]


@pytest.mark.parametrize("destinations", [to("vision-train", "nlp-train"), to("*"), to("argocd"), to("elsewhere"), []])
def test_a_project_that_is_no_tenants_may_make_them(destinations):
    given = project(destinations=destinations, namespaceResourceBlacklist=None, destinationServiceAccounts=None)
    assert told("guardrail-kinds", *TENANTS, given) == told("no-account", *TENANTS, given) == []


def test_a_project_that_makes_the_namespaces_is_the_platforms_though_they_are_of_one_tenant():
    space = [{"group": "", "kind": "Namespace"}]
    given = project(clusterResourceWhitelist=space, namespaceResourceBlacklist=None, destinationServiceAccounts=None)
    assert told("guardrail-kinds", *TENANTS, given) == told("no-account", *TENANTS, given) == []


def test_a_label_makes_a_project_a_tenants():
    given = project(destinations=to("*"), destinationServiceAccounts=None)
    given["metadata"]["labels"] = {"tenantry.dev/tenant": "vision"}
    assert len(told("no-account", *TENANTS, given)) == 1


def test_where_nobody_says_whose_a_namespace_is_a_project_is_a_tenants():
    assert len(told("no-account", project(destinations=to("apps"), destinationServiceAccounts=[]))) == 1


def test_an_empty_list_is_told_unless_all_is_denied():
    expected = "AppProject vision has an empty namespaceResourceWhitelist, which denies every kind and is easily lost"
    assert told("empty-list", project(namespaceResourceWhitelist=[])) == [expected]
    every = [{"group": "*", "kind": "*"}]
    assert told("empty-list", project(namespaceResourceWhitelist=[], namespaceResourceBlacklist=every)) == []
    assert told("empty-list", project(namespaceResourceWhitelist=None)) == []


def test_an_account_for_everything_else_may_do_little():
    def applying(account, namespace="*"):
        return project(
            destinationServiceAccounts=[{"server": HERE, "namespace": namespace, "defaultServiceAccount": account}]
        )

    root = binding("b", "cluster-admin", "ServiceAccount:argocd/root")
    expected = "AppProject vision applies as {} wherever no other entry matches, which may do everything"
    assert told("powerful-account", applying("argocd:root"), root) == [expected.format("argocd:root")]
    own = "argocd:argocd-application-controller"
    assert told("powerful-account", applying(own)) == [expected.format(own)]
    assert told("powerful-account", applying("argocd:nobody"), root) == []
    assert told("powerful-account", applying("argocd:root", "vision-train"), root) == []


def test_no_tenants_project_takes_applications_of_argo_cd():
    inner = "AppProject vision lets Applications in from argocd, Argo CD's own namespace ({})"
    assert told("source-namespaces", project(sourceNamespaces=["argocd"])) == [inner.format("argocd")]
    assert told("source-namespaces", project(sourceNamespaces=["arg*", "apps"])) == [inner.format("arg*")]
    assert told("source-namespaces", project(sourceNamespaces=["apps"])) == []


def test_a_project_that_allows_everything_takes_none_from_elsewhere():
    for spec in ({"destinations": to("*")}, {"clusterResourceWhitelist": [{"group": "*", "kind": "*"}]}):
        assert told("source-namespaces", project(sourceNamespaces=["apps"], **spec)) == [
            "AppProject vision allows everything, and lets Applications in from apps"
        ]


@pytest.mark.parametrize(
    ("policy", "is_told"),
    [
        ("p, proj:vision:lead, applications, *, vision/*, allow", True),
        ("p,proj:vision:lead,*,get,vision/*,allow", True),
        ("p, proj:vision:lead, applications, *, vision/*, deny", False),
        ("p, proj:vision:lead, applications, sync, vision/*, allow", False),
        ("g, ml, proj:vision:lead", False),
        ("", False),
    ],
)
def test_a_role_lists_its_actions(policy, is_told):
    said = told("any-action", project(roles=[{"name": "lead", "policies": [policy]}]))
    assert said == [f"AppProject vision gives its role lead every action ({policy})"] * is_told


def test_the_project_default_is_asked_about_once():
    given = project(
        "default", sourceRepos=["*"], destinations=to("*"), clusterResourceWhitelist=[{"group": "*", "kind": "*"}]
    )
    expected = "AppProject default can be named by any Application, and allows something"
    assert messages(asking("forbid-project-settings", settings=ALL), given) == [expected]
    assert told("open-default", project("default", sourceRepos=[], destinations=[])) == []


@pytest.mark.parametrize(
    "value", [None, 5, "x", [5], [{}], {"a": 1}, [[]], [{"namespace": 5, "kind": [], "group": {}}]]
)
def test_a_malformed_project_is_no_traceback(value):
    for field in ("sourceRepos", "destinations", "clusterResourceWhitelist", "namespaceResourceBlacklist", "roles"):
        given = project(**{field: value, "sourceNamespaces": value, "destinationServiceAccounts": value})
        assert isinstance(messages(asking("forbid-project-settings", settings=ALL), given), list)
    assert isinstance(
        messages(asking("forbid-project-settings", settings=ALL), named("AppProject", "x", spec=value)), list
    )


def test_thousands_of_projects_with_a_glob_each_are_not_paired_with_all_namespaces():
    spaces = [tenants_space(f"team-{i}-train", f"team-{i}") for i in range(3000)]
    given = [project(f"p{i}", destinations=to(f"team-{i}-*", f"*-{i}-train")) for i in range(3000)]
    asked = asking("forbid-project-settings", settings=["any-destination", "guardrail-kinds"])
    assert messages(asked, *spaces, *given) == []
