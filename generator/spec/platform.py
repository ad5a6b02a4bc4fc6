"""The platform that tenants share: clusters, tiers, roles, naming, and what holds for everybody."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from generator.kubernetes.quotakeys import capacity as counted_as
from generator.kubernetes.quotakeys import check_amounts
from generator.launcher.bundle import SHIPPED, Presets, bundles
from generator.problems import Place, Problem, instead
from generator.spec import engines, lifecycle, propagation, queueing, registries, removals
from generator.spec.engines import Sync
from generator.spec.hierarchy import Hierarchy, hierarchy
from generator.spec.queueing import Queueing
from generator.spec.remotes import Remote, remote
from generator.spec.removals import USUAL, Guard
from generator.spec.secretrefs import SecretStore
from generator.spec.secretrefs import store as secret_store
from generator.spec.settings import Amounts, ClusterChoice, Quota, Settings, amounts, settings
from generator.spec.settings import check as check_settings
from generator.spec.subjects import Subject, account
from generator.yaml.documents import Document, natural_key

#: Namespaces of Kubernetes itself and of the add-ons that clusters commonly carry: no tenant may own them.
RESERVED_NAMESPACES = ("default", "kube-*", "istio-system", "flux-system", "argocd", "cert-manager")


class Cloud(Struct, frozen=True):
    """The cloud that a cluster runs on; ``None`` means that the platform file does not say."""

    provider: str
    cluster_name: str | None
    region: str | None
    project: str | None
    issuer: str | None


class Cluster(Struct, frozen=True):
    """A cluster that tenants can live on; ``sync`` and ``cloud`` are ``None`` where the file does not say.

    ``overcommit`` says how many times its capacity may be promised, 1 for what it does not name.
    """

    name: str
    version: str
    description: str
    labels: Mapping[str, str]
    sync: Sync | None
    capacity: Amounts
    addons: frozenset[str]
    cloud: Cloud | None
    origin: Place
    snapshot: str = ""
    lifecycle: str = lifecycle.ACTIVE
    secret_store: SecretStore | None = None
    overcommit: Amounts = field(default_factory=dict)

    @property
    def mesh(self) -> bool:
        """Whether Istio runs here, with sidecars or without."""
        return "istio" in self.addons or "istio-ambient" in self.addons

    @property
    def engine(self) -> str | None:
        """The name of what applies the manifests here."""
        return self.sync.engine if self.sync is not None else None

    @property
    def has_kueue(self) -> bool:
        """Whether Kueue runs here, which makes jobs wait until there is room."""
        return "kueue" in self.addons


class RoleDefinition(Struct, frozen=True):
    """A role that tenants can give: RBAC rules as plain values, in the order of the platform file."""

    name: str
    extends: str | None
    rules: tuple[Mapping[str, Any], ...]
    origin: Place


class RequiredLabel(Struct, frozen=True):
    """A label that every tenant must have; empty ``values`` and ``pattern`` ``None`` allow any value."""

    key: str
    values: tuple[str, ...]
    pattern: str | None

    def objection(self, value: str | None) -> str | None:
        """Say what is wrong with a tenant's value of this label, if anything."""
        if value is None:
            return f"there is no {self.key!r}, which the platform requires; add one"
        if self.values and value not in self.values:
            return f"{value!r} is not a value that the platform allows; {instead(value, self.values)}"
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return f"{value!r} is not what the platform asks for; write a value that matches {self.pattern}"
        return None


class Layout(Struct, frozen=True):
    """How ``rendered/`` is laid out: one file a concern or one a tenant, over how many folders."""

    split: str
    buckets: int


class LauncherAccount(Struct, frozen=True):
    """A service account that reads nodes, or has the rights of *preset* in the whole cluster.

    Empty ``clusters`` mean all; ``preset`` is empty for one that reads nodes.
    """

    service_account: Subject
    preset: str
    clusters: tuple[str, ...]
    origin: Place

    def holds_on(self, cluster: str) -> bool:
        """Tell whether it is for a cluster."""
        return not self.clusters or cluster in self.clusters


class WideLaunchers(Struct, frozen=True):
    """What launchers may do beyond their namespaces, account by account."""

    nodes: tuple[LauncherAccount, ...] = ()
    cluster_wide: tuple[LauncherAccount, ...] = ()


