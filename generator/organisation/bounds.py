"""Whether a tenant keeps within the bounds that those above it set.

What a tenant's own file and its tier say is held against each ancestor that sets bounds. What it inherits was held
against them where it was written, and what it inherits from the one that sets them is that tenant's own decision;
so whatever is accepted at one level is within the bounds of all levels above.
"""

import math
from collections.abc import Iterator, Sequence

from msgspec import Struct

from generator.organisation import openings, tree
from generator.problems import Place, Problem, Route, instead
from generator.spec import registries
from generator.spec.hierarchy import Bounds
from generator.spec.platform import Platform
from generator.spec.settings import Amounts, Limits, PodSecurity, Settings
from generator.spec.tenant import OWNER, Tenant

#: From the weakest to the strictest.
_LEVELS = ("privileged", "baseline", "restricted")


def check_references(tenant: Tenant, platform: Platform) -> Iterator[Problem]:
    """Find what a tenant's own bounds name that there is not."""
    bounds = tenant.children
    if bounds is None:
        return
    roles = {*tree.BUILT_IN_ROLES, *platform.roles}
    for field, given, known, what in (
        ("roles", bounds.roles, roles, "a role of the platform"),
        ("launchers", bounds.launchers, set(platform.presets.names), "a preset"),
    ):
        for name in given or ():
            if name not in known:
                yield Problem(bounds.origin / field / name, f"{name!r} is not {what}; {instead(name, known)}")
    yield from registries.check(bounds.registries or (), bounds.origin / "registries")


def check(tenant: Tenant, ancestors: Sequence[Tenant], platform: Platform) -> Iterator[Problem]:
    """Find where *tenant*, as its file has it, exceeds what its resolved *ancestors* (nearest first) let it be."""
    yield from check_references(tenant, platform)
    above = [(one, one.children) for one in ancestors if one.children is not None]
    if not above:
        return
    own = tree.with_tier(tenant, platform)
    for one, bounds in above:
        yield from _check(_Side(tenant, own, ancestors[0].settings, one, bounds), platform)


class _Side(Struct, frozen=True):
    """A tenant with what it (and its tier) says and what it inherits, and one above it with its bounds."""

    tenant: Tenant
    own: Settings
    inherited: Settings
    above: Tenant
    bounds: Bounds

    def place(self, origin: Place | None, *route: str | int) -> Place:
        """Return where the tenant says something: in its file, or by naming its tier or its parent."""
        if origin is not None and origin.document == self.tenant.origin.document:
            return Place(origin.document, (*origin.route, *route))
        return self.tenant.origin / "spec" / ("tier" if self.tenant.tier is not None else "parent")

    def problem(self, place: Place, what: str, field: str, remedy: str) -> Problem:
        """Name both lines: the tenant's, and that of the bound."""
        line = self.bounds.origin / field
        return Problem(place, f"{what} {self.above.name} lets those below it have ({line}); {remedy}", others=(line,))


def _check(side: _Side, platform: Platform) -> Iterator[Problem]:
    bounds = side.bounds
    if bounds.pod_security is not None:
        yield from _check_pod_security(side, bounds.pod_security, platform)
    if bounds.clusters:
        yield from _check_clusters(side, platform)
    if bounds.limits:
        yield from _check_limits(side)
    if bounds.network:
        yield from _check_openings(side)
    if bounds.roles is not None:
        yield from _check_roles(side, bounds.roles)
    if bounds.launchers is not None:
        yield from _check_presets(side, bounds.launchers)
    for key in bounds.labels:
        yield from _check_label(side, key)


def _one_of(names: Sequence[str]) -> str:
    return f"write one of {', '.join(names)}" if names else "drop it"


def _check_pod_security(side: _Side, least: str, platform: Platform) -> Iterator[Problem]:
    """Find levels that are too weak, among them what is inherited from the one that sets the bound."""
    newest = _newest(side, platform) if least != _LEVELS[0] else 0
    here = side.tenant.origin / "spec"
    levels = [(spec.origin / "podSecurity", spec.pod_security) for spec in side.tenant.namespaces]
    if side.own.pod_security is not None:
        written = side.tenant.settings.pod_security is not None
        levels.append((here / ("podSecurity" if written else "tier"), side.own.pod_security))
    elif side.inherited.pod_security == side.above.settings.pod_security:  # else it was told where it was written
        open_ = any(spec.pod_security is None for spec in side.tenant.namespaces)
        levels += [(here / "parent", side.inherited.pod_security)] * open_
    for place, level in levels:
        if level is not None and _LEVELS.index(level.enforce) < _LEVELS.index(least):
            yield side.problem(place, _weak(level, place), "podSecurity", f"write podSecurity: {least}")
        elif level is not None and level != side.above.settings.pod_security and _minor(level.version) < newest:
            what = f"version {level.version} asks for less of {level.enforce!r} than the version that"
            yield side.problem(place, what, "podSecurity", f"drop it, or write v1.{newest} or a later one")


