"""No reference to a secret reaches further than one tenant, in one of the ``ways``.

``open-store``: a ClusterSecretStore that every namespace may fetch from, for it names none under ``conditions``.
``wide-seal``: a SealedSecret whose annotations let it be opened under another name, or in any namespace.
``all-of-a-store``: an ExternalSecret that takes whatever in a store of the whole cluster matches a pattern.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

_GROUP = "external-secrets.io"
#: What Sealed Secrets reads as "yes" is this text alone.
_WIDE = {
    "sealedsecrets.bitnami.com/cluster-wide": "in every namespace and under every name",
    "sealedsecrets.bitnami.com/namespace-wide": "under every name in its namespace",
}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each reference that reaches too far, once for each way."""
    for way in parameters["ways"]:
        yield from _WAYS[way](scene)


def _open_stores(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(_GROUP, "ClusterSecretStore"):
        if not inside(item.body, "spec").get("conditions"):
            message = f"ClusterSecretStore {name_of(item)} can be fetched from in every namespace"
            yield _hit(message, item)


def _wide_seals(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind("bitnami.com", "SealedSecret"):
        given = inside(item.body, "metadata", "annotations")
        for annotation, where in _WIDE.items():
            if given.get(annotation) == "true":
                message = f"SealedSecret {name_of(item)} can be opened {where}, by whoever may create one"
                yield _hit(message, item)
                break


def _all_of_a_store(scene: Scene) -> Iterator[Hit]:
    for item in scene.of_kind(_GROUP, "ExternalSecret"):
        spec = inside(item.body, "spec")
        takes = spec.get("dataFrom")
        finds = isinstance(takes, list) and any(isinstance(one, dict) and "find" in one for one in takes)
        if finds and inside(spec, "secretStoreRef").get("kind") == "ClusterSecretStore":
            store = inside(spec, "secretStoreRef").get("name")
            message = f"ExternalSecret {name_of(item)} takes whatever matches in the cluster's store {store}"
            yield _hit(message, item)


def _hit(message: str, item: Item) -> Hit:
    return Hit(message, item.origin, namespace=namespace_of(item), kind=item.body["kind"], name=name_of(item))


_WAYS: Mapping[str, Callable[[Scene], Iterator[Hit]]] = {
    "open-store": _open_stores,
    "wide-seal": _wide_seals,
    "all-of-a-store": _all_of_a_store,
}

PARAMETERS = {"ways": Words(tuple(_WAYS))}
