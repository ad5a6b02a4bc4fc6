"""Some tenants of a cluster within one project: in one Application, in one each, or in a set that makes one each.

A tenant that moves to another shard leaves an Application that goes as a whole and deletes nothing, for one that is new
and takes over (see :mod:`generator.sync.shards`). An Application of its own stays the same, whatever shard it is in.
No Application is made from a folder of git while Argo CD runs (by an ApplicationSet with a git generator): a repository
that cannot be read would look like one without tenants. A set holds a list.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from generator.manifest import TENANT_LABEL, Manifest
from generator.placement.placement import MANAGED_BY
from generator.repository import RENDERED
from generator.sync import repertoire
from generator.sync.argocd import applied, objects
from generator.sync.argocd.applied import Applied
from generator.sync.needs import kinds_in
from generator.sync.roster import Member, Roster

#: What a tenant has in Argo CD's own namespace lies here, below the folder of what it reads.
OWN = "tenants"
#: An Application has to name a namespace, though all its objects live in none; nothing is made in this one.
NOWHERE = "default"


class Shard(Struct, frozen=True):
    """Tenants that are applied together."""

    roster: Roster
    name: str
    members: Sequence[Member]

    @property
    def folder(self) -> str:
        """The folder that all tenants' files lie in."""
        return f"{RENDERED}/{self.roster.cluster.name}/tenants"

    @property
    def namespaces(self) -> list[str]:
        """The namespaces of all of them; a group of tenants has none, and may have objects of the whole cluster."""
        return sorted({one for member in self.members for one in member.namespaces}) or [NOWHERE]

    def home(self, member: Member) -> str:
        """Return the namespace that a tenant's Application is called by; every object names its own."""
        return min(member.namespaces, default=self.namespaces[0])

    def entries(self, members: Sequence[Member]) -> list[str]:
        """Return what stands for the files of tenants: ``vision/*``, or ``vision.yaml`` where it is but one."""
        paths = (path for member in members for path in member.paths if path.startswith(f"{self.folder}/"))
        below = (path.removeprefix(f"{self.folder}/") for path in paths)
        return [*dict.fromkeys(f"{one.rpartition('/')[0]}/*" if "/" in one else one for one in below)]


def build(shard: Shard) -> Iterator[Manifest]:
    """Yield the project of some tenants, and what applies them."""
    roster = shard.roster
    server = objects.server(roster.sync)
    together = roster.sync.applications == "shards"
    homes = shard.namespaces[:1] if together else {shard.home(member) for member in shard.members}
    spec = {
        "description": f"Tenants of {roster.cluster.name}, whose objects lie in these namespaces.",
        "destinations": objects.destinations(server, shard.namespaces),
        "destinationServiceAccounts": objects.acting(roster.sync, server, homes),
        **applied.kinds({*repertoire.of_tenants(roster.cluster.addons), *kinds_in(roster.needs)}),
    }
    yield applied.project(roster, shard.name, spec)
    if roster.sync.applications == "set":
        yield _set(shard)
    elif together:
        goes = all(member.is_leaving for member in shard.members)
        yield _application(shard, shard.name, shard.members, shard.namespaces[0], goes=goes)
    else:
        for member in shard.members:
            name = f"{roster.cluster.name}.{member.name}"
            yield _application(shard, name, [member], shard.home(member), goes=member.is_leaving)
    yield from _own(shard)


def _application(shard: Shard, name: str, members: Sequence[Member], home: str, *, goes: bool) -> Manifest:
    roster, entries = shard.roster, shard.entries(members)
    source = applied.source(roster, shard.folder, {"recurse": True, "include": _any_of(entries)})
    target = {"namespace": home, "server": objects.server(roster.sync)}
    watched = [f"{shard.folder}/{entry.removesuffix('/*')}" for entry in entries]
    return applied.application(
        roster,
        Applied(
            name, shard.name, source, target, objects.TENANTS_WAVE, watched, goes=goes, takes_over=name == shard.name
        ),
    )


def _set(shard: Shard) -> Manifest:
    """Make an Application for each tenant of a list. The project is the same for all of them, and no template.

    Argo CD never deletes one of them, nor what it applied: whoever is no longer on the list has been offboarded, and
    its Application is deleted by hand.
    """
    roster = shard.roster
    elements = [
        {"include": _any_of(shard.entries([member])), "namespace": shard.home(member), "tenant": member.name}
        for member in shard.members
    ]
    tenant = "{{ .tenant }}"
    template = {
        "metadata": {
            "name": f"{roster.cluster.name}.{tenant}",
            "labels": {MANAGED_BY: "tenantry", TENANT_LABEL: tenant},
            "annotations": {objects.PATHS: objects.paths([roster.remote.within(f"{shard.folder}/{tenant}*")])},
        },
        "spec": {
            "project": shard.name,
            "source": applied.source(roster, shard.folder, {"recurse": True, "include": "{{ .include }}"}),
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
    metadata = objects.metadata(shard.name, roster.sync, applied.LABELS, {objects.WAVE: objects.TENANTS_WAVE})
    return Manifest(objects.body("ApplicationSet", metadata, spec), roster.origin)


def _own(shard: Shard) -> Iterator[Manifest]:
    """Apply the projects and Applications of tenants, in the project of the root, which may write nothing else."""
    roster = shard.roster
    folder = f"{roster.folder}/{OWN}"
    files = [
        path.removeprefix(f"{folder}/")
        for member in shard.members
        for path in member.paths
        if path.startswith(f"{folder}/")
    ]
    if files:
        source = applied.source(roster, folder, {"recurse": False, "include": _any_of(files)})
        target = {"namespace": objects.namespace(roster.sync), "server": objects.HERE}
        watched = [f"{folder}/{file}" for file in files]
        name, root = f"{shard.name}-repositories", f"{roster.cluster.name}-sync"
        found = Applied(name, root, source, target, objects.REPOSITORIES_WAVE, watched, takes_over=True)
        yield applied.application(roster, found)


def _any_of(patterns: Sequence[str]) -> str:
    """Return one pattern for several, in the braces of Argo CD's globs."""
    return patterns[0] if len(patterns) == 1 else f"{{{','.join(patterns)}}}"
