"""What a sync engine would not delete though it is gone from git, or delete though it is there.

Engines apply tenants in shards. A shard that goes leaves what it applied, for others take that over; so nobody deletes
a tenant that is removed in the same change. And what passes from one shard to another may be pruned by the first before
it belongs to the second. A namespace is protected from that, but not while it is offboarding.
"""

import re
from collections.abc import Iterable, Iterator

from generator.lifecycle import OFFBOARDING
from generator.losses import Losses
from generator.problems import Place, Problem
from generator.vanishing import Case

#: With these, a Kustomization of Flux or an Application of Argo CD does not leave what it applied.
_CASCADES = (b"deletionPolicy: MirrorPrune", b"resources-finalizer.argocd.argoproj.io")
#: Whose files are applied: both engines are told paths, in which a bucket may stand before the name.
_TENANT = re.compile(rb"\btenants/(?:[0-9]+/)?([a-z0-9][-a-z0-9]*)")


def check(case: Case) -> Iterator[Problem]:
    """Find what a change would leave to nobody, and what it would leave to chance."""
    yield from _left_behind(case)
    yield from _taken_along(case)
    yield from _handed_over(case)


def _left_behind(case: Case) -> Iterator[Problem]:
    """Find what is removed together with that which would have to delete it."""
    applied = dict(_applied(case.losses, cascades=False))
    for (cluster, tenant), one in {(one.cluster, one.tenant): one for one in case.gone}.items():
        name = applied.get((cluster, tenant))
        if name is not None and cluster in case.directory.platform.clusters:
            message = (
                f"{tenant} goes from {cluster} together with {name!r}, which applied it there and leaves what it "
                f"applied: nobody would delete {one.name}; remove it in a change that moves no tenants between shards"
            )
            yield Problem(Place(one.document), message)


def _taken_along(case: Case) -> Iterator[Problem]:
    """Find tenants that are still there when what applied them goes with all that it applied."""
    there = set(zip((cluster for cluster, _ in case.wanted), case.wanted.values(), strict=True))
    for (cluster, tenant), name in sorted(_applied(case.losses, cascades=True)):
        if (cluster, tenant) in there:
            message = (
                f"{name!r} goes from {cluster} with all that it applied, since all its tenants are {OFFBOARDING}, and "
                "this one is still there; make it active in a change before this, and offboard both together"
            )
            yield Problem(Place(case.directory.entries[tenant].document), message)


def _applied(losses: Iterable[Losses], *, cascades: bool) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the tenants whose shard vanishes, each with its cluster and the shard's name."""
    for some in losses:
        for (cluster, name), text in some.appliers.items():
            if cascades == any(mark in text for mark in _CASCADES):
                for tenant in {*_TENANT.findall(text)}:
                    yield (cluster, tenant.decode()), name


def _handed_over(case: Case) -> Iterator[Problem]:
    """Find what is offboarding and passes to another tenant, whose shard may be another."""
    leaving = (one for some in case.losses for one in some.gone if one.phase == OFFBOARDING)
    for (cluster, name), one in {(one.cluster, one.name): one for one in leaving}.items():
        new = case.wanted.get((cluster, name), one.tenant)
        if new != one.tenant:
            message = (
                f"namespace {name} ({cluster}) would pass to {new}, and is {OFFBOARDING!r} in {one.where}, so that "
                f"nothing keeps what applied it for {one.tenant} from deleting it; make it active in a change before"
            )
            yield Problem(Place(one.document), message)
