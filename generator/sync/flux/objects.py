"""The objects of Flux, as platform and tenants have them alike."""

from typing import Any

from generator.spec.remotes import Remote, Verification

#: Where Flux itself lives, and all that the platform has it do.
NAMESPACE = "flux-system"
#: How often a source is asked whether there is something new.
SOURCE_INTERVAL = "5m"
#: What the project recommends: a change is seen by the source's interval, and this one undoes drift.
INTERVAL = "60m"
RETRY = "2m"
TIMEOUT = "5m"


def source(remote: Remote) -> tuple[str, dict[str, Any]]:
    """Return the kind of a source, and its ``spec``."""
    way, revision = remote.revision
    spec: dict[str, Any] = {"interval": SOURCE_INTERVAL, "url": remote.url, "ref": {way: revision}}
    if remote.secret:
        spec["secretRef"] = {"name": remote.secret}
    if remote.verify is not None:
        spec["verify"] = _verify(remote.verify, is_oci=remote.is_oci)
    return "OCIRepository" if remote.is_oci else "GitRepository", spec


def _verify(given: Verification, *, is_oci: bool) -> dict[str, Any]:
    verify: dict[str, Any] = {"provider": given.provider} if is_oci else {"mode": given.mode}
    if given.secret is not None:
        verify["secretRef"] = {"name": given.secret}
    if given.identities:
        verify["matchOIDCIdentity"] = [{"issuer": issuer, "subject": subject} for issuer, subject in given.identities]
    return verify


def body(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return an object of Flux, in the stable version of its group."""
    group = "kustomize" if kind == "Kustomization" else "source"
    return {"apiVersion": f"{group}.toolkit.fluxcd.io/v1", "kind": kind, "metadata": metadata, "spec": spec}
