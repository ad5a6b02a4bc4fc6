"""No two routes claim the same host and path: ``apart`` says whose.

``tenants``: routes of two tenants, or of two namespaces that are no tenant's; ``namespaces``: also of two namespaces of
one tenant; ``objects``: also two of one namespace, which some controllers want for canaries. Asks of Ingresses of one
class, of HTTPRoutes of one gateway, and of Routes of OpenShift: which of two that claim the same gets the requests is
left to the controller. A wildcard is a host of its own, for a more exact one wins over it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from generator.access.lists import Item
from generator.rules.parameters import Word
from generator.rules.scene import Hit, Scene, inside

PARAMETERS = {"apart": Word(("tenants", "namespaces", "objects"))}

_GATEWAYS = "gateway.networking.k8s.io"
KINDS = frozenset({("networking.k8s.io", "Ingress"), (_GATEWAYS, "HTTPRoute"), ("route.openshift.io", "Route")})
#: So many others are told.
_SHOWN = 3


class _Claim(NamedTuple):
    """What serves a host (a class of Ingresses, a gateway), the host, and the path with its type."""

    server: str
    host: str
    path: str

    def __str__(self) -> str:
        return f"{self.host}{self.path}"


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object that claims what another one claims, with these others."""
    if not any(scene.of_kind(*kind) for kind in KINDS):
        return
    holders: dict[_Claim, dict[str, Item]] = defaultdict(dict)
    for item in (item for kind in sorted(KINDS) for item in scene.of_kind(*kind)):
        for claim in dict.fromkeys(_claims(item)):
            holders[claim].setdefault(_unit(scene, item, parameters["apart"]), item)
    for claim, by_unit in sorted(holders.items()):
        units = sorted(by_unit)
        for unit in units if len(units) > 1 else ():
            item = by_unit[unit]
            others = [_called(by_unit[one]) for one in units[: _SHOWN + 1] if one != unit][:_SHOWN]
            more = f" and {len(units) - 1 - len(others)} more" if len(units) - 1 > len(others) else ""
            message = f"{item.kind} {item.name} claims {claim}, claimed also by {', '.join(others)}{more}"
            yield Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)


def _unit(scene: Scene, item: Item, apart: str) -> str:
    """Return what may claim a host only once."""
    if apart == "objects":
        return f"{item.namespace}/{item.kind}/{item.name}"
    tenant = scene.tenants.get(item.namespace, "") if apart == "tenants" else ""
    return f"tenant {tenant}" if tenant else f"namespace {item.namespace}"


def _called(item: Item) -> str:
    return f"{item.kind} {item.name} in namespace {item.namespace}"


def _claims(item: Item) -> Iterable[_Claim]:
    spec = inside(item.body, "spec")
    if item.kind == "Ingress":
        return _of_ingress(spec)
    if item.kind == "HTTPRoute":
        return _of_http_route(spec, item.namespace)
    host = _text(spec.get("host"))
    return [_Claim("route", host, _text(spec.get("path")) or "/")] if host else []


def _of_ingress(spec: Mapping[str, Any]) -> Iterator[_Claim]:
    server = f"ingress {_text(spec.get('ingressClassName'))}"
    for rule in _items(spec.get("rules")):
        host = _text(rule.get("host"))
        paths = _items(inside(rule, "http").get("paths")) or ({},)
        for path in paths if host else ():
            mark = "" if path.get("pathType") != "Exact" else " exactly"
            yield _Claim(server, host, (_text(path.get("path")) or "/") + mark)


def _of_http_route(spec: Mapping[str, Any], namespace: str) -> Iterator[_Claim]:
    hosts = spec.get("hostnames")
    for parent in _items(spec.get("parentRefs")):
        home = _text(parent.get("namespace")) or namespace
        server = f"gateway {home}/{_text(parent.get('name'))}/{_text(parent.get('sectionName'))}"
        for host in filter(None, map(_text, hosts if isinstance(hosts, list) else ())):
            for rule in _items(spec.get("rules")) or ({},):
                for match in _items(rule.get("matches")) or ({},):
                    yield _Claim(server, host, _path(match))


def _path(match: Mapping[str, Any]) -> str:
    """Write a path with all else that a match asks for: routes may share a path and differ in a header."""
    path = inside(match, "path")
    mark = " exactly" if path.get("type") == "Exact" else ""
    rest = {key: value for key, value in match.items() if key != "path" and value}
    return f"{_text(path.get('value')) or '/'}{mark}{f' where {rest}' if rest else ''}"


def _items(value: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
