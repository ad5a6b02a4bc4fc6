"""How a tenant's quota is divided among its namespaces.

``partition``: each namespace has its own part, and the parts add up to no more than the whole, less what the tenant's
children have of it. A namespace that names its part gets exactly that, and nothing of the keys it does not name; the
one namespace that may leave its part open gets what is left. ``shared`` and ``delegated``: each namespace may use up
to the least that the tenant or one above it has, or less where it says so.

What two keys both cap, ``cpu`` and ``requests.cpu``, is one thing here; it keeps the key that is written nearest.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from generator.kubernetes import quotakeys
from generator.kubernetes.quantity import ZERO, Quantity
from generator.kubernetes.quotakeys import measure
from generator.organisation.allowance import ALONE, LEAST, Share
from generator.problems import Problem
from generator.spec.settings import Amounts, Quota
from generator.spec.tenant import NamespaceSpec, Tenant

#: Without a part of these no pod starts, beside the keys that force a value on every container.
_PODS = ("pods", "count/pods")


def of(tenant: Tenant, share: Share | None = None, cluster: str = "") -> Mapping[str | None, Amounts]:
    """Return each namespace's caps on a cluster, by its short name, for a tenant that :func:`check` accepts."""
    share = share or ALONE
    whole = _whole(tenant, share)
    if whole is None:
        return {spec.name: spec.quota or {} for spec in tenant.namespaces}
    if mode(tenant, share) in LEAST:
        return {spec.name: _least(spec.quota or {}, whole) for spec in tenant.namespaces}
    rest = _rest(tenant, whole, share.given_on(cluster))
    return {spec.name: rest if spec.quota is None else _part(spec.quota, whole) for spec in tenant.namespaces}


def mode(tenant: Tenant, share: Share | None) -> str:
    """Return how a resolved tenant divides its quota: as it says, as the nearest tenant above does, or in parts."""
    quota = tenant.settings.quota
    return (quota.mode if quota is not None else None) or (share.mode if share is not None else "") or "partition"


def settled(tenant: Tenant, share: Share | None) -> Tenant:
    """Return a resolved tenant whose quota is what those above it leave of it, for whoever looks at it alone."""
    whole = _whole(tenant, share or ALONE)
    if share is None or not whole:
        return tenant
    quota = tenant.settings.quota
    how = "shared" if mode(tenant, share) in LEAST else "partition"
    origin = quota.origin if quota is not None else tenant.origin / "spec" / "parent"
    bounded = Quota(how, whole, origin, scoped=quota.scoped if quota is not None else None)
    return replace(tenant, settings=replace(tenant.settings, quota=bounded))


def delegated_to(tenant: Tenant, share: Share | None) -> str:
    """Name what adds up the tenant's namespaces; empty where nothing does."""
    quota = tenant.settings.quota
    if mode(tenant, share) != "delegated":
        return ""
    return (quota.to if quota is not None else None) or (share.to if share is not None else "")


def pool(tenant: Tenant, share: Share | None) -> Amounts:
    """Return what a controller holds for all namespaces at or below a tenant: its own caps, and no more than above."""
    quota = tenant.settings.quota
    if quota is None or not delegated_to(tenant, share):
        return {}
    bounds = {measure(key): amount for key, amount in (share.bounds if share is not None else {}).items()}
    return {key: min(amount, bounds.get(measure(key), amount)) for key, amount in quota.hard.items()}


def _whole(tenant: Tenant, share: Share) -> Amounts | None:
    """Return what there is to divide; ``None`` where nobody says."""
    quota, bounds = tenant.settings.quota, share.bounds
    if quota is None:
        return bounds or None
    return _least(quota.hard, bounds) if bounds else quota.hard


def _least(own: Amounts, bounds: Amounts) -> Amounts:
    """Return the lower of two caps on one thing, and each that stands alone."""
    if own.keys() == bounds.keys():
        return {key: min(amount, bounds[key]) for key, amount in own.items()}
    least = {measure(key): (key, amount) for key, amount in bounds.items()}
    for key, amount in own.items():
        other = least.get(measure(key))
        least[measure(key)] = (key, amount if other is None else min(amount, other[1]))
    return dict(least.values())


def _part(named: Amounts, whole: Amounts) -> Amounts:
    if whole.keys() <= named.keys():
        return named
    measured = {measure(key) for key in named}
    return {**named, **{key: ZERO for key in whole if measure(key) not in measured}}


def _rest(tenant: Tenant, whole: Amounts, given: Amounts) -> Amounts:
    if not given and len(tenant.namespaces) == 1:
        return whole
    return {key: max(amount - _claimed(tenant, key, given), ZERO) for key, amount in whole.items()}


