"""What Argo CD reads of a cluster: an Application that finds all others, what tenants share, and the tenants in shards.

Each Application has a project that lets it read this repository alone, and write into exactly the namespaces that are
its own. No Application is made from a folder of git while Argo CD runs (by an ApplicationSet with a git generator): a
repository that cannot be read would look like one without tenants. With ``applications: set`` the object holds a list.

How many tenants make a shard. An Application's status lists every object, at some 140 bytes, and the result of its
last sync up to as much again and a message, 200 bytes; etcd takes 1.5 MiB for all of it. A tenant of one namespace has
18 objects, so 18 x 340 = 6.1 KB, and a hundred of them 0.6 MB: well within it even where each has two namespaces. The
manifests of all files of an Application may have 10 MB together (``reposerver.max.combined.directory.manifests.size``);
a hundred tenants have 1.3 MB.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.fixed import Fixed
from generator.kinds import cluster_scoped
from generator.manifest import Manifest
from generator.placement import MANAGED_BY
from generator.repository import RENDERED
from generator.sync import shards
from generator.sync.argocd import objects
from generator.sync.roster import Made, Member, Roster

#: See above.
TENANTS_PER_SHARD = 100
_LABELS = Fixed({MANAGED_BY: "tenantry"})
#: What a tenant has in Argo CD's own namespace lies here, below the folder of what it reads.
OWN = "tenants"


@dataclass(frozen=True, slots=True)
class _Applied:
    """An Application: what it reads, where it writes, and which paths of the repository wake it."""

    name: str
    project: str
    source: dict[str, Any]
    target: dict[str, str]
    wave: str
    watched: Sequence[str]
    goes: bool = False


def build(roster: Roster) -> Made:
    """Return all that Argo CD reads of a cluster."""
    made, folder, cluster = Made(), roster.folder, roster.cluster.name
    made.add(f"{folder}/root.yaml", _root(roster))
    if roster.shared:
        made.add(f"{folder}/platform.yaml", _platform(roster))
    most = roster.sync.tenants_per_shard or TENANTS_PER_SHARD
    members = {member.name: member for member in roster.members}
    leaving = {member.name for member in roster.members if member.is_leaving}
    for shard, names in shards.divide(members, most, leaving).items():
        some = [members[name] for name in names]
        made.add(f"{folder}/{shard}.yaml", [*_tenants(roster, f"{cluster}-{shard}", some)])
    return made


def _root(roster: Roster) -> list[Manifest]:
    """Find all Applications. It is applied by hand once, and by itself from then on."""
    name, sync = f"{roster.cluster.name}-sync", roster.sync
    spec = {
        "description": f"What Argo CD syncs to {roster.cluster.name}: projects and Applications, and nothing else.",
        "sourceRepos": [roster.remote.url],
        "destinations": objects.destinations(objects.HERE, [objects.namespace(sync)]),
        "destinationServiceAccounts": objects.acting(sync, objects.HERE, [objects.namespace(sync)]),
        "clusterResourceWhitelist": [],
        "namespaceResourceWhitelist": objects.kinds(
            ("argoproj.io", kind) for kind in ("AppProject", "Application", "ApplicationSet")
        ),
    }
    source = _source(roster, roster.folder, {"recurse": False})
    target = {"namespace": objects.namespace(sync), "server": objects.HERE}
    return [
        _project(name, spec, roster),
        _application(roster, _Applied(name, name, source, target, objects.PLATFORM_WAVE, [roster.folder])),
    ]


def _platform(roster: Roster) -> list[Manifest]:
    """Apply what tenants share. It is the platform team's own, so that its project names no kinds."""
    name = f"{roster.cluster.name}-platform"
    folder = f"{RENDERED}/{roster.cluster.name}/platform"
    spec = {
        "description": f"What the tenants of {roster.cluster.name} share.",
        "sourceRepos": [roster.remote.url],
        "destinations": [{"namespace": "*", "server": objects.server(roster.sync)}],
        "clusterResourceWhitelist": objects.kinds([("*", "*")]),
    }
    source, target = _source(roster, folder, {"recurse": False}), {"server": objects.server(roster.sync)}
    return [
        _project(name, spec, roster),
        _application(roster, _Applied(name, name, source, target, objects.PLATFORM_WAVE, [folder])),
    ]


def _tenants(roster: Roster, name: str, members: Sequence[Member]) -> Iterator[Manifest]:
    """Apply some tenants, and what they have in Argo CD's own namespace."""
    folder = f"{RENDERED}/{roster.cluster.name}/tenants/"
    own = f"{roster.folder}/{OWN}/"
    namespaces = [namespace for member in members for namespace in member.namespaces]
    server = objects.server(roster.sync)
    spec = {
        "description": f"Tenants of {roster.cluster.name}, each object of which lies in one of these namespaces.",
        "sourceRepos": [roster.remote.url],
        "destinations": objects.destinations(server, namespaces),
        "destinationServiceAccounts": objects.acting(roster.sync, server, _called_by(roster, members)),
        "clusterResourceWhitelist": objects.kinds(cluster_scoped(roster.cluster.addons)),
    }
    yield _project(name, spec, roster)
    target = {"namespace": min(namespaces), "server": server}  # every object names its own
    goes = all(member.is_leaving for member in members)
    if roster.sync.applications == "shards":
        found = [path for member in members for path in _entries(member.paths, folder)]
        source = _source(roster, folder.rstrip("/"), {"recurse": True, "include": _any_of(found)})
        watched = [folder + entry.removesuffix("/*") for entry in found]
        yield _application(roster, _Applied(name, name, source, target, objects.TENANTS_WAVE, watched, goes))
    elif roster.sync.applications == "tenants":
        for member in members:
            yield from _one(roster, name, member, folder)
    else:
        yield _set(roster, name, members, folder)
    apart = [path.removeprefix(own) for member in members for path in member.paths if path.startswith(own)]
    if apart:
        yield from _own(roster, name, own.rstrip("/"), apart)


