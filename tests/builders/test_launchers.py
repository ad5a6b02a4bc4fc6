"""What launchers get, from a tenant file to the objects in its files."""

import json
from pathlib import Path

import pytest
from building import PLAIN, cluster, every, files, objects, of, one, shuffled, told

from generator.judgement import catalogue, policy
from generator.launcher import preset
from generator.launcher.bundle import SHIPPED
from generator.manifest import Manifest
from generator.problems import Place
from generator.spec.launchers import MODES
from generator.validation import schema

ADDONS = schema.bundled("platform")["$defs"]["cluster"]["properties"]["addons"]["items"]["enum"]
#: A cluster on which every preset is good for something.
EVERYTHING = cluster(addons=f"[{', '.join(one for one in ADDONS if not one.startswith('istio'))}]")
QUOTA = "quota: {hard: {pods: 10}}\n"


def names(found, kind):
    return [(body["metadata"]["namespace"], body["metadata"]["name"]) for body in every(found, kind)]


def rights(found, name, namespace="vision"):
    """Return the rules and subjects that a role and its binding of one name have."""
    binding = one(found, "RoleBinding", name, namespace)
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    return one(found, "Role", name, namespace)["rules"], binding["subjects"]


def plain(rules):
    """Return rules as the values that they are, whatever shares them."""
    return json.loads(json.dumps(rules))


# Rights


def test_a_launcher_gets_an_account_a_role_and_a_binding_in_its_namespace():
    found = of("launchers: [{name: jobs, preset: batch-jobs}]")
    rules, subjects = rights(found, "launcher-jobs")
    assert rules == plain(preset.rules(preset.named("batch-jobs"), {}))
    assert subjects == [{"kind": "ServiceAccount", "name": "jobs", "namespace": "vision"}]
    assert one(found, "ServiceAccount", "jobs")["automountServiceAccountToken"] is True


def test_options_drop_verbs():
    found = of("launchers: [{name: a, preset: airflow, options: {xcom: false}}]")
    rules, _ = rights(found, "launcher-a-pods")
    assert [rule for rule in rules if "pods/exec" in rule["resources"]] == []
    assert every(found, "Role", "launcher-a-jobs") == []


def test_the_parts_of_a_preset_have_a_role_each_and_share_an_account_where_they_are_for_one():
    found = of("launchers: [{name: w, preset: argo-workflows, options: {memoizer: true}}]", EVERYTHING)
    for part, account in (("executor", "w-executor"), ("memoizer", "w-executor"), ("submitter", "w-submitter")):
        _, (subject,) = rights(found, f"launcher-w-{part}")
        assert subject["name"] == account
    assert names(found, "ServiceAccount") == [("vision", name) for name in ("default", "w-executor", "w-submitter")]


@pytest.mark.parametrize(("account", "token"), [("w-executor", True), ("w-submitter", False)])
def test_a_token_is_mounted_where_pods_run_as_the_account_and_call_the_api(account, token):
    found = of("launchers: [{name: w, preset: argo-workflows}]", EVERYTHING)
    assert one(found, "ServiceAccount", account)["automountServiceAccountToken"] is token


def test_an_account_of_elsewhere_is_bound_and_not_made():
    found = of("launchers: [{name: a, preset: airflow, subject: {serviceAccount: worker, namespace: hub}}]")
    _, subjects = rights(found, "launcher-a-pods")
    assert subjects == [{"kind": "ServiceAccount", "name": "worker", "namespace": "hub"}]
    assert names(found, "ServiceAccount") == [("vision", "default")]


def test_an_account_that_the_tenant_lists_is_bound_as_it_is():
    found = of("serviceAccounts: [{name: runner}]\nlaunchers: [{name: j, preset: batch-jobs, serviceAccount: runner}]")
    assert one(found, "ServiceAccount", "runner")["automountServiceAccountToken"] is False
    assert rights(found, "launcher-j")[1][0]["name"] == "runner"


def test_a_hub_of_the_tenants_own_has_one_account_for_all_that_it_starts():
    hub = "subject: {serviceAccount: worker, namespace: vision-hub}"
    found = of(
        f"""namespaces: [{{name: hub, quota: {{pods: 1}}}}, {{name: a, quota: {{pods: 1}}}}, {{name: b}}]
launchers:
  - {{name: a, preset: airflow, namespace: a, {hub}}}
  - {{name: b, preset: airflow, namespace: b, {hub}}}"""
    )
    assert ("vision-hub", "worker") in names(found, "ServiceAccount")
    assert [name for name in names(found, "ServiceAccount") if name[1] == "worker"] == [("vision-hub", "worker")]
    for space in ("a", "b"):
        assert rights(found, f"launcher-{space}-pods", f"vision-{space}")[1][0]["namespace"] == "vision-hub"


