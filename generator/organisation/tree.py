"""Parents and inheritance: a tenant with everything filled in that it leaves to others."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from generator.problems import Place, Problem, instead
from generator.spec import launchers
from generator.spec.hierarchy import Bounds
from generator.spec.lifecycle import ACTIVE, FROZEN, OFFBOARDING, Offboarding
from generator.spec.platform import Platform
from generator.spec.propagation import Propagation
from generator.spec.settings import Settings, overlay
from generator.spec.tenant import Kept, Member, Tenant

#: The roles that every platform has.
BUILT_IN_ROLES = ("viewer", "editor", "admin")

#: Beginnings of label and annotation keys that isolation, admission, scheduling and sync go by.
RESERVED_KEYS = (
    "admission.gatekeeper.sh/",
    "app.kubernetes.io/managed-by",
    "argocd.argoproj.io/",
    "cnrm.cloud.google.com/",
    "istio-injection",
    "istio.io/",
    "kubernetes.io/metadata.name",
    "kueue.x-k8s.io/",
    "kustomize.toolkit.fluxcd.io/",
    "pod-security.kubernetes.io/",
    "resource.kubernetes.io/admin-access",
    "scheduler.alpha.kubernetes.io/",
    "services.k8s.aws/",
    "tenantry.dev/",
)

#: Ends of the domains of keys by which namespaces are known as part of a tree.
RESERVED_DOMAINS = ("hnc.x-k8s.io", ".tenantry.dev")


def resolve(tenant: Tenant, ancestors: Sequence[Tenant], platform: Platform) -> Tenant:
    """Fill in what *tenant* leaves open: from its tier, then its ancestors (nearest first), then the platform.

    A quota is not inherited, for a parent's cap is not a child's, and neither are identities, service accounts,
    launchers or extras; what is propagated adds up. What comes from a parent keeps the place where the parent says it.
    An ancestor that is resolved already stands for all above it, so that a long line need be resolved but once.
    """
    settings = with_tier(tenant, platform)
    own_quota = settings.quota or (platform.defaults.quota if tenant.namespaces else None)
    for ancestor in ancestors:
        settings = overlay(settings, with_tier(ancestor, platform))
    settings = overlay(settings, platform.defaults)
    line = (tenant, *ancestors)
    return replace(
        tenant,
        settings=replace(settings, quota=own_quota),
        owners=_people([(one.owners, one.kept_owners) for one in line]),
        members=_people([(one.members, one.kept_members) for one in line]),
        kept_owners=(),
        kept_members=(),
        propagate=_coming(line),
        bounds=_bounds(ancestors),
        lifecycle=_lifecycle(tenant, ancestors),
    )


def _coming(line: Sequence[Tenant]) -> tuple[Propagation, ...]:
    """Return what comes down a line, from its head on; an ancestor that is resolved holds what is above it too."""
    if not any(one.propagate for one in line):
        return ()
    return tuple({one.origin: one for tenant in reversed(line) for one in tenant.propagate}.values())


def _bounds(ancestors: Sequence[Tenant]) -> tuple[Bounds, ...]:
    """Return the bounds of all above, from the head of the line on, as :func:`_coming` does."""
    found = [bounds for one in reversed(ancestors) for bounds in (*one.bounds, one.children) if bounds is not None]
    return tuple({one.origin: one for one in found}.values())


def resolve_line(line: Sequence[Tenant], platform: Platform) -> list[Tenant]:
    """Resolve each of a line of tenants, of which each is followed by its parent."""
    resolved: list[Tenant] = []
    for one in reversed(line):
        resolved.append(resolve(one, resolved[-1:], platform))
    return resolved[::-1]


def _people(line: Sequence[tuple[tuple[Member, ...] | None, tuple[Kept, ...]]]) -> tuple[Member, ...]:
    """Return whom the nearest list names, and whom it keeps of the next one's."""
    people: tuple[Member, ...] = ()
    for named, kept in reversed(line):
        if named is not None:
            people = (*named, *(stays for one in kept for stays in _stays(one, people)))
    return people


def _stays(kept: Kept, people: Sequence[Member]) -> Iterator[Member]:
    """Yield those who keep a role, each in no more namespaces than before."""
    for one in people:
        if one.role != kept.role:
            continue
        namespaces = one.namespaces or kept.namespaces
        if one.namespaces and kept.namespaces:
            namespaces = tuple(name for name in one.namespaces if name in kept.namespaces)
            if not namespaces:  # which would mean all of them
                continue
        yield replace(one, namespaces=namespaces)


def with_tier(tenant: Tenant, platform: Platform) -> Settings:
    """Return what a tenant's own file decides, and its tier."""
    tier = platform.tiers.get(tenant.tier) if tenant.tier is not None else None
    return overlay(tenant.settings, tier) if tier is not None else tenant.settings


def _lifecycle(tenant: Tenant, ancestors: Sequence[Tenant]) -> str:
    """Freeze with the parent; but only a tenant's own file can give up its protection from removal."""
    if tenant.lifecycle == ACTIVE and any(ancestor.lifecycle != ACTIVE for ancestor in ancestors):
        return FROZEN
    return tenant.lifecycle


