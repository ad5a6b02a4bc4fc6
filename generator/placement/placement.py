"""A tenant on one cluster: everything decided that a builder needs, and nothing left to look up."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from generator.fixed import Fixed
from generator.kubernetes import limitrange
from generator.manifest import TENANT_LABEL
from generator.organisation import shares
from generator.organisation.allowance import Share
from generator.organisation.cohorts import Seat
from generator.organisation.directory import Admission, Facts
from generator.placement import cloud
from generator.problems import Place, Problem, Route
from generator.spec.launchers import Launcher, is_listed
from generator.spec.lifecycle import ACTIVE, OFFBOARDING, REASON, RETAIN_UNTIL, Offboarding, furthest
from generator.spec.platform import Cluster, Platform
from generator.spec.secretrefs import SecretRef
from generator.spec.settings import Amounts, Limits, PodSecurity, Quota, overlay_limits
from generator.spec.subjects import Subject
from generator.spec.templates import Templates
from generator.spec.tenant import NamespaceSpec, Tenant

#: What a namespace gets where neither tenant, nor tier, nor parent, nor platform names a level.
STRICTEST = PodSecurity("restricted", "restricted", "restricted")

#: What a container that names nothing gets, where a quota forces a value and nobody has chosen one.
FALLBACK_LIMITS = {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "2Gi"}
FALLBACK_REQUESTS = {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "256Mi"}

MANAGED_BY = "app.kubernetes.io/managed-by"


class Namespace(Struct, frozen=True):
    """A namespace as it will be; ``short`` is ``None`` for the one of a tenant that lists none.

    ``scoped_keys`` are those of quotas that hold for some of its pods beside ``hard``, which holds for all.
    """

    name: str
    short: str | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    pod_security: PodSecurity
    hard: Amounts
    limits: Limits | None
    spec: NamespaceSpec
    lifecycle: str
    scoped_keys: frozenset[str] = frozenset()

    @property
    def running(self) -> bool:
        """Whether people may change things and workloads may start in it."""
        return self.lifecycle == ACTIVE


class Placement(Struct, frozen=True):
    """One tenant (with everything inherited) on one cluster; ``labels`` are those of every object.

    ``line`` is the tenant with those above it, nearest first; empty for one without parent and children.
    ``seat`` is its place among the cohorts there; ``None`` where it has neither a queue nor a cohort.
    """

    tenant: Tenant
    cluster: Cluster
    platform: Platform
    labels: Mapping[str, str]
    namespaces: tuple[Namespace, ...]
    admitted: tuple[Admission, ...]
    neighbours: Mapping[str, Sequence[str]]
    templates: Templates
    line: tuple[str, ...] = ()
    share: Share | None = None
    seat: Seat | None = None

    def chosen(self, shorts: Sequence[str]) -> tuple[Namespace, ...]:
        """Return the namespaces with these short names; all of them for none."""
        if not shorts:
            return self.namespaces
        return tuple(namespace for namespace in self.namespaces if namespace.short in shorts)

    def home(self, launcher: Launcher) -> Namespace:
        """Return the namespace that a launcher starts jobs in; `launchers.check` has seen that there is one."""
        return self.chosen([launcher.namespace] if launcher.namespace is not None else ())[0]

    def reader(self, ref: SecretRef, namespace: Namespace) -> str:
        """Return the account that a secret is fetched as; `cloud.check_secrets` has seen that there is one."""
        found = cloud.reader(ref, self.tenant, self.cluster, namespace.short)
        if found is None:
            raise AssertionError(f"nobody fetches {ref.name}")
        return found

    def lists(self, name: str, namespace: Namespace) -> bool:
        """Tell whether the tenant itself lists a service account of this name for a namespace."""
        listed = {account.name: account.namespaces for account in self.tenant.service_accounts}
        return is_listed(listed, name, namespace.short)

    @property
    def running(self) -> bool:
        """Whether people may change things and workloads may start in any of its namespaces."""
        return any(namespace.running for namespace in self.namespaces)

    @property
    def queued(self) -> bool:
        """Whether jobs wait in queues here until there is room."""
        queue = self.tenant.queue
        return self.cluster.has_kueue and queue is not None and queue.flavors is not None and bool(self.namespaces)


def place(
    tenant: Tenant,
    facts: Facts,
    platform: Platform,
    cluster: Cluster,
    labels: Mapping[str, str],
    templates: Templates,
) -> Placement:
    """Put a resolved tenant on a cluster; *labels* come from :func:`common_labels`, once for all clusters."""
    hard = shares.of(tenant, facts.share, cluster.name)
    leaving = tenant.offboarding is not None and cluster.name in tenant.offboarding.clusters
    phase = furthest(tenant.lifecycle, cluster.lifecycle, OFFBOARDING if leaving else ACTIVE)
    return Placement(
        tenant=tenant,
        cluster=cluster,
        platform=platform,
        labels=labels,
        namespaces=tuple(_namespace(tenant, spec, hard[spec.name], platform, phase) for spec in tenant.namespaces),
        admitted=tuple(a for a in facts.admitted if cluster.name in a.clusters and a.tenant != tenant.name),
        neighbours={name: where.get(cluster.name, ()) for name, where in facts.neighbours.items()},
        templates=templates,
        line=(tenant.name, *facts.ancestors) if facts.ancestors or facts.is_parent else (),
        share=facts.share,
        seat=facts.seats.get(cluster.name),
    )


def common_labels(tenant: Tenant) -> Fixed:
    """Return the labels of every object of a tenant, in the order in which they are written."""
    labels = {**tenant.settings.labels, MANAGED_BY: "tenantry", TENANT_LABEL: tenant.name}
    return Fixed(sorted(labels.items()))


def _namespace(tenant: Tenant, spec: NamespaceSpec, hard: Amounts, platform: Platform, phase: str) -> Namespace:
    annotations = {**tenant.annotations, **spec.annotations}
    title = spec.display_name or tenant.display_name
    if title:
        annotations["tenantry.dev/display-name"] = title
    if tenant.description:
        annotations["tenantry.dev/description"] = tenant.description
    scoped = tenant.settings.quota.scoped if tenant.settings.quota is not None else None
    lifecycle = furthest(phase, spec.lifecycle)
    if lifecycle == OFFBOARDING:
        annotations |= _leaving(tenant.offboarding if phase == OFFBOARDING else None, spec.offboarding)
    return Namespace(
        name=spec.full_name or platform.namespace_name(tenant.name, spec.name),
        short=spec.name,
        labels=spec.labels,
        annotations=annotations,
        pod_security=spec.pod_security or tenant.settings.pod_security or STRICTEST,
        hard=hard,
        limits=overlay_limits(spec.limits, tenant.settings.limits),
        spec=spec,
        lifecycle=lifecycle,
        scoped_keys=frozenset(key for one in scoped or () for key in one.hard),
    )


def _leaving(*given: Offboarding | None) -> dict[str, str]:
    """Return the annotations that say how a namespace leaves: by the last day and the nearest reason that are given."""
    said = [one for one in given if one is not None]
    until = max((one.retain_until for one in said), default="")
    reasons = [one.reason for one in said if one.reason]
    return ({RETAIN_UNTIL: until} if until else {}) | ({REASON: reasons[-1]} if reasons else {})


#: Limits in a form that can be looked up: type, field, resource, amount.
_Written = tuple[tuple[str, tuple[tuple[str, tuple[tuple[str, str], ...]], ...]], ...]


def limit_range(namespace: Namespace) -> Fixed:
    """Return the whole ``spec`` of a namespace's LimitRange: its limits, and defaults for all that its quota forces."""
    return _complete(_written(namespace.limits), frozenset(namespace.hard) | namespace.scoped_keys)


