import pytest
from access.rbac import binding, role, rule, urls
from rules.judging import asking, findings, messages, space, tenants_space


def grant(verbs, resources, groups="", **more):
    words = {"verbs": verbs, "resources": resources, "apiGroups": groups}
    return {**{name: text.split(",") for name, text in words.items()}, **more}


def forbidding(verbs, resources, groups="", **parameters):
    return asking("forbid-grants", grants=[grant(verbs, resources, groups)], **parameters)


ESCALATION = forbidding("bind,escalate,impersonate", "*", "*")
SECRETS = forbidding("get,list,watch", "secrets")
TOKENS = forbidding("create", "serviceaccounts/token")
EXEC = forbidding("create", "pods/exec")


def given(*rules):
    return [role("ns1/r", *rules), binding("ns1/b", "r", "Group:ml", kind="Role")]


def bound_everywhere(*rules):
    return [role("r", *rules), binding("b", "r", "Group:ml")]


# What published tools get wrong


def test_bind_is_looked_for_on_roles():
    # Checkov's CKV_K8S_157 and rbac-police look for it on bindings.
    rules = [
        rule("bind", "rbac.authorization.k8s.io", "clusterroles"),
        rule("create", "rbac.authorization.k8s.io", "clusterrolebindings"),
    ]
    assert messages(ESCALATION, *bound_everywhere(*rules)) == [
        (
            "Group ml is granted bind on clusterroles in rbac.authorization.k8s.io, "
            "in the whole cluster by ClusterRoleBinding b of ClusterRole r"
        )
    ]


def test_a_star_before_a_subresource_covers_it():
    # Checkov, kubescape and kubesplaining miss */exec.
    assert messages(EXEC, *given(rule("create", "", "*/exec"))) == [
        "Group ml is granted create on pods/exec in the core group, in namespace ns1 by RoleBinding b of Role r"
    ]


def test_a_star_after_a_resource_covers_nothing():
    # kubescape and KubeHound take pods/* for a wildcard.
    assert messages(EXEC, *given(rule("create", "", "pods/*"))) == []


def test_a_wildcard_in_another_group_reads_no_secrets():
    # Checkov finds five things here.
    assert messages(SECRETS, *bound_everywhere(rule("*", "example.com", "*"))) == []


def test_a_group_that_may_do_everything_is_seen():
    # Checkov looks at service accounts and nodes only.
    assert messages(SECRETS, *bound_everywhere(rule("*", "*", "*"))) == [
        (
            "Group ml is granted get, list, watch on secrets in the core group, "
            "in the whole cluster by ClusterRoleBinding b of ClusterRole r"
        )
    ]


def test_a_name_does_not_hide_a_list():
    # kubesplaining holds list with resourceNames to be impossible; rbac-police and KubeHound pass such rules over.
    assert messages(SECRETS, *given(rule("list", "", "secrets", "db"))) == [
        "Group ml is granted list on secrets in the core group, named db, in namespace ns1 by RoleBinding b of Role r"
    ]


def test_a_cluster_role_is_found_from_a_role_binding():
    # kube-linter looks for Roles only.
    assert len(messages(SECRETS, role("r", rule("get", "", "secrets")), binding("ns1/b", "r", "User:ann"))) == 1


# What a grant is worth


@pytest.mark.parametrize(
    ("verbs", "group", "resource", "live"),
    [
        ("impersonate", "", "users", False),
        ("impersonate", "", "groups", False),
        ("impersonate", "authentication.k8s.io", "userextras/scopes", False),
        ("impersonate", "", "serviceaccounts", True),
        ("bind", "rbac.authorization.k8s.io", "clusterroles", True),
        ("escalate", "rbac.authorization.k8s.io", "clusterroles", False),
        ("escalate", "rbac.authorization.k8s.io", "roles", True),
    ],
)
def test_a_role_binding_gives_only_what_is_asked_in_a_namespace(verbs, group, resource, live):
    granted = rule(verbs, group, resource)
    assert bool(messages(ESCALATION, *given(granted))) is live
    assert messages(ESCALATION, *bound_everywhere(granted)) != []


