"""``tenantry access``: what it reads, how it is asked, and how it ends."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pytest
from access.rbac import binding, role, rule
from repositories import repository, write

from generator import emit
from generator.access import ResourceRequest, group, service_account, user
from generator.commands.access import _request, _subject
from generator.pipeline import Options, render

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def manifests(tmp_path):
    """Write RBAC objects as files of their own."""

    def written(*bodies, path="in/rbac.yaml"):
        write(tmp_path, path, "---\n".join(map(emit.document, bodies)))

    return written


@pytest.fixture
def vision(tmp_path):
    """Make a repository with a tenant on two clusters of different versions."""
    platform = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters:
    - {name: us, version: "1.33"}
    - {name: eu, version: "1.34"}
    - {name: spare, version: "1.34"}
  tiers: {small: {quota: {mode: shared, hard: {pods: 20}}}}
"""
    tenant = "{tier: small, clusters: [eu, us], members: [\n  {group: ml, role: editor}]}"
    assert render(repository(tmp_path, platform=platform, vision=tenant), Options()).problems == []
    return tmp_path


READER = (role("ns1/r", rule("get", "", "secrets")), binding("ns1/b", "r", "User:ada", kind="Role"))
HERE = ("--manifests", "in", "--no-defaults")


# Which manifests


@pytest.mark.usefixtures("vision")
def test_each_cluster_of_a_repository_answers_for_itself(tenantry):
    assert tenantry("access", "can-i", "create", "jobs", "--as", "bob", "--as-group", "ml", "-n", "vision") == (
        0,
        """\
eu, Kubernetes 1.34: yes, User bob can create jobs.batch in namespace vision
  as Group ml
  RoleBinding vision/tenant-editor (tenants/vision.yaml:5)
  Role vision/tenant-editor (tenants/vision.yaml)
    rule 14: create, update, patch, delete on cronjobs, jobs in API group batch

us, Kubernetes 1.33: yes, User bob can create jobs.batch in namespace vision
  as Group ml
  RoleBinding vision/tenant-editor (tenants/vision.yaml:5)
  Role vision/tenant-editor (tenants/vision.yaml)
    rule 14: create, update, patch, delete on cronjobs, jobs in API group batch
""",
        "",
    )


def test_yes_on_some_clusters_only_is_no(tenantry, vision):
    for path in (vision / "rendered/us").rglob("20-rbac.yaml"):
        path.unlink()
    code, out, _ = tenantry("access", "can-i", "create", "jobs", "--as", "group:ml", "-n", "vision")
    assert (code, re.findall(r"^(\w+), Kubernetes [^ ]+: (yes|no),", out, re.MULTILINE)) == (
        1,
        [("eu", "yes"), ("us", "no")],
    )