def _newest(side: _Side, platform: Platform) -> float:
    """Return the minor version of Kubernetes whose levels hold above a tenant, or on the newest of its clusters.

    Older versions of a level leave out what later ones check: a seccomp profile before 1.19, capabilities before 1.22.
    """
    above = side.above.settings.pod_security
    if above is not None and above.version is not None:
        pinned = _minor(above.version)
        if pinned < math.inf:
            return pinned
    choice = side.own.clusters or side.inherited.clusters
    clusters = platform.clusters_of(choice) if choice is not None else platform.clusters.values()
    return max((_minor(cluster.version) for cluster in clusters), default=0)


def _minor(version: str | None) -> float:
    """Return the minor part of a version; what is not pinned is as new as anything."""
    return math.inf if version in (None, "latest") else int(version.rpartition(".")[2])


def _weak(level: PodSecurity, place: Place) -> str:
    inherited = ", which is inherited," if place.route[-1] == "parent" else ""
    return f"{level.enforce!r}{inherited} is weaker than the least that"


def _check_clusters(side: _Side, platform: Platform) -> Iterator[Problem]:
    choice, whole = side.own.clusters, side.above.settings.clusters
    if choice is None or whole is None:
        return
    there = [cluster.name for cluster in platform.clusters_of(whole)]
    for cluster in platform.clusters_of(choice):
        if cluster.name not in there:
            place = side.place(choice.origin, *([cluster.name] if choice.selector is None else []))
            what = f"{cluster.name!r} is not among the clusters that"
            yield side.problem(place, what, "clusters", f"stay on {', '.join(there)}" if there else "write []")


def _check_limits(side: _Side) -> Iterator[Problem]:
    whole = side.above.settings.limits
    if whole is None:
        return
    given = [side.own.limits, *(spec.limits for spec in side.tenant.namespaces)]
    for limits in given:
        for route, message, remedy in _exceeding(limits, whole) if limits is not None else ():
            written = side.tenant.settings.limits if limits is side.own.limits else limits
            place = side.place(written.origin if written and _says(written, route) else None, *route)
            yield side.problem(place, message, "limits", remedy)


def _says(limits: Limits, route: Route) -> bool:
    kind, field, resource = map(str, route)
    return resource in limits.types.get(kind[0].upper() + kind[1:], {}).get(field, {})


def _exceeding(limits: Limits, whole: Limits) -> Iterator[tuple[Route, str, str]]:
    """Yield each amount that is beyond the bound above it: its route in a tenant file, and what to say."""
    for kind, fields in whole.types.items():
        own = limits.types.get(kind, {})
        for field, amounts in fields.items():
            for resource, is_low in _beyond(field, own.get(field, {}), amounts):
                route = (kind[0].lower() + kind[1:], field, resource)
                amount, bound = own[field][resource], amounts[resource]
                said = f"{amount} is {'less than the least,' if is_low else 'more than'} {bound}, that"
                yield route, said, f"write {bound} or {'more' if is_low else 'less'}"


def _beyond(field: str, own: Amounts, whole: Amounts) -> Iterator[tuple[str, bool]]:
    """Yield the resources whose bound is looser, and whether it is too low; defaults bound nothing."""
    for resource, bound in whole.items():
        amount = own.get(resource)
        if amount is None:
            continue
        if field in ("max", "maxLimitRequestRatio") and amount > bound:
            yield resource, False
        elif field == "min" and amount < bound:
            yield resource, True


def _check_openings(side: _Side) -> Iterator[Problem]:
    for one in openings.beyond(side.own, side.above.settings):
        place = side.place(one.origin)
        yield side.problem(place, f"{one.what} is no part of what", "network", one.remedy)


def _check_roles(side: _Side, roles: Sequence[str]) -> Iterator[Problem]:
    tenant = side.tenant
    named = [(owner.origin, OWNER) for owner in tenant.owners or ()]
    named += [(member.origin / "role", member.role) for member in tenant.members or ()]
    named += [(one.origin / "role", one.role) for one in tenant.service_accounts if one.role is not None]
    for place, role in named:
        if role not in roles:
            what = f"owners have the role {role!r}, which" if place.route[1] == "owners" else f"{role!r}"
            yield side.problem(place, f"{what} is not among the roles that", "roles", _one_of(roles))


def _check_presets(side: _Side, presets: Sequence[str]) -> Iterator[Problem]:
    for launcher in side.tenant.launchers:
        if launcher.preset not in presets:
            what = f"{launcher.preset!r} is not among the presets that"
            yield side.problem(launcher.origin / "preset", what, "launchers", _one_of(presets))


def _check_label(side: _Side, key: str) -> Iterator[Problem]:
    wanted = side.above.settings.labels.get(key)
    tenant = side.tenant
    places = [(tenant.origin / "metadata" / "labels" / key, tenant.settings.labels.get(key))]
    places += [(spec.origin / "labels" / key, spec.labels.get(key)) for spec in tenant.namespaces]
    if key not in tenant.settings.labels:
        places.append((tenant.origin / "spec" / "tier", side.own.labels.get(key)))
    for place, value in places:
        if value is not None and value != wanted:
            what = f"{key}: {value!r} is not the value that"
            remedy = "drop it" if wanted is None else f"drop it, or write {wanted!r}"
            yield side.problem(place, what, "labels", remedy)
