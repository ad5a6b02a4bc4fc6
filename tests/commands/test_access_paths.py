"""``tenantry access paths``: how far somebody gets, from real manifests, in words and in JSON."""

import json

import pytest
from access.rbac import binding, role, rule
from repositories import repository, write

from generator import emit
from generator.pipeline import Options, render

HERE = ("--manifests", "in")
RBAC = "rbac.authorization.k8s.io"


@pytest.fixture
def manifests(tmp_path):
    """Write RBAC objects as a file."""

    def written(*bodies):
        write(tmp_path, "in/rbac.yaml", "---\n".join(map(emit.document, bodies)))

    return written


def last(answer):
    """Return the exit code and the verdict; nothing may be wrong."""
    code, out, err = answer
    assert err == ""
    return code, out.splitlines()[-1]


def test_edit_beside_a_privileged_account_is_cluster_admin(tenantry, manifests):
    manifests(
        binding("ml/editors", "edit", "Group:ml"), binding("operator", "cluster-admin", "ServiceAccount:ml/operator")
    )
    assert tenantry("access", "paths", "group:ml", *HERE) == (
        0,
        """\
Kubernetes 1.36: how far Group ml gets

cluster-admin in effect
  1. as Group ml: impersonate service accounts, in namespace ml
     RoleBinding ml/editors (in/rbac.yaml:1)
     ClusterRole edit (built into Kubernetes 1.36)
       rule 1: impersonate on serviceaccounts in API group core (from
         system:aggregate-to-edit)
  2. as ServiceAccount ml/operator: do everything, cluster-wide
     ClusterRoleBinding operator (in/rbac.yaml:15)
     ClusterRole cluster-admin (built into Kubernetes 1.36)
       rule 0: * on * in API group *

every service account of namespace ml
  with bindings of their own: ServiceAccount ml/operator
  adds cluster-wide:
    all verbs on all resources in all API groups
  1. as Group ml: impersonate service accounts, in namespace ml
     RoleBinding ml/editors (in/rbac.yaml:1)
     ClusterRole edit (built into Kubernetes 1.36)
       rule 1: impersonate on serviceaccounts in API group core (from
         system:aggregate-to-edit)

Group ml reaches cluster-admin in effect
""",
        "",
    )


def test_admin_without_anybody_else_stays_within_its_namespace(tenantry, manifests):
    manifests(binding("ml/admins", "admin", "User:ada"))
    code, verdict = last(tenantry("access", "paths", "ada", *HERE))
    assert (code, verdict) == (0, "User ada stays within namespace ml")


def test_workflows_are_pods(tenantry, manifests):
    manifests(role("flows", rule("create", "argoproj.io", "workflows")), binding("ml/flows", "flows", "User:ada"))
    code, out, _ = tenantry("access", "paths", "ada", *HERE, "--no-defaults")
    assert code == 0
    assert (
        out
        == """\
without built-in roles: how far User ada gets

every service account of namespace ml
  1. as User ada: create workflows.argoproj.io, for which Argo Workflows acts as
     any service account, in namespace ml
     RoleBinding ml/flows (in/rbac.yaml:13)
     ClusterRole flows (in/rbac.yaml:1)
       rule 0: create on workflows in API group argoproj.io

User ada stays within namespace ml
"""
    )


def test_a_repository_can_name_resources_of_its_own(tenantry, manifests, tmp_path):
    manifests(role("labs", rule("create", "example.com", "labs")), binding("ml/labs", "labs", "User:ada"))
    question = ("access", "paths", "ada", *HERE, "--no-defaults")
    repository(tmp_path)
    assert last(tenantry(*question))[1] == "User ada reaches nobody else"
    entry = "{group: example.com, resource: labs, scope: Namespaced, effects: [acts-as-controller], by: Labs}"
    write(tmp_path, "policies/data/custom-resources.yaml", f"version: 1\nresources:\n  - {entry}\n")
    assert last(tenantry(*question))[1] == "User ada has controllers act with rights that no manifest here tells: Labs"
    write(tmp_path, "policies/data/custom-resources.yaml", "version: 2\nresources: []\n")
    code, out, err = tenantry(*question)
    assert (code, out) == (2, "")
    assert err.startswith("policies/data/custom-resources.yaml:1:1: version: 2 is not allowed; ")


def test_bind_is_told_with_the_roles_that_it_names(tenantry, manifests):
    manifests(
        role("binder", rule("create", RBAC, "rolebindings"), rule("bind", RBAC, "clusterroles", "view,edit")),
        binding("ml/b", "binder", "User:ada"),
    )
    _, out, _ = tenantry("access", "paths", "ada", *HERE)
    assert "\nClusterRole edit, ClusterRole view, in namespace ml\n  adds in namespace ml:\n" in out
    assert "\n  2. as User ada with ClusterRole edit, ClusterRole view in namespace ml:\n" in out


