"""Which service accounts act as somebody at a cloud, by what the manifests of a cluster say.

The annotations are those that EKS, GKE and Azure read; ACK's and Crossplane's objects tie an account to its role
without one. Whether the cloud agrees is the business of whoever owns the role there.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.problems import Place
from generator.rules.scene import Scene, inside, name_of, namespace_of

#: The annotation of a service account by which each cloud knows its identity.
ANNOTATIONS = {
    "eks.amazonaws.com/role-arn": "AWS",
    "iam.gke.io/gcp-service-account": "Google",
    "azure.workload.identity/client-id": "Azure",
}
_ASSOCIATIONS = ("eks.services.k8s.aws", "eks.aws.upbound.io")


class CloudIdentity(Struct, frozen=True):
    """A service account with what it is at a cloud, and the object that says so."""

    namespace: str
    account: str
    cloud: str
    identity: str
    origin: Place


def cloud_identities(scene: Scene) -> Iterator[CloudIdentity]:
    """Yield the identities of all service accounts."""
    for item in scene.of_kind("", "ServiceAccount"):
        annotations = inside(item.body, "metadata", "annotations")
        for key in sorted(ANNOTATIONS.keys() & annotations.keys()):
            identity = str(annotations[key])
            yield CloudIdentity(namespace_of(item), name_of(item), ANNOTATIONS[key], identity, item.origin)
    for api_group in _ASSOCIATIONS:
        for item in scene.of_kind(api_group, "PodIdentityAssociation"):
            yield from _association(item)


def _association(item: Item) -> Iterator[CloudIdentity]:
    """Read an association: ACK's under ``spec``, Crossplane's under ``spec.forProvider``."""
    spec: Mapping[str, Any] = inside(item.body, "spec", "forProvider") or inside(item.body, "spec")
    namespace, account = spec.get("namespace"), spec.get("serviceAccount")
    if isinstance(namespace, str) and isinstance(account, str):
        role = spec.get("roleARN") or spec.get("roleArn") or name_of(item)
        yield CloudIdentity(namespace, account, "AWS", str(role), item.origin)
