"""Whether one tenant's openings, in the network and in the mesh, are parts of another's."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_network

from msgspec import Struct

from generator.problems import Place
from generator.spec.settings import Caller, Opening, Port, Settings


class Beyond(Struct, frozen=True):
    """What somebody opens that another does not, where, and what would be right."""

    what: str
    origin: Place
    remedy: str


def beyond(inner: Settings, outer: Settings) -> Iterator[Beyond]:
    """Find what *inner* opens beyond *outer*, in which everything is filled in; what *inner* leaves open is none."""
    yield from _network(inner, outer)
    yield from _mesh(inner, outer)


def _network(inner: Settings, outer: Settings) -> Iterator[Beyond]:
    own, whole = inner.network, outer.network
    if own is None:
        return
    if own.same_tenant and whole is not None and whole.same_tenant is False:
        yield Beyond("sameTenant: true", own.origin / "sameTenant", "write false")
    ingress = whole.ingress if whole else None
    egress = whole.egress if whole else None
    for opening in own.ingress or ():
        if not any(_is_part(opening, one) for one in ingress or ()):
            yield Beyond(_named(opening), opening.origin, "narrow it or drop it")
    for opening in own.egress or ():
        open_anyway = egress is None and (opening.dns or opening.admitted or opening.tenant is not None)
        if not open_anyway and not any(_is_part(opening, one) for one in egress or ()):
            yield Beyond(_named(opening), opening.origin, "narrow it or drop it")


def _named(opening: Opening) -> str:
    if opening.dns or opening.admitted:
        return "dns" if opening.dns else "admitted"
    return f"the opening for {opening.tenant or opening.tree or opening.namespace or opening.cidr}"


def _is_part(inner: Opening, outer: Opening) -> bool:
    return (
        _is_peer(inner, outer)
        and _are_ports(inner.ports, outer.ports)
        and _are_names(inner.namespaces, outer.namespaces)
    )


def _is_peer(inner: Opening, outer: Opening) -> bool:
    """Tell whether whoever *inner* is for is among those of *outer*; whom others let in are tenants."""
    if inner.cidr is not None:
        return outer.cidr is not None and _are_addresses(inner, outer)
    if outer.admitted and inner.tenant is not None:
        return True
    return (inner.tenant, inner.tree, inner.namespace, inner.dns, inner.admitted, None) == (
        outer.tenant,
        outer.tree,
        outer.namespace,
        outer.dns,
        outer.admitted,
        outer.cidr,
    )


def _are_addresses(inner: Opening, outer: Opening) -> bool:
    """Tell whether all addresses of *inner* are in *outer*, and those that *outer* keeps closed are closed in it."""
    own, whole = ip_network(inner.cidr or ""), ip_network(outer.cidr or "")
    if own.version != whole.version or not own.subnet_of(whole):  # type: ignore[arg-type]  # of one version
        return False
    shut = [ip_network(part) for part in inner.excepted]
    return all(
        not own.overlaps(part) or any(part.subnet_of(closed) for closed in shut)  # type: ignore[arg-type]  # the same
        for part in map(ip_network, outer.excepted)
    )


def _are_ports(inner: Sequence[Port], outer: Sequence[Port]) -> bool:
    """Tell whether each port is one of the others, or each range within one of theirs; none at all means every port."""
    if not outer:
        return True
    return bool(inner) and all(any(_is_port(one, other) for other in outer) for one in inner)


def _is_port(inner: Port, outer: Port) -> bool:
    last = outer.last or outer.first
    return inner.protocol == outer.protocol and outer.first <= inner.first and (inner.last or inner.first) <= last


def _are_names(inner: Sequence[object], outer: Sequence[object]) -> bool:
    """Tell whether all names are among the others, where no names mean all there are."""
    return not outer or (bool(inner) and set(inner) <= set(outer))


def _mesh(inner: Settings, outer: Settings) -> Iterator[Beyond]:
    own, whole = inner.mesh, outer.mesh
    if own is None:
        return
    if own.mtls == "PERMISSIVE" and (whole is None or whole.mtls != "PERMISSIVE"):
        yield Beyond("mtls: PERMISSIVE", own.origin / "mtls", "write STRICT")
    for caller in own.ingress or ():
        if not any(_is_caller(caller, one) for one in (whole.ingress if whole else None) or ()):
            who = caller.tenant or caller.namespace or caller.principal
            yield Beyond(f"the opening of the mesh for {who}", caller.origin, "narrow it or drop it")


def _is_caller(inner: Caller, outer: Caller) -> bool:
    """Tell whether a caller may do no more than another, which it is; paths are compared as they are written."""
    return (inner.tenant, inner.namespace, inner.principal) == (outer.tenant, outer.namespace, outer.principal) and all(
        _are_names(own, whole)
        for own, whole in (
            (inner.methods, outer.methods),
            (inner.paths, outer.paths),
            (inner.ports, outer.ports),
            (inner.namespaces, outer.namespaces),
        )
    )