def _called_by(roster: Roster, members: Sequence[Member]) -> set[str]:
    """Return the namespaces that Applications of tenants are deployed to; their objects each name their own."""
    first = {min(member.namespaces) for member in members}
    return {min(first)} if roster.sync.applications == "shards" else first


def _one(roster: Roster, project: str, member: Member, folder: str) -> Iterator[Manifest]:
    """Apply one tenant."""
    found = [*_entries(member.paths, folder)]
    if not found:
        return
    source = _source(roster, folder.rstrip("/"), {"recurse": True, "include": _any_of(found)})
    target = {"namespace": min(member.namespaces), "server": objects.server(roster.sync)}
    watched = [folder + entry.removesuffix("/*") for entry in found]
    name = f"{roster.cluster.name}.{member.name}"
    yield _application(
        roster, _Applied(name, project, source, target, objects.TENANTS_WAVE, watched, member.is_leaving)
    )


def _set(roster: Roster, name: str, members: Sequence[Member], folder: str) -> Manifest:
    """Make an Application for each tenant of a list. The project is the same for all of them, and no template.

    Argo CD never deletes one of them, nor what it applied: whoever is no longer on the list has been offboarded, and
    its Application is deleted by hand.
    """
    elements = [
        {"include": _any_of(found), "namespace": min(member.namespaces), "tenant": member.name}
        for member in members
        if (found := [*_entries(member.paths, folder)])
    ]
    source = _source(roster, folder.rstrip("/"), {"recurse": True, "include": "{{ .include }}"})
    watched = objects.paths([f"{roster.remote.within(folder)}{{{{ .tenant }}}}*"])
    template = {
        "metadata": {
            "name": f"{roster.cluster.name}.{{{{ .tenant }}}}",
            "labels": {MANAGED_BY: "tenantry", "tenantry.dev/tenant": "{{ .tenant }}"},
            "annotations": {objects.PATHS: watched},
        },
        "spec": {
            "project": name,
            "source": source,
            "destination": {"namespace": "{{ .namespace }}", "server": objects.server(roster.sync)},
            "syncPolicy": objects.policy(prunes=roster.sync.prunes),
        },
    }
    spec = {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": [{"list": {"elements": elements}}],
        "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
        "template": template,
    }
    metadata = objects.metadata(name, roster.sync, _LABELS, {objects.WAVE: objects.TENANTS_WAVE})
    return Manifest(objects.body("ApplicationSet", metadata, spec), roster.origin)


def _own(roster: Roster, name: str, folder: str, files: Sequence[str]) -> Iterator[Manifest]:
    """Apply the projects and Applications of tenants, in the project of the root, which may write nothing else."""
    source = _source(roster, folder, {"recurse": False, "include": _any_of(files)})
    target = {"namespace": objects.namespace(roster.sync), "server": objects.HERE}
    project, watched = f"{roster.cluster.name}-sync", [f"{folder}/{file}" for file in files]
    found = _Applied(f"{name}-repositories", project, source, target, objects.REPOSITORIES_WAVE, watched)
    yield _application(roster, found)


def _entries(paths: Sequence[str], folder: str) -> Iterator[str]:
    """Yield what stands for a tenant's files below a folder: ``vision/*``, or ``vision.yaml`` where it is but one."""
    below = (path.removeprefix(folder) for path in paths if path.startswith(folder))
    found = (f"{path.rpartition('/')[0]}/*" if "/" in path else path for path in below)
    yield from dict.fromkeys(found)


def _any_of(patterns: Sequence[str]) -> str:
    """Return one pattern for several, in the braces of Argo CD's globs."""
    return patterns[0] if len(patterns) == 1 else f"{{{','.join(patterns)}}}"


def _source(roster: Roster, path: str, directory: Mapping[str, Any]) -> dict[str, Any]:
    """Return a folder of the repository; a branch by its full name is found without asking for all tags."""
    way, revision = roster.remote.revision
    return {
        "repoURL": roster.remote.url,
        "targetRevision": f"refs/heads/{revision}" if way == "branch" else revision,
        "path": roster.remote.within(path),
        "directory": dict(directory),
    }


def _project(name: str, spec: Mapping[str, Any], roster: Roster) -> Manifest:
    annotations = {objects.WAVE: objects.PROJECT_WAVE}
    metadata = objects.metadata(name, roster.sync, _LABELS, annotations, cascade=True)
    return Manifest(objects.body("AppProject", metadata, spec), roster.origin)


def _application(roster: Roster, given: _Applied) -> Manifest:
    """Apply a folder. Only what *goes*, because all its tenants do, takes what it applied with it."""
    watched = [roster.remote.within(path) for path in given.watched]
    annotations = {objects.WAVE: given.wave, objects.PATHS: objects.paths(watched)}
    spec = {
        "project": given.project,
        "source": given.source,
        "destination": given.target,
        "syncPolicy": objects.policy(prunes=roster.sync.prunes),
        "revisionHistoryLimit": 3,
    }
    metadata = objects.metadata(given.name, roster.sync, _LABELS, annotations, cascade=given.goes)
    return Manifest(objects.body("Application", metadata, spec), roster.origin)
