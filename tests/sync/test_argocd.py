"""What Argo CD reads of a cluster: exact projects, and Applications that never hold more than they can."""

import pytest
from building import bodies
from tenancy import platform_of

from generator.manifest import Manifest
from generator.problems import Place
from generator.sync import argocd
from generator.sync.needs import written
from generator.sync.roster import Common, Member, Roster
from generator.validation.validity import for_version

HERE = "https://kubernetes.default.svc"
URL = "https://git.example.com/platform/tenants.git"


EACH = "{engine: argocd, applications: tenants}"
SPACE = {"apiVersion": "v1", "kind": "Namespace"}


def roster(*members, sync="{engine: argocd}", shared=(), repository=f"url: {URL}", bodies=(SPACE,), addons="[]"):
    spec = f'repository: {{{repository}}}\nclusters: [{{name: us, version: "1.34", sync: {sync}, addons: {addons}}}]'
    made = platform_of(spec)
    cluster = made.clusters["us"]
    paths = tuple(f"rendered/us/platform/{body['kind']}.yaml" for body in shared)
    homes = tuple(sorted({body["metadata"]["namespace"] for body in shared if "namespace" in body["metadata"]}))
    common = Common(paths, written(shared), homes)
    return Roster(cluster, cluster.sync, made.repository, tuple(members), (written(bodies),), common)


def member(name, *namespaces, phase="active", files=("00-namespace.yaml",)):
    paths = tuple(f"rendered/us/tenants/{name}/{file}" for file in files)
    return Member(name, phase, namespaces or (name,), paths)


def objects(*members, **options):
    """Build, and read what was written back; it must be valid."""
    made = argocd.build(roster(*members, **options))
    found = {path: bodies(text.decode()) for path, text in made.files.items()}
    for path, some in found.items():
        for body in some:
            assert [*for_version("1.34").problems(Manifest(body, Place(path)))] == []
    return found


def pick(found, kind, name):
    picked = [
        body for some in found.values() for body in some if (body["kind"], body["metadata"]["name"]) == (kind, name)
    ]
    assert len(picked) == 1
    return picked[0]


def test_one_application_finds_all_others_and_may_write_nothing_else():
    found = objects(member("vision"))
    project, application = pick(found, "AppProject", "us-sync"), pick(found, "Application", "us-sync")
    assert project["spec"]["destinations"] == [{"namespace": "argocd", "server": HERE}]
    assert project["spec"]["clusterResourceWhitelist"] == []
    assert {one["kind"] for one in project["spec"]["namespaceResourceWhitelist"]} == {
        *("AppProject", "Application", "ApplicationSet"),
    }
    assert application["spec"]["source"] == {
        "repoURL": URL,
        "targetRevision": "refs/heads/main",
        "path": "rendered/us/sync",
        "directory": {"recurse": False},
    }
    assert {path.rpartition("/")[0] for path in found} == {"rendered/us/sync"}


def test_a_shards_project_names_its_namespaces_and_nothing_else():
    found = objects(member("vision", "vision-train", "vision-serve"), member("nlp"))
    spec = pick(found, "AppProject", "us-tenants")["spec"]
    assert spec["sourceRepos"] == [URL]
    assert [one["namespace"] for one in spec["destinations"]] == ["nlp", "vision-serve", "vision-train"]
    assert {one["server"] for one in spec["destinations"]} == {HERE}
    assert spec["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace"}]


def listed(spec, where):
    return {(one["group"], one["kind"]) for one in spec[f"{where}ResourceWhitelist"]}


