import pytest
from building import cluster, every, of, one, told

FLUX = cluster(sync="flux")
APPS = "repositories: [{name: apps, url: https://git.example.com/vision/apps.git%s}]"
ONE = "quota: {hard: {pods: 1}}\n"
TWO = "quota: {mode: shared, hard: {pods: 1}}\nnamespaces: [{name: serve}, {name: train}]\n"


def apps(fields="", more="", platform=FLUX):
    """Render tenant ``vision`` with a repository that has these fields besides."""
    return of(more + APPS % (fields and f", {fields}"), platform)


def kustomization(fields="", more=""):
    return one(apps(fields, more), "Kustomization")["spec"]


# What Flux is told


def test_a_repository_is_followed_and_applied_in_the_tenants_namespace_by_an_account_of_its_own():
    found = apps()
    source, applied = one(found, "GitRepository"), one(found, "Kustomization")
    assert {
        (one["apiVersion"], one["metadata"]["namespace"], one["metadata"]["name"]) for one in (source, applied)
    } == {
        ("source.toolkit.fluxcd.io/v1", "vision", "apps"),
        ("kustomize.toolkit.fluxcd.io/v1", "vision", "apps"),
    }
    assert source["spec"] == {
        "interval": "5m",
        "url": "https://git.example.com/vision/apps.git",
        "ref": {"branch": "main"},
    }
    assert applied["spec"] == {
        "interval": "60m",
        "retryInterval": "2m",
        "timeout": "5m",
        "sourceRef": {"kind": "GitRepository", "name": "apps"},
        "path": "./",
        "serviceAccountName": "sync-apps",
        "targetNamespace": "vision",
        "prune": True,
        "deletionPolicy": "WaitForTermination",
        "wait": True,
        "force": False,
    }


@pytest.mark.parametrize(
    ("fields", "kind", "spec"),
    [
        ("tag: v1", "GitRepository", {"ref": {"tag": "v1"}}),
        ('semver: ">=1.0.0"', "GitRepository", {"ref": {"semver": ">=1.0.0"}}),
        ("secret: key", "GitRepository", {"secretRef": {"name": "key"}}),
        ("verify: {secret: authors, mode: Tag}", "GitRepository", {"verify": {"mode": "Tag", "secretRef": {"name": "authors"}}}),
        ("path: deploy/live", "Kustomization", {"path": "./deploy/live"}),
        ("interval: 10m", "Kustomization", {"interval": "10m"}),
        ("decryption: {secret: age}", "Kustomization", {"decryption": {"provider": "sops", "secretRef": {"name": "age"}}}),
    ],
)  # fmt: skip
def test_what_the_file_says_is_passed_on(fields, kind, spec):
    assert one(apps(fields), kind)["spec"].items() >= spec.items()


@pytest.mark.parametrize(
    ("verify", "spec"),
    [
        ("{secret: keys}", {"provider": "cosign", "secretRef": {"name": "keys"}}),
        (
            "{identities: [{issuer: i, subject: s}]}",
            {"provider": "cosign", "matchOIDCIdentity": [{"issuer": "i", "subject": "s"}]},
        ),
    ],
)
def test_an_artifact_of_a_registry_takes_the_place_of_git(verify, spec):
    oci = f"{{url: oci://registry.example.com/vision/apps, tag: live, verify: {verify}}}"
    found = of(f"repositories: [{{name: apps, oci: {oci}}}]", FLUX)
    assert one(found, "OCIRepository")["spec"] == {
        "interval": "5m",
        "url": "oci://registry.example.com/vision/apps",
        "ref": {"tag": "live"},
        "verify": spec,
    }
    assert one(found, "Kustomization")["spec"]["sourceRef"] == {"kind": "OCIRepository", "name": "apps"}


def test_no_reference_leaves_the_namespace():
    found = apps("namespace: serve, namespaces: [train], secret: key, decryption: {secret: age}", TWO)
    spec = one(found, "Kustomization")["spec"]
    assert spec["sourceRef"].keys() == {"kind", "name"}
    assert {
        one["metadata"]["namespace"] for kind in ("GitRepository", "Kustomization") for one in every(found, kind)
    } == {"vision-serve"}


def test_a_repository_for_one_namespace_can_name_no_other_and_one_for_several_has_to_name_them():
    assert kustomization("namespace: serve", TWO)["targetNamespace"] == "vision-serve"
    assert "targetNamespace" not in kustomization("namespace: serve, namespaces: [train]", TWO)


# What its account may do


def rules(found, namespace="vision"):
    return one(found, "Role", "sync-apps", namespace)["rules"]


def test_the_account_may_write_what_is_deployed_and_see_whether_it_works():
    writing = ["get", "list", "watch", "create", "patch", "delete"]
    assert rules(apps("resources: [deployments.apps, configmaps]")) == [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": writing},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": writing},
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["get", "list", "watch"]},
    ]
    assert rules(apps("resources: [configmaps]")) == [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": writing}
    ]


