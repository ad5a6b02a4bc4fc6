"""What Flux reads on a cluster: where from, what the tenants share, and the tenants, some at a time.

Flux builds each Kustomization with kustomize, whose time grows with the square of the objects, so that tenants are
divided; see ``docs/sync.md`` for what was measured. A shard's folder lists the files of its tenants, which stay where
they are: Flux builds without kustomize's load restriction, within the root of the source (``fluxcd/pkg/kustomize``).
"""

from collections.abc import Mapping
from typing import Any

from generator.kubernetes.kinds import built_in
from generator.manifest import Manifest
from generator.repository import RENDERED
from generator.sync import shards
from generator.sync.flux import accounts, lockdown, objects
from generator.sync.needs import Kind, kinds_in
from generator.sync.roster import Made, Roster

#: The repository, as an object of Flux.
SOURCE = shards.PREFIX
#: The account that applies what tenants have.
ACCOUNT = shards.PREFIX
#: What tenants share is applied before them, by an account of this name.
COMMON = f"{shards.PREFIX}-platform"

#: With a build of 0.4 s (``docs/sync.md``), it is small enough for a commit to be everywhere within a minute.
TENANTS_PER_SHARD = 50
#: API groups of which objects tell whether they work, which is no matter of whether they were applied.
_WORKING = ("security.istio.io",)


def build(roster: Roster) -> Made:
    """Return all that Flux reads on a cluster."""
    made = Made()
    parts = {"source": [_source(roster)], "accounts": accounts.of_tenants(roster, ACCOUNT)}
    if roster.common.paths:
        applied = _kustomization(roster, COMMON, f"{RENDERED}/{roster.cluster.name}/platform", {"wait": True})
        parts[COMMON] = [*accounts.of_common(roster, COMMON), applied]
    parts |= _shards(roster, made)
    for name, objects_ in parts.items():
        made.add(f"{roster.folder}/{name}.yaml", objects_)
    made.add_build(f"{roster.folder}/lockdown", lockdown.component(), roster.origin)
    made.add_kustomization(roster.folder, [f"{roster.folder}/{name}.yaml" for name in parts], roster.origin)
    return made


def _shards(roster: Roster, made: Made) -> dict[str, list[Manifest]]:
    """Divide the tenants, and list the files of each shard."""
    members = {member.name: member for member in roster.members}
    leaving = {member.name for member in roster.members if member.is_leaving}
    waits = all(map(_is_there_at_once, kinds_in(roster.needs)))
    parts = {}
    for shard, names in shards.divide(members, roster.sync.tenants_per_shard or TENANTS_PER_SHARD, leaving).items():
        folder = f"{roster.folder}/{shard}"
        made.add_kustomization(folder, [path for name in names for path in members[name].paths], roster.origin)
        homes = (home for name in names for home in members[name].namespaces)
        health = {"wait": True} if waits else {"wait": False, "healthChecks": list(map(_namespace, homes))}
        parts[shard] = [_kustomization(roster, shard, folder, health, goes=leaving.issuperset(names))]
    return parts


def _is_there_at_once(kind: Kind) -> bool:
    """Tell whether an object is what it should be as soon as it is stored.

    Where it is not, its trouble is the tenant's own, and no reason to call the tenants beside it not applied.
    """
    return built_in(kind[0]) or kind[0].partition("/")[0] in _WORKING


def _namespace(name: str) -> dict[str, str]:
    return {"apiVersion": "v1", "kind": "Namespace", "name": name}


def _source(roster: Roster) -> Manifest:
    kind, spec = objects.source(roster.remote)
    if not roster.remote.is_oci:
        spec["sparseCheckout"] = [roster.remote.within(f"{RENDERED}/{roster.cluster.name}")]
    return _manifest(kind, SOURCE, spec, roster)


def _kustomization(roster: Roster, name: str, path: str, health: Mapping[str, Any], *, goes: bool = False) -> Manifest:
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
        "serviceAccountName": COMMON if name == COMMON else ACCOUNT,
        "prune": roster.sync.prunes,
        "deletionPolicy": "MirrorPrune" if goes else "Orphan",
        **health,
        "force": False,
    }
    if roster.sync.decryption and name != COMMON:
        spec["decryption"] = {"provider": "sops", "secretRef": {"name": roster.sync.decryption}}
    if name != COMMON and roster.common.paths:
        spec["dependsOn"] = [{"name": COMMON}]
    return _manifest("Kustomization", name, spec, roster)


def _manifest(kind: str, name: str, spec: dict[str, Any], roster: Roster) -> Manifest:
    metadata = {"name": name, "namespace": objects.NAMESPACE, "labels": accounts.LABELS}
    return Manifest(objects.body(kind, metadata, spec), roster.origin)
