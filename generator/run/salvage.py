"""What is sound in a broken tenant file, so that its other mistakes can be told in the same run."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.organisation import tree
from generator.problems import Problem
from generator.spec import tenant
from generator.spec.platform import Platform
from generator.validation import schema


def further(value: Any, document: str, told: Iterable[Problem], platform: Platform) -> Iterator[Problem]:
    """Find what else is wrong in a tenant file that its schema has refused, besides what is *told*.

    Whole fields of ``spec`` that hold a mistake are left out. What remains is asked only for what can be said of
    each field by itself, or the gaps would show as mistakes of their own.
    """
    sound = _sound(value, [problem.place.route for problem in told])
    if sound is None or not schema.decider("tenant")(sound):
        return
    own = tenant.from_value(sound, document)
    yield from tree.check_references(own, platform)
    if value["spec"].get("namespaces") == sound["spec"].get("namespaces"):
        yield from tenant.check(own)


def _sound(value: Any, routes: Iterable[tuple[str | int, ...]]) -> dict[str, Any] | None:
    """Return the value without the fields of ``spec`` and ``metadata`` that the routes lead into, if that can be."""
    if not (
        isinstance(value, Mapping) and isinstance(value.get("spec"), dict) and isinstance(value.get("metadata"), dict)
    ):
        return None
    sound = {**value, "spec": dict(value["spec"]), "metadata": dict(value["metadata"])}
    for route in routes:
        if len(route) < 2 or route[0] not in ("spec", "metadata"):  # noqa: PLR2004 - spec/quota is a field of spec
            return None
        sound[str(route[0])].pop(route[1], None)
    return sound