def test_people_are_bound_to_presets_for_people():
    found = of("launchers: [{name: q, preset: kueue-tenant-user, subject: {group: ml}}]", EVERYTHING)
    assert rights(found, "launcher-q")[1] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "ml"}]
    assert names(found, "ServiceAccount") == [("vision", "default")]


@pytest.mark.parametrize("lifecycle", ["frozen", "offboarding"])
def test_a_launcher_that_rests_has_no_rights_and_keeps_its_account(lifecycle):
    found = of(f"lifecycle: {lifecycle}\nlaunchers: [{{name: x, preset: posit, tokenSecret: true}}]")
    assert [*every(found, "Role"), *every(found, "RoleBinding"), *every(found, "Secret")] == []
    assert ("vision", "job-launcher") in names(found, "ServiceAccount")


def test_a_launcher_rests_when_its_namespace_does():
    spec = "namespaces: [{{name: a{}}}, {{name: b, quota: {{pods: 1}}}}]\nlaunchers: [{{name: x, preset: batch-jobs, namespace: {}}}]"
    bound = [names(of(spec.format(", lifecycle: frozen", where)), "RoleBinding") for where in ("a", "b")]
    assert bound == [[], [("vision-b", "launcher-x")]]


def test_a_tenant_without_launchers_gets_nothing_for_them():
    assert [path for path in files({"vision": QUOTA}) if "launcher" in path] == []


# The Posit launcher

#: What the chart (rstudio-launcher-rbac 0.2.26) grants.
CHART = {
    ("", "serviceaccounts"): {"list"},
    ("", "pods/log"): {"get", "watch", "list"},
    **{
        ("", kind): {*["get", "list", "watch", "create", "update", "patch", "delete"]}
        for kind in ("pods", "pods/attach", "pods/exec")
    },
    ("", "events"): {"watch"},
    ("", "services"): {"create", "get", "watch", "list", "delete"},
    ("batch", "jobs"): {*["get", "list", "watch", "create", "update", "patch", "delete"]},
    ("metrics.k8s.io", "pods"): {"get"},
}
#: What it grants and no request asks for: these subresources are only ever got and created.
UNASKED = {"list", "watch", "update", "patch", "delete"}


def granted(rules):
    found = {}
    for rule in rules:
        for key in ((group, resource) for group in rule["apiGroups"] for resource in rule["resources"]):
            found.setdefault(key, set()).update(rule["verbs"])
    return found


def test_compat_grants_what_the_chart_grants_but_for_verbs_that_no_request_has():
    rules, _ = rights(of("launchers: [{name: x, preset: posit}]"), "launcher-x")
    expected = {
        key: verbs - UNASKED if "/" in key[1] and key[1] != "pods/log" else verbs for key, verbs in CHART.items()
    }
    assert granted(rules) == expected


def test_tight_writes_no_pods_changes_no_jobs_and_looks_at_nothing_else():
    rules, _ = rights(of("launchers: [{name: x, preset: posit, mode: tight}]"), "launcher-x")
    assert granted(rules) == {
        ("", "pods"): {"get", "list", "watch", "delete"},
        ("", "pods/attach"): {"get", "create"},
        ("", "pods/exec"): {"get", "create"},
        ("", "pods/log"): {"get", "list", "watch"},
        ("", "events"): {"watch"},
        ("", "services"): {"create", "get", "watch", "list", "delete"},
        ("batch", "jobs"): {"get", "list", "watch", "create", "delete"},
    }


def test_a_job_never_runs_as_its_launcher():
    found = of("launchers: [{name: x, preset: posit}]")
    session = one(found, "ServiceAccount", "x-session")
    assert session["automountServiceAccountToken"] is False
    bound = [subject["name"] for binding in every(found, "RoleBinding") for subject in binding["subjects"]]
    assert "x-session" not in bound


@pytest.mark.parametrize(
    ("text", "there"), [("", False), (", tokenSecret: false", False), (", tokenSecret: true", True)]
)
def test_a_token_that_never_expires_is_made_where_it_is_asked_for(text, there):
    found = every(of(f"launchers: [{{name: x, preset: posit{text}}}]"), "Secret")
    assert bool(found) is there
    for secret in found:
        assert secret["type"] == "kubernetes.io/service-account-token"
        assert secret["metadata"]["annotations"] == {"kubernetes.io/service-account.name": "job-launcher"}
        assert "data" not in secret


