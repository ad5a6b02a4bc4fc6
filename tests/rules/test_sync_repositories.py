"""Whole repositories as operators find them, and locked down: what is said of each, and what one change undoes."""

import shutil
from pathlib import Path

import pytest
from agreement import agreed

from generator import manifests, repository
from generator.judgement import catalogue, policy
from generator.rules.scene import Scene

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "samples" / "sync"
POLICIES = catalogue.read(Path("/nowhere"))[0]
ASKED = [
    one
    for one in POLICIES
    if one.id.startswith(("flux-", "argocd-", "folders-", "files-")) or one.id == "no-cluster-admin"
]


def found(root):
    """Tell all that is found in a repository, a line each."""
    files = {}
    read, problems = manifests.read(["."], root, files=files)
    assert problems == []
    scene = Scene(read, checkout=repository.checkout(files, ["."], root))
    return [f"{one.policy.id}: {one.message}" for one in policy.findings(ASKED, scene)]


@pytest.fixture
def sample(tmp_path):
    """Lay a sample out where no git repository is around it; return its folder."""

    def laid_out(name):
        return Path(shutil.copytree(SAMPLES / name, tmp_path / name))

    return laid_out


@pytest.mark.parametrize("name", ["flux-open", "argocd-open"])
def test_what_an_operator_would_raise_is_found(sample, name):
    expected = (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    assert sorted(found(sample(name))) == expected


@pytest.mark.parametrize("name", ["flux-locked", "argocd-locked"])
def test_nothing_is_found_in_what_is_locked_down(sample, name):
    assert found(sample(name)) == []


SYNC, RBAC, NLP = (f"tenants/base/{path}.yaml" for path in ("vision/sync", "vision/rbac", "nlp/tenant"))
CLUSTER, PATCHES = "clusters/prod", "clusters/prod/flux-system/kustomization.yaml"
FLUX = [
    (SYNC, "  serviceAccountName: vision\n", "", "flux-names-an-account"),
    (SYNC, "    name: vision\n", "    name: vision\n    namespace: nlp\n", "flux-stays-in-its-namespace"),
    (NLP, "  chart:\n", "  kubeConfig: {secretRef: {name: edge}}\n  chart:\n", "flux-stays-in-its-cluster"),
    (RBAC, "verbs: [get, list, watch, create, patch, delete]", 'verbs: ["*"]', "flux-accounts-have-no-wildcards"),
    (SYNC, "  prune: true\n", "  prune: false\n", "flux-prunes"),
    (
        f"{CLUSTER}/tenants.yaml",
        "  prune: true\n",
        "  prune: true\n  targetNamespace: vision\n",
        "flux-bundles-keep-their-namespaces",
    ),
    (
        "tenants/prod/kustomization.yaml",
        "  - ../base/nlp\n",
        "  - ../base/nlp\n  - https://git.example/x\n",
        "flux-builds-need-no-other-repository",
    ),
    ("infrastructure/backup.yaml", "substitute: disabled", "substitute: enabled", "flux-substitutes-nothing-unmarked"),
    (NLP, "helm.toolkit.fluxcd.io/v2", "helm.toolkit.fluxcd.io/v2beta2", "flux-apis-are-current"),
    (f"{CLUSTER}/infrastructure.yaml", "  prune: true\n", "  prune: true\n  force: true\n", "flux-forces-nothing"),
    (f"{CLUSTER}/tenants.yaml", "serviceAccountName: kustomize-controller", "serviceAccountName: applier", None),
    (f"{CLUSTER}/tenants.yaml", "- name: infrastructure", "- name: tenants", "flux-dependencies-can-be-met"),
    (f"{CLUSTER}/tenants.yaml", "- name: infrastructure", "- name: infrastruture", "flux-dependencies-can-be-met"),
    (SYNC, "    secretRef:\n      name: vision-age\n", "", "flux-keys-are-one-tenants"),
    (
        "infrastructure/charts.yaml",
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n",
        "",
        "flux-paths-hold-objects-alone",
    ),
    (SYNC, "    mode: HEAD\n    secretRef:\n      name: vision-authors\n", "    {}\n", "flux-sources-are-verified"),
    (SYNC, "  prune: true\n", "  prune: true\n  suspend: true\n", "flux-deletes-what-it-should"),
    (NLP, "    kustomize.toolkit.fluxcd.io/prune: disabled\n", "", "flux-namespaces-are-kept"),
    (PATCHES, "value: --no-remote-bases=true", "value: --no-remote-bases=false", "flux-controllers-are-locked-down"),
    (PATCHES, "      kind: Kustomization\n", "      kind: Service\n", "flux-controllers-are-locked-down"),
    (PATCHES, "(kustomize-controller|helm-controller)", "helm-controller", "flux-controllers-are-locked-down"),
]

PROJECTS, PREVIEWS = "argocd/projects.yaml", "apps/previews.yaml"
ARGOCD = [
    ("root.yaml", "project: platform", "project: default", "argocd-projects-are-chosen"),
    (PREVIEWS, "project: vision", 'project: "{{.project}}"', "argocd-projects-are-chosen"),
    (PROJECTS, "sourceRepos: [https://git.example/vision/deploy]", 'sourceRepos: ["*"]', "argocd-sources-are-listed"),
    (
        PROJECTS,
        "namespace: nlp-train}\n  cluster",
        'namespace: "*-train"}\n  cluster',
        "argocd-destinations-are-listed",
    ),
    (PROJECTS, '- {group: "", kind: Namespace}', '- {group: "*", kind: "*"}', "argocd-cluster-kinds-are-listed"),
    (PROJECTS, '    - {group: "", kind: LimitRange}\n', "", "argocd-tenants-make-no-guardrails"),
    (
        PROJECTS,
        "  clusterResourceWhitelist: []\n",
        "  clusterResourceWhitelist: []\n  namespaceResourceWhitelist: []\n",
        "argocd-lists-are-not-empty",
    ),
    (
        PROJECTS,
        "    - {server: https://kubernetes.default.svc, namespace: vision-train, defaultServiceAccount: deployer}\n",
        "    []\n",
        "argocd-applies-as-the-tenant",
    ),
    (PROJECTS, "sourceNamespaces: [vision-apps]", 'sourceNamespaces: ["*"]', "argocd-projects-let-no-strangers-in"),
    (PREVIEWS, "  goTemplateOptions: [missingkey=error]\n", "", "argocd-templates-miss-no-key"),
    (
        PREVIEWS,
        "    applicationsSync: create-update\n    preserveResourcesOnDeletion: true\n",
        "    {}\n",
        "argocd-generators-delete-nothing",
    ),
    ("root.yaml", "selfHeal: true", "allowEmpty: true", "argocd-allows-no-empty"),
    ("root.yaml", "ServerSideApply=true", "Replace=true", "argocd-replaces-nothing"),
    ("tenants/vision/namespace.yaml", "Prune=confirm,", "", "argocd-asks-before-namespaces-go"),
    (PROJECTS, '"-20"', '"0"', "argocd-projects-come-first"),
    ("root.yaml", "  annotations:\n    argocd.argoproj.io/manifest-generate-paths: .\n", "", "argocd-knows-its-paths"),
    (
        "apps/tenants.yaml",
        "    path: tenants/nlp\n",
        "    path: tenants/nlp\n    directory: {}\n",
        "argocd-folders-have-no-kustomization",
    ),
    (PROJECTS, "applications, sync, vision/*", "applications, *, vision/*", "argocd-roles-list-actions"),
    ("argocd/argocd-cmd-params-cm.yaml", '"true"', '"false"', "argocd-globs-say-how-deep"),
    ("tenants/nlp/namespace.yaml", "name: nlp-train", "name: vision-train", "argocd-objects-have-one-application"),
    ("argocd/argocd-cm.yaml", '"true"', '"false"', "argocd-is-locked-down"),
    (
        PROJECTS,
        "  destinations: []\n",
        '  destinations: [{server: "*", namespace: "*"}]\n',
        "argocd-default-project-is-closed",
    ),
]


@pytest.mark.parametrize(("name", "mutants"), [("flux-locked", FLUX), ("argocd-locked", ARGOCD)])
def test_one_change_to_what_is_locked_down_breaks_one_policy(sample, name, mutants):
    root = sample(name)
    agreed(
        (f"{mutant[0]}: {mutant[2]!r}: {said}" for mutant in mutants if (said := undone(root, *mutant)) is not None),
        of=len(mutants),
    )


def undone(root, path, old, new, expected):
    """Make one change, and return what is found if that is not all that should be; put it right again."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text, (path, old)
    (root / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    said = {one.partition(":")[0] for one in found(root)}
    (root / path).write_text(text, encoding="utf-8")
    return None if said == ({expected} if expected else set()) else said


CODES = [
    f"{group}{number:02}" for group, most in (("FLUX", 18), ("ARGO", 20), ("GEN", 8)) for number in range(1, most + 1)
]


def test_each_code_has_a_line_that_says_who_asks_for_it():
    lines = (ROOT / "docs" / "sync-lint.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("|")[1].strip(): line for line in reversed(lines) if line.startswith("| ")}  # the first counts
    ids = {code: one.id for one in POLICIES for code in one.codes}
    agreed((code for code in CODES if code not in rows or ids.get(code, "") not in rows[code]), of=len(CODES))
    assert [code for code in CODES if code not in ids] == ["GEN02", "GEN03", "GEN04"]  # which are no policies