def test_nodes_and_their_subresources_are_in_no_namespace():
    asked = forbidding("get", "nodes,nodes/proxy")
    assert messages(asked, *given(rule("get", "", "nodes,nodes/proxy"))) == []
    assert messages(asked, *given(rule("*", "*", "*"))) == []
    assert len(messages(asked, *bound_everywhere(rule("get", "", "nodes/proxy")))) == 1


def test_a_namespace_can_be_changed_from_within_but_not_listed():
    asked = forbidding("list,patch", "namespaces")
    assert len(messages(asked, *given(rule("patch", "", "namespaces")))) == 1
    assert messages(asked, *given(rule("list", "", "namespaces"))) == []


def test_a_custom_resource_may_be_called_like_a_kind_of_kubernetes():
    assert len(messages(forbidding("get", "nodes", "*"), *given(rule("get", "example.com", "nodes")))) == 1


def test_urls_are_no_resources():
    assert messages(ESCALATION, *bound_everywhere(urls("*", "*"))) == []


def test_the_built_in_edit_mints_tokens_and_view_does_not():
    assert messages(TOKENS, binding("ns1/b", "edit", "Group:ml")) == [
        (
            "Group ml is granted create on serviceaccounts/token in the core group, "
            "in namespace ns1 by RoleBinding b of ClusterRole edit"
        )
    ]
    assert messages(TOKENS, binding("ns1/b", "view", "Group:ml")) == []


def test_what_an_add_on_puts_into_view_is_granted_by_view():
    part = role("part", rule("get", "", "secrets"), labels={"rbac.authorization.k8s.io/aggregate-to-view": "true"})
    (finding,) = findings(SECRETS, part, binding("ns1/b", "view", "Group:ml"))
    assert finding.chain == (
        "RoleBinding ns1/b (m.yaml#1)",
        "ClusterRole view (Kubernetes 1.36#ClusterRole/view)",
        "rule: get on secrets in the core group (m.yaml#0)",
    )


def test_a_binding_to_a_role_that_is_not_there_grants_nothing():
    assert messages(SECRETS, binding("ns1/b", "r", "Group:ml", kind="Role")) == []


def test_what_every_cluster_starts_with_is_no_finding():
    assert messages(ESCALATION) == []


def test_a_default_role_that_was_widened_is_a_finding_for_all_who_have_it():
    widened = role("system:discovery", rule("get", "", "secrets"))
    assert [finding.subject for finding in findings(SECRETS, widened)] == ["group:system:authenticated"]


# What a policy is about


def test_any_of_several_grants_is_forbidden():
    asked = asking("forbid-grants", grants=[grant("get", "secrets"), grant("create", "jobs", "batch")])
    assert messages(asked, *given(rule("get,create", "batch", "jobs"))) == [
        "Group ml is granted create on jobs in batch, in namespace ns1 by RoleBinding b of Role r"
    ]
    assert messages(asked, *given(rule("create", "", "secrets"), rule("get", "batch", "jobs"))) == []


def test_only_some_names_may_matter():
    asked = asking("forbid-grants", grants=[grant("update", "configmaps", resourceNames=["coredns"])])
    assert messages(asked, *given(rule("update", "", "configmaps", "other"))) == []
    assert messages(asked, *given(rule("update", "", "configmaps"))) == [
        "Group ml is granted update on configmaps in the core group, named coredns, in namespace ns1 by RoleBinding b of Role r"
    ]


@pytest.mark.parametrize(("version", "found"), [("1.34", 1), ("1.35", 0), ("1.36", 0), (None, 0)])
def test_a_version_may_make_a_grant_harmless(version, found):
    asked = asking("forbid-grants", grants=[grant("get", "pods/exec", before="1.35")])
    assert len(messages(asked, *given(rule("get", "", "pods/exec")), version=version)) == found


@pytest.mark.parametrize(("version", "found"), [("1.34", 0), ("1.35", 1), ("1.36", 1)])
def test_a_version_may_be_the_first_in_which_a_grant_counts(version, found):
    asked = asking("forbid-grants", grants=[grant("impersonate:user-info", "users", "*", since="1.35")])
    users = rule("impersonate:user-info", "authentication.k8s.io", "users")
    assert len(messages(asked, *bound_everywhere(users), version=version)) == found


