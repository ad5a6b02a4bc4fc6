"""How Flux's controllers have to be started where tenants are synced: patches for what ``flux bootstrap`` has written.

A cluster's own ``flux-system/kustomization.yaml`` takes them in as a component, so that what a new version of this
program adds is taken in as well. All flags are in Flux 2.8; what a patch finds no Deployment for is passed over.
"""

from collections.abc import Sequence
from typing import Any

_APPLYING = ("kustomize-controller", "helm-controller")
_REACTING = ("notification-controller", "image-reflector-controller", "image-automation-controller")
_NOBODY = "default"

#: Flag -> the controllers that take it.
_FLAGS: tuple[tuple[str, Sequence[str]], ...] = (
    # What a tenant names is in the tenant's namespace.
    ("--no-cross-namespace-refs=true", (*_APPLYING, *_REACTING)),
    # Nothing is built from what nobody has reviewed.
    ("--no-remote-bases=true", ("kustomize-controller",)),
    # What names no account is applied as one that may do nothing, and not as the controller, which may do everything.
    (f"--default-service-account={_NOBODY}", _APPLYING),
    # The same for the identity that the controller has at the cloud.
    (f"--default-kubeconfig-service-account={_NOBODY}", _APPLYING),
    (f"--default-decryption-service-account={_NOBODY}", ("kustomize-controller",)),
    (f"--default-service-account={_NOBODY}", ("source-controller", *_REACTING)),
    # An account that may not do everything binds a Role only when it is there: Roles are applied first.
    ("--custom-apply-stage-kinds=rbac.authorization.k8s.io/Role", ("kustomize-controller",)),
)


def component() -> dict[str, Any]:
    """Return the patches as kustomize takes them in."""
    patches = [_patch("Deployment", names, _ARGUMENTS, flag) for flag, names in _FLAGS]
    own = _patch("Kustomization", ["flux-system"], "/spec/serviceAccountName", "kustomize-controller")
    return {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component", "patches": [*patches, own]}


_ARGUMENTS = "/spec/template/spec/containers/0/args/-"


def _patch(kind: str, names: Sequence[str], path: str, value: str) -> dict[str, Any]:
    return {
        "target": {"kind": kind, "name": f"({'|'.join(names)})" if len(names) > 1 else names[0]},
        "patch": f"- op: add\n  path: {path}\n  value: {value}\n",
    }
