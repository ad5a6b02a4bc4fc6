"""No NetworkPolicy opens a direction to the pods of all namespaces, be it on purpose or by a slip of the pen.

An empty ``namespaceSelector`` selects every namespace, those that come tomorrow too. One whose ``matchLabels`` is null,
because the labels below it are indented too little, is an empty one for whoever does not validate fields. Outgoing
traffic to chosen pods (``podSelector``) on chosen ports, as to DNS, is fine: no tenant decides where it goes. So is the
tunnel of Istio's ambient mesh, at whose ends the mesh asks who somebody is.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside

PARAMETERS: Mapping[str, Parameter] = {}

_DIRECTIONS = {"ingress": ("from", "lets in"), "egress": ("to", "lets out to")}
_FIELDS = frozenset({"matchLabels", "matchExpressions"})
#: Where ztunnel and waypoints of Istio take what comes from others (HBONE), and nothing else listens.
_TUNNEL = 15008


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each policy with each direction that is open to all namespaces."""
    told: dict[int, tuple[str, ...]] = {}  # by which object a spec is: tenants share theirs
    for item in scene.of_kind("networking.k8s.io", "NetworkPolicy"):
        spec = item.body.get("spec")
        if id(spec) not in told:
            told[id(spec)] = tuple(_told(spec)) if isinstance(spec, (dict, Mapping)) else ()
        for said in told[id(spec)]:
            message = f"NetworkPolicy {item.name} {said}"
            yield Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)


def _told(spec: Mapping[str, Any]) -> Iterator[str]:
    for direction, (field, said) in _DIRECTIONS.items():
        rules = spec.get(direction)
        if isinstance(rules, list):
            for reason in dict.fromkeys([one for rule in rules for one in _reasons(rule, field)]):
                yield f"{said} pods of every namespace: {reason}"


def _reasons(rule: Any, field: str) -> Sequence[str]:
    peers = rule.get(field) if isinstance(rule, (dict, Mapping)) else None
    selectors = [
        (selector, peer)
        for peer in (peers if isinstance(peers, list) else ())
        if isinstance(peer, (dict, Mapping)) and isinstance(selector := peer.get("namespaceSelector"), (dict, Mapping))
    ]
    return [reason for one, peer in selectors if not _is_chosen(one) for reason in _slips(one, peer, rule, field)]


def _is_chosen(selector: Mapping[str, Any]) -> bool:
    """Tell whether a selector chooses by something, as nearly all do."""
    return _FIELDS.issuperset(selector) and any(selector.values())


def _slips(selector: Mapping[str, Any], peer: Mapping[str, Any], rule: Mapping[str, Any], field: str) -> Iterator[str]:
    strange = sorted(map(str, selector.keys() - _FIELDS))
    if strange:
        stray = ", ".join(strange)
        yield f"{stray} stands beside matchLabels, where it is no field; indent it below matchLabels"
    elif not (_is_narrow(peer, rule, field) or _is_tunnel(rule)):
        yield "its namespaceSelector is empty; name the namespace by kubernetes.io/metadata.name, or by labels"


def _is_narrow(peer: Mapping[str, Any], rule: Mapping[str, Any], field: str) -> bool:
    return field == "to" and any(inside(peer, "podSelector").values()) and bool(rule.get("ports"))


def _is_tunnel(rule: Mapping[str, Any]) -> bool:
    ports = rule.get("ports")
    return isinstance(ports, list) and bool(ports) and all(inside(one).get("port") == _TUNNEL for one in ports)
