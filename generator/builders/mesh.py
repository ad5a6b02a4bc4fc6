"""Istio: who may call the tenant's workloads, and that nobody may without an identity.

One ALLOW policy without a selector governs all workloads of a namespace, and denies whatever it does not name.
Other tenants are named by their namespaces, one by one: a prefix such as ``research-*`` would also match those of
a tenant called ``research-archive``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement
from generator.spec.settings import Caller


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield each namespace's policies, on clusters with Istio."""
    if not placement.cluster.mesh:
        return
    mesh = placement.tenant.settings.mesh
    callers = mesh.ingress or () if mesh else ()
    network = placement.tenant.settings.network
    own = network is None or network.same_tenant is not False
    for namespace in placement.namespaces:
        origin = mesh.origin if mesh else namespace.spec.origin
        rules = [_own(placement)] if own else []
        rules += [rule for caller in callers if _here(caller, namespace) for rule in _rules(placement, caller)]
        metadata = {"name": "tenant", "namespace": namespace.name, "labels": placement.labels}
        spec: dict[str, Any] = {"action": "ALLOW", "rules": rules} if rules else {"action": "ALLOW"}
        yield Manifest(_body("AuthorizationPolicy", metadata, spec), origin)
        mtls = {"mtls": {"mode": mesh.mtls if mesh and mesh.mtls else "STRICT"}}
        yield Manifest(_body("PeerAuthentication", metadata, mtls), origin)


def _body(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def _own(placement: Placement) -> dict[str, Any]:
    return {"from": [{"source": {"namespaces": sorted(namespace.name for namespace in placement.namespaces)}}]}


def _here(caller: Caller, namespace: Namespace) -> bool:
    return not caller.namespaces or namespace.short in caller.namespaces


def _rules(placement: Placement, caller: Caller) -> Iterator[dict[str, Any]]:
    """Yield the rule of a caller; none for a tenant without namespaces here, nor for this one in a parent's list."""
    if caller.tenant == placement.tenant.name:
        return
    source = _source(placement, caller)
    if source is None:
        return
    rule: dict[str, Any] = {"from": [{"source": source}]}
    operation = _operation(caller)
    if operation:
        rule["to"] = [{"operation": operation}]
    yield rule


def _source(placement: Placement, caller: Caller) -> dict[str, Sequence[str]] | None:
    if caller.principal is not None:
        return {"principals": [caller.principal]}
    if caller.namespace is not None:
        return {"namespaces": [caller.namespace]}
    names = placement.neighbours.get(caller.tenant or "", ())
    return {"namespaces": list(names)} if names else None


def _operation(caller: Caller) -> dict[str, list[str]]:
    found = {
        "methods": list(caller.methods),
        "paths": list(caller.paths),
        "ports": [str(number) for number in caller.ports],
    }
    return {field: values for field, values in found.items() if values}