def test_a_shards_project_lists_what_tenants_can_have_and_what_they_have_besides():
    extra = {"apiVersion": "example.com/v1", "kind": "Notebook"}
    queue = {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ClusterQueue"}
    own = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject"}
    found = objects(member("vision"), bodies=(SPACE, extra, own), addons="[kueue]")
    spec = pick(found, "AppProject", "us-tenants")["spec"]
    assert ("example.com", "Notebook") in listed(spec, "namespace")
    assert ("rbac.authorization.k8s.io", "RoleBinding") in listed(spec, "namespace")  # to be deleted, if it is no more
    assert ("argoproj.io", "AppProject") not in listed(spec, "namespace")
    assert listed(spec, "cluster") >= {("", "Namespace"), ("kueue.x-k8s.io", queue["kind"])}


def test_the_platforms_project_lists_what_tenants_share():
    priority = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "batch"}}
    spec = pick(objects(shared=[priority]), "AppProject", "us-platform")["spec"]
    assert [one["namespace"] for one in spec["destinations"]] == ["default"]
    assert ("scheduling.k8s.io", "PriorityClass") in listed(spec, "cluster")
    assert spec["namespaceResourceBlacklist"] == [{"group": "*", "kind": "*"}]  # which an empty list would only mean
    mirror = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "mirror", "namespace": "tools"}}
    found = objects(shared=[priority, mirror])
    spec = pick(found, "AppProject", "us-platform")["spec"]
    assert [one["namespace"] for one in spec["destinations"]] == ["tools"]
    assert ("", "ConfigMap") in listed(spec, "namespace")
    assert pick(found, "Application", "us-platform")["spec"]["destination"]["namespace"] == "tools"


def test_a_group_without_namespaces_can_have_objects_of_the_whole_cluster():
    group = Member("research", "active", (), ("rendered/us/tenants/research/60-queue.yaml",))
    for applications in ("shards", "tenants", "set"):
        sync = f"{{engine: argocd, applications: {applications}}}"
        alone = pick(objects(group, sync=sync), "AppProject", "us-tenants")["spec"]
        assert [one["namespace"] for one in alone["destinations"]] == ["default"]
        beside = pick(objects(group, member("vision"), sync=sync), "AppProject", "us-tenants")["spec"]
        assert [one["namespace"] for one in beside["destinations"]] == ["vision"]


def test_a_shards_application_reads_the_files_of_its_tenants_and_is_woken_by_no_other():
    application = pick(objects(member("vision"), member("nlp")), "Application", "us-tenants")
    assert application["spec"]["source"]["path"] == "rendered/us/tenants"
    assert application["spec"]["source"]["directory"] == {"recurse": True, "include": "{nlp/*,vision/*}"}
    watched = application["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]
    assert watched == "/rendered/us/tenants/nlp;/rendered/us/tenants/vision"


def test_a_tenant_of_one_file_is_read_by_its_name():
    one = Member("vision", "active", ("vision",), ("rendered/us/tenants/vision.yaml",))
    application = pick(objects(one), "Application", "us-tenants")
    assert application["spec"]["source"]["directory"]["include"] == "vision.yaml"


def test_a_repository_may_lie_in_a_folder_of_another():
    found = objects(member("vision"), repository=f"url: {URL}, path: platform/tenants, branch: live")
    application = pick(found, "Application", "us-tenants")
    assert application["spec"]["source"]["path"] == "platform/tenants/rendered/us/tenants"
    assert application["spec"]["source"]["targetRevision"] == "refs/heads/live"
    watched = application["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]
    assert watched == "/platform/tenants/rendered/us/tenants/vision"


def test_a_shard_takes_over_what_one_that_is_gone_has_applied_and_nothing_else_does():
    own = Member("vision", "active", ("vision",), ("rendered/us/sync/tenants/vision.yaml",))
    found = objects(
        member("nlp"), own, shared=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "a"}}]
    )
    options = {
        body["metadata"]["name"]: body["spec"]["syncPolicy"]["syncOptions"][2]
        for some in found.values()
        for body in some
        if body["kind"] == "Application"
    }
    assert options == {
        "us-sync": "FailOnSharedResource=true",
        "us-platform": "FailOnSharedResource=true",
        "us-tenants": "FailOnSharedResource=false",
        "us-tenants-repositories": "FailOnSharedResource=false",
    }
    apart = objects(member("nlp"), sync=EACH)
    assert "FailOnSharedResource=true" in pick(apart, "Application", "us.nlp")["spec"]["syncPolicy"]["syncOptions"]


