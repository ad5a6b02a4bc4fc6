"""A Kubernetes object on its way to a file: its body, and the place in the input that asked for it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.problems import Place, Problem

#: The order in which objects can be applied without one waiting for another: what others live in or refer
#: to comes first. It follows what ``kubectl apply`` and Flux do with a set of plain manifests.
APPLY_ORDER = (
    "CustomResourceDefinition",
    "Namespace",
    "PriorityClass",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
    "ClusterRole",
    "Role",
    "ClusterRoleBinding",
    "RoleBinding",
    "ConfigMap",
    "Secret",
    "NetworkPolicy",
    "PeerAuthentication",
    "AuthorizationPolicy",
    "Topology",
    "ResourceFlavor",
    "WorkloadPriorityClass",
    "Cohort",
    "ClusterQueue",
    "LocalQueue",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
)
_RANK = {kind: rank for rank, kind in enumerate(APPLY_ORDER)}

#: The label by which objects, and above all namespaces, are known as a tenant's; nobody but the platform writes it.
TENANT_LABEL = "tenantry.dev/tenant"

#: API group, kind, namespace (empty for a cluster-scoped object), name.
Identity = tuple[str, str, str, str]


class Manifest(Struct):
    """One object. It is not changed once a builder has yielded it (kept unfrozen: creation is the hot path).

    ``file`` is where it was read from, whoever asked for it; empty while it is in memory.
    """

    body: Mapping[str, Any]
    origin: Place
    file: str = ""


def identity(body: Mapping[str, Any]) -> Identity:
    """Tell which object of a cluster *body* describes; two manifests with one identity overwrite each other."""
    metadata = body["metadata"]
    group, _, version = body["apiVersion"].rpartition("/")
    return (group if version else "", body["kind"], metadata.get("namespace", ""), metadata["name"])


def ordered(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Sort manifests by apply order, then namespace, kind and name: the same for any order of building."""
    return sorted(manifests, key=_sort_key)


def _sort_key(manifest: Manifest) -> tuple[int, str, str, str]:
    body = manifest.body
    metadata = body["metadata"]
    kind = body["kind"]
    return (_RANK.get(kind, len(_RANK)), metadata.get("namespace", ""), kind, metadata["name"])


def duplicates(manifests: Iterable[Manifest]) -> Iterator[Problem]:
    """Find objects that are asked for twice: the cluster would keep only one of them."""
    kept = list(manifests)
    keys = [identity(manifest.body) for manifest in kept]
    if len(set(keys)) == len(keys):
        return
    seen: dict[Identity, Place] = {}
    for manifest, key in zip(kept, keys, strict=True):
        first = seen.get(key)
        if first is None:
            seen[key] = manifest.origin
            continue
        _, kind, namespace, name = key
        where = f"{namespace}/{name}" if namespace else name
        by = "twice here" if first == manifest.origin else f"here and by {first}"
        others = (first,) if first != manifest.origin else ()
        yield Problem(manifest.origin, f"{kind} {where} is asked for {by}; rename or drop one", others=others)
