"""LimitRanges as the API server stores them: items with their amounts, of a spec that anybody may have written."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.admission.amounts import Amounts, Specs, as_text, read_amounts
from generator.kubernetes import limitrange


class Bounds(Struct, frozen=True):
    """One item of a LimitRange. ``amounts`` are by field (`limitrange.FIELDS`); ``source`` is the LimitRange's name."""

    source: str
    type: str
    amounts: Mapping[str, Amounts]


def stored(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the items of a LimitRange with the defaults that it gets; one that is refused has none."""
    if not _is_well_formed(spec):
        return []
    plain = {"limits": [_plain(item) for item in spec["limits"]]}
    if limitrange.problems(plain):
        return []
    limits: list[dict[str, Any]] = limitrange.defaulted(plain)["limits"]
    return limits


def bounds_of(specs: Specs) -> tuple[Bounds, ...]:
    """Return the items of all LimitRanges, in order of their names."""
    return tuple(one for name in sorted(specs) for one in _bounds(name, specs[name]))


def _bounds(name: str, spec: Mapping[str, Any]) -> Iterator[Bounds]:
    for item in stored(spec):
        yield Bounds(name, item["type"], {key: read_amounts(item.get(key)) for key in limitrange.FIELDS})


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Write the amounts of an item as texts, those too that our own files may not have as they are."""
    amounts = {
        key: {name: as_text(value) for name, value in (item.get(key) or {}).items()} for key in limitrange.FIELDS
    }
    return {**amounts, "type": item["type"]}


def _is_well_formed(spec: object) -> bool:
    """Tell whether all that is a mapping or a list in a LimitRange is one here."""
    limits = spec.get("limits") if isinstance(spec, Mapping) else None
    return isinstance(limits, list) and all(
        isinstance(item, Mapping)
        and isinstance(item.get("type"), str)
        and all(_has_amounts(item.get(field)) for field in limitrange.FIELDS)
        for item in limits
    )


def _has_amounts(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and all(isinstance(name, str) for name in value))
