import pytest
from rules.judging import asking, messages, named, tenants_space
from rules.syncing import flux_space, kustomization, release, source

from generator.rules import forbid_flux_settings

ALL = [*forbid_flux_settings.PARAMETERS["settings"].known]


def told(setting, *bodies):
    return messages(asking("forbid-flux-settings", settings=[setting]), *bodies)


def test_what_is_locked_down_is_clean():
    given = [flux_space(), kustomization(), release(), source(), source("OCIRepository")]
    assert messages(asking("forbid-flux-settings", settings=ALL), *given) == []


def test_what_names_no_account_is_applied_by_its_controller():
    given = [flux_space(), kustomization(serviceAccountName=None), release(serviceAccountName="")]
    assert told("no-account", *given) == [
        "HelmRelease serving names no service account, so that helm-controller applies it with its own rights",
        "Kustomization vision names no service account, so that kustomize-controller applies it with its own rights",
    ]


def test_a_namespace_is_a_tenants_by_either_label():
    bare = kustomization(serviceAccountName=None)
    other = kustomization(namespace="other", serviceAccountName=None)
    assert len(told("no-account", tenants_space("apps"), bare, other)) == 1
    assert len(told("no-account", flux_space(), bare, other)) == 1


def test_where_nobody_says_whose_it_is_the_control_planes_is_none():
    bare = [kustomization(namespace=name, serviceAccountName=None) for name in ("flux-system", "apps", None)]
    assert len(told("no-account", *bare)) == 1


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            kustomization(sourceRef={"kind": "GitRepository", "name": "all", "namespace": "flux-system"}),
            "Kustomization vision uses GitRepository all of namespace flux-system",
        ),
        (
            release(chart={"spec": {"sourceRef": {"kind": "HelmRepository", "name": "c", "namespace": "charts"}}}),
            "HelmRelease serving uses HelmRepository c of namespace charts",
        ),
        (
            release(chartRef={"kind": "HelmChart", "name": "c", "namespace": "charts"}),
            "HelmRelease serving uses HelmChart c of namespace charts",
        ),
        (
            named(
                "ImagePolicy",
                "p",
                "apps",
                "image.toolkit.fluxcd.io/v1",
                spec={"imageRepositoryRef": {"name": "r", "namespace": "images"}},
            ),
            "ImagePolicy p uses ImageRepository r of namespace images",
        ),
        (
            named(
                "Receiver",
                "r",
                "apps",
                "notification.toolkit.fluxcd.io/v1",
                spec={"resources": [{"kind": "GitRepository", "name": "x", "namespace": "b"}, {"kind": "Bucket"}]},
            ),
            "Receiver r uses GitRepository x of namespace b",
        ),
    ],
)
def test_a_reference_to_another_namespace_is_told(body, expected):
    assert told("foreign-namespace", body) == [expected]


@pytest.mark.parametrize("namespace", ["apps", "", None, 5])
def test_a_reference_to_its_own_namespace_is_none(namespace):
    assert told("foreign-namespace", kustomization(sourceRef={"name": "x", "namespace": namespace})) == []


def test_what_is_put_into_a_namespace_later_may_be_put_into_that_one():
    reference = {"kind": "GitRepository", "name": "x", "namespace": "apps"}
    assert told("foreign-namespace", kustomization(namespace=None, sourceRef=reference)) == []


def test_only_a_tenant_may_not_choose_the_cluster():
    config = {"secretRef": {"name": "edge"}}
    given = [flux_space(), kustomization(kubeConfig=config), kustomization(namespace="flux-system", kubeConfig=config)]
    assert told("remote-cluster", *given) == [
        "Kustomization vision applies to a cluster of its own choice, by its kubeConfig"
    ]


@pytest.mark.parametrize("prune", [False, None, "true"])
def test_only_true_prunes(prune):
    assert told("no-prune", kustomization(prune=prune)) == [
        "Kustomization vision does not prune, so that what is taken out of git stays in the cluster"
    ]


def test_a_version_that_is_gone_is_told_with_the_one_that_took_its_place():
    given = [
        {**source("OCIRepository"), "apiVersion": "source.toolkit.fluxcd.io/v1beta2"},
        {**release(), "apiVersion": "helm.toolkit.fluxcd.io/v2beta1"},
        {**kustomization(), "apiVersion": "kustomize.toolkit.fluxcd.io/v1beta2"},
        named("Alert", "a", "apps", "notification.toolkit.fluxcd.io/v1beta3"),
        named("ArtifactGenerator", "g", "apps", "source.extensions.fluxcd.io/v1beta1"),
    ]
    gone = "which newer Flux does not serve; write"
    assert told("removed-api", *given) == [
        f"HelmRelease serving is written in helm.toolkit.fluxcd.io/v2beta1, {gone} v2",
        f"Kustomization vision is written in kustomize.toolkit.fluxcd.io/v1beta2, {gone} v1",
        f"OCIRepository vision is written in source.toolkit.fluxcd.io/v1beta2, {gone} v1",
    ]


def test_force_is_told_of_both():
    assert told("force", kustomization(force=True), release(upgrade={"force": True})) == [
        "HelmRelease serving replaces what it upgrades (upgrade.force)",
        "Kustomization vision deletes and makes anew whatever cannot be changed in place (force)",
    ]


@pytest.mark.parametrize("verify", [None, {}, "yes"])
def test_a_source_without_signatures_is_told(verify):
    what = "vision checks no signature, so that whoever can write to it decides what is applied"
    given = [source(verify=verify), source("OCIRepository", verify=verify), source("Bucket", verify=verify)]
    assert told("unverified", *given) == [f"GitRepository {what}", f"OCIRepository {what}"]


@pytest.mark.parametrize(
    ("spec", "is_told"),
    [
        ({"suspend": True}, True),
        ({"suspend": True, "prune": False}, False),
        ({"suspend": True, "prune": False, "deletionPolicy": "Delete"}, True),
        ({"suspend": True, "deletionPolicy": "Orphan"}, False),
        ({"suspend": True, "deletionPolicy": "MirrorPrune"}, True),
        ({"suspend": False, "deletionPolicy": "Delete"}, False),
    ],
)
def test_a_suspended_one_deletes_nothing(spec, is_told):
    expected = (
        "Kustomization vision is suspended: deleted now, it leaves all that it has applied, whatever it says of pruning"
    )
    assert told("suspended", kustomization(**spec)) == [expected] * is_told


@pytest.mark.parametrize("spec", [None, [], 5, "x", {"sourceRef": [], "upgrade": 1, "resources": [1], "verify": []}])
@pytest.mark.parametrize("kind", ["Kustomization", "HelmRelease", "GitRepository", "Receiver"])
def test_a_malformed_spec_is_no_traceback(kind, spec):
    groups = {
        "Kustomization": "kustomize",
        "HelmRelease": "helm",
        "GitRepository": "source",
        "Receiver": "notification",
    }
    body = named(kind, "x", "apps", f"{groups[kind]}.toolkit.fluxcd.io/v1", spec=spec)
    assert isinstance(messages(asking("forbid-flux-settings", settings=ALL), body), list)