@lru_cache(maxsize=4096)
def _complete(written: _Written, quota_keys: frozenset[str]) -> Fixed:
    """Complete limits; thousands of tenants have the same ones."""
    return Fixed(limitrange.complete(_spec(written), sorted(quota_keys), FALLBACK_LIMITS, FALLBACK_REQUESTS))


def _written(limits: Limits | None) -> _Written:
    if limits is None:
        return ()
    return tuple(
        (kind, tuple((field, _texts(given)) for field, given in fields.items()))
        for kind, fields in limits.types.items()
    )


def _texts(given: Amounts) -> tuple[tuple[str, str], ...]:
    return tuple([(name, amount.text or str(amount)) for name, amount in given.items()])


def _spec(written: _Written) -> dict[str, Any]:
    """Write limits as the ``spec`` of a LimitRange, its types in order."""
    items = [{"type": kind} | {field: dict(given) for field, given in fields} for kind, fields in sorted(written)]
    return {"limits": items}


@lru_cache(maxsize=4096)
def _wrong(written: _Written) -> tuple[tuple[Route, str], ...]:
    """Return what the API server would refuse in limits, by the route that leads there in a tenant file."""
    spec = _spec(written)
    return tuple((_own_route(route, spec), message) for route, message in limitrange.problems(spec))


