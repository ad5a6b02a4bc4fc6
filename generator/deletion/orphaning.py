"""What a sync engine would not delete though it is gone from git, or delete though it is there.

Engines apply tenants in shards. A shard that goes leaves what it applied, for others take that over; so nobody deletes
a tenant that is removed in the same change. And what passes from one shard to another may be pruned by the first before
it belongs to the second. A namespace is protected from that, but not while it is offboarding.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.deletion.losses import Losses, mapping
from generator.deletion.vanishing import Case
from generator.problems import Place, Problem
from generator.repository import RENDERED
from generator.spec.lifecycle import OFFBOARDING
from generator.yaml import documents

#: The kinds of object that apply others, with the API groups that have kinds of the same names.
_APPLIERS = (("kustomize.toolkit.fluxcd.io", "Kustomization"), ("argoproj.io", "Application"))
_CASCADE = "resources-finalizer.argocd.argoproj.io"
_PATHS = "argocd.argoproj.io/manifest-generate-paths"
#: Whose files are applied: both engines are told paths, in which a bucket may stand before the name.
_TENANT = re.compile(r"\btenants/(?:[0-9]+/)?([a-z0-9][-a-z0-9]*)")

#: A cluster with the kind and the name of an object.
_Key = tuple[str, str, str]


def check(case: Case) -> Iterator[Problem]:
    """Find what a change would leave to nobody, and what it would leave to chance."""
    yield from _handed_over(case)
    if case.gone or any(one.new is None for some in case.losses for one in some.synced):
        yield from _left_behind(case)
        yield from _taken_along(case)


def _left_behind(case: Case) -> Iterator[Problem]:
    """Find what is removed together with that which would have to delete it.

    Since a git revision, :mod:`generator.deletion.reshuffles` finds it, of single objects too.
    """
    applied = dict(_applied([some for some in case.losses if some.tenants is None], cascades=False))
    leaving = (one for one in case.gone if one.phase == OFFBOARDING)  # of what may not go, another reason is told
    for (cluster, tenant), one in {(one.cluster, one.tenant): one for one in leaving}.items():
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
    """Yield the tenants that something applies which vanishes, each with its cluster and that one's name.

    Only what takes along all that it applied, with *cascades*, or only what leaves it.
    """
    for some in losses:
        old = {one.path: one.old for one in some.synced if one.old is not None}
        new = {one.path: one.new for one in some.synced if one.new is not None}
        there = dict(_appliers(new))
        for key, body in _appliers(old):
            if key not in there and _takes_along(body) == cascades:
                for tenant in dict.fromkeys(_TENANT.findall(_told(key, body, old))):
                    yield (key[0], tenant), key[2]


def _appliers(files: Mapping[str, bytes]) -> Iterator[tuple[_Key, Any]]:
    """Yield what applies other objects."""
    for path, text in files.items():
        for one in documents.parse_all(text, path):
            body = mapping(one.value)
            group, name = str(body.get("apiVersion")).partition("/")[0], mapping(body.get("metadata")).get("name")
            if (group, body.get("kind")) in _APPLIERS and isinstance(name, str):
                yield (path.split("/")[1], body["kind"], name), body


def _takes_along(body: Mapping[str, Any]) -> bool:
    """Tell whether what an object applied goes with it."""
    finalizers = body["metadata"].get("finalizers") or ()
    return mapping(body.get("spec")).get("deletionPolicy") == "MirrorPrune" or _CASCADE in finalizers


def _told(key: _Key, body: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the text that names the paths which an object applies: an annotation, or a list in a folder of its own."""
    cluster, _, name = key
    listed = files.get(f"{RENDERED}/{cluster}/sync/{name}/kustomization.yaml", b"")
    return f"{mapping(body['metadata'].get('annotations')).get(_PATHS, '')} {listed.decode(errors='replace')}"


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