def test_one_cluster_can_be_chosen_from_any_folder_of_the_repository(tenantry, vision):
    question = ("access", "can-i", "create", "jobs", "--as", "group:ml", "-n", "vision", "--cluster", "eu")
    assert tenantry("-C", vision / "rendered/eu", *question) == tenantry(*question)
    assert tenantry(*question)[1].startswith("eu, Kubernetes 1.34: yes, ")
    assert tenantry(*question, "--kubernetes", "v1.36.2")[1].startswith("eu, Kubernetes 1.36: yes, ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--cluster", "spar"], "Error: there is no cluster 'spar'; did you mean 'spare'?"),
        (["--cluster", "eu", "--manifests", "."], "Error: --cluster is for rendered/; leave it out, or leave --manifests out"),
        (["--snapshot", "."], "Error: a snapshot is of one cluster; choose it with --cluster NAME"),
        (["--cluster", "spare"], "rendered: there is nothing of a cluster here; write it with: tenantry render"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("vision")
def test_a_choice_that_cannot_be_is_refused(tenantry, args, message):
    code, out, err = tenantry("access", "of", "ada", *args)
    assert (code, out, err.splitlines()[-1]) == (2, "", message)


def test_a_platform_file_that_is_wrong_is_told(tenantry, tmp_path):
    write(tmp_path, "tenants/platform.yaml", "kind: Platform\nkind: Platform\n")
    code, out, err = tenantry("access", "of", "ada")
    assert (code, out) == (2, "")
    assert "tenants/platform.yaml:2:1: kind: 'kind' is written twice, in line 1 and in line 2; keep one\n" in err


def test_outside_of_a_repository_manifests_must_be_named(tenantry):
    code, out, err = tenantry("access", "of", "ada")
    assert (code, out) == (2, "")
    assert err.endswith("Error: this is no repository of tenants; name the manifests with --manifests PATH\n")


def test_any_manifests_answer_with_their_own_lines(tenantry, manifests):
    manifests(*READER)
    assert tenantry("access", "who-can", "get", "secrets", "-n", "ns1", *HERE) == (
        0,
        """\
without built-in roles: who can get secrets in namespace ns1
  note: Group system:masters can do everything as well, without any binding

User ada
  RoleBinding ns1/b (in/rbac.yaml:14)
  Role ns1/r (in/rbac.yaml:1)
    rule 0: get on secrets in API group core
""",
        "",
    )


def test_standard_input_is_read(tenantry, monkeypatch):
    items = {"apiVersion": "v1", "kind": "List", "items": list(READER)}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(items, indent=1).encode())))
    code, out, err = tenantry("access", "can-i", "get", "secrets", "--as", "ada", "-n", "ns1", "--manifests", "-")
    assert (code, err) == (0, "")
    assert out.startswith("Kubernetes 1.36: yes, User ada can get secrets in namespace ns1\n")
    assert "  RoleBinding ns1/b (standard input:26)\n" in out


def test_a_snapshot_brings_the_clusters_own_roles(tenantry, manifests):
    manifests(binding("ns1/b", "theirs", "User:ada"))
    manifests(role("theirs", rule("get", "", "secrets")), path="cluster.yaml")
    question = ("access", "can-i", "get", "secrets", "--as", "ada", "-n", "ns1", *HERE)
    assert tenantry(*question)[0] == 1
    code, out, _ = tenantry(*question, "--snapshot", "cluster.yaml")
    assert (code, out.splitlines()[2]) == (0, "  ClusterRole theirs (cluster.yaml:1)")


def test_a_snapshot_is_found_from_any_folder_of_a_repository(tenantry, vision):
    write(vision, "below/cluster.yaml", emit.document(binding("vision/b", "view", "User:eve")))
    question = ("access", "can-i", "get", "pods", "--as", "eve", "-n", "vision", "--cluster", "eu")
    code, out, _ = tenantry("-C", vision / "below", *question, "--snapshot", "cluster.yaml")
    assert (code, out.splitlines()[1:3]) == (
        0,
        ["  RoleBinding vision/b (below/cluster.yaml:1)", "  ClusterRole view (built into Kubernetes 1.36)"],
    )


def test_manifests_without_a_namespace_go_where_they_are_told(tenantry, manifests):
    manifests({**READER[0], "metadata": {"name": "r"}}, READER[1])
    question = ("access", "can-i", "get", "secrets", "--as", "ada", "-n", "ns1", *HERE)
    assert tenantry(*question, "--into", "ns1")[0] == 0
    code, out, err = tenantry(*question)
    assert (code, out) == (2, "without built-in roles: no, User ada cannot get secrets in namespace ns1\n")
    assert err == (
        "in/rbac.yaml:3:1: metadata.namespace: '' is no namespace; write the one of this Role\n"
        "1 error; what is wrong is left out of the answer\n"
    )


# What is wrong


def test_what_is_wrong_is_told_with_its_line_beside_the_answer(tenantry, manifests, tmp_path):
    manifests(*READER, role("ns1/bad", {"verbs": [], "apiGroups": [""], "resources": ["pods"]}))
    write(tmp_path, "in/broken.yaml", "a: [\n")
    code, out, err = tenantry("access", "can-i", "get", "secrets", "--as", "ada", "-n", "ns1", *HERE)
    assert (code, out.splitlines()[0]) == (
        2,
        "without built-in roles: yes, User ada can get secrets in namespace ns1",
    )
    assert err == (
        "in/broken.yaml:2:1: the file ends within brackets; write the closing one\n"
        "in/rbac.yaml:34:3: rules[0]: a rule without verbs is refused; write the verbs\n"
        "2 errors; what is wrong is left out of the answer\n"
    )


