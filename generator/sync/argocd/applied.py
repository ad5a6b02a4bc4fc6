"""A folder of the repository, as Argo CD applies it for the platform: an Application, within a project."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.fixed import Fixed
from generator.kubernetes.kinds import namespaced
from generator.manifest import Manifest
from generator.placement.placement import MANAGED_BY
from generator.sync.argocd import objects
from generator.sync.needs import Kind
from generator.sync.roster import Roster

LABELS = Fixed({MANAGED_BY: "tenantry"})


class Applied(Struct, frozen=True):
    """An Application: what it reads, where it writes, and which paths of the repository wake it.

    Only what *goes*, because all its tenants do, takes what it applied with it. What *takes over* has objects that
    another Application may have applied before.
    """

    name: str
    project: str
    source: dict[str, Any]
    target: dict[str, str]
    wave: str
    watched: Sequence[str]
    goes: bool = False
    takes_over: bool = False


def application(roster: Roster, given: Applied) -> Manifest:
    """Return an Application."""
    watched = [roster.remote.within(path) for path in given.watched]
    annotations = {objects.WAVE: given.wave, objects.PATHS: objects.paths(watched)}
    spec = {
        "project": given.project,
        "source": given.source,
        "destination": given.target,
        "syncPolicy": objects.policy(prunes=roster.sync.prunes, takes_over=given.takes_over),
        "revisionHistoryLimit": 3,
    }
    metadata = objects.metadata(given.name, roster.sync, LABELS, annotations, cascade=given.goes)
    return Manifest(objects.body("Application", metadata, spec), roster.origin)


def project(roster: Roster, name: str, spec: Mapping[str, Any]) -> Manifest:
    """Return a project that reads this repository and no other."""
    annotations = {objects.WAVE: objects.PROJECT_WAVE}
    metadata = objects.metadata(name, roster.sync, LABELS, annotations, cascade=True)
    whole = {"description": spec["description"], "sourceRepos": [roster.remote.url], **spec}
    if roster.sync.signing_keys:
        gpg = {"mode": "head", "keys": list(roster.sync.signing_keys)}
        whole["sourceIntegrity"] = {"git": {"policies": [{"repos": [{"url": roster.remote.url}], "gpg": gpg}]}}
    return Manifest(objects.body("AppProject", metadata, whole), roster.origin)


def source(roster: Roster, path: str, directory: Mapping[str, Any]) -> dict[str, Any]:
    """Return a folder of the repository; a branch by its full name is found without asking for all tags."""
    way, revision = roster.remote.revision
    return {
        "repoURL": roster.remote.url,
        "targetRevision": f"refs/heads/{revision}" if way == "branch" else revision,
        "path": roster.remote.within(path),
        "directory": dict(directory),
    }


def kinds(found: Iterable[Kind]) -> dict[str, list[dict[str, str]]]:
    """Return what a project lists, from kinds; those of Argo CD itself are for the root alone.

    An empty list of namespaced kinds would deny all, and allow all if it got lost: so all are denied in so many words.
    """
    given = [one for one in found if one[0] != objects.API_VERSION]
    wide = [one for one in given if namespaced(*one) is False]
    narrow = [(api_version.rpartition("/")[0], kind) for api_version, kind in given if (api_version, kind) not in wide]
    return {
        "clusterResourceWhitelist": objects.kinds((api.rpartition("/")[0], kind) for api, kind in wide),
        **(
            {"namespaceResourceWhitelist": objects.kinds(narrow)}
            if narrow
            else {"namespaceResourceBlacklist": objects.kinds([("*", "*")])}
        ),
    }