def test_it_may_do_so_in_its_namespaces_and_nowhere_else():
    found = apps("namespace: serve, namespaces: [train]", TWO)
    bound = [one for one in every(found, "RoleBinding") if one["metadata"]["name"] == "sync-apps"]
    assert [one["metadata"]["namespace"] for one in bound] == ["vision-serve", "vision-train"]
    assert all(one["roleRef"]["kind"] == "Role" for one in bound)
    assert all(
        one["subjects"] == [{"kind": "ServiceAccount", "name": "sync-apps", "namespace": "vision-serve"}]
        for one in bound
    )
    assert every(found, "ClusterRoleBinding") == []
    assert one(found, "ServiceAccount", "sync-apps")["automountServiceAccountToken"] is False
    alone = apps("namespace: serve", TWO)
    assert [one["metadata"]["namespace"] for one in every(alone, "Role", "sync-apps")] == ["vision-serve"]


def test_without_a_word_it_deploys_workloads_and_never_what_holds_the_tenant():
    words = {word for rule in rules(apps()) for word in rule["resources"]}
    assert words == {
        *("configmaps", "cronjobs", "deployments", "horizontalpodautoscalers", "jobs", "persistentvolumeclaims"),
        *("poddisruptionbudgets", "pods", "replicasets", "services", "statefulsets"),
    }
    assert "secrets" in {word for rule in rules(apps("decryption: {secret: age}")) for word in rule["resources"]}


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ("resourcequotas", "hold the tenant, or act for others, so that its repository may not change them; drop this"),
        ("networkpolicies.networking.k8s.io", "hold the tenant, or act for others, so that its repository may not change them; drop this"),
        ("rolebindings.rbac.authorization.k8s.io", "hold the tenant, or act for others, so that its repository may not change them; drop this"),
        ("kustomizations.kustomize.toolkit.fluxcd.io", "hold the tenant, or act for others, so that its repository may not change them; drop this"),
        ("serviceaccounts", "hold the tenant, or act for others, so that its repository may not change them; drop this"),
        ("nodes", "are in no namespace, so that they are no tenant's own; drop this"),
        ("secrets", "would lie in git for all to read; encrypt them with SOPS, and name the key's Secret in decryption"),
        ("deployments", "are in API group apps; write deployments.apps"),
        ("workflows", "need a group; write workflows.GROUP"),
    ],
)  # fmt: skip
def test_what_a_repository_may_not_deploy_is_told(resource, reason):
    assert told({"vision": ONE + APPS % f", resources: [{resource}]"}, FLUX) == [
        f"tenants/vision.yaml: spec.repositories.apps.resources.{resource}: {resource!r} {reason}"
    ]


# Its life


@pytest.mark.parametrize(("fields", "more"), [("lifecycle: frozen", ""), ("", "lifecycle: frozen\n"), ("", "lifecycle: offboarding\n")])  # fmt: skip
def test_what_is_frozen_is_suspended_and_leaves_what_it_deployed(fields, more):
    found = apps(fields, more)
    assert one(found, "GitRepository")["spec"]["suspend"] is True
    spec = one(found, "Kustomization")["spec"]
    assert (spec["suspend"], spec["deletionPolicy"]) == (True, "Orphan")


def test_while_a_repository_leaves_its_account_is_there_for_flux_to_delete_what_it_deployed():
    found = apps("lifecycle: offboarding")
    assert every(found, "Kustomization") + every(found, "GitRepository") == []
    assert [len(every(found, kind, "sync-apps")) for kind in ("ServiceAccount", "Role", "RoleBinding")] == [1, 1, 1]


TWO_CLUSTERS = 'clusters: [{name: eu, version: "1.34", sync: flux}, {name: us, version: "1.34", sync: flux}]'


@pytest.mark.parametrize(
    ("fields", "platform", "synced"),
    [("", cluster(), 0), ("", FLUX, 1), ("", TWO_CLUSTERS, 2), ("clusters: [us]", TWO_CLUSTERS, 1)],
)
def test_it_is_synced_where_the_file_says_so_and_an_engine_knows_how(fields, platform, synced):
    found = apps(fields, "clusters: {selector: {}}\n", platform)
    assert len(every(found, "Kustomization")) == len(every(found, "ServiceAccount", "sync-apps")) == synced


# What is wrong


@pytest.mark.parametrize(
    ("more", "fields", "problem"),
    [
        ("", "tag: a, branch: b", "spec.repositories.apps: branch and tag each name a revision, and one is followed; keep one of them"),
        (TWO, "", "spec.repositories.apps.namespace: the tenant has several namespaces; say which one it is synced into: serve, train"),
        (TWO, "namespace: srve", "spec.repositories.apps.namespace: 'srve' is not a namespace of this tenant; did you mean 'serve'?"),
        ("", "namespace: serve", "spec.repositories.apps.namespace: 'serve' is not a namespace of this tenant; the tenant lists no namespaces, so leave this out"),
        ("", "clusters: [pord]", "spec.repositories.apps.clusters.pord: 'pord' is not a cluster that the tenant is on; did you mean 'prod'?"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(more, fields, problem):
    assert told({"vision": (more or ONE) + APPS % (fields and f", {fields}")}, FLUX) == [
        f"tenants/vision.yaml: {problem}"
    ]


def test_names_are_used_once():
    text = "quota: {hard: {pods: 1}}\nrepositories: [{name: a, url: https://a/b}, {name: a, url: https://a/c}]"
    assert told({"vision": text}, FLUX) == [
        "tenants/vision.yaml: spec.repositories[1].name: 'a' is the name of an earlier one too; names are used once"
    ]