def test_namespaces_narrow_where_but_the_whole_cluster_is_there_too():
    asked = forbidding("create", "secrets", namespaces=["kube-system"])
    create = rule("create", "", "secrets")
    assert messages(asked, *given(create)) == []
    assert (
        len(messages(asked, role("kube-system/r", create), binding("kube-system/b", "r", "Group:ml", kind="Role"))) == 1
    )
    assert len(messages(asked, *bound_everywhere(create))) == 1


def test_labels_narrow_where():
    asked = forbidding("create", "secrets", labels={"purpose": "billing"})
    create = rule("create", "", "secrets")
    assert messages(asked, *given(create), space(purpose="other")) == []
    assert messages(asked, *given(create)) == []
    assert len(messages(asked, *given(create), space(purpose="billing"))) == 1


@pytest.mark.parametrize(
    ("level", "tenant", "found"),
    [
        ("restricted", "vision", 0),
        ("baseline", "vision", 0),
        ("privileged", "vision", 1),
        (None, "vision", 1),
        ("restricted", None, 1),
    ],
)
def test_a_tenants_own_namespace_may_be_left_out_where_pod_security_confines_it(level, tenant, found):
    home = tenants_space(tenant=tenant) if tenant else space()
    if level:
        home["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = level
    asked = forbidding("create", "pods", unless="confined")
    assert len(messages(asked, home, *given(rule("create", "", "pods")))) == found
    assert len(messages(asked, home, *bound_everywhere(rule("create", "", "pods")))) == 1


def test_all_subresources_of_a_resource_can_be_asked_about():
    asked = forbidding("impersonate", "userextras/*", "authentication.k8s.io")
    extras = "authentication.k8s.io"
    assert messages(asked, *bound_everywhere(rule("impersonate", extras, "userextras/scopes"))) == [
        "Group ml is granted impersonate on userextras/scopes in authentication.k8s.io, in the whole cluster by ClusterRoleBinding b of ClusterRole r"
    ]
    assert len(messages(asked, *bound_everywhere(rule("impersonate", extras, "*")))) == 1
    assert messages(asked, *bound_everywhere(rule("impersonate", extras, "userextras,uids"))) == []


def test_of_much_the_first_is_said():
    many = ",".join(f"things{i}/a{i}" for i in range(12))
    (message,) = messages(
        asking("forbid-grants", grants=[grant("get", one, f"g{i}") for i, one in enumerate(many.split(","))]),
        *given(rule("get", "*", "*")),
    )
    assert "; and 4 more, in namespace ns1" in message


# Causes


def test_several_rules_of_one_role_are_one_cause():
    (finding,) = findings(SECRETS, *given(rule("get", "", "secrets"), rule("list", "", "*"), rule("get", "", "pods")))
    assert finding.message.startswith("Group ml is granted get, list on secrets in the core group, in namespace ns1 ")
    assert (finding.subject, finding.namespace, finding.kind, finding.name) == ("group:ml", "ns1", "RoleBinding", "b")
    assert finding.chain == (
        "RoleBinding ns1/b (m.yaml#1)",
        "Role ns1/r (m.yaml#0)",
        "rule: get on secrets in the core group (m.yaml#0)",
        "rule: list on all resources in the core group (m.yaml#0)",
    )


def test_each_subject_and_each_binding_is_a_cause_of_its_own():
    bodies = [role("r", rule("get", "", "secrets"))]
    bodies += [binding(f"ns{i}/b", "r", "ServiceAccount:ci/runner", "User:ann") for i in (1, 2)]
    found = [(finding.namespace, finding.subject) for finding in findings(SECRETS, *bodies)]
    assert found == [(ns, who) for ns in ("ns1", "ns2") for who in ("serviceaccount:ci/runner", "user:ann")]


def test_two_thousand_tenants_with_equal_roles_take_a_moment():
    bodies = []
    for i in range(2000):
        rules = [rule("get,list", "", "pods,configmaps"), rule("create", "batch", "jobs"), rule("get", "", "secrets")]
        bodies += [role(f"t{i}/r", *rules), binding(f"t{i}/b", "r", f"Group:g{i}", kind="Role")]
    assert len(findings(SECRETS, *bodies)) == 2000
