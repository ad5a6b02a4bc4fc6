"""Who may do what: the roles against what Kubernetes recorded, and the bindings against what the file says."""

import json
from pathlib import Path

import pytest
from building import PLAIN, QUOTA, cluster, every, objects, of, one, shuffled, told

RBAC = "rbac.authorization.k8s.io"
RECORDED = Path(__file__).parent.parent / "oracles" / "rbac-defaults-1.36.json"
DEFAULTS = {
    role["metadata"]["name"]: role["rules"]
    for role in json.loads(RECORDED.read_text(encoding="utf-8"))
    if role["kind"] == "ClusterRole"
}
EVERYBODY = """
owners: [{group: admins}]
members:
  - {group: editors, role: editor}
  - {group: viewers, role: viewer}
"""
BUILT_IN = [("viewer", "view"), ("editor", "edit"), ("admin", "admin")]
ROLES = [ours for ours, _ in BUILT_IN]
READ = {"get", "list", "watch"}
WRITE = {"create", "update", "patch", "delete", "deletecollection"}

#: A role that may do one thing, and that no viewer's rights are in.
SUBMITTER = f"""
{PLAIN}
roles:
  submitter:
    rules: [{{apiGroups: [batch], resources: [jobs], verbs: [create]}}]
  reviewer:
    extends: viewer
    rules: [{{apiGroups: [argoproj.io], resources: [workflows], verbs: [get]}}]
"""


