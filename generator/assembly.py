"""A tenant's files: built, put in order, checked against Kubernetes, and written out as text, all in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct, field

from generator import emit, manifest
from generator.builders import CONCERNS, extras, launchers, pool, queue, sync
from generator.kueue import API as KUEUE
from generator.manifest import Manifest
from generator.organisation.directory import Facts
from generator.placement import placement, queuefit, room
from generator.placement.placement import Placement
from generator.problems import InputError, Place, Problem, Route, dotted, instead
from generator.repository import PLATFORM, RENDERED
from generator.spec import queues, registries, sops
from generator.spec.launchers import POSIT
from generator.spec.platform import Cluster, Platform
from generator.spec.sops import SopsFile
from generator.spec.templates import Templates
from generator.spec.tenant import Tenant
from generator.validation import validity

Files = dict[str, bytes]

#: Kinds that are reviewed by whoever reviews the file that they belong to, wherever they come from.
CONCERN_OF_KIND = {
    "AuthorizationPolicy": "30-network",
    "ClusterQueue": "60-queue",
    "Cohort": "60-queue",
    "GitRepository": "80-sync",
    "Kustomization": "80-sync",
    "LimitRange": "10-quota",
    "ClusterResourceQuota": "10-quota",
    "GlobalResourceQuota": "10-quota",
    "HierarchicalResourceQuota": "10-quota",
    "HierarchyConfiguration": "10-quota",
    "LocalQueue": "60-queue",
    "Namespace": "00-namespace",
    "NetworkPolicy": "30-network",
    "OCIRepository": "80-sync",
    "PeerAuthentication": "30-network",
    "ResourceQuota": "10-quota",
    "Role": "20-rbac",
    "RoleBinding": "20-rbac",
    "ServiceAccount": "20-rbac",
}
#: Concerns whose objects join the file of their kind, so that the same people review them.
_SPREAD = frozenset({"50-launcher", "70-extras", "80-sync"})
_EXTRAS = "70-extras"
#: What Argo CD has of a tenant in its own namespace, perhaps on another cluster, is no part of the tenant's folder.
_APART = "apart"
_KINDS_APART = frozenset({"AppProject", "Application"})


class Shared(Struct, frozen=True):
    """The files that belong to no tenant, by path; the namespaces that their objects lie in; the objects by cluster.

    ``queues`` are those of Kueue's objects that a tenant's could replace, by cluster, kind and name.
    """

    files: Files
    homes: Mapping[tuple[str, str], Place]
    manifests: Mapping[str, tuple[Manifest, ...]]
    queues: Mapping[tuple[str, str, str], Place] = field(default_factory=dict)


NOTHING_SHARED = Shared({}, {}, {})

#: Is told the name of a cluster and all that a tenant gets there.
Hearer = Callable[[str, Sequence[Manifest]], None]


class Assembly(Struct, frozen=True):
    """What every tenant's files are made with."""

    platform: Platform
    templates: Templates
    encrypted: Mapping[str, SopsFile] = field(default_factory=dict)

    def files(
        self, tenant: Tenant, facts: Facts, hear: Hearer | None = None, warn: Callable[[Problem], None] | None = None
    ) -> Files:
        """Return a resolved tenant's files, by path below the root; raise :class:`InputError` for what is wrong.

        *hear* is told what is written, as long as it is not text yet; *warn* is told what is a risk and stops nothing.
        """
        labels = placement.common_labels(tenant)
        files: Files = {}
        problems: list[Problem] = []
        risks: dict[Problem, None] = {}
        for cluster in self._clusters(tenant):
            wrong = list(placement.check_on(tenant, cluster, facts.share))
            problems += wrong
            if wrong:  # what would be built says the same once more, in the words of Kubernetes
                continue
            here = placement.place(tenant, facts, self.platform, cluster, labels, self.templates)
            problems += [*placement.check_launchers(here), *sync.check(here)]
            problems += _apart(queuefit.check(here), risks)
            concerns = _by_concern(here)
            passed, unfit = self._passed(here)
            problems += unfit
            made = [m for group in concerns.values() for m in group]
            wrong = [*_check(made, cluster), *room.check(here, made)]
            found = [] if wrong else list(_check_jobs(here, made))
            risks |= dict.fromkeys(problem for problem in found if problem.warning)
            problems += wrong + [problem for problem in found if not problem.warning and problem not in problems]
            if not problems:
                files.update(self._written(here, concerns))
                files.update((path, one.data) for path, (one, _) in passed.items())
                if hear is not None:
                    hear(cluster.name, [*made, *(Manifest(one.value, origin) for one, origin in passed.values())])
        if warn is not None:
            for risk in risks:
                warn(risk)
        if problems:
            raise InputError(problems)
        return files

    def _clusters(self, tenant: Tenant) -> Iterable[Cluster]:
        choice = tenant.settings.clusters
        return self.platform.clusters_of(choice) if choice is not None else self.platform.clusters.values()

    def _written(self, here: Placement, concerns: dict[str, list[Manifest]]) -> Iterator[tuple[str, bytes]]:
        source = here.tenant.origin.document
        folder = tenant_folder(self.platform, here.cluster.name, here.tenant.name)
        own = {name: group for name, group in concerns.items() if group and name != _APART}
        if self.platform.layout.split == "tenant":
            everything = [m for group in own.values() for m in manifest.ordered(group)]
            if everything:
                yield f"{folder}.yaml", emit.file_text(everything, source)
        else:
            for name, group in own.items():
                yield f"{folder}/{name}.yaml", emit.file_text(manifest.ordered(group), source)
        if concerns.get(_APART):
            held = manifest.ordered(concerns[_APART])
            yield apart(here.cluster.name, here.tenant.name), emit.file_text(held, source)

    def _passed(self, here: Placement) -> tuple[dict[str, tuple[SopsFile, Place]], list[Problem]]:
        """Return the files that are passed on as they are, by where they go, each with who asks for it."""
        passed: dict[str, tuple[SopsFile, Place]] = {}
        problems: list[Problem] = []
        folder = tenant_folder(self.platform, here.cluster.name, here.tenant.name)
        for ref in here.tenant.secrets:
            if ref.sops is None:
                continue
            source = sops.path(here.tenant.name, ref.sops)
            file, asked = self.encrypted.get(source), ref.origin / "sops"
            homes = [namespace.name for namespace in here.chosen(ref.namespaces)]
            if file is None:
                message = f"{source} is not there, or not sound; {instead(source, self.encrypted)}"
                problems.append(Problem(asked, message))
                continue
            wrong = sops.check_use(file.value, here.tenant.name, ref.name, homes)
            if wrong is not None:
                problems.append(Problem(asked, f"{source} {wrong}"))
            if self.platform.repository is not None and here.cluster.sync and here.cluster.sync.decryption is None:
                message = (
                    f"nobody tells Flux the key that opens this on {here.cluster.name}; name its Secret in the "
                    "platform file: sync: {engine: flux, decryption: {secret: NAME}}"
                )
                problems.append(Problem(asked, message))
            passed[f"{folder}/46-sops-{ref.name}.yaml"] = (file, asked)
        return passed, problems

    def shared(self) -> Shared:
        """Return what tenants share; raise :class:`InputError` for what is wrong."""
        files: Files = {}
        homes: dict[tuple[str, str], Place] = {}
        manifests: dict[str, tuple[Manifest, ...]] = {}
        named: dict[tuple[str, str, str], Place] = {}
        for cluster in self.platform.clusters.values():
            concerns = {
                "20-rbac": list(launchers.build_shared(self.platform, cluster)),
                "60-queue": list(queue.build_shared(self.platform, cluster)),
                _EXTRAS: list(extras.build_shared(self.platform, cluster, self.templates)),
            }
            made = [one for group in concerns.values() for one in group]
            problems = list(_check(made, cluster))
            if problems:
                raise InputError(problems)
            for one in made:
                homes.setdefault((cluster.name, one.body["metadata"].get("namespace", "")), one.origin)
                if one.body["kind"] in {"ClusterQueue", "Cohort"}:
                    named[cluster.name, one.body["kind"], one.body["metadata"]["name"]] = one.origin
            manifests[cluster.name] = tuple(made)
            for name, group in concerns.items():
                if group:
                    path = f"{RENDERED}/{cluster.name}/platform/{name}.yaml"
                    files[path] = emit.file_text(manifest.ordered(group), PLATFORM)
        return Shared(files, homes, manifests, named)


