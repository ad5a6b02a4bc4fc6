"""What a queue shares out and how, as tenant files and the platform file write it.

Quotas are written by flavor and resource: ``{h100: {cpu: 32, nvidia.com/gpu: {nominal: 4, borrow: 8, lend: 2}}}``.
Nothing here is inherited from a parent; what a tenant leaves open, the platform's defaults decide.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from generator.kubernetes import quantity
from generator.kubernetes.quantity import Quantity
from generator.kubernetes.quotakeys import check_amounts
from generator.kueue import DEFAULT_QUEUE
from generator.kueue.quotas import Pair, Quota
from generator.problems import Place, Problem, Route, instead

#: Flavor -> resource -> how much.
Shares = Mapping[str, Mapping[str, Quota]]


class Preemption(Struct, frozen=True):
    """Whom jobs of a queue may push out; ``None`` in any field leaves it to the platform, and then to Kueue.

    ``borrow_below`` is the highest priority that a job which borrows may push out.
    """

    reclaim: str | None = None
    within: str | None = None
    borrow: str | None = None
    borrow_below: int | None = None


class Fungibility(Struct, frozen=True):
    """When to try the next flavor; ``None`` in any field leaves it to the platform, and then to Kueue."""

    when_can_borrow: str | None = None
    when_can_preempt: str | None = None
    preference: str | None = None


class Queue(Struct, frozen=True):
    """The queue of a tenant.

    ``flavors`` is its own quota, ``pool`` what it and the tenants below it have in common; ``None`` means that there is
    none. ``queues`` are names for all namespaces, or by short name. ``None`` elsewhere leaves it to the platform.
    """

    cohort: str | None
    weight: Quantity | None
    flavors: Shares | None
    pool: Shares | None
    preemption: Preemption
    fungibility: Fungibility
    strategy: str | None
    queues: Sequence[str] | Mapping[str, Sequence[str]]
    stop_policy: str
    origin: Place

    def names(self, namespace: str | None) -> Sequence[str]:
        """Return the names of the queues in the namespace of a short name."""
        if isinstance(self.queues, Mapping):
            return self.queues.get(namespace or "", ())
        return self.queues


def from_value(value: Mapping[str, Any] | None, place: Place) -> Queue | None:
    """Take a queue from a value that its schema has found valid."""
    if value is None:
        return None
    get = value.get
    given = get("queues", (DEFAULT_QUEUE,))
    return Queue(
        cohort=get("cohort"),
        weight=weight(get("weight")),
        flavors=shares(get("flavors")),
        pool=shares(get("pool")),
        preemption=preemption(get("preemption", {})),
        fungibility=fungibility(get("fungibility", {})),
        strategy=get("strategy"),
        queues={name: tuple(some) for name, some in given.items()} if isinstance(given, dict) else tuple(given),
        stop_policy=get("stopPolicy", "None"),
        origin=place / "queue",
    )


def weight(value: object) -> Quantity | None:
    """Take a weight."""
    return None if value is None else quantity.parse(value)


def shares(value: Mapping[str, Mapping[str, Any]] | None) -> Shares | None:
    """Take quotas by flavor and resource."""
    if value is None:
        return None
    return {flavor: {name: _share(one) for name, one in resources.items()} for flavor, resources in value.items()}


def _share(value: Any) -> Quota:
    if not isinstance(value, Mapping):
        return Quota(quantity.parse(value))
    limits = (quantity.parse(value[key]) if key in value else None for key in ("borrow", "lend"))
    return Quota(quantity.parse(value["nominal"]), *limits)


def preemption(value: Mapping[str, Any]) -> Preemption:
    """Take what is said of preemption."""
    get = value.get
    return Preemption(get("reclaim"), get("within"), get("borrow"), get("borrowBelow"))


def fungibility(value: Mapping[str, Any]) -> Fungibility:
    """Take what is said of trying the next flavor."""
    get = value.get
    return Fungibility(get("whenCanBorrow"), get("whenCanPreempt"), get("preference"))


def pairs(given: Shares | None) -> Mapping[Pair, Quota]:
    """Return quotas as Kueue's arithmetic takes them."""
    return {(flavor, name): one for flavor, some in (given or {}).items() for name, one in some.items()}