def atoms(rules):
    """Take rules apart: (group, resource, verb)."""
    return {
        (group, resource, verb)
        for rule in rules
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def granted(found):
    """Compute who may do what where: (subject, namespace) -> atoms, of everything that is rendered."""
    rules = {(b["metadata"]["namespace"], b["metadata"]["name"]): b["rules"] for b in every(found, "Role")}
    held = {}
    for binding in every(found, "RoleBinding"):
        namespace = binding["metadata"]["namespace"]
        for subject in binding["subjects"]:
            may = held.setdefault((subject["kind"], subject["name"], namespace), set())
            may |= atoms(rules[namespace, binding["roleRef"]["name"]])
    return held


def role(name, found=None):
    return atoms(one(found or of(EVERYBODY), "Role", f"tenant-{name}")["rules"])


def subjects(found, name, namespace="vision"):
    return [s["name"] for s in one(found, "RoleBinding", name, namespace)["subjects"]]


def bindings(found):
    return [(b["metadata"]["namespace"], b["metadata"]["name"]) for b in every(found, "RoleBinding")]


# The roles


@pytest.mark.parametrize(("ours", "theirs"), BUILT_IN)
def test_each_role_is_strictly_less_than_the_one_that_kubernetes_has(ours, theirs):
    assert role(ours) < atoms(DEFAULTS[theirs])


def test_each_role_has_all_of_the_one_below():
    assert role("viewer") < role("editor") < role("admin")


@pytest.mark.parametrize("name", ROLES)
def test_viewer_editor_and_admin_leave_out_what_the_built_in_roles_leak(name):
    held = role(name)
    resources = {(group, resource) for group, resource, _ in held}
    written = {(group, resource) for group, resource, verb in held if verb not in READ}
    kinds = {resource for _, resource in resources}
    assert ("", "secrets") not in resources
    assert ("", "serviceaccounts/token") not in resources
    assert not {"impersonate", "escalate", "bind", "use", "approve", "sign", "*"} & {verb for _, _, verb in held}
    assert {verb for _, _, verb in held} <= READ | WRITE
    assert "*" not in kinds
    assert "*" not in {group for group, _ in resources}
    assert not {(group, resource) for group, resource in resources if group == RBAC}
    assert not {resource for resource in kinds if resource.partition("/")[0] == "nodes"}
    assert not {"pods/attach", "pods/proxy", "services/proxy", "pods/ephemeralcontainers"} & kinds
    assert not {"roles", "rolebindings", "clusterroles", "clusterrolebindings", "localsubjectaccessreviews"} & kinds
    isolation = {
        ("networking.k8s.io", "networkpolicies"),
        ("", "resourcequotas"),
        ("", "limitranges"),
        ("", "serviceaccounts"),
        ("", "namespaces"),
        ("", "endpoints"),
        ("discovery.k8s.io", "endpointslices"),
        ("apps", "daemonsets"),
    }
    assert isolation & written == set()
    assert not {resource for _, resource in written if resource.endswith("/status")}


@pytest.mark.parametrize("name", ["viewer", "editor"])
def test_only_admins_reach_into_running_pods(name):
    assert not {(r, v) for _, r, v in role(name) if r in {"pods/exec", "pods/portforward"}}
    assert ("", "pods/exec", "create") in role("admin")


def test_a_viewer_changes_nothing():
    assert {verb for _, _, verb in role("viewer")} == READ


def test_the_built_in_roles_leak_what_ours_leave_out():
    # So that the sets above are known to find what they look for.
    edit, admin = atoms(DEFAULTS["edit"]), atoms(DEFAULTS["admin"])
    assert ("", "secrets", "get") in edit
    assert ("", "serviceaccounts/token", "create") in edit
    assert ("", "serviceaccounts", "impersonate") in edit
    assert ("networking.k8s.io", "networkpolicies", "delete") in edit
    assert (RBAC, "rolebindings", "create") in admin


def test_rules_are_of_groups_resources_and_verbs_and_nothing_else():
    for rendered in every(of(EVERYBODY), "Role"):
        for rule in rendered["rules"]:
            assert set(rule) == {"apiGroups", "resources", "verbs"}


def test_a_role_of_the_platform_file_adds_to_the_one_that_it_extends():
    found = of("members: [{group: g1, role: reviewer}]", SUBMITTER)
    assert role("reviewer", found) == role("viewer") | {("argoproj.io", "workflows", "get")}


def test_a_role_that_extends_nothing_is_what_it_says():
    assert role("submitter", of("members: [{group: g1, role: submitter}]", SUBMITTER)) == {("batch", "jobs", "create")}


def test_a_role_may_replace_a_built_in_one_and_extend_it():
    platform = f"{PLAIN}\nroles: {{viewer: {{extends: viewer, rules: [{{apiGroups: [x.io], resources: [y1], verbs: [get]}}]}}}}"
    found = of(EVERYBODY, platform)
    assert role("viewer", found) == role("viewer") | {("x.io", "y1", "get")}
    assert role("editor", found) == role("editor")


def test_a_role_is_made_only_where_somebody_has_it():
    found = of(
        "members: [{group: g1, role: viewer, namespaces: [a]}]\nnamespaces: [{name: a}, {name: b, quota: {pods: 1}}]"
    )
    assert [(b["metadata"]["namespace"], b["metadata"]["name"]) for b in every(found, "Role")] == [
        ("vision-a", "tenant-viewer")
    ]


def test_nobody_is_given_nothing():
    found = of("")
    assert every(found, "Role") == every(found, "RoleBinding") == []


# The bindings


def test_a_binding_names_its_role_and_people_in_full():
    found = of(
        "members: [{user: anna@example.com, role: viewer}, {group: g1, role: viewer}, {serviceAccount: argo/bot, role: viewer}]"
    )
    assert one(found, "RoleBinding") == {
        "apiVersion": f"{RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {
            "name": "tenant-viewer",
            "namespace": "vision",
            "labels": {"app.kubernetes.io/managed-by": "tenantry", "tenantry.dev/tenant": "vision"},
        },
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "tenant-viewer"},
        "subjects": [
            {"apiGroup": RBAC, "kind": "Group", "name": "g1"},
            {"kind": "ServiceAccount", "name": "bot", "namespace": "argo"},
            {"apiGroup": RBAC, "kind": "User", "name": "anna@example.com"},
        ],
    }


def test_no_cluster_role_binding_is_ever_rendered():
    spec = f"{EVERYBODY}\nserviceAccounts: [{{name: robot, role: admin}}]"
    for addons in ("[]", "[istio]", "[istio-ambient]"):
        found = of(spec, cluster(addons=addons, sync="flux"))
        kinds = {body["kind"] for body in found}
        assert not {"ClusterRole", "ClusterRoleBinding"} & kinds
        assert {b["roleRef"]["kind"] for b in every(found, "RoleBinding")} == {"Role"}


def test_every_role_and_binding_lies_in_a_namespace_of_the_tenant():
    found = of(f"{EVERYBODY}\nnamespaces: [{{name: a}}, {{name: b, quota: {{pods: 1}}}}]")
    places = {body["metadata"]["namespace"] for body in found if body["apiVersion"].startswith(RBAC)}
    assert places == {"vision-a", "vision-b"}