def rendered_path(platform: Platform, cluster: str, tenant: str, kind: str, route: Route = ()) -> str:
    """Return the file that holds the object of a kind that *route* in the tenant file asks for."""
    folder, concern = tenant_folder(platform, cluster, tenant), _concern(kind, route)
    if concern == _APART:
        return apart(cluster, tenant)
    return f"{folder}.yaml" if platform.layout.split == "tenant" else f"{folder}/{concern}.yaml"


def _concern(kind: str, route: Route) -> str:
    """Return the file of an object that a launcher or a template brings."""
    if kind in _KINDS_APART and route[:2] == ("spec", "repositories"):
        return _APART
    if kind not in CONCERN_OF_KIND and route[:2] == ("spec", "launchers") and len(route) > 2:  # noqa: PLR2004 - its name
        return f"50-launcher-{route[2]}"
    return CONCERN_OF_KIND.get(kind, _EXTRAS)


def apart(cluster: str, tenant: str) -> str:
    """Return the file of what a tenant has where its sync engine lives."""
    return f"{RENDERED}/{cluster}/sync/tenants/{tenant}.yaml"


def tenant_folder(platform: Platform, cluster: str, tenant: str) -> str:
    """Return where a tenant's files lie (with ``split: tenant``, its one file without the ending)."""
    buckets = platform.layout.buckets
    if buckets == 1:
        return f"{RENDERED}/{cluster}/tenants/{tenant}"
    number = int.from_bytes(sha256(tenant.encode()).digest()[:4], "big") % buckets
    return f"{RENDERED}/{cluster}/tenants/{number:0{len(str(buckets - 1))}}/{tenant}"


