"""No quota has more of a key than ``capacity`` says that there can be.

Kubernetes never holds a quota against the nodes. What is more than the cluster has is no cap; mostly it is a slip of
the unit. Capacity is by key, as in a quota; ``cpu`` and ``requests.cpu`` are one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.kubernetes.quantity import QuantityError, parse
from generator.kubernetes.quotakeys import check_value
from generator.problems import Route
from generator.rules.parameters import Texts
from generator.rules.quotas import amounts, quotas, same
from generator.rules.scene import Hit, Scene


class _Amounts(Texts):
    """A mapping of keys to amounts, as texts."""

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        wrong = [*Texts.wrong(self, value)]
        yield from wrong
        for key, text in value.items() if isinstance(value, dict) and not wrong else ():
            try:
                reason = check_value(key, parse(text))
            except QuantityError as error:
                reason = str(error)
            if reason is not None:
                yield (key,), reason


PARAMETERS = {"capacity": _Amounts()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each key of each quota that has more than there is."""
    most = {same(key): parse(text) for key, text in parameters["capacity"].items()}
    for quota in scene.answer(quotas):
        item = quota.item
        for key, amount in amounts(quota.hard):
            if key in most and amount > most[key]:
                message = f"{quota.called} has {amount} of {key}, and there can be {most[key]} at most"
                yield Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)
