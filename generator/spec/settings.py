"""The settings that a tenant, a tier and the platform's defaults share.

Every field of :class:`Settings` has three states: ``None`` leaves it to whoever decides next (tier, parent,
platform), an empty value means nothing, and a value means exactly that. Maps are overlaid key by key; lists
replace one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_network
from typing import Any

from msgspec import Struct

from generator.kubernetes import quantity
from generator.kubernetes.quantity import Quantity
from generator.kubernetes.quotakeys import check_amounts, check_value
from generator.problems import Place, Problem
from generator.spec import scoped
from generator.spec.scoped import ScopedQuota
from generator.yaml.documents import natural_key

Amounts = Mapping[str, Quantity]

#: The field of limits that says how many times its request a limit may be.
_RATIO = "maxLimitRequestRatio"


class PodSecurity(Struct, frozen=True):
    """The Pod Security levels of a namespace; ``version`` ``None`` means the cluster's own."""

    enforce: str
    audit: str
    warn: str
    version: str | None = None


class Quota(Struct, frozen=True):
    """What a tenant may consume in all; ``mode`` ``None`` means the nearest ancestor's with a quota, or partition.

    ``to`` names what enforces the sum in mode delegated; ``max_overcommit`` ``None`` means 1 in mode partition, and
    no ceiling in the others; ``scoped`` ``None`` leaves it to whoever decides next.
    """

    mode: str | None
    hard: Amounts
    origin: Place
    to: str | None = None
    max_overcommit: Quantity | None = None
    scoped: tuple[ScopedQuota, ...] | None = None


class Limits(Struct, frozen=True):
    """What one container, pod or claim may ask for: LimitRange type -> field -> resource -> amount."""

    types: Mapping[str, Mapping[str, Amounts]]
    origin: Place


class Port(Struct, frozen=True):
    """A port, or the range up to ``last``; ``last`` ``None`` means just one."""

    first: int
    last: int | None
    protocol: str


class Opening(Struct, frozen=True):
    """One way through the network isolation; one of the first six fields is set. ``tree`` is a tenant and all below it.

    Empty ``ports`` means every port; empty ``namespaces`` means all of the tenant's.
    """

    tenant: str | None
    tree: str | None
    namespace: str | None
    cidr: str | None
    dns: bool
    admitted: bool
    excepted: tuple[str, ...]
    ports: tuple[Port, ...]
    namespaces: tuple[str, ...]
    origin: Place


class Network(Struct, frozen=True):
    """Openings; ``None`` in any field leaves it to whoever decides next."""

    same_tenant: bool | None
    ingress: tuple[Opening, ...] | None
    egress: tuple[Opening, ...] | None
    origin: Place


class Caller(Struct, frozen=True):
    """Somebody whom Istio lets through; of ``tenant``, ``namespace`` and ``principal`` one is set."""

    tenant: str | None
    namespace: str | None
    principal: str | None
    methods: tuple[str, ...]
    paths: tuple[str, ...]
    ports: tuple[int, ...]
    namespaces: tuple[str, ...]
    origin: Place


class Mesh(Struct, frozen=True):
    """The tenant in Istio; ``None`` in any field leaves it to whoever decides next."""

    mtls: str | None
    ingress: tuple[Caller, ...] | None
    origin: Place


class ClusterChoice(Struct, frozen=True):
    """Clusters by name, or (where ``selector`` is not ``None``) by their labels."""

    names: tuple[str, ...]
    selector: Mapping[str, str] | None
    origin: Place


class Settings(Struct, frozen=True):
    """What somebody has decided; see the module for what ``None`` means."""

    labels: Mapping[str, str]
    clusters: ClusterChoice | None
    pod_security: PodSecurity | None
    quota: Quota | None
    limits: Limits | None
    network: Network | None
    mesh: Mesh | None


def settings(value: Mapping[str, Any], place: Place, labels: Mapping[str, str] | None = None) -> Settings:
    """Take the shared fields out of a valid ``spec``, tier or defaults."""
    get = value.get
    return Settings(
        labels=get("labels", {}) if labels is None else labels,
        clusters=_clusters(get("clusters"), place),
        pod_security=pod_security(get("podSecurity")),
        quota=_quota(get("quota"), place),
        limits=limits(get("limits"), place),
        network=_network(get("network"), place),
        mesh=_mesh(get("mesh"), place),
    )


