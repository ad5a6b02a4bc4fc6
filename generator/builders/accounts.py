"""Service accounts: ``default`` without a token, and the declared ones with their cloud identity."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.manifest import Manifest
from generator.placement import cloud
from generator.placement.placement import Namespace, Placement
from generator.spec.tenant import ServiceAccount


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the service accounts of every namespace."""
    for namespace in placement.namespaces:
        yield Manifest(_body(placement, namespace, "default", {}, automount=False), namespace.spec.origin)
    for account in placement.tenant.service_accounts:
        annotations = cloud.annotations(account.identity, placement.cluster)
        for namespace in placement.chosen(account.namespaces):
            yield Manifest(_declared(placement, namespace, account, annotations), account.origin)


def _declared(
    placement: Placement, namespace: Namespace, account: ServiceAccount, annotations: Mapping[str, str]
) -> dict[str, Any]:
    body = _body(placement, namespace, account.name, annotations, automount=account.automount_token)
    if account.image_pull_secrets:
        body["imagePullSecrets"] = [{"name": name} for name in account.image_pull_secrets]
    return body


def _body(
    placement: Placement, namespace: Namespace, name: str, annotations: Mapping[str, str], *, automount: bool
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "namespace": namespace.name, "labels": placement.labels}
    if annotations:
        metadata["annotations"] = annotations
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata,
        "automountServiceAccountToken": automount,
    }