def _by_concern(here: Placement) -> dict[str, list[Manifest]]:
    """Build everything, by file, in the order of the files."""
    concerns: dict[str, list[Manifest]] = {}
    apex = pool.is_apex(here)
    for name, builders in CONCERNS:
        made = [m for build in builders for m in build(here)]
        if apex:
            made = [pool.kept_home(m, here) for m in made]
        if name not in _SPREAD:
            concerns[name] = made
            continue
        for one in made:
            concerns.setdefault(_concern(one.body["kind"], one.origin.route), []).append(one)
    return dict(sorted(concerns.items()))


def _check(manifests: Iterable[Manifest], cluster: Cluster) -> Iterator[Problem]:
    """Find manifests that the cluster's API server would refuse, and those that would overwrite each other."""
    kept = list(manifests)
    judge = validity.for_version(cluster.version)
    broken = [problem for m in kept for problem in judge.problems(m)]
    broken += [problem for m in kept if m.body.get("apiVersion") == KUEUE for problem in _check_queue(m)]
    yield from broken
    if not broken:
        yield from manifest.duplicates(kept)


def _apart(found: Iterable[Problem], risks: dict[Problem, None]) -> list[Problem]:
    """Return what stops a run; what does not is added to the risks."""
    kept = list(found)
    risks |= dict.fromkeys(problem for problem in kept if problem.warning)
    return [problem for problem in kept if not problem.warning]


def _check_queue(made: Manifest) -> Iterator[Problem]:
    """Find what Kueue would refuse, where it was asked for: the fields of a queue are called otherwise in our files."""
    from generator.kueue import validation  # only where there is a queue

    is_ours = made.origin.route[1:2] in {("queue",), ("kueue",)}
    field = "pool" if made.origin.route[1:2] == ("queue",) and made.body["kind"] == "Cohort" else "flavors"
    label = f"{made.body['kind']} {made.body['metadata']['name']}"
    for route, message in validation.problems(made.body):
        own = queues.written(made.body, route, field) if is_ours else ()
        said = message if is_ours else f"{dotted(route)}: {message}"
        yield Problem(Place(made.origin.document, (*made.origin.route, *own)), f"{label}: {said}")


def _registries(here: Placement) -> tuple[tuple[str, ...] | None, tuple[Place, ...]]:
    """Return where images of jobs may come from (``None``: anywhere), and which bounds of those above say so too."""
    bounds = [one for one in here.tenant.bounds if one.registries is not None]
    allowed = registries.under(here.platform.registries, (one.registries for one in bounds))
    return allowed, tuple(one.origin / "registries" for one in bounds)


def _check_jobs(here: Placement, made: Sequence[Manifest]) -> Iterator[Problem]:
    """Find jobs that a launcher lets people ask for, and that the cluster refuses."""
    launchers = [one for one in here.tenant.launchers if one.preset == POSIT and here.home(one).running]
    if not launchers:
        return
    from generator.launcher import ground, proof  # only tenants with such a launcher wait for the template engine
    from generator.spec import posit

    for launcher in launchers:
        home = ground.ground(here.home(launcher).name, here.cluster.version, made, *_registries(here))
        yield from proof.prove(posit.offer(launcher), home)
