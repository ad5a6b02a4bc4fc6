"""The launchers of a tenant file: what is written, and everything that can be wrong with it."""

import re
from pathlib import Path

import pytest
from tenancy import platform_of, resolved, tenant_of, told, vision

from generator.launcher.bundle import SHIPPED
from generator.organisation import tree
from generator.organisation.directory import NO_FACTS
from generator.placement import placement
from generator.spec import launchers, tenant
from generator.spec.subjects import Subject
from generator.spec.templates import Templates

HERE = "tenants/vision.yaml#spec/launchers"


def problems(spec, platform=None):
    own = vision(spec)
    return told([*tenant.check(own), *tree.check_references(own, platform or platform_of())])


def one(text):
    (made,) = vision(f"launchers: [{text}]").launchers
    return made


# What is written


def test_a_launcher_needs_a_name_and_a_preset():
    made = one("{name: jobs, preset: batch-jobs}")
    assert (made.name, made.preset, made.namespace, made.posit) == ("jobs", "batch-jobs", None, None)
    assert (made.service_account, made.subject, made.accounts, made.options) == (None, None, {}, {})
    assert str(made.origin) == f"{HERE}/jobs"
    assert vision().launchers == ()


@pytest.mark.parametrize(
    ("text", "part", "who"),
    [
        ("preset: batch-jobs", "batch-jobs", Subject("ServiceAccount", "x")),
        ("preset: batch-jobs, serviceAccount: runner", "batch-jobs", Subject("ServiceAccount", "runner")),
        ("preset: airflow, subject: {serviceAccount: worker, namespace: hub}", "pods", Subject("ServiceAccount", "worker", "hub")),
        ("preset: posit", "launcher", Subject("ServiceAccount", "job-launcher")),
        ("preset: kfp", "runner", Subject("ServiceAccount", "x-runner")),
        ("preset: kfp, accounts: {client: robot}", "client", Subject("ServiceAccount", "robot")),
        ("preset: kfp, accounts: {client: argo/robot}", "client", Subject("ServiceAccount", "robot", "argo")),
        ("preset: kueue-tenant-user, subject: {group: ml}", "kueue-tenant-user", Subject("Group", "ml")),
    ],
)  # fmt: skip
def test_who_gets_the_rights(text, part, who):
    assert one(f"{{name: x, {text}}}").account(part, SHIPPED) == who


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("mode: compat", set()),
        ("mode: tight", {"account-selection", "job-updates", "metrics", "pod-writes"}),
        ("mode: tight, options: {metrics: true}", {"account-selection", "job-updates", "pod-writes"}),
        ("options: {exec: false}", {"exec"}),
    ],
)
def test_a_mode_decides_what_no_option_does(text, off):
    (grant,) = one(f"{{name: x, preset: posit, {text}}}").grants(SHIPPED)
    assert {name for name, on in grant.options.items() if not on} == off


def test_launchers_are_not_inherited():
    spec = {"research": "launchers: [{name: jobs, preset: batch-jobs}]", "vision": "parent: research"}
    assert [made.name for made in resolved("research", spec).launchers] == ["jobs"]
    assert resolved("vision", spec).launchers == ()


# What is told


