"""References to secrets: what an operator of the cluster turns into Secrets. No value is ever rendered.

Objects for External Secrets are written with every default that its API server would fill in, or the two would
differ for ever.
"""

from collections.abc import Iterator
from typing import Any

from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement
from generator.spec.secretrefs import External, RemoteKey, SecretRef, SecretStore

_EXTERNAL = "external-secrets.io/v1"


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield what stands for each secret in each of its namespaces, and the stores that they are fetched from."""
    store = placement.cluster.secret_store
    stores: dict[tuple[str, str], Manifest] = {}
    for ref in placement.tenant.secrets:
        for namespace in placement.chosen(ref.namespaces):
            if ref.external is not None and store is not None:
                account = placement.reader(ref, namespace)
                made = _store(store, placement, namespace, account)
                stores.setdefault((namespace.name, account), Manifest(made, ref.origin))
                yield Manifest(_external(ref, ref.external, store, placement, namespace, account), ref.origin)
            elif ref.sealed is not None:
                yield Manifest(_sealed(ref, placement, namespace), ref.origin)
    yield from stores.values()


def _store(store: SecretStore, placement: Placement, namespace: Namespace, account: str) -> dict[str, Any]:
    """Build the store that one account reads: whoever may not use the account, may not use the store."""
    return {
        "apiVersion": _EXTERNAL,
        "kind": "SecretStore",
        "metadata": {"name": account, "namespace": namespace.name, "labels": placement.labels},
        "spec": {"provider": {store.field: _provider(store, placement.tenant.name, account)}},
    }


def _provider(store: SecretStore, tenant: str, account: str) -> dict[str, Any]:
    reference = {"serviceAccountRef": {"name": account}}
    get = store.options.get
    if store.provider == "aws":
        service = get("service", "SecretsManager")
        return {"auth": {"jwt": reference}, "region": get("region"), "service": service, "sessionTagsPolicy": "None"}
    if store.provider == "gcp":
        place = {"clusterLocation": get("clusterLocation"), "clusterName": get("clusterName")}
        identity = {key: value for key, value in place.items() if value is not None} | reference
        return {
            "auth": {"workloadIdentity": identity},
            "projectID": get("project"),
            "secretVersionSelectionPolicy": "LatestOrFail",
        }
    if store.provider == "azure":
        fixed = {"authType": "WorkloadIdentity", "environmentType": "PublicCloud", "useAzureSDK": False}
        return {**fixed, **reference, "vaultUrl": get("vaultUrl")}
    role = get("role", "{tenant}").replace("{tenant}", tenant)
    login = {"kubernetes": {"mountPath": get("mountPath", "kubernetes"), "role": role, **reference}}
    return {"auth": login, "path": get("path"), "server": get("server"), "version": get("version", "v2")}


def _external(
    ref: SecretRef, external: External, store: SecretStore, placement: Placement, namespace: Namespace, account: str
) -> dict[str, Any]:
    prefix = store.prefix(placement.tenant.name)
    # Without labels of its own, the Secret would get those of the sync engine that are meant for this object.
    template: dict[str, Any] = {
        "engineVersion": "v2",
        "mergePolicy": "Replace",
        "metadata": {"labels": placement.labels},
    }
    if ref.type is not None:
        template["type"] = ref.type
    spec: dict[str, Any] = {
        "refreshInterval": external.refresh,
        "secretStoreRef": {"kind": "SecretStore", "name": account},
        "target": {"creationPolicy": "Owner", "deletionPolicy": "Retain", "name": ref.name, "template": template},
    }
    if external.data:
        spec["data"] = [
            {"remoteRef": _remote(remote, prefix), "secretKey": key} for key, remote in sorted(external.data.items())
        ]
    if external.extract is not None:
        spec["dataFrom"] = [{"extract": _remote(external.extract, prefix)}]
    metadata = {"name": ref.name, "namespace": namespace.name, "labels": placement.labels}
    return {"apiVersion": _EXTERNAL, "kind": "ExternalSecret", "metadata": metadata, "spec": spec}


def _remote(remote: RemoteKey, prefix: str) -> dict[str, str]:
    given = {"key": prefix + remote.key, "property": remote.property, "version": remote.version}
    return {key: value for key, value in given.items() if value is not None}


def _sealed(ref: SecretRef, placement: Placement, namespace: Namespace) -> dict[str, Any]:
    """Build a SealedSecret under its strict scope, which is what no annotation means: one name in one namespace."""
    metadata = {"name": ref.name, "namespace": namespace.name, "labels": placement.labels}
    template: dict[str, Any] = {"metadata": metadata}
    if ref.type is not None:
        template["type"] = ref.type
    return {
        "apiVersion": "bitnami.com/v1alpha1",
        "kind": "SealedSecret",
        "metadata": metadata,
        "spec": {"encryptedData": dict(sorted((ref.sealed or {}).items())), "template": template},
    }
