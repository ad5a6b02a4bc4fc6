"""Pools: what a controller adds up over all namespaces at or below a tenant whose quota is delegated.

Each namespace has a ResourceQuota of its own beside it, with no more than the pool holds, so that the two agree; where
the controller is down, that is what remains. HNC counts along a tree of namespaces and not by labels, so it gets one:
the first namespace of a tenant is above its others, and above those of all tenants below.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.manifest import TENANT_LABEL, Manifest
from generator.organisation import shares
from generator.placement.placement import Placement
from generator.spec.hierarchy import OWN_DOMAIN

_HNC = "hnc.x-k8s.io/v1alpha2"
#: What keeps HNC from copying an object into the namespaces below, whose own ones have the same name.
_ALONE = {"propagate.hnc.x-k8s.io/none": "true"}
#: What HNC copies wherever it is installed.
_PROPAGATED = ("Role", "RoleBinding")


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the object that holds a tenant's own quota for all below it, and HNC's tree of namespaces."""
    quota = placement.tenant.settings.quota
    to = shares.delegated_to(placement.tenant, placement.share)
    if to == "hnc":
        yield from _tree(placement)
    if quota is None or not to or to == "kueue":
        return
    hard = dict(sorted((key, str(amount)) for key, amount in shares.pool(placement.tenant, placement.share).items()))
    if hard:
        yield Manifest(_POOLS[to](placement, hard), quota.origin)


def _tree(placement: Placement) -> Iterator[Manifest]:
    """Yield where HNC has each namespace: below the tenant's first one, which is below the next tenant's."""
    above = placement.share.apex if placement.share is not None else ""
    for namespace in placement.namespaces:
        first = placement.namespaces[0].name if shares.pool(placement.tenant, placement.share) else namespace.name
        parent = above if namespace.name == first else first
        if parent:
            metadata = {"name": "hierarchy", "namespace": namespace.name, "labels": placement.labels}
            body = {
                "apiVersion": _HNC,
                "kind": "HierarchyConfiguration",
                "metadata": metadata,
                "spec": {"parent": parent},
            }
            yield Manifest(body, namespace.spec.origin)


def _of_hnc(placement: Placement, hard: Mapping[str, str]) -> dict[str, Any]:
    home = placement.namespaces[0].name
    return {
        "apiVersion": _HNC,
        "kind": "HierarchicalResourceQuota",
        "metadata": {"name": "tenant", "namespace": home, "labels": placement.labels},
        "spec": {"hard": hard},
    }


def _of_capsule(placement: Placement, hard: Mapping[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "capsule.clastix.io/v1beta2",
        "kind": "GlobalResourceQuota",
        "metadata": {"name": placement.tenant.name, "labels": placement.labels},
        "spec": {"namespaceSelectors": [_selector(placement)], "quota": {"hard": hard}},
    }


def _of_openshift(placement: Placement, hard: Mapping[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "quota.openshift.io/v1",
        "kind": "ClusterResourceQuota",
        "metadata": {"name": placement.tenant.name, "labels": placement.labels},
        "spec": {"quota": {"hard": hard}, "selector": {"labels": _selector(placement)}},
    }


_POOLS = {"hnc": _of_hnc, "capsule": _of_capsule, "openshift": _of_openshift}


def _selector(placement: Placement) -> dict[str, Any]:
    """Select the namespaces at or below a tenant: by its tree label, which those of a tenant without children lack.

    The platform's default is for its own ones alone.
    """
    if placement.line and not placement.platform.is_default(placement.tenant.settings.quota):
        key = f"{placement.tenant.name}.tree.{OWN_DOMAIN}/depth"
        return {"matchExpressions": [{"key": key, "operator": "Exists"}]}
    return {"matchLabels": {TENANT_LABEL: placement.tenant.name}}


def kept_home(manifest: Manifest, placement: Placement) -> Manifest:
    """Keep HNC from copying roles and bindings out of the namespace that others are below."""
    body = manifest.body
    if body["kind"] not in _PROPAGATED or body["metadata"]["namespace"] != placement.namespaces[0].name:
        return manifest
    metadata = body["metadata"]
    annotations = {**metadata.get("annotations", {}), **_ALONE}
    return Manifest({**body, "metadata": {**metadata, "annotations": annotations}}, manifest.origin)


def is_apex(placement: Placement) -> bool:
    """Tell whether HNC has other namespaces below this tenant's first one."""
    here = shares.delegated_to(placement.tenant, placement.share) == "hnc"
    return here and bool(placement.namespaces) and bool(shares.pool(placement.tenant, placement.share))
