"""What Flux is told of the repositories of a tenant: each with an account that can deploy what it says, and no more.

All of it lies in the tenant's namespace, so that no reference leaves it, and Flux can be told to follow none that does.
Account and rights must outlive the Kustomization, whose end Flux carries out as that account: while a repository is
``offboarding`` they are there, and it is not. What is frozen is suspended; Flux deletes nothing of a suspended
Kustomization, which the namespace takes with it when it goes.
"""

from collections.abc import Iterator
from typing import Any

from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement
from generator.problems import Problem
from generator.spec.lifecycle import ACTIVE, OFFBOARDING
from generator.spec.repositories import Repository
from generator.sync import reconciler
from generator.sync.flux import objects


def check(placement: Placement) -> Iterator[Problem]:
    """Find what Flux cannot be told: it knows no hours."""
    for repository in placement.tenant.repositories:
        if repository.windows and (not repository.clusters or placement.cluster.name in repository.clusters):
            message = (
                f"Flux, which syncs cluster {placement.cluster.name}, has no windows; drop them, or name the clusters "
                "that Argo CD syncs"
            )
            yield Problem(repository.origin / "windows", message)


def own(placement: Placement) -> Iterator[Manifest]:
    """Yield what the repositories of a tenant need on a cluster."""
    for repository in placement.tenant.repositories:
        if repository.clusters and placement.cluster.name not in repository.clusters:
            continue
        targets = placement.chosen(repository.targets)
        if targets:
            yield from reconciler.build(placement, repository, targets)
            if repository.lifecycle != OFFBOARDING:
                yield from _synced(placement, repository, targets)


def _synced(placement: Placement, repository: Repository, targets: tuple[Namespace, ...]) -> Iterator[Manifest]:
    home = reconciler.home(repository, targets)
    metadata = {"name": repository.name, "namespace": home.name, "labels": placement.labels}
    kind, spec = objects.source(repository.remote)
    is_frozen = repository.lifecycle != ACTIVE or not home.running
    yield Manifest(
        objects.body(kind, metadata, {**spec, **({"suspend": True} if is_frozen else {})}), repository.origin
    )
    applied = _kustomization(repository, kind, home, is_only=len(targets) == 1, is_frozen=is_frozen)
    yield Manifest(objects.body("Kustomization", metadata, applied), repository.origin)


def _kustomization(
    repository: Repository, kind: str, home: Namespace, *, is_only: bool, is_frozen: bool
) -> dict[str, Any]:
    """Apply a repository. One that is deployed to one namespace need not name it, and cannot name another."""
    spec: dict[str, Any] = {
        "interval": repository.interval or objects.INTERVAL,
        "retryInterval": objects.RETRY,
        "timeout": objects.TIMEOUT,
        "sourceRef": {"kind": kind, "name": repository.name},
        "path": f"./{repository.remote.path}",
        "serviceAccountName": reconciler.account(repository),
    }
    if is_only:
        spec["targetNamespace"] = home.name
    spec |= {"prune": True, "deletionPolicy": "Orphan" if is_frozen else "WaitForTermination"}
    spec |= {"wait": True, "force": False}
    if repository.decryption is not None:
        given = repository.decryption
        spec["decryption"] = {"provider": given.provider, "secretRef": {"name": given.secret}}
    if is_frozen:
        spec["suspend"] = True
    return spec