def check(tenant: Tenant, resolved: Tenant, platform: Platform) -> Iterator[Problem]:
    """Find what one tenant asks of the platform that the platform does not have, or does not ask as it must."""
    yield from check_references(tenant, platform)
    yield from _check_labels(tenant, resolved, platform)
    if tenant.offboarding is not None:
        yield from _check_leaving(tenant.offboarding, resolved, platform)
    if tenant.launchers:
        yield from _check_launchers(tenant, resolved)
    for repository in tenant.repositories:
        yield from _check_on(repository.clusters, repository.origin / "clusters", resolved, platform)


def _check_leaving(leaving: Offboarding, resolved: Tenant, platform: Platform) -> Iterator[Problem]:
    """Ask that a tenant is still on the clusters that it leaves: only what is there can give up its protection."""
    yield from _check_on(leaving.clusters, leaving.origin / "clusters", resolved, platform)


def _check_on(names: Sequence[str], place: Place, resolved: Tenant, platform: Platform) -> Iterator[Problem]:
    choice = resolved.settings.clusters
    own = [one.name for one in (platform.clusters_of(choice) if choice else platform.clusters.values())]
    for name in names:
        if name not in own:
            yield Problem(place / name, f"{name!r} is not a cluster that the tenant is on; {instead(name, own)}")


def risks(tenant: Tenant, ancestors: Sequence[Tenant]) -> Iterator[Problem]:
    """Find a parent that is about to go: with its file, all that is inherited from it will be gone."""
    for parent in ancestors[:1]:
        if parent.lifecycle == OFFBOARDING and tenant.lifecycle != OFFBOARDING:
            line = parent.origin / "spec" / "lifecycle"
            message = f"{parent.name!r} is offboarding ({line}); choose another parent before its file goes"
            yield Problem(tenant.origin / "spec" / "parent", message, warning=True, others=(line,))


def _check_launchers(tenant: Tenant, resolved: Tenant) -> Iterator[Problem]:
    """Hold the configuration of launchers against the people whom the tenant has, inherited ones among them."""
    people = [member.subject for member in (*(resolved.owners or ()), *(resolved.members or ()))]
    groups = {one.name for one in people if one.kind == "Group"}
    users = {one.name for one in people if one.kind == "User"}
    for launcher in tenant.launchers:
        if launcher.preset == launchers.POSIT:
            from generator.spec import posit  # few tenants have this one

            yield from posit.check(launcher, groups, users)


def check_references(tenant: Tenant, platform: Platform) -> Iterator[Problem]:
    """Find what a tenant names that the platform does not have, or keeps for itself."""
    here = tenant.origin / "spec"
    if tenant.tier is not None and tenant.tier not in platform.tiers:
        hint = instead(tenant.tier, platform.tiers)
        yield Problem(here / "tier", f"{tenant.tier!r} is not a tier of the platform; {hint}")
    choice = tenant.settings.clusters
    for name in choice.names if choice else ():
        if name not in platform.clusters:
            hint = instead(name, platform.clusters)
            yield Problem(choice.origin / name, f"{name!r} is not a cluster of the platform; {hint}")  # type: ignore[union-attr]  # it has names
    yield from _check_roles(tenant, platform)
    if tenant.launchers:
        listed = {account.name: account.namespaces for account in tenant.service_accounts}
        yield from launchers.check_presets(tenant.launchers, listed, platform.presets)
    yield from _check_reserved(tenant)


def _check_roles(tenant: Tenant, platform: Platform) -> Iterator[Problem]:
    known = {*BUILT_IN_ROLES, *platform.roles}
    named = [(member.origin, member.role) for member in tenant.members or ()]
    named += [(account.origin, account.role) for account in tenant.service_accounts if account.role is not None]
    named += [(kept.origin, kept.role) for kept in tenant.kept_members]
    for place, role in named:
        if role not in known:
            yield Problem(place / "role", f"{role!r} is not a role of the platform; {instead(role, known)}")


def _check_reserved(tenant: Tenant) -> Iterator[Problem]:
    """Keep tenants from setting by hand what isolates them, or what the sync engines and schedulers obey."""
    metadata = tenant.origin / "metadata"
    written = [(metadata / "labels", tenant.settings.labels), (metadata / "annotations", tenant.annotations)]
    for spec in tenant.namespaces:
        written += [(spec.origin / "labels", spec.labels), (spec.origin / "annotations", spec.annotations)]
    for place, given in written:
        for key in given:
            if key.startswith(RESERVED_KEYS) or key.rpartition("/")[0].endswith(RESERVED_DOMAINS):
                yield Problem(place / key, f"{key!r} is the platform's to set, for it decides on isolation; drop it")


def _check_labels(tenant: Tenant, resolved: Tenant, platform: Platform) -> Iterator[Problem]:
    place = tenant.origin / "metadata" / "labels"
    for required in platform.required_labels:
        objection = required.objection(resolved.settings.labels.get(required.key))
        if objection is not None:
            yield Problem(place / required.key, objection)
