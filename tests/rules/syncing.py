"""How the tests of rules write the objects of Flux and Argo CD: all is well with each, but for what is said."""

from rules.judging import named

FLUX = "kustomize.toolkit.fluxcd.io/v1"
HELM = "helm.toolkit.fluxcd.io/v2"
SOURCE = "source.toolkit.fluxcd.io/v1"
ARGO = "argoproj.io/v1alpha1"
HERE = "https://kubernetes.default.svc"
GUARDRAILS = [
    {"group": "", "kind": "ResourceQuota"},
    {"group": "", "kind": "LimitRange"},
    {"group": "networking.k8s.io", "kind": "NetworkPolicy"},
    {"group": "rbac.authorization.k8s.io", "kind": "*"},
]


def flux_space(name="apps", tenant="vision"):
    found = named("Namespace", name)
    found["metadata"]["labels"] = {"toolkit.fluxcd.io/tenant": tenant}
    return found


def kustomization(name="vision", namespace="apps", **spec):
    whole = {"interval": "10m", "prune": True, "path": "./deploy", "serviceAccountName": "reconciler"}
    whole["sourceRef"] = {"kind": "GitRepository", "name": "vision"}
    return named("Kustomization", name, namespace, FLUX, spec=without_none({**whole, **spec}))


def release(name="serving", namespace="apps", **spec):
    whole = {"interval": "10m", "serviceAccountName": "reconciler", "chartRef": {"kind": "OCIRepository", "name": "s"}}
    return named("HelmRelease", name, namespace, HELM, spec=without_none({**whole, **spec}))


def source(kind="GitRepository", name="vision", namespace="apps", **spec):
    url = "https://git.example/vision" if kind == "GitRepository" else "oci://registry.example/vision"
    whole = {"interval": "10m", "url": url, "verify": {"provider": "cosign"}}
    return named(kind, name, namespace, SOURCE, spec=without_none({**whole, **spec}))


def project(name="vision", wave=None, **spec):
    whole = {
        "sourceRepos": ["https://git.example/vision"],
        "destinations": [{"server": HERE, "namespace": "ns1"}],
        "clusterResourceWhitelist": [],
        "namespaceResourceBlacklist": GUARDRAILS,
        "destinationServiceAccounts": [{"server": HERE, "namespace": "ns1", "defaultServiceAccount": "deployer"}],
    }
    return waved(named("AppProject", name, "argocd", ARGO, spec=without_none({**whole, **spec})), wave)


def application(name="vision", wave=None, namespace="argocd", **spec):
    whole = {"project": "vision", "destination": {"server": HERE, "namespace": "ns1"}}
    whole["source"] = {"repoURL": "https://git.example/vision", "path": "deploy", "targetRevision": "main"}
    return waved(named("Application", name, namespace, ARGO, spec=without_none({**whole, **spec})), wave)


def generated(generators=(), template=None, name="vision", **spec):
    whole = {"goTemplate": True, "goTemplateOptions": ["missingkey=error"], "generators": [*generators]}
    whole["syncPolicy"] = {"applicationsSync": "create-update"}
    whole["template"] = {"metadata": {"name": "x"}, "spec": {**application()["spec"], **(template or {})}}
    return named("ApplicationSet", name, "argocd", ARGO, spec=without_none({**whole, **spec}))


def waved(body, wave):
    if wave is not None:
        body["metadata"]["annotations"] = {"argocd.argoproj.io/sync-wave": wave}
    return body


def without_none(spec):
    return {key: value for key, value in spec.items() if value is not None}