def test_every_binding_refers_to_a_role_that_is_there():
    found = of(f"{EVERYBODY}\nserviceAccounts: [{{name: robot, role: reviewer}}]", SUBMITTER)
    there = {body["metadata"]["name"] for body in every(found, "Role")}
    assert {body["roleRef"]["name"] for body in every(found, "RoleBinding")} == there


def test_owners_are_admins_of_all_namespaces():
    found = of("owners: [{group: leads}]\nnamespaces: [{name: a}, {name: b, quota: {pods: 1}}]")
    assert bindings(found) == [("vision-a", "tenant-admin"), ("vision-b", "tenant-admin")]


def test_a_member_who_names_namespaces_is_bound_in_those_only():
    spec = """
members:
  - {group: everywhere, role: viewer}
  - {group: here, role: editor, namespaces: [b]}
namespaces: [{name: a}, {name: b, quota: {pods: 1}}]
"""
    found = of(spec)
    assert bindings(found) == [
        ("vision-a", "tenant-viewer"),
        ("vision-b", "tenant-editor"),
        ("vision-b", "tenant-viewer"),
    ]
    assert subjects(found, "tenant-editor", "vision-b") == ["here"]
    assert ("Group", "here", "vision-a") not in granted(found)


def test_an_inherited_member_holds_for_the_childs_namespace_of_that_name_only():
    research = "quota: {hard: {pods: 30}}\nmembers: [{group: g1, role: editor, namespaces: [train]}]\nnamespaces: [{name: train}]"
    vision = f"{QUOTA}\nparent: research\nnamespaces: [{{name: train}}, {{name: serve, quota: {{pods: 1}}}}]"
    nlp = f"{QUOTA}\nparent: research"
    found = objects({"research": research, "vision": vision, "nlp": nlp})
    assert bindings(found) == [("research-train", "tenant-editor"), ("vision-train", "tenant-editor")]


def test_a_list_of_members_replaces_the_parents():
    found = objects({
        "research": "quota: {hard: {pods: 30}}\nmembers: [{group: parents, role: editor}]",
        "vision": f"{QUOTA}\nparent: research\nmembers: [{{group: children, role: editor}}]",
        "nlp": f"{QUOTA}\nparent: research\nmembers: []",
    })  # fmt: skip
    assert subjects(found, "tenant-editor", "vision") == ["children"]
    assert every(found, "RoleBinding", namespace="nlp") == []


def test_somebody_named_twice_has_both_roles_and_stands_once_in_each():
    spec = "owners: [{group: g1}, {group: g1}]\nmembers: [{group: g1, role: viewer}, {group: g1, role: admin}]"
    found = of(spec)
    assert bindings(found) == [("vision", "tenant-admin"), ("vision", "tenant-viewer")]
    assert subjects(found, "tenant-admin") == ["g1"]


def test_subjects_stand_in_an_order_of_their_own():
    people = [f"{{group: group-{i}, role: viewer}}" for i in range(4)] + [
        "{user: a1, role: viewer}",
        "{serviceAccount: x1/y1, role: viewer}",
    ]
    assert of(f"members: [{', '.join(shuffled(people, 3))}]") == of(f"members: [{', '.join(people)}]")


def test_service_accounts_of_one_name_in_two_namespaces_are_two_subjects():
    found = of("members: [{serviceAccount: b/bot, role: viewer}, {serviceAccount: a/bot, role: viewer}]")
    assert [s["namespace"] for s in one(found, "RoleBinding")["subjects"]] == ["a", "b"]


def test_a_service_account_has_a_binding_of_its_own():
    found = of("members: [{group: g1, role: editor}]\nserviceAccounts: [{name: robot, role: editor}, {name: idle}]")
    assert bindings(found) == [("vision", "account-robot"), ("vision", "tenant-editor")]
    assert one(found, "RoleBinding", "account-robot")["subjects"] == [
        {"kind": "ServiceAccount", "name": "robot", "namespace": "vision"}
    ]
    assert subjects(found, "tenant-editor") == ["g1"]


def test_a_service_accounts_role_holds_in_the_namespace_it_lives_in():
    spec = "serviceAccounts: [{name: robot, role: editor, namespaces: [b]}]\nnamespaces: [{name: a}, {name: b, quota: {pods: 1}}]"
    found = of(spec)
    assert {key[1:]: len(may) for key, may in granted(found).items()} == {("robot", "vision-b"): len(role("editor"))}