def test_a_warning_does_not_change_the_exit_code(tenantry, manifests, tmp_path):
    manifests(*READER)
    text = (tmp_path / "in/rbac.yaml").read_text(encoding="utf-8")
    write(tmp_path, "in/rbac.yaml", text.replace("verbs:\n  - get\n", "verbs: &v\n  - get\n"))
    code, _, err = tenantry("access", "can-i", "get", "secrets", "--as", "ada", "-n", "ns1", *HERE)
    assert (code, err) == (
        0,
        "in/rbac.yaml:7:10: warning: rules[0].verbs: '&v' names a value to repeat it; write it out instead\n",
    )


# The questions


@pytest.mark.parametrize(
    ("verb", "written", "options", "request_", "notes"),
    [
        ("get", "jobs", {}, ResourceRequest("get", "batch", "jobs", namespace="n"), []),
        ("get", "jobs.batch", {}, ResourceRequest("get", "batch", "jobs", namespace="n"), []),
        ("get", "deployments.apps/scale", {}, ResourceRequest("get", "apps", "deployments", "scale", namespace="n"), []),
        ("get", "deploy", {}, ResourceRequest("get", "apps", "deployments", namespace="n"), []),
        ("get", "NetworkPolicy", {}, ResourceRequest("get", "networking.k8s.io", "networkpolicies", namespace="n"), []),
        ("get", "secret", {"name": "x"}, ResourceRequest("get", "", "secrets", "", "x", "n"), []),
        ("get", "events", {}, ResourceRequest("get", "", "events", namespace="n"), []),
        ("get", "a.b.example.com", {}, ResourceRequest("get", "b.example.com", "a", namespace="n"), []),
        ("get", "widgets", {"api_group": "x.io"}, ResourceRequest("get", "x.io", "widgets", namespace="n"), []),
        ("*", "*", {}, ResourceRequest("*", "*", "*", namespace="n"), []),
        (
            "get", "notebooks", {}, ResourceRequest("get", "kubeflow.org", "notebooks", namespace="n"),
            ["notebooks are taken to be those of kubeflow.org; write notebooks.GROUP for others"],
        ),
        (
            "get", "widgets", {}, ResourceRequest("get", "", "widgets", namespace="n"),
            ["'widgets' is no resource that we know, and taken to be in the core group; write widgets.GROUP if not"],
        ),
        (
            "list", "pods", {"namespace": ""}, ResourceRequest("list", "", "pods"),
            ["asked across all namespaces; -n NAMESPACE asks in one"],
        ),
        (
            "get", "nodes", {}, ResourceRequest("get", "", "nodes"),
            ["nodes are in no namespace, so that 'n' is left out"],
        ),
        (
            "impersonate", "users", {"name": "bob"}, ResourceRequest("impersonate", "", "users", name="bob"),
            ["users are in no namespace, so that 'n' is left out"],
        ),
        (
            "impersonate", "userextras/scopes", {"namespace": ""},
            ResourceRequest("impersonate", "authentication.k8s.io", "userextras", "scopes"), [],
        ),
        ("impersonate", "sa", {}, ResourceRequest("impersonate", "", "serviceaccounts", namespace="n"), []),
        (
            "gte", "pods", {}, ResourceRequest("gte", "", "pods", namespace="n"),
            ["'gte' is no verb that Kubernetes itself asks for; did you mean 'get'?"],
        ),
        (
            "get", "ns", {"namespace": "", "name": "x"},
            ResourceRequest("get", "", "namespaces", name="x", namespace="x"), [],
        ),
        ("list", "ns", {"namespace": "", "name": "x"}, ResourceRequest("list", "", "namespaces", name="x"), []),
    ],
)  # fmt: skip
def test_a_resource_is_asked_for_as_the_api_server_would(verb, written, options, request_, notes):
    given = {"namespace": "n", "name": "", "api_group": None, **options}
    assert _request(verb, written, given) == (request_, tuple(notes))


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        ("ada", user("ada")),
        ("alice@example.com", user("alice@example.com")),
        ("oidc:alice", user("oidc:alice")),
        ("user:group:x", user("group:x")),
        ("group:system:masters", group("system:masters")),
        ("serviceaccount:ns/a", service_account("ns", "a")),
        ("system:serviceaccount:ns:a", service_account("ns", "a")),
        ("ServiceAccount ns/a", service_account("ns", "a")),
        ("Group ml team", group("ml team")),
        ("User group:x", user("group:x")),
        ("user:User x", user("User x")),
        ("Users x", user("Users x")),
    ],
)
def test_a_subject_is_read(written, subject):
    assert _subject(written) == subject


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            ["of", "serviceaccount:a"],
            "'serviceaccount:a' names no service account; write serviceaccount:NAMESPACE/NAME",
        ),
        (
            ["of", "ServiceAccount a"],
            "'ServiceAccount a' names no service account; write serviceaccount:NAMESPACE/NAME",
        ),
        (["of", "group:"], "'group:' names nobody; write a user, group:NAME or serviceaccount:NAMESPACE/NAME"),
        (["who-can", "get", "/a", "-n", "x"], "'/a' is no object; leave out --namespace, --name and --group"),
        (["who-can", "get", ""], "'' names no resource; write one such as pods, jobs.batch or pods/log"),
        (["who-can", "get", "a.b", "--group", "c"], "'b' in 'a.b' is another group than 'c'; leave one of them out"),
        (
            ["of", "ada", "--kubernetes", "latest"],
            "Invalid value for '--kubernetes': 'latest' is no Kubernetes version; write one such as 1.36",
        ),
    ],
)
def test_a_question_that_cannot_be_is_refused(tenantry, args, message):
    code, out, err = tenantry("access", *args, *HERE)
    assert (code, out, err.splitlines()[-1]) == (2, "", f"Error: {message}")