def test_applications_follow_git_by_themselves_and_never_down_to_nothing():
    spec = pick(objects(member("vision"), sync=EACH), "Application", "us.vision")["spec"]["syncPolicy"]
    assert spec["automated"] == {"allowEmpty": False, "enabled": True, "prune": True, "selfHeal": True}
    assert spec["syncOptions"] == [
        "ApplyOutOfSyncOnly=true",
        "CreateNamespace=false",
        "FailOnSharedResource=true",
        "PruneLast=true",
        "ServerSideApply=true",
    ]


def test_while_pruning_is_paused_a_tenant_can_be_taken_over_by_another_application():
    found = objects(member("vision"), sync="{engine: argocd, applications: tenants, pruning: paused}")
    policy = pick(found, "Application", "us.vision")["spec"]["syncPolicy"]
    assert policy["automated"]["prune"] is False
    assert "FailOnSharedResource=false" in policy["syncOptions"]


def waves(found):
    annotations = {
        (body["kind"], body["metadata"]["name"]): body["metadata"]["annotations"]
        for some in found.values()
        for body in some
    }
    return {which: int(given["argocd.argoproj.io/sync-wave"]) for which, given in annotations.items()}


def test_projects_come_before_what_needs_them_and_go_after_it():
    found = objects(
        member("vision"), shared=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": "a"}}]
    )
    order = waves(found)
    assert max(wave for (kind, _), wave in order.items() if kind == "AppProject") < min(
        wave for (kind, _), wave in order.items() if kind == "Application"
    )
    assert order["Application", "us-platform"] < order["Application", "us-tenants"]


def test_an_application_takes_what_it_applied_with_it_only_when_all_its_tenants_are_leaving():
    def finalizers(*members):
        return pick(objects(*members), "Application", "us-tenants")["metadata"].get("finalizers", [])

    assert finalizers(member("vision"), member("nlp", phase="offboarding")) == []
    assert finalizers(member("nlp", phase="offboarding")) == ["resources-finalizer.argocd.argoproj.io"]


def test_more_tenants_than_an_application_can_hold_are_divided():
    found = objects(*(member(f"t{i}") for i in range(9)), sync="{engine: argocd, tenantsPerShard: 4}")
    names = [one["metadata"]["name"] for some in found.values() for one in some if one["kind"] == "Application"]
    shards = [name for name in names if name != "us-sync"]
    assert len(shards) >= 3
    listed = [pick(found, "Application", name)["spec"]["source"]["directory"]["include"] for name in shards]
    tenants = [entry for include in listed for entry in include.strip("{}").split(",")]
    assert sorted(tenants) == [f"t{i}/*" for i in range(9)]
    for name in shards:
        spaces = [one["namespace"] for one in pick(found, "AppProject", name)["spec"]["destinations"]]
        include = pick(found, "Application", name)["spec"]["source"]["directory"]["include"]
        assert sorted(f"{space}/*" for space in spaces) == sorted(include.strip("{}").split(","))


