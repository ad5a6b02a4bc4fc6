"""What Argo CD is told of the repositories of a tenant: bounds that the tenant cannot leave, and no more rights than it says."""

import pytest
from building import cluster, every, files, of, one, told

ARGO = cluster(sync="argocd")
URL = "https://git.example.com/vision/apps.git"
TWO = "quota: {mode: shared, hard: {pods: 1}}\nnamespaces: [{name: serve}, {name: train}]\n"
PEOPLE = """\
owners: [{group: leads}]
members: [{group: vision, role: editor}, {group: auditors, role: viewer}, {user: a@example.com, role: editor}]
"""


def apps(fields="", more="", platform=ARGO):
    """Render tenant ``vision`` with a repository that has these fields besides."""
    return of(f"{more}repositories: [{{name: apps, url: {URL}{fields and f', {fields}'}}}]", platform)


def project(fields="", more="", platform=ARGO):
    return one(apps(fields, more, platform), "AppProject")["spec"]


def application(fields="", more="", platform=ARGO):
    return one(apps(fields, more, platform), "Application")


def test_a_project_names_its_repository_namespace_and_account():
    spec = project()
    assert spec["sourceRepos"] == [URL]
    assert spec["destinations"] == [{"namespace": "vision", "server": "https://kubernetes.default.svc"}]
    assert spec["destinationServiceAccounts"] == [
        {
            "defaultServiceAccount": "vision:sync-apps",
            "namespace": "vision",
            "server": "https://kubernetes.default.svc",
        }
    ]
    assert spec["clusterResourceWhitelist"] == []


def test_what_holds_the_tenant_is_denied_and_what_it_deploys_is_listed():
    spec = project("resources: [configmaps, deployments.apps]")
    assert spec["namespaceResourceWhitelist"] == [
        {"group": "", "kind": "ConfigMap"},
        {"group": "apps", "kind": "Deployment"},
    ]
    denied = {(one["group"], one["kind"]) for one in spec["namespaceResourceBlacklist"]}
    assert denied == {
        *(("", kind) for kind in ("LimitRange", "ResourceQuota", "ServiceAccount")),
        ("networking.k8s.io", "NetworkPolicy"),
        *(("rbac.authorization.k8s.io", kind) for kind in ("Role", "RoleBinding")),
        ("security.istio.io", "*"),
    }


def test_the_usual_kinds_are_all_known_on_every_version():
    for version in ("1.30", "1.34", "1.36"):
        listed = project(platform=cluster(sync="argocd", version=f'"{version}"'))["namespaceResourceWhitelist"]
        assert {one["kind"] for one in listed} == {
            *("ConfigMap", "CronJob", "Deployment", "HorizontalPodAutoscaler", "Job", "PersistentVolumeClaim"),
            *("PodDisruptionBudget", "Service", "StatefulSet"),
        }


def test_the_kind_of_a_custom_resource_is_not_guessed_and_its_account_is_bounded_all_the_same():
    found = apps("resources: [configmaps, rayjobs.ray.io]")
    assert "namespaceResourceWhitelist" not in one(found, "AppProject")["spec"]
    granted = {resource for rule in one(found, "Role", "sync-apps")["rules"] for resource in rule["resources"]}
    assert granted == {"configmaps", "rayjobs"}


def test_groups_of_the_tenant_may_look_and_those_who_may_change_things_may_sync():
    deployer, viewer = project(more=PEOPLE)["roles"]
    assert (deployer["groups"], viewer["groups"]) == (["leads", "vision"], ["auditors"])
    assert deployer["policies"] == [
        "p, proj:prod.vision:deployer, applications, get, prod.vision/*, allow",
        "p, proj:prod.vision:deployer, applications, sync, prod.vision/*, allow",
        "p, proj:prod.vision:deployer, logs, get, prod.vision/*, allow",
    ]
    assert not any("sync" in policy for policy in viewer["policies"])
    assert "roles" not in project()


