"""What Argo CD is told of the repositories of a tenant: a project that bounds them, and an Application for each.

The project names the tenant's repositories, namespaces and kinds, one by one, and what holds the tenant is denied
whatever else is allowed. Each sync acts as an account of the tenant (impersonation), found by the namespace that it is
deployed to: so two repositories of a tenant cannot share the namespace that they are called by.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.kubernetes import resources
from generator.kubernetes.kinds import kinds_of
from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement
from generator.problems import Problem
from generator.spec.engines import Sync
from generator.spec.lifecycle import ACTIVE, OFFBOARDING
from generator.spec.repositories import Repository, Window
from generator.sync import reconciler
from generator.sync.argocd import objects

#: What holds a tenant, whoever asks for it.
DENIED = (
    *(("", kind) for kind in ("LimitRange", "ResourceQuota", "ServiceAccount")),
    ("networking.k8s.io", "NetworkPolicy"),
    *(("rbac.authorization.k8s.io", kind) for kind in ("Role", "RoleBinding")),
    ("security.istio.io", "*"),
)
#: Who may start a sync by hand; whoever else is a member of the tenant may look.
_SYNCING = frozenset({"editor", "admin"})
#: No window is longer than its next beginning, so that this one never ends.
_ALWAYS = {"kind": "deny", "schedule": "0 0 * * *", "duration": "24h", "applications": ["*"], "manualSync": False}


def own(placement: Placement) -> Iterator[Manifest]:
    """Yield what the repositories of a tenant need on a cluster."""
    sync, given = placement.cluster.sync, [*_here(placement)]
    if sync is None or not given:
        return
    for repository, targets in given:
        yield from reconciler.build(placement, repository, targets)
    project = _project(placement, sync, given)
    place = placement.tenant.origin / "spec" / "repositories"
    yield Manifest(objects.body("AppProject", _metadata(placement, sync, _name(placement)), project), place)
    for repository, targets in given:
        if repository.lifecycle != OFFBOARDING:
            yield Manifest(_application(placement, sync, repository, targets), repository.origin)


def check(placement: Placement) -> Iterator[Problem]:
    """Find repositories that Argo CD cannot sync."""
    homes: dict[str, Repository] = {}
    for repository, targets in _here(placement):
        if repository.remote.is_oci:
            message = f"{placement.cluster.name} is synced by Argo CD, which is given git repositories here; write url"
            yield Problem(repository.origin / "oci", message)
        if repository.decryption is not None:
            message = (
                f"Argo CD, which syncs cluster {placement.cluster.name}, does not decrypt; refer to secrets by "
                "spec.secrets, or name the clusters that Flux syncs"
            )
            yield Problem(repository.origin / "decryption", message)
        home = reconciler.home(repository, targets)
        first = homes.setdefault(home.name, repository)
        if first is not repository:
            message = (
                f"{first.name} is synced into {home.name} too, and Argo CD finds the account to act as by that; give "
                "one of them another namespace"
            )
            yield Problem(repository.origin / "namespace", message)


def _here(placement: Placement) -> Iterator[tuple[Repository, tuple[Namespace, ...]]]:
    for repository in placement.tenant.repositories:
        targets = placement.chosen(repository.targets)
        if targets and (not repository.clusters or placement.cluster.name in repository.clusters):
            yield repository, targets


def _name(placement: Placement) -> str:
    """Return what a tenant's project is called: projects of all clusters that one Argo CD syncs lie side by side."""
    return f"{placement.cluster.name}.{placement.tenant.name}"


def _metadata(placement: Placement, sync: Sync, name: str) -> dict[str, Any]:
    annotations = {objects.WAVE: objects.PROJECT_WAVE}
    return objects.metadata(name, sync, placement.labels, annotations, cascade=True)


def _project(
    placement: Placement, sync: Sync, given: Sequence[tuple[Repository, tuple[Namespace, ...]]]
) -> dict[str, Any]:
    server = objects.server(sync)
    accounts = {reconciler.home(one, targets).name: reconciler.account(one) for one, targets in given}
    spec: dict[str, Any] = {
        "description": f"What {placement.tenant.display_name or placement.tenant.name} deploys.",
        "sourceRepos": sorted({one.remote.url for one, _ in given}),
        "destinations": objects.destinations(server, (space.name for _, targets in given for space in targets)),
        "destinationServiceAccounts": [
            {"defaultServiceAccount": f"{name}:{accounts[name]}", "namespace": name, "server": server}
            for name in sorted(accounts)
        ],
        "clusterResourceWhitelist": [],
        "namespaceResourceBlacklist": objects.kinds(DENIED),
    }
    allowed = _kinds(placement, given)
    if allowed is not None:
        spec["namespaceResourceWhitelist"] = objects.kinds(allowed)
    roles = _roles(placement, _name(placement))
    windows = [*_windows(placement, given)]
    return spec | ({"roles": roles} if roles else {}) | ({"syncWindows": windows} if windows else {})


