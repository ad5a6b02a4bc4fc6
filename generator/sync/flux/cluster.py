"""What Flux reads on a cluster: where from, what the tenants share, and the tenants, some at a time.

Flux builds each Kustomization with kustomize, whose time grows with the square of the objects, so that tenants are
divided; see ``docs/sync.md`` for what was measured. A shard's folder lists the files of its tenants, which stay where
they are: Flux builds without kustomize's load restriction, within the root of the source (``fluxcd/pkg/kustomize``).
"""

from typing import Any

from generator.fixed import Fixed
from generator.manifest import Manifest
from generator.placement import MANAGED_BY
from generator.repository import RENDERED
from generator.sync import shards
from generator.sync.flux import objects
from generator.sync.roster import Made, Roster

#: Where Flux itself lives, and all that the platform has it do.
NAMESPACE = "flux-system"
#: The repository, as an object of Flux.
SOURCE = shards.PREFIX
#: What tenants share is applied before them.
PLATFORM = f"{shards.PREFIX}-platform"

#: With a build of 0.4 s (``docs/sync.md``), it is small enough for a commit to be everywhere within a minute.
TENANTS_PER_SHARD = 50
_LABELS = Fixed({MANAGED_BY: "tenantry"})


def build(roster: Roster) -> Made:
    """Return all that Flux reads on a cluster."""
    made = Made()
    folder = roster.folder
    made.add(f"{folder}/source.yaml", [_source(roster)])
    listed = [f"{folder}/source.yaml"]
    if roster.shared:
        made.add(
            f"{folder}/{PLATFORM}.yaml",
            [_kustomization(roster, PLATFORM, f"{RENDERED}/{roster.cluster.name}/platform")],
        )
        listed.append(f"{folder}/{PLATFORM}.yaml")
    most = roster.sync.tenants_per_shard or TENANTS_PER_SHARD
    members = {member.name: member for member in roster.members}
    leaving = {member.name for member in roster.members if member.is_leaving}
    for shard, names in shards.divide(members, most, leaving).items():
        paths = [path for name in names for path in members[name].paths]
        made.add_kustomization(f"{folder}/{shard}", paths, roster.origin)
        found = _kustomization(roster, shard, f"{folder}/{shard}", goes=leaving.issuperset(names))
        made.add(f"{folder}/{shard}.yaml", [found])
        listed.append(f"{folder}/{shard}.yaml")
    made.add_kustomization(folder, listed, roster.origin)
    return made


def _source(roster: Roster) -> Manifest:
    kind, spec = objects.source(roster.remote)
    if not roster.remote.is_oci:
        spec["sparseCheckout"] = [roster.remote.within(f"{RENDERED}/{roster.cluster.name}")]
    return _manifest(kind, SOURCE, spec, roster)


def _kustomization(roster: Roster, name: str, path: str, *, goes: bool = False) -> Manifest:
    """Apply a folder.

    A Kustomization that goes leaves what it applied: a shard goes when its tenants are divided anew, and the shards
    that they go to take them over. Only one that *goes* because all its tenants do takes theirs with it.
    """
    spec: dict[str, Any] = {
        "interval": roster.sync.interval or objects.INTERVAL,
        "retryInterval": objects.RETRY,
        "timeout": objects.TIMEOUT,
        "sourceRef": {"kind": objects.source(roster.remote)[0], "name": SOURCE},
        "path": f"./{roster.remote.within(path)}",
        "prune": roster.sync.prunes,
        "deletionPolicy": "MirrorPrune" if goes else "Orphan",
        "wait": True,
        "force": False,
    }
    if name != PLATFORM and roster.shared:
        spec["dependsOn"] = [{"name": PLATFORM}]
    return _manifest("Kustomization", name, spec, roster)


def _manifest(kind: str, name: str, spec: dict[str, Any], roster: Roster) -> Manifest:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": _LABELS}
    return Manifest(objects.body(kind, metadata, spec), roster.origin)
