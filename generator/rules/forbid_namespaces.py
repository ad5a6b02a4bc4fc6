"""No object lives in one of ``namespaces``.

What Kubernetes makes there by itself is no use of it, and may be declared to be hardened: the service account
``default``, the Service ``kubernetes``, the ConfigMap ``kube-root-ca.crt``. Nor is what keeps others out: objects of
one of the kinds ``except``. An object that names no namespace goes wherever it is sent. The cause is one for each
namespace: that it is used at all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Optional, Parameter, Words
from generator.rules.scene import Hit, Scene, name_of

PARAMETERS: Mapping[str, Parameter] = {"namespaces": Words(), "except": Optional(Words())}

_SHOWN = 3
_OWN = frozenset(
    {
        ("ConfigMap", "kube-root-ca.crt"),
        ("Endpoints", "kubernetes"),
        ("EndpointSlice", "kubernetes"),
        ("Service", "kubernetes"),
        ("ServiceAccount", "default"),
    }
)


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each of the namespaces that is used, with what is in it."""
    spared = frozenset(parameters.get("except", ()))
    for namespace in parameters["namespaces"]:
        found = [one for one in scene.all_within(namespace) if one.kind not in spared and not _is_own(one)]
        if found:
            names = [f"{item.kind} {name_of(item)}" for item in found]
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            message = f"namespace {namespace} is used: by {', '.join(names[:_SHOWN])}{more}"
            yield Hit(message, found[0].origin, namespace=namespace, kind="Namespace", name=namespace)


def _is_own(item: Item) -> bool:
    return (item.kind, name_of(item)) in _OWN
