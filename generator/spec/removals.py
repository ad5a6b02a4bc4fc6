"""How much one change may remove, and what somebody has agreed to have removed beyond that, until when."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.problems import Place, Problem


class Guard(Struct, frozen=True):
    """How much one change may remove: how many tenants, and how many percent of what there is, if that is not few.

    The defaults are those of octoDNS, which guards zones in the same way, and of one tenant a pull request.
    """

    max_removed_tenants: int = 1
    max_removed_share: int = 30
    min_existing: int = 10


USUAL = Guard()


class Removal(Struct, frozen=True):
    """What may go beyond the platform's limits, for a reason and a time; ``until`` is the last day that it holds."""

    tenants: tuple[str, ...]
    clusters: tuple[str, ...]
    kinds: tuple[str, ...]
    reason: str
    owner: str
    until: str
    origin: Place


def guard(value: Mapping[str, int]) -> Guard:
    """Take the limits on removals; what is not said has the usual one."""
    get = value.get
    return Guard(
        get("maxRemovedTenants", USUAL.max_removed_tenants),
        get("maxRemovedShare", USUAL.max_removed_share),
        get("minExisting", USUAL.min_existing),
    )


def from_value(value: Mapping[str, Any], document: str) -> tuple[Removal, ...]:
    """Take the removals of a value that its schema has found valid."""
    place = Place(document, ("removals",))
    return tuple(
        Removal(
            tuple(item.get("tenants", ())),
            tuple(item.get("clusters", ())),
            tuple(item.get("kinds", ())),
            item["reason"],
            item["owner"],
            item["until"],
            place / i,
        )
        for i, item in enumerate(value["removals"])
    )


def check(removals: Sequence[Removal], today: str) -> Iterator[Problem]:
    """Find the entries whose time is over, and those that allow nothing; *today* is ``YYYY-MM-DD``."""
    for one in removals:
        if today > one.until:
            yield Problem(one.origin / "until", f"{one.until!r} is over; drop the entry, or have {one.owner} renew it")
        elif not (one.tenants or one.clusters or one.kinds):
            yield Problem(one.origin, "says nothing of what may go; write one of tenants, clusters, kinds")


def idle(removals: Sequence[Removal], there: Collection[str], removed: Collection[str] = ()) -> Iterator[Problem]:
    """Find the tenants that are gone and were not *removed* just now.

    What was agreed to once must not lie about for ever.
    """
    for one in removals:
        gone = [name for name in one.tenants if name not in there and name not in removed]
        if gone:
            names = ", ".join(map(repr, gone))
            said = ("is no tenant", "drop it") if len(gone) == 1 else ("are no tenants", "drop them")
            yield Problem(one.origin / "tenants", f"there {said[0]} {names} any more; {said[1]}", warning=True)