def test_each_tenant_can_have_an_application_of_its_own():
    found = objects(
        member("vision"), member("nlp", phase="offboarding"), sync="{engine: argocd, applications: tenants}"
    )
    vision, nlp = pick(found, "Application", "us.vision"), pick(found, "Application", "us.nlp")
    assert vision["spec"]["project"] == nlp["spec"]["project"] == "us-tenants"
    assert vision["spec"]["source"]["directory"]["include"] == "vision/*"
    assert vision["spec"]["destination"] == {"namespace": "vision", "server": HERE}
    assert "finalizers" not in vision["metadata"]
    assert nlp["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]


def test_an_application_set_makes_no_project_of_a_template_and_deletes_nothing():
    found = objects(member("vision"), member("nlp"), sync="{engine: argocd, applications: set}")
    spec = pick(found, "ApplicationSet", "us-tenants")["spec"]
    assert spec["goTemplateOptions"] == ["missingkey=error"]
    assert spec["syncPolicy"] == {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True}
    assert spec["generators"] == [
        {
            "list": {
                "elements": [
                    {"include": "nlp/*", "namespace": "nlp", "tenant": "nlp"},
                    {"include": "vision/*", "namespace": "vision", "tenant": "vision"},
                ]
            }
        }
    ]
    assert spec["template"]["spec"]["project"] == "us-tenants"
    assert spec["template"]["metadata"]["name"] == "us.{{ .tenant }}"


def test_what_tenants_have_in_argo_cds_own_namespace_is_applied_there_and_nowhere_else():
    own = Member(
        "vision",
        "active",
        ("vision",),
        ("rendered/us/sync/tenants/vision.yaml", "rendered/us/tenants/vision/00-namespace.yaml"),
    )
    found = objects(own, member("nlp"))
    application = pick(found, "Application", "us-tenants-repositories")
    assert application["spec"]["project"] == "us-sync"
    assert application["spec"]["source"]["path"] == "rendered/us/sync/tenants"
    assert application["spec"]["source"]["directory"] == {"recurse": False, "include": "vision.yaml"}
    assert application["spec"]["destination"] == {"namespace": "argocd", "server": HERE}
    assert waves(found)["Application", "us-tenants-repositories"] > waves(found)["Application", "us-tenants"]


def test_argo_cd_may_live_on_another_cluster():
    sync = "{engine: argocd, namespace: argo, server: 'https://us.example.com'}"
    found = objects(member("vision"), sync=sync)
    project = pick(found, "AppProject", "us-tenants")
    assert project["metadata"]["namespace"] == "argo"
    assert project["spec"]["destinations"] == [{"namespace": "vision", "server": "https://us.example.com"}]
    assert pick(found, "AppProject", "us-sync")["spec"]["destinations"] == [{"namespace": "argo", "server": HERE}]


@pytest.mark.parametrize(
    ("sync", "who"),
    [
        ("{engine: argocd}", "argocd:argocd-application-controller"),
        ("{engine: argocd, serviceAccount: ops/applier}", "ops:applier"),
        ("{engine: argocd, server: 'https://us.example.com'}", "kube-system:argocd-manager"),
        ("{engine: argocd, server: 'https://us.example.com', serviceAccount: ops/applier}", "ops:applier"),
    ],
)
def test_with_impersonation_the_platforms_syncs_act_as_somebody_too(sync, who):
    found = objects(member("vision"), sync=sync)
    acting = pick(found, "AppProject", "us-tenants")["spec"]["destinationServiceAccounts"]
    assert [one["defaultServiceAccount"] for one in acting] == [who]
    target = pick(found, "Application", "us-tenants")["spec"]["destination"]
    assert [{key: one[key] for key in ("namespace", "server")} for one in acting] == [target]


def test_an_empty_cluster_has_its_root_and_nothing_else():
    assert [*objects()] == ["rendered/us/sync/root.yaml"]


def test_commits_are_to_be_signed_where_keys_are_named():
    found = objects(member("vision"), sync="{engine: argocd, signingKeys: [4AEE18F83AFDEB23]}")
    for name in ("us-sync", "us-tenants"):
        policies = pick(found, "AppProject", name)["spec"]["sourceIntegrity"]["git"]["policies"]
        assert policies == [{"repos": [{"url": URL}], "gpg": {"mode": "head", "keys": ["4AEE18F83AFDEB23"]}}]
    assert "sourceIntegrity" not in pick(objects(member("vision")), "AppProject", "us-tenants")["spec"]
