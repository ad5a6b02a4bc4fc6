"""What the objects that are declared in a namespace take of its quotas, as far as quotas count objects.

Besides them there is what every cluster puts into each namespace. Of the pods that controllers make, those count that
run for good: what a Deployment and a StatefulSet ask for.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from generator import admission
from generator.access.lists import Item
from generator.kubernetes import objectcounts, quotakeys
from generator.kubernetes.quantity import Quantity, parse
from generator.rules.scene import Scene, inside

PODS = "pods"
_BY_CLASS = ".storageclass.storage.k8s.io/"
#: The resources of the core group that a key without ``count/`` is about.
_OF_KEY: Mapping[str, str] = {
    "requests.storage": "persistentvolumeclaims",
    "services.loadbalancers": "services",
    "services.nodeports": "services",
}
_REPLICATED = frozenset({("", "ReplicationController"), ("apps", "Deployment"), ("apps", "StatefulSet")})
#: Labels of a namespace by which Istio looks after it, and puts its certificate there.
_ISTIO = ("istio-injection", "istio.io/rev", "istio.io/dataplane-mode")
_MORE_THAN_ANYBODY = "1E"


def is_count(key: object) -> bool:
    """Tell whether a key counts objects, or the size of volumes, which the objects themselves say."""
    return isinstance(key, str) and _is_count(key)


@lru_cache(65_536)
def _is_count(key: str) -> bool:
    return bool(_counts(key)) and quotakeys.check_key(key).enforced


def counted(scene: Scene, namespace: str, keys: Iterable[str]) -> Mapping[str, Quantity]:
    """Return what is taken of each of some keys in a namespace; 0 of those that nothing is taken of."""
    asked = frozenset(keys)
    wanted = _resources(asked)
    there: dict[str, list[Item]] = defaultdict(list)
    for kind, items in scene.kinds_within(namespace):
        if (resource := _resource(kind)) in wanted:
            there[resource] += items
    bodies = [item.body for items in there.values() for item in items]
    bodies += [body for resource, body in _put_there(scene, namespace) if _is_missing(body, resource, there, wanted)]
    taken = _taken(bodies, asked) if bodies else {}
    if PODS in asked and (running := _running(scene, namespace)):
        taken[PODS] = taken.get(PODS, parse(0)) + parse(running)
    return taken


def _taken(bodies: Iterable[Mapping[str, Any]], keys: Iterable[str]) -> dict[str, Quantity]:
    boundless = {"all": {"hard": dict.fromkeys(keys, _MORE_THAN_ANYBODY)}}
    return dict(admission.objects(bodies, limit_ranges={}, quotas=boundless).used["all"])


def _running(scene: Scene, namespace: str) -> int:
    found = 0
    for kind in _REPLICATED:
        for item in scene.within(namespace, *kind):
            replicas = inside(item.body, "spec").get("replicas", 1)
            found += replicas if isinstance(replicas, int) and replicas > 0 else 0
    return found


def _put_there(scene: Scene, namespace: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what a cluster puts into a namespace by itself."""
    yield "configmaps", _object("ConfigMap", "kube-root-ca.crt")
    yield "serviceaccounts", _object("ServiceAccount", "default")
    if any(scene.label(namespace, label) not in {"", "disabled", "none"} for label in _ISTIO):
        yield "configmaps", _object("ConfigMap", "istio-ca-root-cert")


def _object(kind: str, name: str) -> Mapping[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}


def _is_missing(
    body: Mapping[str, Any], resource: str, there: Mapping[str, list[Item]], wanted: frozenset[str]
) -> bool:
    return resource in wanted and body["metadata"]["name"] not in {item.name for item in there.get(resource, ())}


@lru_cache(1024)
def _resources(keys: frozenset[str]) -> frozenset[str]:
    """Return the resources that some keys count, as plurals with their group."""
    return frozenset(_counts(key) for key in keys)


def _counts(key: str) -> str:
    """Return the resource that a key counts; the empty text where it counts none."""
    if key.startswith(objectcounts.PREFIX):
        return key.removeprefix(objectcounts.PREFIX)
    if _BY_CLASS in key:
        return "persistentvolumeclaims"
    core = _OF_KEY.get(key, key)
    return core if objectcounts.is_known(core, "") else ""


@lru_cache(4096)
def _resource(kind: tuple[str, str]) -> str:
    group, name = kind
    plural = admission.plural_of(name, group)
    return f"{plural}.{group}" if group else plural
