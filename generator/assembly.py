"""A tenant's files: built, put in order, checked against Kubernetes, and written out as text, all in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from generator import emit, manifest, placement, validity
from generator.builders import CONCERNS, extras
from generator.directory import Facts
from generator.manifest import Manifest
from generator.placement import Placement
from generator.platform import Cluster, Platform
from generator.problems import InputError, Place, Problem
from generator.repository import PLATFORM, RENDERED
from generator.templates import Templates
from generator.tenant import Tenant

Files = dict[str, bytes]

#: Kinds that are reviewed by whoever reviews the file that they belong to, wherever they come from.
CONCERN_OF_KIND = {
    "AuthorizationPolicy": "30-network",
    "LimitRange": "10-quota",
    "Namespace": "00-namespace",
    "NetworkPolicy": "30-network",
    "PeerAuthentication": "30-network",
    "ResourceQuota": "10-quota",
    "Role": "20-rbac",
    "RoleBinding": "20-rbac",
    "ServiceAccount": "20-rbac",
}


@dataclass(frozen=True, slots=True)
class Shared:
    """The files that belong to no tenant, by path; the namespaces that their objects lie in; the objects by cluster."""

    files: Files
    homes: Mapping[tuple[str, str], Place]
    manifests: Mapping[str, tuple[Manifest, ...]]


NOTHING_SHARED = Shared({}, {}, {})

#: Is told the name of a cluster and all that a tenant gets there.
Hearer = Callable[[str, Iterable[Manifest]], None]


@dataclass(frozen=True, slots=True)
class Assembly:
    """What every tenant's files are made with."""

    platform: Platform
    templates: Templates

    def files(self, tenant: Tenant, facts: Facts, hear: Hearer | None = None) -> Files:
        """Return a resolved tenant's files, by path below the root; raise :class:`InputError` for what is wrong.

        *hear* is told what is written, as long as it is not text yet.
        """
        labels = placement.common_labels(tenant)
        files: Files = {}
        problems: list[Problem] = []
        for cluster in self._clusters(tenant):
            wrong = list(placement.check_on(tenant, cluster))
            problems += wrong
            if wrong:  # what would be built says the same once more, in the words of Kubernetes
                continue
            here = placement.place(tenant, facts, self.platform, cluster, labels, self.templates)
            concerns = _by_concern(here)
            problems += _check((m for group in concerns.values() for m in group), cluster)
            if not problems:
                files.update(self._written(here, concerns))
                if hear is not None:
                    hear(cluster.name, [m for group in concerns.values() for m in group])
        if problems:
            raise InputError(problems)
        return files

    def _clusters(self, tenant: Tenant) -> Iterable[Cluster]:
        choice = tenant.settings.clusters
        return self.platform.clusters_of(choice) if choice is not None else self.platform.clusters.values()

    def _written(self, here: Placement, concerns: dict[str, list[Manifest]]) -> Iterator[tuple[str, bytes]]:
        source = here.tenant.origin.document
        folder = tenant_folder(self.platform, here.cluster.name, here.tenant.name)
        if self.platform.layout.split == "tenant":
            everything = [m for group in concerns.values() for m in manifest.ordered(group)]
            if everything:
                yield f"{folder}.yaml", emit.file_text(everything, source)
            return
        for name, group in concerns.items():
            if group:
                yield f"{folder}/{name}.yaml", emit.file_text(manifest.ordered(group), source)

    def shared(self) -> Shared:
        """Return what tenants share; raise :class:`InputError` for what is wrong."""
        files: Files = {}
        homes: dict[tuple[str, str], Place] = {}
        manifests: dict[str, tuple[Manifest, ...]] = {}
        for cluster in self.platform.clusters.values():
            made = list(extras.build_shared(self.platform, cluster, self.templates))
            problems = list(_check(made, cluster))
            if problems:
                raise InputError(problems)
            for one in made:
                homes.setdefault((cluster.name, one.body["metadata"].get("namespace", "")), one.origin)
            manifests[cluster.name] = tuple(made)
            if made:
                path = f"{RENDERED}/{cluster.name}/platform/70-extras.yaml"
                files[path] = emit.file_text(manifest.ordered(made), PLATFORM)
        return Shared(files, homes, manifests)


def rendered_path(platform: Platform, cluster: str, tenant: str, kind: str) -> str:
    """Return the file that holds a tenant's objects of a kind."""
    folder = tenant_folder(platform, cluster, tenant)
    if platform.layout.split == "tenant":
        return f"{folder}.yaml"
    return f"{folder}/{CONCERN_OF_KIND.get(kind, '70-extras')}.yaml"


def tenant_folder(platform: Platform, cluster: str, tenant: str) -> str:
    """Return where a tenant's files lie (with ``split: tenant``, its one file without the ending)."""
    buckets = platform.layout.buckets
    if buckets == 1:
        return f"{RENDERED}/{cluster}/tenants/{tenant}"
    number = int.from_bytes(sha256(tenant.encode()).digest()[:4], "big") % buckets
    return f"{RENDERED}/{cluster}/tenants/{number:0{len(str(buckets - 1))}}/{tenant}"


def _by_concern(here: Placement) -> dict[str, list[Manifest]]:
    """Build everything, by file. What templates make joins the file of its kind, so that the same people review it."""
    concerns = {name: [m for build in builders for m in build(here)] for name, builders in CONCERNS}
    made, concerns["70-extras"] = concerns["70-extras"], []
    for one in made:
        concerns[CONCERN_OF_KIND.get(one.body["kind"], "70-extras")].append(one)
    return concerns


def _check(manifests: Iterable[Manifest], cluster: Cluster) -> Iterator[Problem]:
    """Find manifests that the cluster's API server would refuse, and those that would overwrite each other."""
    kept = list(manifests)
    judge = validity.for_version(cluster.version)
    broken = [problem for m in kept for problem in judge.problems(m)]
    yield from broken
    if not broken:
        yield from manifest.duplicates(kept)
