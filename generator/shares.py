"""How a tenant's quota is divided among its namespaces.

``partition``: each namespace has its own part, and the parts add up to no more than the whole. A namespace that
names its part gets exactly that, and nothing of the keys it does not name; the one namespace that may leave its
part open gets what is left. ``shared``: each namespace may use up to the whole, or less where it says so.
"""

from collections.abc import Iterator, Mapping

from generator import quotakeys
from generator.problems import Place, Problem
from generator.quantity import ZERO, Quantity
from generator.settings import Amounts
from generator.tenant import NamespaceSpec, Tenant

#: Without a part of these no pod starts, beside the keys that force a value on every container.
_PODS = ("pods", "count/pods")


def of(tenant: Tenant) -> Mapping[str | None, Amounts]:
    """Return each namespace's caps, by its short name, for a resolved tenant that :func:`check` accepts."""
    quota = tenant.settings.quota
    if quota is None:
        return {spec.name: spec.quota or {} for spec in tenant.namespaces}
    if quota.mode == "shared":
        return {spec.name: _capped(spec.quota or {}, quota.hard) for spec in tenant.namespaces}
    return {spec.name: _part(spec, tenant, quota.hard) for spec in tenant.namespaces}


def _capped(own: Amounts, whole: Amounts) -> Amounts:
    return {**own, **{key: min(own.get(key, amount), amount) for key, amount in whole.items()}}


def _part(spec: NamespaceSpec, tenant: Tenant, whole: Amounts) -> Amounts:
    if spec.quota is not None:
        return {**spec.quota, **{key: spec.quota.get(key, ZERO) for key in whole}}
    if len(tenant.namespaces) == 1:
        return whole
    return {key: amount - _claimed(tenant, key) for key, amount in whole.items()}


def _claimed(tenant: Tenant, key: str) -> Quantity:
    """Add up what the namespaces name of a key."""
    named = (spec.quota[key] for spec in tenant.namespaces if spec.quota and key in spec.quota)
    return sum(named, ZERO)


def check(tenant: Tenant) -> Iterator[Problem]:
    """Find namespaces without caps, and parts that do not fit into the whole."""
    quota = tenant.settings.quota
    if not tenant.namespaces:
        return
    for spec in tenant.namespaces:
        yield from _check_amounts(spec.quota or {}, spec.origin / "quota")
    if quota is None:
        if any(not spec.quota for spec in tenant.namespaces):
            message = (
                "nobody says what the tenant may consume; add a quota here, a tier that has one, or "
                "spec.defaults.quota to the platform file"
            )
            yield Problem(tenant.origin / "spec" / "quota", message)
        return
    yield from _check_amounts(quota.hard, quota.origin / "hard")
    if quota.mode != "shared":
        yield from _check_partition(tenant, quota.hard)


def _check_amounts(hard: Amounts, place: Place) -> Iterator[Problem]:
    for key, amount in hard.items():
        reason = quotakeys.check_value(key, amount)
        if reason is not None:
            yield Problem(place / key, reason)


def _check_left_out(tenant: Tenant, whole: Amounts) -> Iterator[Problem]:
    """Find namespaces in which no pod could start, for they name their part and leave out what every pod needs."""
    needed = [key for key in whole if whole[key] and (quotakeys.forced(key) or key in _PODS)]
    for spec in tenant.namespaces:
        for key in needed:
            if spec.quota is None and len(tenant.namespaces) > 1 and whole[key] == _claimed(tenant, key):
                message = f"the others' parts leave no {key} for {spec.name}, so no pod could start there; lower a part"
                yield Problem(spec.origin, message)
            if spec.quota is not None and key not in spec.quota:
                message = (
                    f"{spec.name} names its part of the quota, and no {key}, so no pod could start there; name a part"
                )
                yield Problem(spec.origin / "quota", message)


def _check_partition(tenant: Tenant, whole: Amounts) -> Iterator[Problem]:
    place = tenant.origin / "spec" / "namespaces"
    yield from _check_left_out(tenant, whole)
    unset = [spec for spec in tenant.namespaces if spec.quota is None]
    for spec in unset[1:]:
        message = (
            f"both {unset[0].name} and {spec.name} leave their part of the quota open, and only one can have what is "
            "left; give one of them a quota, or set spec.quota.mode: shared"
        )
        yield Problem(place / (spec.name or 0), message)
    for key, amount in whole.items():
        claimed = _claimed(tenant, key)
        if claimed > amount:
            parts = " + ".join(f"{s.quota[key]} ({s.name})" for s in tenant.namespaces if s.quota and key in s.quota)
            message = (
                f"the namespaces' parts of {key} are {parts} = {claimed}, and the tenant has {amount}; lower a part"
            )
            yield Problem(place, message)