def test_an_account_in_two_namespaces_is_bound_to_itself_in_each():
    found = of("serviceAccounts: [{name: robot, role: viewer}]\nnamespaces: [{name: a}, {name: b, quota: {pods: 1}}]")
    for binding in every(found, "RoleBinding"):
        assert binding["subjects"][0]["namespace"] == binding["metadata"]["namespace"]


@pytest.mark.parametrize(
    ("subject", "remedy"),
    [
        ("{group: system:authenticated, role: viewer}", "name people, or a group of them"),
        ("{group: system:masters, role: viewer}", "name people, or a group of them"),
        ("{user: system:anonymous, role: viewer}", "name people, or a group of them"),
        ("{group: system:serviceaccounts:argo, role: viewer}", "name people, or a group of them"),
        ("{user: system:serviceaccount:argo:bot, role: viewer}", "write serviceAccount: argo/bot"),
    ],
)
def test_nobody_gives_a_role_to_everybody(subject, remedy):
    [problem] = told({"vision": f"{QUOTA}\nmembers: [{subject}]"})
    assert problem.endswith(
        f"is a name that Kubernetes keeps for itself, and stands for far more than one team; {remedy}"
    )


# Frozen tenants

FROZEN = ["frozen", "offboarding"]
CAST = f"""
{EVERYBODY}
  - {{group: submitters, role: submitter}}
  - {{group: reviewers, role: reviewer}}
  - {{serviceAccount: argo/bot, role: admin}}
serviceAccounts: [{{name: robot, role: editor}}]
"""


@pytest.mark.parametrize("lifecycle", FROZEN)
def test_a_frozen_tenant_may_start_no_pod_and_people_only_view(lifecycle):
    found = of(f"{EVERYBODY}\nlifecycle: {lifecycle}")
    assert one(found, "ResourceQuota")["spec"]["hard"]["pods"] == "0"
    assert bindings(found) == [("vision", "tenant-viewer")]
    assert subjects(found, "tenant-viewer") == ["admins", "editors", "viewers"]
    assert {verb for may in granted(found).values() for _, _, verb in may} == READ


@pytest.mark.parametrize("lifecycle", FROZEN)
def test_a_frozen_tenant_gives_nobody_more_than_they_had(lifecycle):
    active, frozen = granted(of(CAST, SUBMITTER)), granted(of(f"{CAST}\nlifecycle: {lifecycle}", SUBMITTER))
    assert {who: may - active.get(who, set()) for who, may in frozen.items() if not may <= active.get(who, set())} == {}
    assert ("Group", "submitters", "vision") not in frozen
    assert frozen["Group", "reviewers", "vision"] == role("viewer")


@pytest.mark.parametrize("lifecycle", FROZEN)
def test_machines_keep_nothing_in_a_frozen_tenant(lifecycle):
    found = of(f"{CAST}\nlifecycle: {lifecycle}", SUBMITTER)
    assert {s["kind"] for b in every(found, "RoleBinding") for s in b["subjects"]} == {"Group"}


def test_in_a_frozen_tenant_people_see_no_more_namespaces_than_before():
    spec = "members: [{group: g1, role: editor, namespaces: [a]}]\nnamespaces: [{name: a}, {name: b, quota: {pods: 1}}]"
    assert bindings(of(f"{spec}\nlifecycle: frozen")) == [("vision-a", "tenant-viewer")]


def test_a_namespace_that_is_frozen_alone_freezes_people_and_machines_in_it_alone():
    names = "namespaces: [{name: a, lifecycle: frozen}, {name: b, quota: {pods: 1}}]"
    found = of(f"members: [{{group: g1, role: editor}}]\nserviceAccounts: [{{name: robot, role: editor}}]\n{names}")
    assert bindings(found) == [
        ("vision-a", "tenant-viewer"),
        ("vision-b", "account-robot"),
        ("vision-b", "tenant-editor"),
    ]


def test_the_children_of_a_frozen_tenant_are_frozen():
    found = objects({
        "research": f"{QUOTA}\nlifecycle: frozen",
        "vision": f"{QUOTA}\nparent: research{EVERYBODY}",
    })  # fmt: skip
    assert bindings(found) == [("vision", "tenant-viewer")]
