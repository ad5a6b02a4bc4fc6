"""The quotas of a ClusterQueue or a Cohort, by flavor and resource."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.kubernetes import quantity
from generator.kubernetes.quantity import Quantity, QuantityError

#: A flavor and a resource: what a quota is of.
Pair = tuple[str, str]


class Quota(Struct, frozen=True):
    """How much there is; ``borrow`` and ``lend`` ``None`` mean as much as the others have, and all of it."""

    nominal: Quantity
    borrow: Quantity | None = None
    lend: Quantity | None = None


Quotas = Mapping[Pair, Quota]


def of(spec: object) -> dict[Pair, Quota]:
    """Take the quotas out of a ``spec``; of two for one pair the later counts."""
    return {
        (name, str(one.get("name"))): quota
        for group in listed(spec, "resourceGroups")
        for flavor in listed(group, "flavors")
        if isinstance(name := flavor.get("name"), str)
        for one in listed(flavor, "resources")
        if (quota := _quota(one)) is not None
    }


def _quota(value: Mapping[str, Any]) -> Quota | None:
    nominal = amount(value.get("nominalQuota"))
    if nominal is None:
        return None
    return Quota(nominal, amount(value.get("borrowingLimit")), amount(value.get("lendingLimit")))


def listed(value: object, key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings of a list under *key*."""
    found = value.get(key) if isinstance(value, Mapping) else None
    return (one for one in found if isinstance(one, Mapping)) if isinstance(found, (list, tuple)) else iter(())


def amount(value: object) -> Quantity | None:
    """Read a quantity; ``None`` for what is none."""
    try:
        return None if value is None else quantity.parse(value)
    except QuantityError:
        return None


def caps(resource: str, hard: Mapping[str, Quantity]) -> Quantity | None:
    """Return the most that a ResourceQuota lets pods ask of a resource; ``None`` where it does not say.

    No container asks for more than its limit, so that a cap on limits is one on requests.
    """
    return min((hard[key] for key in keys(resource) if key in hard), default=None)


def keys(resource: str) -> tuple[str, ...]:
    """Return the keys of a ResourceQuota that cap what pods ask of a resource."""
    return (f"requests.{resource}", *((resource, f"limits.{resource}") if resource in _COMPUTE else ()))


#: Resources that a quota may name without ``requests.``.
_COMPUTE = frozenset({"cpu", "memory", "ephemeral-storage"})
