"""NetworkPolicies: nothing in, nothing out, and then the openings that somebody asked for.

An opening between tenants is made on both sides: the tenant that lets another in decides, and the other's egress
towards it is opened with it, for the same ports. Tenants know each other by a label of their namespaces, which
only the platform can write.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from generator.fixed import Fixed
from generator.manifest import TENANT_LABEL, Manifest
from generator.organisation.directory import BELOW, EVERY_TENANT, Admission
from generator.placement.placement import Namespace, Placement
from generator.problems import Place
from generator.spec.hierarchy import OWN_DOMAIN
from generator.spec.platform import Platform
from generator.spec.settings import Opening, Port

_NAME_LABEL = "kubernetes.io/metadata.name"
_DNS_PORTS = (Port(53, None, "UDP"), Port(53, None, "TCP"))
#: Where sidecars reach Istio's control plane (xDS and certificates).
_ISTIOD_PORTS = (Port(15012, None, "TCP"),)
#: Where ambient's ztunnels reach one another, and the address its host probes come from.
_HBONE_PORTS = (Port(15008, None, "TCP"),)
_AMBIENT_PROBES = "169.254.7.127/32"


def _spec(spec: dict[str, Any]) -> Fixed:
    """Make a policy's spec that many objects share."""
    return Fixed({"podSelector": {}} | spec)


def _tenant_peer(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {TENANT_LABEL: name}}}


def _tree_peer(name: str) -> dict[str, Any]:
    key = f"{name}.tree.{OWN_DOMAIN}/depth"
    return {"namespaceSelector": {"matchExpressions": [{"key": key, "operator": "Exists"}]}}


def _namespace_peer(name: str) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": {_NAME_LABEL: name}}}


def _ports(ports: Sequence[Port]) -> list[dict[str, Any]]:
    return [
        {"port": p.first, "protocol": p.protocol} | ({"endPort": p.last} if p.last is not None else {}) for p in ports
    ]


