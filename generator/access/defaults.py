"""The roles and bindings that a cluster starts with, by its Kubernetes version.

``data/defaults-1.36.json`` is exact: what an API server 1.36.2 with default feature gates made of an empty cluster,
without the rules of aggregated roles, which are computed. For other versions it stands in, with one known difference
taken back: ``view``, ``edit`` and ``admin`` know nothing of dynamic resource allocation before 1.34, when it was first
on by default. All else of another version may differ, in the roles of Kubernetes' own controllers above all; a
snapshot of the cluster's own objects is exact. A cluster that was upgraded may also keep what ``edit`` once had,
such as the right to write Endpoints from before 1.22.
"""

import json
from functools import cache

from msgspec.structs import replace

from generator import shipped
from generator.access.objects import Objects, Role
from generator.access.parse import parse
from generator.manifest import Manifest
from generator.problems import Place

#: The version whose defaults are known exactly.
EXACT = "1.36"
_DEVICES = "resource.k8s.io"
_WITH_DEVICES = (1, 34)
_AGGREGATED = ("system:aggregate-to-view", "system:aggregate-to-edit", "system:aggregate-to-admin")


@cache
def defaults(version: str) -> Objects:
    """Return the defaults for a version such as ``1.34``; raise ``ValueError`` for what is no version.

    The rules of aggregated roles are empty: they are filled in with all other roles of the cluster.
    """
    major, minor = map(int, version.split("."))
    objects = _exact()
    if (major, minor) >= _WITH_DEVICES:
        return objects
    return Objects(tuple(map(_without_devices, objects.roles)), objects.bindings)


@cache
def _exact() -> Objects:
    bodies = json.loads(shipped.default_roles(EXACT))
    objects, problems = parse(Manifest(body, _place(body["kind"], body["metadata"])) for body in bodies)
    if problems:
        raise AssertionError(problems[0])  # the file is ours
    return objects


def _place(kind: str, metadata: dict[str, str]) -> Place:
    where = (metadata["namespace"],) if "namespace" in metadata else ()
    return Place(f"Kubernetes {EXACT}", (kind, *where, metadata["name"]))


def _without_devices(role: Role) -> Role:
    if role.key.name not in _AGGREGATED:
        return role
    return replace(role, rules=tuple(rule for rule in role.rules if rule.api_groups != (_DEVICES,)))