def amounts(value: Mapping[str, Any]) -> Amounts:
    """Parse a map of quantities that the schema has found valid."""
    return {key: quantity.parse(amount) for key, amount in value.items()}


def pod_security(value: str | Mapping[str, str] | None) -> PodSecurity | None:
    """Take a Pod Security level in its short or long form."""
    if value is None:
        return None
    if isinstance(value, str):
        return PodSecurity(value, value, value)
    enforce = value["enforce"]
    return PodSecurity(enforce, value.get("audit", enforce), value.get("warn", enforce), value.get("version"))


def limits(value: Mapping[str, Any] | None, place: Place) -> Limits | None:
    """Take limits; the type names become those of a LimitRange."""
    if value is None:
        return None
    kinds = {
        kind[0].upper() + kind[1:]: {field: amounts(given) for field, given in fields.items()}
        for kind, fields in value.items()
    }
    return Limits(kinds, place / "limits")


def _clusters(value: Any, place: Place) -> ClusterChoice | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return ClusterChoice((), value["selector"], place / "clusters")
    return ClusterChoice(tuple(value), None, place / "clusters")


def _quota(value: Mapping[str, Any] | None, place: Place) -> Quota | None:
    if value is None:
        return None
    get = value.get
    factor = get("maxOvercommit")
    return Quota(
        mode=get("mode"),
        hard=amounts(get("hard", {})),
        origin=place / "quota",
        to=get("to"),
        max_overcommit=None if factor is None else quantity.parse(factor),
        scoped=_scoped(get("scoped"), place / "quota" / "scoped"),
    )


def _scoped(value: Sequence[Mapping[str, Any]] | None, place: Place) -> tuple[ScopedQuota, ...] | None:
    if value is None:
        return None
    return tuple(scoped.from_value(item, place, i) for i, item in enumerate(value))


def _network(value: Mapping[str, Any] | None, place: Place) -> Network | None:
    if value is None:
        return None
    here = place / "network"
    return Network(
        value.get("sameTenant"),
        _openings(value.get("ingress"), here / "ingress"),
        _openings(value.get("egress"), here / "egress"),
        here,
    )


def _openings(value: Sequence[Mapping[str, Any]] | None, place: Place) -> tuple[Opening, ...] | None:
    if value is None:
        return None
    return tuple(_opening(item, place / natural_key(item, i)) for i, item in enumerate(value))


def _opening(value: Mapping[str, Any], place: Place) -> Opening:
    get = value.get
    return Opening(
        tenant=get("tenant"),
        tree=get("tree"),
        namespace=get("namespace"),
        cidr=get("cidr"),
        dns=get("dns", False),
        admitted=get("admitted", False),
        excepted=tuple(get("except", ())),
        ports=tuple(map(port, get("ports", ()))),
        namespaces=tuple(get("namespaces", ())),
        origin=place,
    )


def port(value: int | str) -> Port:
    """Take a port such as ``443``, ``"53/UDP"`` or ``"8000-8100/TCP"``."""
    if isinstance(value, int):
        return Port(value, None, "TCP")
    numbers, _, protocol = value.partition("/")
    first, _, last = numbers.partition("-")
    return Port(int(first), int(last) if last else None, protocol or "TCP")


def _mesh(value: Mapping[str, Any] | None, place: Place) -> Mesh | None:
    if value is None:
        return None
    here = place / "mesh"
    callers = value.get("ingress")
    if callers is not None:
        callers = tuple(_caller(item, here / "ingress" / natural_key(item, i)) for i, item in enumerate(callers))
    return Mesh(value.get("mtls"), callers, here)


def _caller(value: Mapping[str, Any], place: Place) -> Caller:
    get = value.get
    return Caller(
        tenant=get("tenant"),
        namespace=get("namespace"),
        principal=get("principal"),
        methods=tuple(get("methods", ())),
        paths=tuple(get("paths", ())),
        ports=tuple(get("ports", ())),
        namespaces=tuple(get("namespaces", ())),
        origin=place,
    )