def _kinds(
    placement: Placement, given: Sequence[tuple[Repository, tuple[Namespace, ...]]]
) -> set[tuple[str, str]] | None:
    """Return the kinds of what is deployed; ``None`` where one is a custom resource, whose kind nobody knows here.

    Its account may do no more than its repository says, whatever the project lets through.
    """
    known = _by_resource(placement.cluster.version)
    wanted = {resource for one, _ in given for resource in one.resources}
    return {known[resource] for resource in wanted} if wanted <= known.keys() else None


def _by_resource(version: str) -> Mapping[str, tuple[str, str]]:
    """Return API group and kind of each resource that comes with a Kubernetes version, by ``plural.group``."""
    found = {}
    for api_version, kinds in kinds_of(version).by_api_version().items():
        group = api_version.rpartition("/")[0]
        for kind in kinds:
            found[f"{resources.plural(kind)}.{group}".rstrip(".")] = (group, kind)
    return found


def _roles(placement: Placement, project: str) -> list[dict[str, Any]]:
    """Let the groups of the tenant look at its Applications, and those who may change things start a sync."""
    members = (*(placement.tenant.owners or ()), *(placement.tenant.members or ()))
    groups = [(member.subject.name, member.role) for member in members if member.subject.kind == "Group"]
    roles = []
    for name, actions, wanted in (("deployer", ("get", "sync"), True), ("viewer", ("get",), False)):
        who = sorted({group for group, role in groups if (role in _SYNCING) is wanted})
        if who:
            subject = f"proj:{project}:{name}"
            policies = [f"p, {subject}, applications, {action}, {project}/*, allow" for action in actions]
            policies.append(f"p, {subject}, logs, get, {project}/*, allow")
            roles.append({"name": name, "groups": who, "policies": policies})
    return roles


def _windows(
    placement: Placement, given: Sequence[tuple[Repository, tuple[Namespace, ...]]]
) -> Iterator[dict[str, Any]]:
    """Yield when a sync may happen. What is frozen is not synced, by hand neither."""
    if not placement.running:
        yield {**_ALWAYS, "description": "The tenant is frozen."}
        return
    for repository, targets in given:
        name = _application_name(placement, repository)
        if repository.lifecycle != ACTIVE or not reconciler.home(repository, targets).running:
            yield {**_ALWAYS, "applications": [name], "description": "What it deploys is frozen."}
        else:
            yield from (_window(window, name) for window in repository.windows)


def _window(window: Window, application: str) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": window.kind, "schedule": window.schedule, "duration": window.duration}
    found |= {"applications": [application], "manualSync": window.manual}
    return found | ({"timeZone": window.time_zone} if window.time_zone else {})


def _application_name(placement: Placement, repository: Repository) -> str:
    """Return a name that no other tenant can have: neither part has a dot in it."""
    return f"{_name(placement)}.{repository.name}"


def _application(
    placement: Placement, sync: Sync, repository: Repository, targets: tuple[Namespace, ...]
) -> dict[str, Any]:
    """Apply a repository; when its Application goes, so does what it applied."""
    remote = repository.remote
    way, revision = remote.revision
    home = reconciler.home(repository, targets).name
    annotations = {objects.WAVE: objects.REPOSITORIES_WAVE, objects.PATHS: "."}
    metadata = objects.metadata(
        _application_name(placement, repository), sync, placement.labels, annotations, cascade=True
    )
    spec = {
        "project": _name(placement),
        "source": {
            "repoURL": remote.url,
            "targetRevision": f"refs/heads/{revision}" if way == "branch" else revision,
            "path": remote.path or ".",
        },
        "destination": {"namespace": home, "server": objects.server(sync)},
        "syncPolicy": objects.policy(prunes=True),
        "revisionHistoryLimit": 3,
    }
    return objects.body("Application", metadata, spec)
