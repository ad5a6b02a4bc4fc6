"""Which kinds of object a Kubernetes version has, where they live, and their schemas. Reads files, judges nothing.

The schemas are the data files of kubernetes-validate. Its code is not used: it reads the whole set again for each
object, stops at the first error, and tells API groups apart by their first label only. We read each version's
``_definitions.json`` (1.0 to 1.8 MB) once, keep what is no prose in it, and look a kind up by its full group, version
and kind.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from generator import shipped
from generator.kubernetes import names

Schema = Mapping[str, Any]

#: API groups that come with Kubernetes 1.25 to 1.37, and ``extensions``, which older manifests still name. Not
#: every group under k8s.io does: Gateway API and the vertical pod autoscaler are custom resources.
BUILT_IN_GROUPS = frozenset({
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "lifecycle.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
})  # fmt: skip

#: Built-in kinds that live outside of every namespace (``kubectl api-resources --namespaced=false``).
CLUSTER_SCOPED = frozenset({
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterCIDR",
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterTrustBundle",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "DeviceTaintRule",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceClass",
    "ResourcePoolStatusRequest",
    "ResourceSlice",
    "RuntimeClass",
    "SelfSubjectAccessReview",
    "SelfSubjectReview",
    "SelfSubjectRulesReview",
    "ServiceCIDR",
    "StorageClass",
    "StorageVersion",
    "StorageVersionMigration",
    "SubjectAccessReview",
    "TokenReview",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
})  # fmt: skip


class Custom(Struct, frozen=True):
    """A custom resource that we write: the file of its schema under ``schemas/resources``, and where it lives."""

    file: str
    namespaced: bool = True


#: Keyed by apiVersion and kind. The schemas hold the fields that we write or plausibly will, and no others.
CUSTOM: Mapping[tuple[str, str], Custom] = {
    ("capsule.clastix.io/v1beta2", "GlobalResourceQuota"): Custom(
        "globalresourcequotas.capsule.clastix.io.json", namespaced=False
    ),
    ("hnc.x-k8s.io/v1alpha2", "HierarchicalResourceQuota"): Custom("hierarchicalresourcequotas.hnc.x-k8s.io.json"),
    ("hnc.x-k8s.io/v1alpha2", "HierarchyConfiguration"): Custom("hierarchyconfigurations.hnc.x-k8s.io.json"),
    ("quota.openshift.io/v1", "ClusterResourceQuota"): Custom(
        "clusterresourcequotas.quota.openshift.io.json", namespaced=False
    ),
    ("security.istio.io/v1", "AuthorizationPolicy"): Custom("authorizationpolicies.security.istio.io.json"),
    ("security.istio.io/v1", "PeerAuthentication"): Custom("peerauthentications.security.istio.io.json"),
    ("iam.cnrm.cloud.google.com/v1beta1", "IAMPolicyMember"): Custom("iampolicymembers.iam.cnrm.cloud.google.com.json"),
    ("eks.services.k8s.aws/v1alpha1", "PodIdentityAssociation"): Custom(
        "podidentityassociations.eks.services.k8s.aws.json"
    ),
    ("eks.aws.upbound.io/v1beta1", "PodIdentityAssociation"): Custom(
        "podidentityassociations.eks.aws.upbound.io.json", namespaced=False
    ),
    ("managedidentity.azure.com/v1api20230131", "FederatedIdentityCredential"): Custom(
        "federatedidentitycredentials.managedidentity.azure.com.json"
    ),
    ("external-secrets.io/v1", "ExternalSecret"): Custom("externalsecrets.external-secrets.io.json"),
    ("external-secrets.io/v1", "SecretStore"): Custom("secretstores.external-secrets.io.json"),
    ("bitnami.com/v1alpha1", "SealedSecret"): Custom("sealedsecrets.bitnami.com.json"),
    ("kustomize.toolkit.fluxcd.io/v1", "Kustomization"): Custom("kustomizations.kustomize.toolkit.fluxcd.io.json"),
    ("source.toolkit.fluxcd.io/v1", "GitRepository"): Custom("gitrepositories.source.toolkit.fluxcd.io.json"),
    ("source.toolkit.fluxcd.io/v1", "OCIRepository"): Custom("ocirepositories.source.toolkit.fluxcd.io.json"),
    ("kueue.x-k8s.io/v1beta2", "ClusterQueue"): Custom("clusterqueues.kueue.x-k8s.io.json", namespaced=False),
    ("kueue.x-k8s.io/v1beta2", "Cohort"): Custom("cohorts.kueue.x-k8s.io.json", namespaced=False),
    ("kueue.x-k8s.io/v1beta2", "LocalQueue"): Custom("localqueues.kueue.x-k8s.io.json"),
    ("kueue.x-k8s.io/v1beta2", "ResourceFlavor"): Custom("resourceflavors.kueue.x-k8s.io.json", namespaced=False),
    ("kueue.x-k8s.io/v1beta2", "Topology"): Custom("topologies.kueue.x-k8s.io.json", namespaced=False),
    ("kueue.x-k8s.io/v1beta2", "WorkloadPriorityClass"): Custom(
        "workloadpriorityclasses.kueue.x-k8s.io.json", namespaced=False
    ),
    ("argoproj.io/v1alpha1", "AppProject"): Custom("appprojects.argoproj.io.json"),
    ("argoproj.io/v1alpha1", "Application"): Custom("applications.argoproj.io.json"),
    ("argoproj.io/v1alpha1", "ApplicationSet"): Custom("applicationsets.argoproj.io.json"),
}

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_LABEL_SELECTOR = "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector"
_REFERENCE = "#/$defs/"


def built_in(api_version: str) -> bool:
    """Tell whether the group of *api_version* comes with Kubernetes."""
    return _group(api_version) in BUILT_IN_GROUPS


def namespaced(api_version: str, kind: str) -> bool | None:
    """Tell whether objects of a kind live in a namespace; ``None`` for custom resources that we do not know."""
    if built_in(api_version):
        return kind not in CLUSTER_SCOPED
    custom = CUSTOM.get((api_version, kind))
    return custom.namespaced if custom else None


def known_versions() -> tuple[str, ...]:
    """Name the Kubernetes versions that there are schemas of, the oldest first: ``1.25``, ``1.26``, ..."""
    return tuple(_folders())


@cache
def kinds_of(version: str) -> "Kinds":
    """Return the kinds of a Kubernetes version such as ``1.34``; raise ``ValueError`` for one without schemas."""
    folder = _folders().get(version)
    if folder is None:
        known = ", ".join(known_versions())
        raise ValueError(f"there are no schemas of Kubernetes {version!r}; use one of {known}")
    return Kinds(version, folder)


class Kinds:
    """The kinds of one Kubernetes version. Holds its definitions without their prose (about 2 MB)."""

    def __init__(self, version: str, folder: Path) -> None:
        self.version = version
        source = folder / "_definitions.json"
        self._definitions: dict[str, Any] = shipped.remembered(
            f"kubernetes-{version}", [source], lambda: _definitions(source)
        )
        self._names = dict(_identified(self._definitions))
        self._references: dict[str, tuple[str, ...]] = {}
        _check_syntax(self._definitions)

    def __contains__(self, kind: tuple[str, str]) -> bool:
        return kind in self._names

    def schema(self, api_version: str, kind: str) -> Schema:
        """Return the schema of a kind with only the definitions it reaches.

        What has no schema of its own is held to the rules for metadata alone.
        """
        name = self._names.get((api_version, kind))
        if name is not None:
            return {"$ref": _REFERENCE + name, "$defs": self._reachable(name)}
        metadata = {"properties": {"metadata": {"$ref": _REFERENCE + OBJECT_META}}}
        custom = _custom_schema(api_version, kind)
        definitions = {**self._reachable(OBJECT_META), **custom.get("$defs", {})}
        # $schema would make jsonschema read what is below by its own rules, without those of ``refusal``.
        own = {key: value for key, value in custom.items() if key not in {"$defs", "$schema"}}
        return {"allOf": [metadata, own], "$defs": definitions}

    def api_versions(self, kind: str, *, like: str) -> list[str]:
        """List the built-in API versions of *kind*: those of the group of *like* first, the stablest first."""
        group = _group(like)
        found = [api_version for api_version, known in self._names if known == kind]
        return sorted(found, key=lambda v: (_group(v) != group, _unstable(v)))

    def by_api_version(self) -> Mapping[str, list[str]]:
        """List the kinds of each built-in API version, those left out that only list others."""
        found: dict[str, list[str]] = {}
        for api_version, kind in self._names:
            if not kind.endswith("List"):
                found.setdefault(api_version, []).append(kind)
        return found

    def _reachable(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        todo = [name]
        while todo:
            current = todo.pop()
            if current not in found:
                found[current] = self._definitions[current]
                todo.extend(self._referred(current))
        return found

    def _referred(self, name: str) -> tuple[str, ...]:
        known = self._references.get(name)
        if known is None:
            known = self._references[name] = tuple(set(_references(self._definitions[name])))
        return known


@cache
def _folders() -> Mapping[str, Path]:
    """Find the folder of each version. The package is located, not imported: an import costs 100 ms."""
    spec = find_spec("kubernetes_validate")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("kubernetes-validate, which carries the Kubernetes schemas, is not installed")
    root = Path(spec.submodule_search_locations[0], "kubernetes-json-schema")
    found = {}
    for folder in root.iterdir():
        if match := re.fullmatch(r"v([0-9]+)\.([0-9]+)\.[0-9]+-local-strict", folder.name):
            found[int(match[1]), int(match[2])] = folder
    return {f"{major}.{minor}": folder for (major, minor), folder in sorted(found.items())}


@cache
def _custom_schema(api_version: str, kind: str) -> Schema:
    """Read our schema of a custom resource; empty, which everything satisfies, when we have none."""
    custom = CUSTOM.get((api_version, kind))
    if custom is None:
        return {}
    schema: Schema = json.loads(
        Path(__file__).parent.with_name("schemas").joinpath("resources", custom.file).read_bytes()
    )
    return schema


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def _definitions(source: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(source.read_bytes(), object_hook=_without_prose)["$defs"]
    return found


def _without_prose(value: dict[str, Any]) -> dict[str, Any]:
    if type(value.get("description")) is str:  # a field may be called description too, but it is a schema then
        del value["description"]
    return value


def _identified(definitions: Schema) -> Iterator[tuple[tuple[str, str], str]]:
    """Pair apiVersion and kind with the definition's name. Those of meta (Status, ...) are never written to files."""
    for name, schema in definitions.items():
        if ".apis.meta." not in name:
            for known in schema.get("x-kubernetes-group-version-kind", ()):
                group, version = known["group"], known["version"]
                yield (f"{group}/{version}" if group else version, known["kind"]), name


def _check_syntax(definitions: Schema) -> None:
    """Add to the definitions what the API server checks of labels and annotations and the schemas leave out."""
    labels = {
        "type": ["object", "null"],
        "propertyNames": names.LABEL_KEY.schema(),
        "additionalProperties": names.LABEL_VALUE.schema(),
    }
    annotations = {
        "type": ["object", "null"],
        "propertyNames": names.ANNOTATION_KEY.schema(),
        "additionalProperties": {"type": "string"},
    }
    definitions[OBJECT_META]["properties"].update(labels=labels, annotations=annotations)
    definitions[_LABEL_SELECTOR]["properties"].update(matchLabels=labels)


def _references(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(_REFERENCE)
        for value in schema.values():
            if isinstance(value, (dict, list)):
                yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _unstable(api_version: str) -> tuple[int, int, int]:
    """Rank API versions as Kubernetes does: v2 before v1, v1 before v1beta2, that before v1beta1 and any alpha."""
    match = re.fullmatch(r"(?:.*/)?v([0-9]+)(?:(alpha|beta)([0-9]+))?", api_version)
    if match is None:
        return (3, 0, 0)
    return (("", "beta", "alpha").index(match[2] or ""), -int(match[1]), -int(match[3] or 0))
