"""Reading an object of which anything may be of a wrong type; the API server would not take such an object at all."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from generator.admission.amounts import Amounts, mapping, read_amount
from generator.admission.amounts import items as items_of
from generator.admission.refusal import Plugin, Refusal, Rule
from generator.kubernetes.quantity import Quantity, QuantityError


class Reader(Struct):
    """Reads values of a manifest, and remembers which are wrong; the words about them are ours."""

    refusals: list[Refusal]

    def refuse(self, place: str, why: str, resource: str = "", subject: str = "") -> None:
        """Remember that what stands at *place* is wrong."""
        self.refusals.append(
            Refusal(Plugin.DECODING, Rule.MALFORMED, f"{place}: {why}", subject=subject, resource=resource)
        )

    def mapping(self, value: object, place: str) -> Mapping[str, Any]:
        """Return a mapping; an empty one for nothing, or for what is none."""
        if value is not None and not isinstance(value, Mapping):
            self.refuse(place, f"is a {type(value).__name__}, and has to be a mapping")
        return mapping(value)

    def items(self, value: object, place: str) -> list[Any]:
        """Return a list; an empty one for nothing, or for what is none."""
        if value is not None and not isinstance(value, list):
            self.refuse(place, f"is a {type(value).__name__}, and has to be a list")
        return items_of(value)

    def text(self, value: object, place: str) -> str:
        """Return a text; an empty one for nothing, or for what is none."""
        if value is not None and not isinstance(value, str):
            self.refuse(place, f"is a {type(value).__name__}, and has to be a text")
        return value if isinstance(value, str) else ""

    def number(self, value: object, place: str) -> int | None:
        """Return a whole number; ``None`` for nothing, or for what is none."""
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            self.refuse(place, f"is a {type(value).__name__}, and has to be a whole number")
            return None
        return value

    def amounts(self, value: object, place: str, subject: str = "") -> Amounts:
        """Return amounts by resource, those that are sound."""
        found: dict[str, Quantity] = {}
        for name, amount in self.mapping(value, place).items():
            if not isinstance(name, str):
                self.refuse(place, f"has the key {name!r}, which is not a text", subject=subject)
                continue
            try:
                found[name] = read_amount(amount)
            except QuantityError as error:
                self.refuse(f"{place}[{name}]", str(error), name, subject)
        return found
