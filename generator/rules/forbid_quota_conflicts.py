"""The quotas of a namespace agree with one another and with what is declared in it: ``case`` says about what.

``same-key``: two quotas without scopes count the same key, so that the smaller one holds and the other is only read.
``no-ports``: ``services.nodeports`` is 0 and load balancers are allowed, whose Services take node ports unless they say
``allocateLoadBalancerNodePorts: false``. ``outgrown``: what is declared in the namespace, and what every cluster puts
there, is more than a quota has: the certificates of the cluster and of Istio, the account ``default``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.kubernetes.quantity import Quantity
from generator.kubernetes.quotakeys import measure
from generator.rules.declared import PODS as _PODS
from generator.rules.declared import counted
from generator.rules.declared import is_count as _is_count
from generator.rules.parameters import Word
from generator.rules.quotas import Quota, amounts, by_namespace
from generator.rules.scene import Hit, Scene, inside

_PORTS, _BALANCERS = "services.nodeports", "services.loadbalancers"


def _twice(scene: Scene) -> Iterator[Hit]:
    for quotas in scene.answer(by_namespace).values():
        if len(quotas) > 1:
            yield from _twice_within([one for one in quotas if not one.scopes])


def _twice_within(quotas: Sequence[Quota]) -> Iterator[Hit]:
    found: dict[str, list[tuple[Quantity, Quota]]] = defaultdict(list)
    for quota in quotas:
        for key, amount in amounts(quota.hard):
            found[measure(key)].append((amount, quota))
    for key, given in sorted(found.items()):
        if len({id(quota.item) for _, quota in given}) > 1:
            said = ", ".join(f"{quota.item.name} has {amount}" for amount, quota in given)
            least = min(amount for amount, _ in given)
            yield _hit(given[0][1], f"several ResourceQuotas count {key}, and the least holds, {least}: {said}")


def _no_ports(scene: Scene) -> Iterator[Hit]:
    for namespace, quotas in scene.answer(by_namespace).items():
        closing = [one for one in quotas if _PORTS in one.hard and _has_none(one, _PORTS)]
        if closing and not any(_has_none(one, _BALANCERS) for one in quotas) and not _does_without(scene, namespace):
            said = f"{closing[0].item.name} allows no node ports, which load balancers take, and allows load balancers"
            yield _hit(closing[0], f"ResourceQuota {said}")


def _has_none(quota: Quota, key: str) -> bool:
    return key in quota.hard and any(name == key and not amount for name, amount in amounts({key: quota.hard[key]}))


def _does_without(scene: Scene, namespace: str) -> bool:
    """Tell whether the load balancers of a namespace show that whoever writes them knows."""
    specs = [inside(item.body, "spec") for item in scene.within(namespace, "", "Service")]
    balanced = [spec for spec in specs if spec.get("type") == "LoadBalancer"]
    return bool(balanced) and all(spec.get("allocateLoadBalancerNodePorts") is False for spec in balanced)


def _outgrown(scene: Scene) -> Iterator[Hit]:
    for namespace, quotas in scene.answer(by_namespace).items():
        keys = [key for quota in quotas if not quota.scopes for key in quota.hard if _is_count(key)]
        needed = counted(scene, namespace, keys) if keys else {}
        for quota in quotas if any(needed.values()) else ():
            for key, amount in amounts(quota.hard if not quota.scopes else {}):
                asked = needed.get(key)
                if asked is not None and asked > amount and (amount or key != _PODS):
                    said = f"has {amount} of {key}, and what is declared in namespace {namespace} takes {asked}"
                    yield _hit(quota, f"ResourceQuota {quota.item.name} {said}")


_CASES: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "same-key": _twice,
    "no-ports": _no_ports,
    "outgrown": _outgrown,
}
PARAMETERS = {"case": Word(tuple(_CASES))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace whose quotas do not agree, for each key that they do not agree about."""
    return _CASES[parameters["case"]](scene)


def _hit(quota: Quota, message: str) -> Hit:
    item = quota.item
    return Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)