def check_on(tenant: Tenant, cluster: Cluster, share: Share | None = None) -> Iterator[Problem]:
    """Find what keeps a resolved tenant from being placed on this cluster."""
    yield from cloud.check(tenant, cluster)
    yield from _check_addon(tenant, cluster, share)
    if tenant.secrets:
        yield from cloud.check_secrets(tenant, cluster)
    yield from _check_capacity(tenant.settings.quota, cluster)
    mesh = tenant.settings.mesh
    for caller in (mesh.ingress or ()) if mesh and "istio-ambient" in cluster.addons else ():
        if caller.methods or caller.paths:
            message = (
                f"cluster {cluster.name} runs Istio without sidecars, which sees no HTTP methods and paths, so the "
                "caller would never get through; drop them"
            )
            yield Problem(caller.origin, message)


def _check_addon(tenant: Tenant, cluster: Cluster, share: Share | None) -> Iterator[Problem]:
    """Ask for the controller that adds up what the tenant's namespaces use."""
    to = shares.delegated_to(tenant, share)
    quota = tenant.settings.quota
    if to and to not in cluster.addons:
        message = (
            f"the quota is delegated to {to}, which is not among the addons of cluster {cluster.name}; add it there if "
            "it is installed, or choose another mode"
        )
        yield Problem(quota.origin if quota is not None else tenant.origin / "spec" / "parent", message)


def _check_capacity(quota: Quota | None, cluster: Cluster) -> Iterator[Problem]:
    """Find caps that the whole cluster could not fill: they promise what is not there."""
    for key, amount in quota.hard.items() if quota else ():
        there = cluster.capacity.get(key.removeprefix("requests."))
        if there is not None and amount > there:
            most = f"{there} or less" if there else "0"
            message = f"{amount} is more than all of cluster {cluster.name} has ({there}); write {most}"
            yield Problem(quota.origin / "hard" / key, message)  # type: ignore[union-attr]  # it has caps


def check_launchers(here: Placement) -> Iterator[Problem]:
    """Find launchers that this cluster has nothing for, or that ask for more than the platform file lets them."""
    presets = here.platform.presets
    for launcher in here.tenant.launchers:
        needed = dict.fromkeys(grant.preset.needs for grant in launcher.grants(presets) if grant.preset.needs)
        for addon in needed:
            if addon not in here.cluster.addons:
                message = (
                    f"{launcher.preset} needs {addon}, which is not among the addons of cluster {here.cluster.name}; "
                    "add it there if it is installed, or drop the launcher"
                )
                yield Problem(launcher.origin / "preset", message)
        if launcher.posit is not None and launcher.posit.nodes:
            yield from _check_nodes(launcher, here)


def _check_nodes(launcher: Launcher, here: Placement) -> Iterator[Problem]:
    """Nodes are nobody's own, so that the platform file names who reads them."""
    who = launcher.account(here.platform.presets.bundle(launcher.preset).accounts[0], here.platform.presets)
    account = Subject(who.kind, who.name, who.namespace or here.home(launcher).name)
    allowed = (one for one in here.platform.launchers.nodes if one.holds_on(here.cluster.name))
    if account not in {one.service_account for one in allowed}:
        message = (
            f"the platform file does not let {account.namespace}/{account.name} read the nodes of {here.cluster.name}; "
            "have it added to spec.launchers.nodes there, or write false"
        )
        yield Problem(launcher.origin / "nodes", message)


def check(tenant: Tenant, share: Share | None = None) -> Iterator[Problem]:
    """Find what keeps a resolved tenant from being placed anywhere."""
    yield from shares.check(tenant, share)
    limits = tenant.settings.limits
    common = _wrong(_written(limits)) if limits else ()
    if limits is not None:
        yield from _told(limits, common)
    for spec in tenant.namespaces:
        if spec.limits is not None:
            own = _wrong(_written(overlay_limits(spec.limits, limits)))
            yield from _told(spec.limits, [wrong for wrong in own if wrong not in common])


def _told(limits: Limits, wrong: Sequence[tuple[Route, str]]) -> Iterator[Problem]:
    for route, message in wrong:
        yield Problem(Place(limits.origin.document, (*limits.origin.route, *route)), message)


def _own_route(route: Route, spec: dict[str, Any]) -> Route:
    """Translate a route of the LimitRange into one of the tenant file: ``container/default/cpu``."""
    if len(route) < 2 or not isinstance(route[1], int):  # noqa: PLR2004 - limits/0 leads to a type
        return ()
    kind = spec["limits"][route[1]]["type"]
    return (kind[0].lower() + kind[1:], *route[2:])