def test_launchers_with_everything_are_fine():
    text = """
    namespaces: [{name: train}, {name: serve}]
    serviceAccounts: [{name: shared, namespaces: [train]}]
    launchers:
      - {name: a, preset: argo-workflows, namespace: train, accounts: {submitter: argo/argo-server}}
      - {name: b, preset: airflow-pod-launcher, namespace: train, serviceAccount: shared, options: {xcom: false}}
      - {name: c, preset: airflow-job-launcher, namespace: train, serviceAccount: shared}
      - {name: d, preset: kueue-tenant-user, namespace: serve, subject: {group: ml}}
      - {name: e, preset: posit, namespace: serve, mode: tight, sessionAccount: session, tokenSecret: true}
    """
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{name: x, preset: batch-job}", "x/preset: 'batch-job' is not a preset; did you mean 'batch-jobs'?"),
        ("{name: x, preset: airflow, options: {xcm: true}}", "x/options/xcm: 'xcm' is not an option of airflow; did you mean 'xcom'?"),
        ("{name: x, preset: batch-jobs, namespace: train}", "x/namespace: 'train' is not a namespace of this tenant; the tenant lists no namespaces, so leave this out"),
        ("{name: x, preset: kfp, serviceAccount: a}", "x/serviceAccount: kfp has accounts for runner and client; write accounts: {runner: ...}"),
        ("{name: x, preset: kfp, accounts: {runer: a}}", "x/accounts/runer: 'runer' is no account of kfp; did you mean 'runner'?"),
        ("{name: x, preset: batch-jobs, accounts: {jobs: a}}", "x/accounts: batch-jobs has one account; write serviceAccount, or subject for one of elsewhere"),
        (
            "{name: x, preset: batch-jobs, serviceAccount: a, subject: {serviceAccount: b, namespace: c}}",
            "x/subject: subject stands in the place of an account that is made; write one of serviceAccount, subject",
        ),
        ("{name: x, preset: kueue-tenant-user}", "x/subject: kueue-tenant-user is for people; write {group: ...} or {user: ...}"),
        (
            "{name: x, preset: batch-jobs, subject: {group: ml}}",
            "x/subject: batch-jobs is for a service account; write {serviceAccount: ..., namespace: ...}",
        ),
        ("{name: x, preset: batch-jobs, mode: tight}", "x/mode: belongs to the preset 'posit'; drop it"),
        ("{name: x, preset: batch-jobs, sessionAccount: a}", "x/sessionAccount: belongs to the preset 'posit'; drop it"),
        (
            "{name: x, preset: posit, tokenSecret: true, subject: {serviceAccount: a, namespace: b}}",
            "x/tokenSecret: the token would be that of a, which lives elsewhere; make it there, and write tokenSecret: false",
        ),
        (
            "{name: x, preset: batch-jobs, serviceAccount: default}",
            "x/serviceAccount: 'default' never gets a role, a token or an identity here; name another account",
        ),
        (
            "{name: x, preset: posit, sessionAccount: job-launcher}",
            "x/sessionAccount: 'job-launcher' is the launcher's own account, and each job would run as its launcher; name another",
        ),
        (
            "{name: x, preset: kueue-tenant-user, subject: {group: 'system:authenticated'}}",
            "x/subject: 'system:authenticated' is a name that Kubernetes keeps for itself, and stands for far more than one team; name people, or a group of them",
        ),
    ],
)  # fmt: skip
def test_what_a_launcher_says_wrongly_is_told(text, problem):
    assert problems(f"launchers: [{text}]") == [f"{HERE}/{problem}"]


def test_a_namespace_is_named_where_there_are_several_and_must_be_there():
    spaces = "namespaces: [{name: train}, {name: serve}]\n"
    assert problems(f"{spaces}launchers: [{{name: x, preset: batch-jobs}}]") == [
        f"{HERE}/x/namespace: is missing, and the tenant has several; use one of 'serve', 'train'"
    ]
    assert problems(f"{spaces}launchers: [{{name: x, preset: batch-jobs, namespace: trian}}]") == [
        f"{HERE}/x/namespace: 'trian' is not a namespace of this tenant; did you mean 'train'?"
    ]


def test_a_launcher_of_a_tenant_without_namespaces_has_no_place():
    found = problems("namespaces: []\nlaunchers: [{name: x, preset: batch-jobs}]")
    assert found == [f"{HERE}/x/namespace: the tenant has no namespaces; list one, or drop the launcher"]


def test_two_launchers_share_neither_a_name_nor_unseen_an_account():
    assert problems("launchers: [{name: a, preset: batch-jobs}, {name: a, preset: kfp}]") == [
        f"{HERE}/1/name: 'a' is the name of an earlier one too; names are used once"
    ]
    text = "{name: a, preset: batch-jobs, serviceAccount: r}, {name: b, preset: kfp, accounts: {runner: r}}"
    assert problems(f"launchers: [{text}]") == [
        (
            f"{HERE}/b/accounts: 'r' is the account of launcher a too, and would have the rights of both; name another, "
            "or list it in serviceAccounts if that is meant"
        )
    ]
    assert problems(f"serviceAccounts: [{{name: r}}]\nlaunchers: [{text}]") == []
    elsewhere = text.replace("serviceAccount: r", "namespace: s, serviceAccount: r").replace(
        "kfp,", "kfp, namespace: t,"
    )
    assert problems(f"namespaces: [{{name: s}}, {{name: t}}]\nlaunchers: [{elsewhere}]") == []