def check(queue: Queue | None, shorts: Sequence[str | None]) -> Iterator[Problem]:
    """Find what one file alone shows to be wrong; *shorts* are the short names of the tenant's namespaces."""
    if queue is None:
        return
    for field, given in (("flavors", queue.flavors), ("pool", queue.pool)):
        yield from check_shares(given or {}, queue.origin / field)
    if isinstance(queue.queues, Mapping):
        known = [name for name in shorts if name is not None]
        for name in queue.queues:
            if name not in known:
                hint = instead(name, known) if known else "the tenant lists no namespaces, so write a plain list"
                yield Problem(queue.origin / "queues" / name, f"{name!r} is not a namespace of this tenant; {hint}")
    yield from _check_use(queue, shorts)


def _check_use(queue: Queue, shorts: Sequence[str | None]) -> Iterator[Problem]:
    """Find a queue that nobody can use, and one that shares nothing out."""
    if queue.flavors is not None and not shorts:
        message = (
            "a tenant without namespaces has no jobs, so no queue of its own; write pool, for the tenants below it"
        )
        yield Problem(queue.origin / "flavors", message)
    if queue.flavors is None and queue.pool is None:
        message = "nothing says how much there is; write flavors, or pool for what the tenants below have in common"
        yield Problem(queue.origin, message)


def check_shares(given: Shares, place: Place) -> Iterator[Problem]:
    """Find amounts that nobody can have, and flavors that share a resource and not all.

    A job gets cpu, memory and devices of one flavor.
    """
    for flavor, resources in given.items():
        yield from _check_amounts(resources, place / flavor)
    first: dict[str, str] = {}
    for flavor, resources in given.items():
        others = dict.fromkeys(first[name] for name in resources if name in first)
        for other in others:
            missing = [name for name in given[other] if name not in resources]
            added = [name for name in resources if name not in given[other]]
            for name in missing:
                message = (
                    f"{other} has {name} too, and a job takes all of them of one flavor; write {name} here, 0 for none"
                )
                yield Problem(place / flavor, message)
            for name in added:
                message = (
                    f"{flavor} has {name} too, and a job takes all of them of one flavor; write {name} here, 0 for none"
                )
                yield Problem(place / other, message)
        for name in resources:
            first.setdefault(name, flavor)


def _check_amounts(resources: Mapping[str, Quota], place: Place) -> Iterator[Problem]:
    for name, one in resources.items():
        yield from check_amounts({name: one.nominal}, place)
        for field, limit in (("borrow", one.borrow), ("lend", one.lend)):
            for problem in check_amounts({name: limit} if limit is not None else {}, place):
                yield replace(problem, place=problem.place / field)


def written(body: Mapping[str, Any], route: Route, field: str) -> Route:
    """Return the route below what somebody wrote that a route of the object made of it comes from.

    *field* is what they call the quotas: ``pool`` for those of a tenant's cohort, else ``flavors``.
    """
    found: list[str | int] = []
    at: Any = body
    for above, key in zip(("", *route), route, strict=False):
        at = at.get(key) if isinstance(at, Mapping) else at[key]  # a field may be what is missing
        if key == "resourceGroups":
            found.append(field)
        elif isinstance(key, int) and above in {"flavors", "resources"}:
            found.append(at["name"])
        elif isinstance(key, int) and above != "resourceGroups":
            found.append(key)
        elif isinstance(key, str):
            found += _OWN.get(key, ())
    return tuple(found)


#: What the files call a field of the objects; what is between has no name there.
_OWN: Mapping[str, tuple[str, ...]] = {
    "nominalQuota": ("nominal",),
    "borrowingLimit": ("borrow",),
    "lendingLimit": ("lend",),
    "fairSharing": ("weight",),
    "preemption": ("preemption",),
    "reclaimWithinCohort": ("reclaim",),
    "withinClusterQueue": ("within",),
    "borrowWithinCohort": ("borrow",),
    "flavorFungibility": ("fungibility",),
    "preference": ("preference",),
    "topologyName": ("topology",),
    **{name: (name,) for name in ("nodeTaints", "tolerations", "key", "value", "tolerationSeconds", "levels")},
}