def test_each_launcher_has_a_file_of_its_own_and_its_rights_stand_with_all_others():
    spec = f"{QUOTA}launchers: [{{name: x, preset: posit, tokenSecret: true}}, {{name: z, preset: batch-jobs}}]"
    found = files({"vision": spec})
    folder = "rendered/prod/tenants/vision"
    assert sorted(found) == [
        f"{folder}/{name}.yaml" for name in ("00-namespace", "10-quota", "20-rbac", "30-network", "50-launcher-x")
    ]
    assert found[f"{folder}/50-launcher-x.yaml"].count("\nkind: ConfigMap\n") == 2
    assert found[f"{folder}/50-launcher-x.yaml"].count("\nkind: Secret\n") == 1


def test_the_configuration_and_the_templates_can_be_mounted():
    found = of("launchers: [{name: x, preset: posit}]")
    configuration = one(found, "ConfigMap", "launcher-x")["data"]
    assert set(configuration) == {
        *("launcher.conf", "launcher.kubernetes.conf"),
        *("launcher.kubernetes.profiles.conf", "launcher.kubernetes.resources.conf"),
    }
    assert "kubernetes-namespace=vision\n" in configuration["launcher.kubernetes.conf"]
    templates = one(found, "ConfigMap", "launcher-x-templates")["data"]
    assert set(templates) == {"job.tpl", "service.tpl", "tenantry-data.tpl"}
    assert templates["job.tpl"].startswith("# Version: 2.5.0\n")


def test_the_configuration_lies_with_a_launcher_that_runs_in_another_namespace_of_the_tenant():
    found = of(
        """namespaces: [{name: hub, quota: {pods: 1}}, {name: run}]
launchers: [{name: x, preset: posit, namespace: run, subject: {serviceAccount: job-launcher, namespace: vision-hub}}]"""
    )
    assert {namespace for namespace, _ in names(found, "ConfigMap")} == {"vision-hub"}
    assert names(found, "ServiceAccount")[-2:] == [("vision-run", "default"), ("vision-run", "x-session")]
    assert ("vision-hub", "job-launcher") in names(found, "ServiceAccount")


@pytest.mark.parametrize(
    ("more", "where", "opened"),
    [
        ("", "", False),
        ("", ", subject: {serviceAccount: a, namespace: posit}", True),
        ("", ", subject: {serviceAccount: a, namespace: vision}", False),
        ("network: {sameTenant: false}\n", ", subject: {serviceAccount: a, namespace: posit}", True),
    ],
)
def test_sessions_and_a_server_elsewhere_reach_each_other(more, where, opened):
    found = of(f"{more}launchers: [{{name: x, preset: posit{where}}}]")
    policies = every(found, "NetworkPolicy", "launcher-x")
    assert bool(policies) is opened
    for one_policy in policies:
        peer = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "posit"}}}]
        assert one_policy["spec"] == {
            "podSelector": {"matchLabels": {"app.kubernetes.io/managed-by": "launcher"}},
            "ingress": [{"from": peer}],
            "egress": [{"to": peer}],
            "policyTypes": ["Ingress", "Egress"],
        }


def test_the_templates_put_on_pods_what_the_network_policy_selects():
    text = one(of("launchers: [{name: x, preset: posit}]"), "ConfigMap", "launcher-x-templates")["data"]["job.tpl"]
    assert 'set $podLabels "app.kubernetes.io/managed-by" "launcher"' in text


# Beyond a namespace


def test_the_platform_file_names_who_reads_nodes_and_on_which_clusters():
    platform = """clusters: [{name: eu, version: "1.34"}, {name: us, version: "1.34"}]
defaults: {clusters: [eu]}
launchers: {nodes: [{serviceAccount: posit/job-launcher, clusters: [eu]}, {serviceAccount: other/job-launcher}]}"""
    found = files({"vision": QUOTA}, platform)
    shared = sorted(path for path in found if "/platform/" in path)
    assert shared == ["rendered/eu/platform/20-rbac.yaml", "rendered/us/platform/20-rbac.yaml"]
    made = objects({"vision": QUOTA}, platform)
    assert [body["rules"] for body in every(made, "ClusterRole")] == [
        [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]}]
    ] * 2
    assert [body["metadata"]["name"] for body in every(made, "ClusterRoleBinding")] == [
        *("launcher-nodes:other:job-launcher", "launcher-nodes:posit:job-launcher"),
        "launcher-nodes:other:job-launcher",
    ]