def test_an_application_is_of_its_tenant_and_takes_what_it_applied_with_it():
    found = application("path: deploy, tag: v1")
    assert found["metadata"]["name"] == "prod.vision.apps"
    assert found["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]
    assert found["spec"]["project"] == "prod.vision"
    assert found["spec"]["source"] == {"repoURL": URL, "targetRevision": "v1", "path": "deploy"}
    assert found["spec"]["destination"] == {"namespace": "vision", "server": "https://kubernetes.default.svc"}
    assert "FailOnSharedResource=true" in found["spec"]["syncPolicy"]["syncOptions"]


def test_a_branch_is_named_in_full():
    assert application("branch: live")["spec"]["source"]["targetRevision"] == "refs/heads/live"


def test_no_two_tenants_have_one_name_for_two_things():
    text = f"quota: {{hard: {{pods: 1}}}}\nrepositories: [{{name: %s, url: {URL}}}]"
    found = files({"a": text % "b-c", "a-b": text % "c"}, ARGO)
    names = [line for text in found.values() for line in text.split("\n") if line.startswith("  name: prod.")]
    assert len(names) == len(set(names)) == 4


def test_its_files_lie_apart_from_the_tenants_folder():
    text = f"quota: {{hard: {{pods: 1}}}}\nrepositories: [{{name: apps, url: {URL}}}]"
    found = files({"vision": text}, ARGO)
    apart = [path for path in found if "/sync/" in path]
    assert apart == ["rendered/prod/sync/tenants/vision.yaml"]
    assert "kind: AppProject" in found[apart[0]]
    assert not any("argoproj.io/v1alpha1" in text for path, text in found.items() if path not in apart)
    one_file = files({"vision": text}, f"layout: {{split: tenant}}\n{ARGO}")
    assert sorted(one_file) == ["rendered/prod/sync/tenants/vision.yaml", "rendered/prod/tenants/vision.yaml"]


def test_a_project_comes_before_its_applications_and_goes_after_them():
    found = apps()
    wave = {
        kind: int(one(found, kind)["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])
        for kind in ("AppProject", "Application")
    }
    assert wave["AppProject"] < wave["Application"]
    assert one(found, "AppProject")["metadata"]["finalizers"] == ["resources-finalizer.argocd.argoproj.io"]


@pytest.mark.parametrize("phase", ["frozen", "offboarding"])
def test_what_is_frozen_is_not_synced_by_hand_neither(phase):
    (window,) = project(more=f"lifecycle: {phase}\n")["syncWindows"]
    assert window == {
        "kind": "deny",
        "schedule": "0 0 * * *",
        "duration": "24h",
        "applications": ["*"],
        "manualSync": False,
        "description": "The tenant is frozen.",
    }


def test_a_repository_that_is_leaving_has_its_account_and_no_application():
    found = apps("lifecycle: offboarding")
    assert every(found, "Application") == []
    assert one(found, "ServiceAccount", "sync-apps")
    (window,) = one(found, "AppProject")["spec"]["syncWindows"]
    assert (window["applications"], window["manualSync"]) == (["prod.vision.apps"], False)


def test_windows_are_those_of_their_repository():
    fields = "windows: [{kind: deny, schedule: 0 8 * * 5, duration: 72h, timeZone: Europe/Berlin, manual: true}]"
    assert project(fields)["syncWindows"] == [
        {
            "kind": "deny",
            "schedule": "0 8 * * 5",
            "duration": "72h",
            "applications": ["prod.vision.apps"],
            "manualSync": True,
            "timeZone": "Europe/Berlin",
        }
    ]
    assert "syncWindows" not in project()


def wrong(spec, platform=ARGO):
    return [one.partition("spec.repositories.")[2] for one in told({"vision": spec}, platform)]


def test_what_argo_cd_cannot_do_is_told():
    head = "quota: {hard: {pods: 1}}\n"
    oci = head + "repositories: [{name: apps, oci: {url: 'oci://registry.example.com/apps'}}]"
    assert wrong(oci) == ["apps.oci: prod is synced by Argo CD, which is given git repositories here; write url"]
    sops = head + f"repositories: [{{name: apps, url: {URL}, decryption: {{secret: age}}}}]"
    assert wrong(sops) == [
        (
            "apps.decryption: Argo CD, which syncs cluster prod, does not decrypt; refer to secrets by spec.secrets, or "
            "name the clusters that Flux syncs"
        )
    ]
    both = TWO + f"repositories: [{{name: a, url: {URL}, namespace: train}}, {{name: b, url: {URL}, namespace: train}}]"
    assert wrong(both) == [
        (
            "b.namespace: a is synced into vision-train too, and Argo CD finds the account to act as by that; give one of "
            "them another namespace"
        )
    ]
    apart = f"repositories: [{{name: a, url: {URL}, namespace: train}}, {{name: b, url: {URL}, namespace: serve}}]"
    assert wrong(TWO + apart) == []


def test_flux_has_no_windows():
    spec = f"quota: {{hard: {{pods: 1}}}}\nrepositories: [{{name: apps, url: {URL}, windows: [{{kind: deny, schedule: 0 8 * * 5, duration: 1h}}]}}]"
    assert wrong(spec, cluster(sync="flux")) == [
        "apps.windows: Flux, which syncs cluster prod, has no windows; drop them, or name the clusters that Argo CD syncs"
    ]


def test_nothing_is_said_of_a_repository_that_is_for_other_clusters():
    two = 'clusters: [{name: eu, version: "1.34", sync: flux}, {name: us, version: "1.34", sync: argocd}]'
    spec = f"clusters: [eu, us]\nquota: {{hard: {{pods: 1}}}}\nrepositories: [{{name: apps, url: {URL}, clusters: [us], windows: [{{kind: deny, schedule: 0 8 * * 5, duration: 1h}}]}}]"
    found = files({"vision": spec}, two)
    assert [path for path in found if "kind: Application" in found[path]] == ["rendered/us/sync/tenants/vision.yaml"]
    assert not any("sync-apps" in text for path, text in found.items() if path.startswith("rendered/eu/"))