def test_all_that_a_service_account_may_do_includes_the_groups_that_it_is_in(tenantry, manifests):
    manifests(*READER, binding("ns1/all", "r", "Group:system:serviceaccounts:ci", kind="Role"))
    assert tenantry("access", "of", "serviceaccount:ci/runner", *HERE) == (
        0,
        """\
without built-in roles: ServiceAccount ci/runner may do this

in namespace ns1
  as Group system:serviceaccounts:ci
  RoleBinding ns1/all (in/rbac.yaml:28)
  Role ns1/r (in/rbac.yaml:1)
    get on secrets in the core group
""",
        "",
    )


def test_masters_may_do_everything(tenantry, manifests):
    manifests(*READER)
    code, out, _ = tenantry("access", "can-i", "get", "pods", "--as", "ada", "--as-group", "system:masters", *HERE)
    assert (code, out.splitlines()[-1]) == (0, "  Group system:masters may do everything: RBAC is not asked")
    out = tenantry("access", "of", "group:system:masters", *HERE)[1]
    assert "  note: Group system:masters may do everything: RBAC is not asked\n" in out


def test_programs_are_answered_in_json(tenantry, manifests):
    manifests(*READER)
    question = ("access", "who-can", "get", "secrets", "-n", "ns1", *HERE, "--format", "json")
    code, out, _ = tenantry(*question)
    answers = json.loads(out)["answers"]
    assert (code, [one["name"] for one in answers[0]["holders"]]) == (0, ["ada"])
    assert answers[0]["holders"][0]["grants"][0]["binding"]["place"] == {
        "file": "in/rbac.yaml",
        "field": "",
        "line": 14,
        "column": 1,
    }


def examples():
    """Find the commands in the documentation that are shown with their output."""
    text = (ROOT / "docs/access.md").read_text(encoding="utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for example in re.split(r"^\$ tenantry ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = example.partition("\n")
            yield pytest.param(shlex.split(line), shown, id=line)


@pytest.mark.parametrize(("args", "shown"), list(examples()))
def test_the_examples_of_the_documentation_are_real(tenantry, args, shown):
    assert tenantry("-C", ROOT, *args) == (0, shown, "")