def test_impersonating_groups_is_masters(tenantry, manifests):
    manifests(role("i", rule("impersonate", "", "users,groups")), binding("i", "i", "User:ada"))
    code, out, _ = tenantry("access", "paths", "ada", *HERE, "--no-defaults")
    assert code == 0
    assert (
        "\ncluster-admin in effect\n  1. as User ada: impersonate Group system:masters, which RBAC is not asked\n"
        in out
    )


def test_a_wildcard_is_every_way(tenantry, manifests):
    manifests(role("all", rule("*", "*", "*")), binding("all", "all", "User:ada"), binding("ml/b", "all", "User:bob"))
    assert (
        last(tenantry("access", "paths", "ada", *HERE, "--no-defaults"))[1]
        == "User ada reaches cluster-admin in effect"
    )
    code, out, _ = tenantry("access", "paths", "bob", *HERE, "--no-defaults")
    assert code == 0
    assert (
        "\nwhat controllers may do: AppWrapper, Argo CD, Argo Events, Capsule, Crossplane" not in out
    )  # cluster-scoped
    assert "\nwhat controllers may do: AppWrapper, Argo CD, Argo Events, Capsule" in out
    assert "cluster-admin in effect" not in out


def test_what_depends_on_more_is_said_in_the_verdict(tenantry, manifests):
    manifests(role("e", rule("create", "", "pods/exec")), binding("ml/e", "e", "User:ada"),
              binding("op", "cluster-admin", "ServiceAccount:ml/op"))  # fmt: skip
    assert last(tenantry("access", "paths", "ada", *HERE)) == (
        0,
        "User ada reaches cluster-admin in effect, if pods run there",
    )


def test_nothing_at_all_is_an_answer(tenantry, manifests):
    manifests(role("dead", rule("get", "", "nodes/proxy"), rule("impersonate", "", "users,groups")),
              binding("ml/dead", "dead", "User:ada"))  # fmt: skip
    assert tenantry("access", "paths", "ada", *HERE, "--no-defaults") == (
        0,
        "without built-in roles: how far User ada gets\n\nUser ada reaches nobody else\n",
        "",
    )


def test_masters_need_no_path(tenantry, manifests):
    manifests(role("r", rule("get")))
    _, out, _ = tenantry("access", "paths", "ada", "--as-group", "system:masters", *HERE)
    assert "  note: Group system:masters may do everything: RBAC is not asked\n" in out
    assert out.endswith("\nUser ada reaches cluster-admin in effect\n")


def test_each_cluster_of_a_repository_answers_with_lines_of_the_tenant_file(tenantry, tmp_path):
    tenant = "{tier: small, clusters: [eu, us], members: [\n  {group: ml, role: editor}]}"
    assert render(repository(tmp_path, vision=tenant), Options()).problems == []
    code, out, _ = tenantry("access", "paths", "group:ml")
    assert code == 0
    assert out.count("     RoleBinding vision/tenant-editor (tenants/vision.yaml:5)\n") == 2
    assert out.count("Group ml stays within namespace vision\n") == 2
    assert tenantry("access", "paths", "group:ml", "--cluster", "us")[1].startswith("us, Kubernetes 1.34: how far ")


def test_many_are_counted_in_words_and_listed_in_json(tenantry, manifests):
    accounts = [binding(f"n{i}/b", "r", f"ServiceAccount:m{i:02}/a") for i in range(30)]
    tokens = [binding(f"m{i:02}/t", "r", "User:ada") for i in range(30)]
    manifests(role("r", rule("create", "", "pods")), *tokens, *accounts)
    question = ("access", "paths", "ada", *HERE, "--no-defaults")
    _, out, _ = tenantry(*question)
    assert "\nand 40 more; --format json lists all\n" in out
    (answer,) = json.loads(tenantry(*question, "--format", "json")[1])["answers"]
    assert len(answer["reached"]) == 60
    assert (answer["question"], answer["verdict"], answer["limit"]) == ("paths", "namespaces", None)
    first, final = answer["reached"][0], answer["reached"][-1]
    assert (first["target"], first["conditions"], first["clusterAdmin"]) == ("every service account of namespace m00", [], False)  # fmt: skip
    assert first["subjects"] == [{"kind": "ServiceAccount", "name": "a", "namespace": "m00"}]
    assert first["adds"] == [{"scope": "n0", "allows": ["create on pods in the core group"]}]
    assert [step["as"]["name"] for step in final["steps"]] == ["ada", "a"]
    grant = final["steps"][0]["grants"][0]
    assert (grant["binding"]["name"], grant["rule"]["verbs"], grant["role"]["place"]["file"]) == ("t", ["create"], "in/rbac.yaml")  # fmt: skip