def test_the_platform_file_may_give_a_preset_in_the_whole_cluster():
    made = objects(
        {"vision": QUOTA}, f"{PLAIN}\nlaunchers: {{clusterWide: [{{serviceAccount: ai/robot, preset: batch-jobs}}]}}"
    )
    assert one(made, "ClusterRole", "launcher-batch-jobs")["rules"] == plain(
        preset.rules(preset.named("batch-jobs"), {})
    )
    (subject,) = one(made, "ClusterRoleBinding", "launcher-batch-jobs:ai:robot")["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "robot", "namespace": "ai"}


def test_what_the_platform_file_says_wrongly_of_launchers_is_told():
    spec = """launchers:
  nodes: [{serviceAccount: a/b, clusters: [prd]}, {serviceAccount: a/b}]
  clusterWide: [{serviceAccount: a/b, preset: batch-job}, {serviceAccount: a/c, preset: ray-job-submiter}]"""
    assert told({}, f"{PLAIN}\n{spec}") == [
        "tenants/platform.yaml: spec.launchers.nodes.a/b.clusters.prd: 'prd' is not a cluster of the platform; did you mean 'prod'?",
        "tenants/platform.yaml: spec.launchers.nodes.a/b: 'a/b' is there twice; write it once, with all its clusters",
        "tenants/platform.yaml: spec.launchers.clusterWide.a/b.preset: 'batch-job' is not a preset for one account; did you mean 'batch-jobs'?",
        "tenants/platform.yaml: spec.launchers.clusterWide.a/c.preset: 'ray-job-submiter' is not a preset for one account; did you mean 'ray-job-submitter'?",
    ]


# Every preset, and the order of things


def spec_of(name, options):
    written = json.dumps({"name": "x", "preset": name, "options": options})
    people = name == "kueue-tenant-user"
    return f"{QUOTA}launchers: [{written[:-1]}{', subject: {group: ml}' if people else ''}}}]"


@pytest.mark.parametrize("name", SHIPPED.names)
@pytest.mark.parametrize("on", [True, False])
def test_every_preset_renders_and_the_api_server_would_take_it(name, on):
    found = objects({"vision": spec_of(name, dict.fromkeys(SHIPPED.options(name), on))}, EVERYTHING)
    grants = SHIPPED.grants(name, dict.fromkeys(SHIPPED.options(name), on))
    roles = [body for body in every(found, "Role") if body["metadata"]["name"].startswith("launcher-x")]
    assert sorted(json.dumps(role["rules"]) for role in roles) == sorted(
        json.dumps(preset.rules(grant.preset, grant.options)) for grant in grants
    )


#: Policies that a preset breaks in a tenant's own namespace with its options at their defaults, and why it must.
ACCEPTED = {
    "dagster-launcher": {"no-event-deletion"},  # its chart's role, of which we have not tried what it can do without
    "kfp": {"no-secret-reading"},  # one Secret by its name; an option leaves it out where pods have a cloud identity
    "kfp-v2-runner": {"no-secret-reading"},
    # Without profiles, people may run any image, in any size: which they may is for the tenant file to say.
    "posit": {"launcher-bounds-its-jobs", "launcher-offers-what-is-listed"},
}
POLICIES = catalogue.read(Path("/nowhere"))[0]


@pytest.mark.parametrize("name", SHIPPED.names)
def test_every_preset_lints_clean_in_a_tenants_own_namespace(name):
    assert judged(spec_of(name, {})) - judged(QUOTA) == ACCEPTED.get(name, set())


def judged(spec):
    manifests = [Manifest(body, Place("m.yaml", (i,))) for i, body in enumerate(objects({"vision": spec}, EVERYTHING))]
    return {finding.policy.id for finding in policy.judge(POLICIES, manifests, version="1.34")}


def test_the_same_file_gives_the_same_bytes_whatever_the_order_of_its_launchers():
    some = [
        "{name: a, preset: posit}",
        "{name: b, preset: batch-jobs}",
        "{name: c, preset: kfp}",
        "{name: d, preset: airflow}",
    ]
    texts = {
        json.dumps(
            files({"vision": f"{QUOTA}launchers: [{', '.join(shuffled(some, seed))}]"}, EVERYTHING), sort_keys=True
        )
        for seed in range(4)
    }
    assert len(texts) == 1


def test_one_file_for_a_tenant_holds_its_launchers_too():
    platform = f"{PLAIN}\nlayout: {{split: tenant}}"
    found = files({"vision": f"{QUOTA}launchers: [{{name: x, preset: posit}}]"}, platform)
    assert list(found) == ["rendered/prod/tenants/vision.yaml"]
    assert "launcher.kubernetes.conf" in found["rendered/prod/tenants/vision.yaml"]


def test_modes_are_those_of_the_schema():
    assert list(MODES) == schema.bundled("tenant")["$defs"]["launcher"]["properties"]["mode"]["enum"]
