"""Argo CD is set up so that a tenant's Applications are applied with the tenant's rights.

``argocd-cm`` turns impersonation on, and does not let go what no account matches; it tracks objects by an annotation,
since anybody can write the label, and many charts do. ``argocd-cmd-params-cm`` lets Applications in from namespaces
that it names. ``argocd-rbac-cm`` does not make everybody an administrator.

It is asked of these ConfigMaps where they are among the manifests; what Helm values make of them is not seen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import hit

PARAMETERS: Mapping[str, Parameter] = {}

_IMPERSONATION = "application.sync.impersonation"


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each of Argo CD's ConfigMaps with what it should not say."""
    for item in scene.of_kind("", "ConfigMap"):
        if item.name.startswith("argocd-"):
            yield from (hit(item, what) for what in _wrong(item))


def _wrong(item: Item) -> Iterator[str]:
    data = inside(item.body, "data")
    if item.name == "argocd-cm":
        if data.get(f"{_IMPERSONATION}.enabled") != "true":
            yield f"does not turn {_IMPERSONATION}.enabled on, so that Argo CD applies with its own rights"
        if data.get(f"{_IMPERSONATION}.enforced") == "false":
            yield "applies with Argo CD's own rights what no account matches"
        if data.get("application.resourceTrackingMethod") == "label":
            yield "tracks objects by a label that anybody can write"
    elif item.name == "argocd-cmd-params-cm":
        named = str(data.get("application.namespaces", "")).split(",")
        wide = [one.strip() for one in named if one.strip() and not one.strip().strip("*")]
        if wide:
            yield "lets Applications in from every namespace"
    elif item.name == "argocd-rbac-cm" and data.get("policy.default") == "role:admin":
        yield "makes everybody who logs in an administrator of Argo CD"