class Platform(Struct, frozen=True, eq=False):
    """What holds for every tenant. There is one in a run, so it is equal only to itself.

    ``presets`` are what tenants' launchers can be, those that the site adds in files of their own among them.
    ``registries`` are the prefixes that images of jobs may have, in whole parts of a name; ``None`` means any.
    ``repository`` is where sync engines read what is rendered; ``None`` leaves that to whoever sets them up.
    ``kueue`` is ``None`` where nothing is said of queues.
    """

    name: str
    clusters: Mapping[str, Cluster]
    tiers: Mapping[str, Settings]
    defaults: Settings
    roles: Mapping[str, RoleDefinition]
    namespace_naming: str
    single_naming: str
    reserved_namespaces: re.Pattern[str]
    required_labels: tuple[RequiredLabel, ...]
    hierarchy: Hierarchy
    dns_namespace: str
    dns_labels: Mapping[str, str]
    layout: Layout
    launchers: WideLaunchers
    extras: Mapping[str, Any]
    origin: Place
    presets: Presets = SHIPPED
    registries: tuple[str, ...] | None = None
    repository: Remote | None = None
    guard: Guard = USUAL
    kueue: Queueing | None = None

    def namespace_name(self, tenant: str, namespace: str | None) -> str:
        """Apply the naming rule; ``None`` is the one namespace of a tenant that lists none."""
        if namespace is None:
            return self.single_naming.replace("{tenant}", tenant)
        return self.namespace_naming.replace("{tenant}", tenant).replace("{namespace}", namespace)

    def is_default(self, quota: Quota | None) -> bool:
        """Tell whether a quota is the one of the defaults: for the namespaces of a tenant that says nothing.

        It is no promise to whoever is below that tenant, and no bound of theirs.
        """
        default = self.defaults.quota
        return quota is not None and default is not None and quota.origin == default.origin

    def is_reserved(self, namespace: str) -> bool:
        """Tell whether no tenant may own a namespace of this name."""
        return self.reserved_namespaces.fullmatch(namespace) is not None

    def clusters_of(self, choice: ClusterChoice) -> tuple[Cluster, ...]:
        """Resolve a choice of clusters, in the order of the platform file; unknown names are passed over."""
        if choice.selector is None:
            return tuple(cluster for cluster in self.clusters.values() if cluster.name in choice.names)
        wanted = choice.selector.items()
        return tuple(cluster for cluster in self.clusters.values() if wanted <= cluster.labels.items())


def from_document(document: Document, presets: Presets = SHIPPED) -> Platform:
    """Make a platform of a document that its schema has found valid."""
    value: Any = document.value
    place = Place(document.name)
    spec = value["spec"]
    here = place / "spec"
    naming = spec.get("naming", {})
    dns = spec.get("dns", {})
    layout = spec.get("layout", {})
    return Platform(
        name=value["metadata"]["name"],
        clusters={item["name"]: _cluster(item, here / "clusters" / item["name"]) for item in spec["clusters"]},
        tiers={name: settings(tier, here / "tiers" / name) for name, tier in spec.get("tiers", {}).items()},
        defaults=settings(spec.get("defaults", {}), here / "defaults"),
        roles={name: _role(name, role, here / "roles" / name) for name, role in spec.get("roles", {}).items()},
        namespace_naming=naming.get("namespace", "{tenant}-{namespace}"),
        single_naming=naming.get("single", "{tenant}"),
        reserved_namespaces=_any_of((*RESERVED_NAMESPACES, *spec.get("reservedNamespaces", ()))),
        required_labels=tuple(map(_required_label, spec.get("requiredLabels", ()))),
        hierarchy=hierarchy(spec, here),
        dns_namespace=dns.get("namespace", "kube-system"),
        dns_labels=dns.get("labels", {"k8s-app": "kube-dns"}),
        layout=Layout(layout.get("split", "concern"), layout.get("buckets", 1)),
        launchers=_wide(spec.get("launchers", {}), here / "launchers"),
        extras=spec.get("extras", {}),
        origin=place,
        presets=presets,
        registries=tuple(spec["registries"]) if "registries" in spec else None,
        repository=remote(spec["repository"], here / "repository") if "repository" in spec else None,
        guard=removals.guard(spec.get("guard", {})),
        kueue=queueing.from_value(spec.get("kueue"), here),
    )


def _wide(value: Mapping[str, Any], place: Place) -> WideLaunchers:
    return WideLaunchers(
        _accounts(value.get("nodes", ()), place / "nodes"),
        _accounts(value.get("clusterWide", ()), place / "clusterWide"),
    )


