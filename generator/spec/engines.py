"""What applies a cluster's manifests, Flux or Argo CD, and how it is to do that."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.problems import Place, Problem
from generator.spec.remotes import Remote
from generator.spec.subjects import Subject, account

FLUX, ARGOCD = "flux", "argocd"
#: How people call them.
_NAMES = {FLUX: "Flux", ARGOCD: "Argo CD"}
#: What only one of them can be told.
_OPTIONS = {
    FLUX: ("decryption",),
    ARGOCD: ("applications", "namespace", "server", "serviceAccount", "signingKeys"),
}


class Sync(Struct, frozen=True):
    """What applies a cluster's manifests, and how; ``None`` leaves a number or a time to the engine.

    ``prunes`` is whether what is not rendered any more is deleted. ``decryption`` is Flux's: the Secret with the keys
    for what SOPS has encrypted, ``None`` for none. ``foreign`` are options that are written and are another engine's.
    The rest is Argo CD's: where it lives, how it reaches the cluster (``None``: it runs there), what it applies one by
    one, the account that it acts as for the platform, and the ids of the keys that sign the platform's commits.
    """

    engine: str
    tenants_per_shard: int | None
    interval: str | None
    prunes: bool
    decryption: str | None
    origin: Place
    namespace: str | None = None
    server: str | None = None
    applications: str = "shards"
    service_account: Subject | None = None
    signing_keys: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()


def sync(value: str | Mapping[str, Any] | None, place: Place) -> Sync | None:
    """Take what a cluster says of it; a text names the engine and leaves the rest to it."""
    if value is None:
        return None
    given: Mapping[str, Any] = value if isinstance(value, Mapping) else {"engine": value}
    get = given.get
    others = (name for engine, names in _OPTIONS.items() if engine != given["engine"] for name in names)
    return Sync(
        engine=given["engine"],
        tenants_per_shard=get("tenantsPerShard"),
        interval=get("interval"),
        prunes=get("pruning") != "paused",
        decryption=get("decryption", {}).get("secret"),
        origin=place,
        namespace=get("namespace"),
        server=get("server"),
        applications=get("applications", "shards"),
        service_account=account(given["serviceAccount"]) if "serviceAccount" in given else None,
        signing_keys=tuple(get("signingKeys", ())),
        foreign=tuple(name for name in others if name in given),
    )


def check(given: Sync | None, cluster: str, repository: Remote | None) -> Iterator[Problem]:
    """Find what an engine is told that only another knows, and what it cannot read."""
    if given is None:
        return
    for name in given.foreign:
        other = next(engine for engine, names in _OPTIONS.items() if name in names)
        message = f"{name!r} is for {_NAMES[other]}, and {cluster} is synced by {_NAMES[given.engine]}; drop it"
        yield Problem(given.origin / name, message)
    if given.engine != ARGOCD or repository is None:
        return
    if repository.is_oci:
        message = f"{cluster} is synced by Argo CD, which reads git here; write url, or have Flux sync it"
        yield Problem(repository.origin / "oci", message)
    elif repository.verify is not None and not given.signing_keys:
        message = (
            f"signatures are asked for, and Argo CD, which syncs {cluster}, is told none of the keys; name their ids: "
            "sync: {engine: argocd, signingKeys: [...]}"
        )
        yield Problem(given.origin, message)
