"""Where a tenant, a namespace or a cluster is in its life: ``active``, ``frozen``, ``offboarding``, and then gone.

What is on its way out is frozen first, and no longer protected from removal, while it is still there: the protection
is read from the live object, so that it has to be lifted in a change of its own before anything may vanish.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.problems import Place, Problem

ACTIVE, FROZEN, OFFBOARDING = PHASES = ("active", "frozen", "offboarding")

#: How a rendered namespace tells where it is in its life, and until when it is kept.
LABEL = "tenantry.dev/lifecycle"
RETAIN_UNTIL = "tenantry.dev/retain-until"
REASON = "tenantry.dev/offboarding-reason"


class Offboarding(Struct, frozen=True):
    """How something leaves. ``retain_until`` is the first day on which it may go, ``""`` any day.

    ``clusters`` are those that a tenant leaves while it stays on others.
    """

    retain_until: str
    reason: str
    clusters: tuple[str, ...]
    origin: Place


def offboarding(value: Mapping[str, Any] | None, place: Place) -> Offboarding | None:
    """Take what a file says of how something leaves."""
    if value is None:
        return None
    get = value.get
    return Offboarding(get("retainUntil", ""), get("reason", ""), tuple(get("clusters", ())), place / "offboarding")


def furthest(*phases: str) -> str:
    """Return the phase that lies furthest on the way out."""
    return max(phases, key=PHASES.index)


def check(phase: str, leaving: Offboarding | None) -> Iterator[Problem]:
    """Find what is said of leaving that does not fit what is staying, or leaving as a whole."""
    if leaving is None:
        return
    if phase != OFFBOARDING and not leaving.clusters:
        message = f"nothing leaves while lifecycle is {phase!r}; write lifecycle: offboarding, or drop this"
        yield Problem(leaving.origin, message)
    if phase == OFFBOARDING and leaving.clusters:
        message = "with lifecycle: offboarding, the tenant leaves all its clusters; drop this, or the lifecycle"
        yield Problem(leaving.origin / "clusters", message)
