"""The quotas among manifests: ResourceQuotas, and what controllers count over several namespaces by the same keys."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.kubernetes.quantity import Quantity, QuantityError, parse
from generator.rules.scene import Scene, inside

RESOURCE_QUOTA = ("", "ResourceQuota")
HIERARCHICAL = ("hnc.x-k8s.io", "HierarchicalResourceQuota")
#: Where the spec of a ResourceQuota stands in each kind that has one.
_KINDS: Mapping[tuple[str, str], tuple[str, ...]] = {
    RESOURCE_QUOTA: ("spec",),
    HIERARCHICAL: ("spec",),
    ("quota.openshift.io", "ClusterResourceQuota"): ("spec", "quota"),
    ("capsule.clastix.io", "GlobalResourceQuota"): ("spec", "quota"),
}
#: The kinds that hold for several namespaces together.
SHARED = frozenset(_KINDS.keys() - {RESOURCE_QUOTA})
#: Keys that mean the same to the API server.
_SAME = {"cpu": "requests.cpu", "memory": "requests.memory", "ephemeral-storage": "requests.ephemeral-storage"}


class Quota(Struct, frozen=True):
    """A quota: its kind by API group and name, what it has in all, and its scopes, be they listed or selected.

    ``selected`` are the requirements of its scope selector, as they are written.
    """

    item: Item
    kind: tuple[str, str]
    hard: Mapping[str, Any]
    scopes: frozenset[str]
    selected: tuple[Mapping[str, Any], ...] = ()

    @property
    def called(self) -> str:
        """The quota in a sentence."""
        where = f" in namespace {self.item.namespace}" if self.item.namespace else ""
        return f"{self.item.kind} {self.item.name}{where}"


def quotas(scene: Scene) -> tuple[Quota, ...]:
    """Return all quotas, those of one namespace together. Ask by :meth:`Scene.answer`."""
    found = []
    for kind, route in _KINDS.items():
        for item in scene.of_kind(*kind):
            spec = inside(item.body, *route)
            found.append(Quota(item, kind, inside(spec, "hard"), scopes_of(spec), _selected(spec)))
    return tuple(found)


def by_namespace(scene: Scene) -> Mapping[str, list[Quota]]:
    """Return the ResourceQuotas of each namespace that has any. Ask by :meth:`Scene.answer`."""
    found: dict[str, list[Quota]] = defaultdict(list)
    for quota in scene.answer(quotas):
        if quota.kind == RESOURCE_QUOTA:
            found[quota.item.namespace].append(quota)
    return found


def scopes_of(spec: Mapping[str, Any]) -> frozenset[str]:
    """Return the scopes of a quota, be they listed or selected."""
    listed, selector = spec.get("scopes"), spec.get("scopeSelector")
    if not listed and not selector:
        return _NO_SCOPES
    selected = [one.get("scopeName", "") for one in _selected(spec)]
    return frozenset(map(str, (*(listed if isinstance(listed, list) else ()), *selected)))


def _selected(spec: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    selector = spec.get("scopeSelector")
    expressions = inside(selector).get("matchExpressions") if selector else None
    return tuple(map(inside, expressions)) if isinstance(expressions, list) else ()


def same(key: str) -> str:
    """Return the one name of a key that has two."""
    return _SAME.get(key, key)


def amounts(hard: Mapping[str, Any]) -> Iterator[tuple[str, Quantity]]:
    """Yield what a quota has of each key, by its one name; what is no amount is left out."""
    for key, value in hard.items():
        if (amount := amount_of(value)) is not None and isinstance(key, str):
            yield same(key), amount


def amount_of(value: object) -> Quantity | None:
    """Read an amount; ``None`` stands for what is none."""
    try:
        return parse(value)
    except QuantityError:
        return None


_NO_SCOPES: frozenset[str] = frozenset()