def test_nobody_may_choose_the_launchers_account_for_a_session():
    text = "{name: x, preset: posit, templates: {pod: {selectableServiceAccounts: [trainer, job-launcher]}}}"
    assert problems(f"launchers: [{text}]") == [
        (
            f"{HERE}/x/templates/pod/selectableServiceAccounts/job-launcher: 'job-launcher' is the launcher's own account, "
            "and a job could run as its launcher; drop it"
        )
    ]


def test_two_posit_launchers_do_not_run_jobs_in_one_namespace():
    text = "{name: a, preset: posit}, {name: b, preset: posit, serviceAccount: other}"
    assert problems(f"launchers: [{text}]") == [
        f"{HERE}/b/namespace: launcher a runs its jobs in this namespace, and the two would mix them up; name another"
    ]


# What a cluster has


def placed(spec, shared):
    platform = platform_of(shared)
    own = tree.resolve(tenant_of("vision", f"quota: {{hard: {{pods: 5}}}}\n{spec}"), [], platform)
    cluster = platform.clusters["prod"]
    here = placement.place(own, NO_FACTS, platform, cluster, placement.common_labels(own), Templates({}))
    return told(placement.check_launchers(here))


def test_a_preset_whose_addon_the_cluster_lacks_is_told():
    spec = "launchers: [{name: x, preset: argo-workflows}]"
    assert placed(spec, 'clusters: [{name: prod, version: "1.34", addons: [argo-workflows]}]') == []
    assert placed(spec, 'clusters: [{name: prod, version: "1.34"}]') == [
        (
            f"{HERE}/x/preset: argo-workflows needs argo-workflows, which is not among the addons of cluster prod; "
            "add it there if it is installed, or drop the launcher"
        )
    ]


@pytest.mark.parametrize(
    ("spec", "allowed", "fine"),
    [
        ("", "[]", False),
        ("", "[{serviceAccount: vision/job-launcher}]", True),
        ("", "[{serviceAccount: vision/job-launcher, clusters: [other]}]", False),
        ("", "[{serviceAccount: posit/job-launcher}]", False),
        (", subject: {serviceAccount: job-launcher, namespace: posit}", "[{serviceAccount: posit/job-launcher}]", True),
    ],
)
def test_nodes_are_read_by_whom_the_platform_file_names(spec, allowed, fine):
    clusters = 'clusters: [{name: prod, version: "1.34"}, {name: other, version: "1.34"}]\ndefaults: {clusters: [prod]}'
    found = placed(
        f"launchers: [{{name: x, preset: posit, nodes: true{spec}}}]", f"{clusters}\nlaunchers: {{nodes: {allowed}}}"
    )
    who = "posit/job-launcher" if "subject" in spec else "vision/job-launcher"
    refused = (
        f"{HERE}/x/nodes: the platform file does not let {who} read the nodes of prod; "
        "have it added to spec.launchers.nodes there, or write false"
    )
    assert found == ([] if fine else [refused])


def test_everything_wrong_is_told_at_once():
    text = "launchers: [{name: a, preset: nope}, {name: b, preset: kfp, mode: tight, options: {x: true}}, {name: b, preset: kfp}]"
    assert len(problems(text)) == 4


def test_the_modes_name_options_that_the_preset_has():
    known = SHIPPED.options(launchers.POSIT)
    assert {option for mode in launchers.MODES.values() for option in mode} <= set(known)


def test_the_examples_of_the_documentation_are_valid():
    text = (Path(__file__).parent.parent.parent / "docs/launchers.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(launchers:.*?)```", text, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        spaces = "namespaces: [{name: train}]\n" if "train" in example else ""
        assert problems(spaces + example) == []
