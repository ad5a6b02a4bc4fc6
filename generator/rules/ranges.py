"""LimitRanges of a namespace as the API server stores them."""

from collections.abc import Mapping
from typing import Any

from generator import limitrange


def stored(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a LimitRange with the defaults that it gets; one that is refused has none."""
    if not _is_well_formed(spec) or limitrange.problems(spec):
        return []
    limits: list[dict[str, Any]] = limitrange.defaulted(spec)["limits"]
    return limits


def _is_well_formed(spec: Mapping[str, Any]) -> bool:
    """Tell whether all that is a mapping or a list in a LimitRange is one here."""
    limits = spec.get("limits")
    return isinstance(limits, list) and all(
        isinstance(item, Mapping)
        and isinstance(item.get("type"), str)
        and all(isinstance(item.get(field, {}), Mapping) for field in limitrange.FIELDS)
        for item in limits
    )
