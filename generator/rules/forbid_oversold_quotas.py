"""No shared quota has been promised away more than ``times`` times.

A quota that a controller counts over several namespaces (of HNC, OpenShift or Capsule) is divided among them by their
own ResourceQuotas. A namespace that may use as much as all together shares the pool, and is promised nothing; one
that has less was promised a part. What the parts come to is held against the whole, key by key. Who
shares a pool on purpose among more than it can hold says by how much with ``times``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Number
from generator.rules.pools import Pool, pools, summed
from generator.rules.quotas import amounts
from generator.rules.scene import Hit, Scene

PARAMETERS = {"times": Number()}

#: So many parts are told.
_SHOWN = 5


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each key of which a shared quota has less than was promised, with the largest parts."""
    for pool in pools(scene):
        yield from _oversold(pool, parameters["times"])


def _oversold(pool: Pool, times: int) -> Iterator[Hit]:
    item = pool.quota.item
    for key, whole in amounts(pool.quota.hard):
        parts = {name: part[key] for name, part in pool.promised.items() if key in part and part[key] < whole}
        total = summed([{key: amount} for amount in parts.values()]).get(key)
        if total is None or total <= whole * times:
            continue
        largest = sorted(parts, key=lambda name: (-parts[name].milli, name))
        shown = ", ".join(f"{name} {parts[name]}" for name in largest[:_SHOWN])
        more = f" and {len(largest) - _SHOWN} more" if len(largest) > _SHOWN else ""
        message = f"{pool.quota.called} has {whole} of {key}, and {total} of it is promised: {shown}{more}"
        yield Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)
