"""Amounts by resource: reading them as the API server decodes them, and adding them up."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from generator.kubernetes.quantity import Quantity, QuantityError, parse

#: Specs of LimitRanges, or of quotas, by name: what stands under ``spec`` of their manifests.
Specs = Mapping[str, Mapping[str, Any]]
Amounts = Mapping[str, Quantity]
NONE: Amounts = {}


def read_amount(value: object) -> Quantity:
    """Read an amount as the API server does; raise `QuantityError` if it is none.

    It takes a number with a fraction where our own files do not, since a template may well have written it so, and
    null for 0.
    """
    return parse(as_text(value))


def as_text(value: object) -> object:
    """Return what `parse` takes for an amount as the API server may get it; anything else as it is."""
    if value is None:
        return "0"
    return repr(value) if isinstance(value, float) and isfinite(value) else value


def read_amounts(given: object) -> dict[str, Quantity]:
    """Read what is sound in a mapping of amounts; leave out the rest."""
    found = {}
    for name, value in given.items() if isinstance(given, Mapping) else ():
        try:
            found[str(name)] = read_amount(value)
        except QuantityError:
            continue
    return found


def mapping(value: object) -> Mapping[str, Any]:
    """Return *value* if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[Any]:
    """Return *value* if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def summed(several: Iterable[Amounts]) -> dict[str, Quantity]:
    """Add up amounts by resource; a resource that only some have counts where it is."""
    total: dict[str, Quantity] = {}
    for amounts in several:
        for name, amount in amounts.items():
            total[name] = total[name] + amount if name in total else amount
    return total


def greatest(one: Amounts, other: Amounts) -> dict[str, Quantity]:
    """Return the greater amount of each resource; of two equal ones, that of *one*."""
    return {**one, **{name: amount for name, amount in other.items() if name not in one or amount > one[name]}}