def _claimed(tenant: Tenant, key: str, given: Amounts) -> Quantity:
    """Add up what the namespaces name of a key, and what children have of it."""
    return sum((amount for _, amount in _named(tenant, key)), given.get(measure(key), ZERO))


def _named(tenant: Tenant, key: str) -> Iterator[tuple[NamespaceSpec, Quantity]]:
    """Yield the namespaces that name their part of what *key* caps, each with its part."""
    for spec in tenant.namespaces:
        if spec.quota is not None:
            if key in spec.quota:
                yield spec, spec.quota[key]
            else:
                yield from ((spec, amount) for other, amount in spec.quota.items() if measure(other) == measure(key))


def check(tenant: Tenant, share: Share | None = None) -> Iterator[Problem]:
    """Find namespaces without caps, and parts that do not fit into the whole."""
    share = share or ALONE
    whole = _whole(tenant, share)
    if not whole:
        if any(not spec.quota for spec in tenant.namespaces):
            message = (
                "nobody says what the tenant may consume; add a quota here, a tier that has one, or "
                "spec.defaults.quota to the platform file"
            )
            yield Problem(tenant.origin / "spec" / "quota", message)
        return
    yield from _check_delegated(tenant, share)
    if tenant.namespaces and mode(tenant, share) not in LEAST:
        yield from _check_partition(tenant, whole, share.most_given())


def _check_delegated(tenant: Tenant, share: Share) -> Iterator[Problem]:
    """Ask whose controller it is that a quota is delegated to, and that it has where to be."""
    quota, how = tenant.settings.quota, mode(tenant, share)
    if quota is None:
        return
    to = delegated_to(tenant, share)
    if how == "delegated" and not to:
        message = "nobody says whose controller adds up; write to: hnc, capsule, openshift or kueue"
        yield Problem(quota.origin / "mode", message)
    if to == "hnc" and quota.hard and not tenant.namespaces:
        message = "'hnc' adds up below a namespace, and there is none; give the tenant one, or write another controller"
        yield Problem(quota.origin / "to", message)
    if how != "delegated" and quota.to is not None:
        message = f"{quota.to!r} adds up in mode delegated, and the mode is {how}; drop this, or write that mode"
        yield Problem(quota.origin / "to", message)


def _check_left_out(tenant: Tenant, whole: Amounts, given: Amounts) -> Iterator[Problem]:
    """Find namespaces in which no pod could start, for they name their part and leave out what every pod needs.

    The one of a tenant that lists none may have nothing, where children have it all: that tenant groups others.
    """
    if not given and len(tenant.namespaces) == 1 and tenant.namespaces[0].quota is None:  # as with most tenants
        return
    needed = [key for key in whole if whole[key] and (quotakeys.forced(key) or key in _PODS)]
    for spec in tenant.namespaces:
        for key in needed:
            others = len(tenant.namespaces) > 1 or (measure(key) in given and spec.name is not None)
            if spec.quota is None and others and whole[key] == _claimed(tenant, key, given):
                whose = "parts of children and others" if measure(key) in given else "others' parts"
                message = f"the {whose} leave no {key} for {spec.name}, so no pod could start there; lower a part"
                yield Problem(spec.origin, message)
            if spec.quota is not None and all(measure(key) != measure(other) for other in spec.quota):
                message = (
                    f"{spec.name} names its part of the quota, and no {key}, so no pod could start there; name a part"
                )
                yield Problem(spec.origin / "quota", message)


def _check_partition(tenant: Tenant, whole: Amounts, given: Amounts) -> Iterator[Problem]:
    place = tenant.origin / "spec" / "namespaces"
    yield from _check_left_out(tenant, whole, given)
    unset = [spec for spec in tenant.namespaces if spec.quota is None]
    for spec in unset[1:]:
        message = (
            f"both {unset[0].name} and {spec.name} leave their part of the quota open, and only one can have what is "
            "left; give one of them a quota, or set spec.quota.mode: shared"
        )
        yield Problem(place / (spec.name or 0), message)
    for key, amount in whole.items() if len(unset) < len(tenant.namespaces) else ():
        claimed = _claimed(tenant, key, {})
        if claimed > amount:
            parts = " + ".join(f"{part} ({spec.name})" for spec, part in _named(tenant, key))
            message = (
                f"the namespaces' parts of {key} are {parts} = {claimed}, and the tenant has {amount}; lower a part"
            )
            yield Problem(place, message)
