"""What the formats say of the tree of tenants: the platform's rules for it, and the bounds that a parent sets."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from generator.problems import Place

#: The domains of tree labels: a namespace has ``<tenant>.tree.<domain>/depth`` for each tenant that it is below.
OWN_DOMAIN = "tenantry.dev"
HNC_DOMAIN = "hnc.x-k8s.io"


class Hierarchy(Struct, frozen=True):
    """What holds for the whole tree; ``max_depth`` ``None`` lets it be as deep as it likes.

    ``max_depth`` counts the tenants above one; ``hnc_labels`` asks for the labels of HNC beside ours. ``modes`` are how
    kinds propagate, ``None`` if all do that are asked for.
    """

    max_depth: int | None
    hnc_labels: bool
    modes: Mapping[str, str] | None
    origin: Place


class Bounds(Struct, frozen=True):
    """What a tenant lets those below it be at most; ``None`` and ``False`` are no bound, an empty list lets nothing."""

    pod_security: str | None
    clusters: bool
    limits: bool
    network: bool
    roles: tuple[str, ...] | None
    launchers: tuple[str, ...] | None
    labels: tuple[str, ...]
    registries: tuple[str, ...] | None
    origin: Place


def hierarchy(value: Mapping[str, Any], place: Place) -> Hierarchy:
    """Take the platform's rules for the tree out of a valid ``spec``."""
    get = value.get("hierarchy", {}).get
    return Hierarchy(get("maxDepth"), get("hncLabels", False), get("modes"), place / "hierarchy")


def bounds(value: Mapping[str, Any] | None, place: Place) -> Bounds | None:
    """Take a parent's bounds."""
    if value is None:
        return None
    get = value.get
    return Bounds(
        pod_security=get("podSecurity"),
        clusters=get("clusters", False),
        limits=get("limits", False),
        network=get("network", False),
        roles=tuple(value["roles"]) if "roles" in value else None,
        launchers=tuple(value["launchers"]) if "launchers" in value else None,
        labels=tuple(get("labels", ())),
        registries=tuple(value["registries"]) if "registries" in value else None,
        origin=place,
    )