_EVERY_TENANT = {"namespaceSelector": {"matchExpressions": [{"key": TENANT_LABEL, "operator": "Exists"}]}}
_DENY = _spec({"policyTypes": ["Ingress", "Egress"]})
#: Whoever is in the cluster; not the rest of the world.
_IN_CLUSTER: list[dict[str, Any]] = [{"namespaceSelector": {}}]
_AMBIENT = _spec(
    {
        "ingress": [
            {"from": _IN_CLUSTER, "ports": _ports(_HBONE_PORTS)},
            {"from": [{"ipBlock": {"cidr": _AMBIENT_PROBES}}]},
        ],
        "egress": [{"to": _IN_CLUSTER, "ports": _ports(_HBONE_PORTS)}],
        "policyTypes": ["Ingress", "Egress"],
    }
)


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the policies of every namespace."""
    network = placement.tenant.settings.network
    ingress = network.ingress or () if network else ()
    egress = network.egress if network else None
    same_tenant = network is None or network.same_tenant is not False
    for namespace in placement.namespaces:
        origin = network.origin if network else namespace.spec.origin
        yield _policy(placement, namespace, "default-deny", _DENY, origin)
        if same_tenant:
            yield _same_tenant(placement, namespace, origin)
        if egress is None or any(opening.dns and _here(opening, namespace) for opening in egress):
            yield _dns(placement, namespace, origin)
        yield from _mesh(placement, namespace, origin)
        yield from _ingress(placement, namespace, ingress)
        yield from _egress(placement, namespace, egress or ())
        ways = [opening for opening in egress or () if opening.admitted]
        if not ways or any(_here(opening, namespace) for opening in ways):
            yield from _admitted(placement, namespace)


def _same_tenant(placement: Placement, namespace: Namespace, origin: Place) -> Manifest:
    peers = [_tenant_peer(placement.tenant.name)]
    spec = {"ingress": [{"from": peers}], "egress": [{"to": peers}], "policyTypes": ["Ingress", "Egress"]}
    return _policy(placement, namespace, "allow-same-tenant", spec, origin)


def _dns(placement: Placement, namespace: Namespace, origin: Place) -> Manifest:
    return _policy(placement, namespace, "allow-dns", _dns_spec(placement.platform), origin)


@lru_cache(maxsize=4)
def _dns_spec(platform: Platform) -> Fixed:
    return _spec({"egress": [_dns_rule(platform)], "policyTypes": ["Egress"]})


@lru_cache(maxsize=4)
def _sidecars(platform: Platform) -> Fixed:
    """Let sidecars find and reach the control plane, which they do by name, even where workloads have no DNS."""
    control_plane = {"to": [_namespace_peer("istio-system")], "ports": _ports(_ISTIOD_PORTS)}
    return _spec({"egress": [control_plane, _dns_rule(platform)], "policyTypes": ["Egress"]})


def _dns_rule(platform: Platform) -> dict[str, Any]:
    peer = _namespace_peer(platform.dns_namespace) | {"podSelector": {"matchLabels": platform.dns_labels}}
    return {"to": [peer], "ports": _ports(_DNS_PORTS)}


def _mesh(placement: Placement, namespace: Namespace, origin: Place) -> Iterator[Manifest]:
    """Let the mesh itself through, without which a pod in it never becomes ready."""
    if "istio" in placement.cluster.addons:
        yield _policy(placement, namespace, "allow-istio", _sidecars(placement.platform), origin)
    elif "istio-ambient" in placement.cluster.addons:
        yield _policy(placement, namespace, "allow-istio", _AMBIENT, origin)


def _ingress(placement: Placement, namespace: Namespace, openings: Sequence[Opening]) -> Iterator[Manifest]:
    chosen = [o for o in openings if _here(o, namespace) and o.tenant != placement.tenant.name]
    if chosen:
        spec = {"ingress": [_rule("from", o) for o in chosen], "policyTypes": ["Ingress"]}
        yield _policy(placement, namespace, "allow-ingress", spec, chosen[0].origin)


def _egress(placement: Placement, namespace: Namespace, openings: Sequence[Opening]) -> Iterator[Manifest]:
    chosen = [
        o for o in openings if _here(o, namespace) and not (o.dns or o.admitted) and o.tenant != placement.tenant.name
    ]
    if chosen:
        spec = {"egress": [_rule("to", o) for o in chosen], "policyTypes": ["Egress"]}
        yield _policy(placement, namespace, "allow-egress", spec, chosen[0].origin)


def _admitted(placement: Placement, namespace: Namespace) -> Iterator[Manifest]:
    """Open the way to the tenants that let this one in; which ports, they say."""
    if placement.admitted:
        spec = {"egress": [_admitted_rule(admission) for admission in placement.admitted], "policyTypes": ["Egress"]}
        yield _policy(placement, namespace, "allow-admitted", spec, namespace.spec.origin)


def _admitting_peer(name: str) -> dict[str, Any]:
    return _tree_peer(name.removesuffix(BELOW)) if name.endswith(BELOW) else _tenant_peer(name)


def _admitted_rule(admission: Admission) -> dict[str, Any]:
    peer = _EVERY_TENANT if admission.tenant == EVERY_TENANT else _admitting_peer(admission.tenant)
    rule: dict[str, Any] = {"to": [peer]}
    return rule | {"ports": _ports(admission.ports)} if admission.ports else rule


def _here(opening: Opening, namespace: Namespace) -> bool:
    return not opening.namespaces or namespace.short in opening.namespaces


def _rule(direction: str, opening: Opening) -> dict[str, Any]:
    rule: dict[str, Any] = {direction: [_peer(opening)]}
    return rule | {"ports": _ports(opening.ports)} if opening.ports else rule


def _peer(opening: Opening) -> dict[str, Any]:
    if opening.tenant is not None:
        return _tenant_peer(opening.tenant)
    if opening.tree is not None:
        return _tree_peer(opening.tree)
    if opening.namespace is not None:
        return _namespace_peer(opening.namespace)
    block: dict[str, Any] = {"cidr": opening.cidr}
    return {"ipBlock": block | {"except": list(opening.excepted)} if opening.excepted else block}


def _policy(placement: Placement, namespace: Namespace, name: str, spec: dict[str, Any], origin: Place) -> Manifest:
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace.name, "labels": placement.labels},
        "spec": spec if type(spec) is Fixed else {"podSelector": {}} | spec,
    }
    return Manifest(body, origin)
