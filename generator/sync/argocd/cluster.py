"""What Argo CD reads of a cluster: an Application that finds all others, what tenants share, and the tenants in shards.

Each Application has a project that lets it read this repository alone, and write exactly the kinds and into exactly
the namespaces that are its own.

How many tenants make a shard. An Application's status lists every object, at some 140 bytes, and the result of its
last sync up to as much again and a message, 200 bytes; etcd takes 1.5 MiB for all of it. A tenant of one namespace has
18 objects, so 18 x 340 = 6.1 KB, and a hundred of them 0.6 MB: well within it even where each has two namespaces. The
manifests of all files of an Application may have 10 MB together (``reposerver.max.combined.directory.manifests.size``);
a hundred tenants have 1.3 MB. What lists a shard's namespaces and files in one object is smaller than either: 100 x 2
namespaces x 90 bytes = 18 KB in a project, and 100 x 50 bytes in the annotations of an Application, of 256 KiB.
"""

from generator.manifest import Manifest
from generator.repository import RENDERED
from generator.sync import repertoire, shards
from generator.sync.argocd import applied, objects, shard
from generator.sync.argocd.applied import Applied
from generator.sync.argocd.shard import NOWHERE, Shard
from generator.sync.needs import kinds_in
from generator.sync.roster import Made, Roster

#: See above.
TENANTS_PER_SHARD = 100


def build(roster: Roster) -> Made:
    """Return all that Argo CD reads of a cluster."""
    made, folder, cluster = Made(), roster.folder, roster.cluster.name
    made.add(f"{folder}/root.yaml", _root(roster))
    if roster.common.paths:
        made.add(f"{folder}/platform.yaml", _platform(roster))
    most = roster.sync.tenants_per_shard or TENANTS_PER_SHARD
    members = {member.name: member for member in roster.members}
    leaving = {member.name for member in roster.members if member.is_leaving}
    for name, names in shards.divide(members, most, leaving).items():
        some = Shard(roster, f"{cluster}-{name}", [members[one] for one in names])
        made.add(f"{folder}/{name}.yaml", [*shard.build(some)])
    return made


def _root(roster: Roster) -> list[Manifest]:
    """Find all Applications. It is applied by hand once, and by itself from then on."""
    name, sync, home = f"{roster.cluster.name}-sync", roster.sync, objects.namespace(roster.sync)
    spec = {
        "description": f"What Argo CD syncs to {roster.cluster.name}: projects and Applications, and nothing else.",
        "destinations": objects.destinations(objects.HERE, [home]),
        "destinationServiceAccounts": objects.acting(sync, objects.HERE, [home]),
        "clusterResourceWhitelist": [],
        "namespaceResourceWhitelist": objects.kinds(
            ("argoproj.io", kind) for kind in ("AppProject", "Application", "ApplicationSet")
        ),
    }
    source = applied.source(roster, roster.folder, {"recurse": False})
    target = {"namespace": home, "server": objects.HERE}
    found = Applied(name, name, source, target, objects.PLATFORM_WAVE, [roster.folder])
    return [applied.project(roster, name, spec), applied.application(roster, found)]


def _platform(roster: Roster) -> list[Manifest]:
    """Apply what tenants share."""
    name, server = f"{roster.cluster.name}-platform", objects.server(roster.sync)
    folder = f"{RENDERED}/{roster.cluster.name}/platform"
    homes = roster.common.namespaces or (NOWHERE,)
    spec = {
        "description": f"What the tenants of {roster.cluster.name} share.",
        "destinations": objects.destinations(server, homes),
        "destinationServiceAccounts": objects.acting(roster.sync, server, homes[:1]),
        **applied.kinds({*repertoire.of_common(roster.cluster.addons), *kinds_in([roster.common.needs])}),
    }
    source = applied.source(roster, folder, {"recurse": False})
    target = {"namespace": homes[0], "server": server}
    found = Applied(name, name, source, target, objects.PLATFORM_WAVE, [folder])
    return [applied.project(roster, name, spec), applied.application(roster, found)]