def check(given: Settings) -> Iterator[Problem]:
    """Find amounts that nobody can have, quotas and openings that would be refused, and what contradicts itself."""
    if given.quota is not None:
        yield from check_amounts(given.quota.hard, given.quota.origin / "hard")
        yield from scoped.check(given.quota.scoped or ())
    if given.limits is not None:
        yield from check_limits(given.limits)
    network = given.network
    for opening in (*(network.ingress or ()), *(network.egress or ())) if network else ():
        if (opening.dns or opening.admitted) and (opening.ports or opening.excepted):
            yield Problem(opening.origin, "dns and admitted bring ports of their own; write them without ports")
        whole = ip_network(opening.cidr) if opening.cidr and opening.excepted else None
        for part in opening.excepted:
            inner = ip_network(part)
            if whole is None or inner == whole or not _inside(inner, whole):
                message = f"{part!r} is not a part of {opening.cidr}; leave out what is closed anyway"
                yield Problem(opening.origin / "except" / part, message)


def check_limits(given: Limits) -> Iterator[Problem]:
    """Find amounts in limits that nobody can have; a ratio is no amount."""
    for kind, fields in given.types.items():
        for field, some in fields.items():
            if field != _RATIO and any(check_value(*one) for one in some.items()):
                yield from check_amounts(some, given.origin / (kind[0].lower() + kind[1:]) / field)


def _inside(inner: Any, whole: Any) -> bool:
    return inner.version == whole.version and bool(inner.subnet_of(whole))


def overlay(upper: Settings, lower: Settings) -> Settings:
    """Return what *upper* decides, and what *lower* decides where *upper* leaves it open."""
    return Settings(
        labels={**lower.labels, **upper.labels} if upper.labels else lower.labels,
        clusters=upper.clusters or lower.clusters,
        pod_security=upper.pod_security or lower.pod_security,
        quota=overlay_quota(upper.quota, lower.quota),
        limits=overlay_limits(upper.limits, lower.limits),
        network=_overlay_network(upper.network, lower.network),
        mesh=_overlay_mesh(upper.mesh, lower.mesh),
    )


def overlay_quota(upper: Quota | None, lower: Quota | None) -> Quota | None:
    """Overlay quotas key by key; the other fields each as a whole."""
    if upper is None or lower is None:
        return upper or lower
    return Quota(
        mode=upper.mode or lower.mode,
        hard={**lower.hard, **upper.hard},
        origin=upper.origin,
        to=upper.to or (lower.to if upper.mode is None else None),
        max_overcommit=lower.max_overcommit if upper.max_overcommit is None else upper.max_overcommit,
        scoped=lower.scoped if upper.scoped is None else upper.scoped,
    )


def overlay_limits(upper: Limits | None, lower: Limits | None) -> Limits | None:
    """Overlay limits down to the single resource."""
    if upper is None or lower is None:
        return upper or lower
    types = {
        kind: {
            field: {**lower.types.get(kind, {}).get(field, {}), **upper.types.get(kind, {}).get(field, {})}
            for field in {**lower.types.get(kind, {}), **upper.types.get(kind, {})}
        }
        for kind in {**lower.types, **upper.types}
    }
    return Limits(types, upper.origin)


def _overlay_network(upper: Network | None, lower: Network | None) -> Network | None:
    if upper is None or lower is None:
        return upper or lower
    return Network(
        same_tenant=lower.same_tenant if upper.same_tenant is None else upper.same_tenant,
        ingress=lower.ingress if upper.ingress is None else upper.ingress,
        egress=lower.egress if upper.egress is None else upper.egress,
        origin=upper.origin,
    )


def _overlay_mesh(upper: Mesh | None, lower: Mesh | None) -> Mesh | None:
    if upper is None or lower is None:
        return upper or lower
    return Mesh(upper.mtls or lower.mtls, lower.ingress if upper.ingress is None else upper.ingress, upper.origin)