def _accounts(value: Sequence[Mapping[str, Any]], place: Place) -> tuple[LauncherAccount, ...]:
    return tuple(
        LauncherAccount(
            account(item["serviceAccount"]),
            item.get("preset", ""),
            tuple(item.get("clusters", ())),
            place / natural_key(item, index),
        )
        for index, item in enumerate(value)
    )


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Make one expression of names in which ``*`` stands for any text."""
    return re.compile("|".join(re.escape(pattern).replace(r"\*", ".*") for pattern in patterns))


def _cluster(value: Mapping[str, Any], place: Place) -> Cluster:
    get = value.get
    return Cluster(
        name=value["name"],
        version=value["version"],
        description=get("description", ""),
        labels=get("labels", {}),
        sync=engines.sync(get("sync"), place / "sync"),
        capacity=amounts(get("capacity", {})),
        addons=frozenset(get("addons", ())),
        cloud=_cloud(get("cloud")),
        origin=place,
        snapshot=get("snapshot", ""),
        lifecycle=get("lifecycle", lifecycle.ACTIVE),
        secret_store=secret_store(get("secretStore"), place / "secretStore"),
        overcommit=amounts(get("overcommit", {})),
    )


def _cloud(value: Mapping[str, str] | None) -> Cloud | None:
    if value is None:
        return None
    get = value.get
    return Cloud(value["provider"], get("clusterName"), get("region"), get("project"), get("issuer"))


def _role(name: str, value: Mapping[str, Any], place: Place) -> RoleDefinition:
    return RoleDefinition(name, value.get("extends"), tuple(value["rules"]), place)


def _required_label(value: Mapping[str, Any]) -> RequiredLabel:
    return RequiredLabel(value["key"], tuple(value.get("values", ())), value.get("pattern"))


def check(platform: Platform, document: Document, known_versions: Sequence[str]) -> Iterator[Problem]:
    """Find what the schema cannot see: doubled names, unknown versions, references to nothing."""
    yield from _doubled_clusters(platform, document)
    for cluster in platform.clusters.values():
        yield from _check_cluster(cluster, known_versions)
    for given in (platform.defaults, *platform.tiers.values()):
        yield from check_settings(given)
    for where, chosen in _choices(platform):
        for name in chosen.names if chosen else ():
            if name not in platform.clusters:
                hint = instead(name, platform.clusters)
                yield Problem(where / "clusters" / name, f"{name!r} is not a cluster of the platform; {hint}")
    for cluster in platform.clusters.values():
        yield from engines.check(cluster.sync, cluster.name, platform.repository)
    yield from _check_launchers(platform)
    yield from registries.check(platform.registries or (), platform.origin / "spec" / "registries")
    if platform.kueue is not None:
        grounds = {
            name: queueing.Ground(one.version, has_kueue=one.has_kueue, capacity=one.capacity)
            for name, one in platform.clusters.items()
        }
        yield from queueing.check(platform.kueue, grounds)
    yield from propagation.check_modes(platform.hierarchy.modes or {}, platform.hierarchy.origin / "modes")


def _check_launchers(platform: Platform) -> Iterator[Problem]:
    known = set(platform.presets.names) - bundles()
    for given in (platform.launchers.nodes, platform.launchers.cluster_wide):
        seen: set[tuple[Subject, str]] = set()
        for one in given:
            if (one.service_account, one.preset) in seen:
                name = f"{one.service_account.namespace}/{one.service_account.name}"
                yield Problem(one.origin, f"{name!r} is there twice; write it once, with all its clusters")
            seen.add((one.service_account, one.preset))
            if one.preset and one.preset not in known:
                hint = instead(one.preset, known)
                yield Problem(one.origin / "preset", f"{one.preset!r} is not a preset for one account; {hint}")
            for name in one.clusters:
                if name not in platform.clusters:
                    hint = instead(name, platform.clusters)
                    yield Problem(one.origin / "clusters" / name, f"{name!r} is not a cluster of the platform; {hint}")


def _doubled_clusters(platform: Platform, document: Document) -> Iterator[Problem]:
    value: Any = document.value
    names = [item["name"] for item in value["spec"]["clusters"]]
    for i, name in enumerate(names):
        if name in names[:i]:
            place = platform.origin / "spec" / "clusters" / i
            yield Problem(place, f"{name!r} is the name of an earlier cluster too; a cluster is named once")


def _check_cluster(cluster: Cluster, known_versions: Sequence[str]) -> Iterator[Problem]:
    if cluster.version not in known_versions:
        span = f"{known_versions[0]} to {known_versions[-1]}"
        yield Problem(cluster.origin / "version", f"{cluster.version!r} has no schemas to check against; write {span}")
    if {"istio", "istio-ambient"} <= cluster.addons:
        yield Problem(cluster.origin / "addons", "'istio' and 'istio-ambient' exclude each other; name one")
    for resource in cluster.capacity:
        if (right := counted_as(resource)) != resource:
            message = f"{resource!r} is a key of quotas, and nodes offer {right!r}: nothing would count; write {right}"
            yield Problem(cluster.origin / "capacity" / resource, message)
    yield from check_amounts(cluster.capacity, cluster.origin / "capacity")
    for resource in cluster.overcommit:
        if resource not in cluster.capacity:
            message = (
                f"{resource!r} has no capacity here that could be overcommitted; {instead(resource, cluster.capacity)}"
            )
            yield Problem(cluster.origin / "overcommit" / resource, message)


def _choices(platform: Platform) -> Iterable[tuple[Place, ClusterChoice | None]]:
    here = platform.origin / "spec"
    yield here / "defaults", platform.defaults.clusters
    for name, tier in platform.tiers.items():
        yield here / "tiers" / name, tier.clusters
