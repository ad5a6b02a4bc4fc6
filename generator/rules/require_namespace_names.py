"""Each namespace has a name that there can be, and that a tenant can have.

A name is a DNS label: 63 characters, and no dots. HNC lets somebody ask for a child whose name has one, and never makes
it. A namespace of a tenant has none of the names ``reserved`` (``kube-*``: all that begin so). With ``prefix: tenant``
its name is the tenant's, or begins with it and a dash. What asks for a namespace (a SubnamespaceAnchor of HNC, a
SubNamespace of accurate) is held to the same, and is a tenant's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.kubernetes import names
from generator.rules.parameters import Optional, Parameter, Word, Words
from generator.rules.scene import Hit, Scene
from generator.rules.trees import ANCHORS

PARAMETERS: Mapping[str, Parameter] = {"reserved": Words(), "prefix": Optional(Word(("tenant",)))}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace, or what asks for one, with what is wrong with its name."""
    begins = tuple(word[:-1] for word in parameters["reserved"] if word.endswith("*"))
    whole = frozenset(word for word in parameters["reserved"] if not word.endswith("*"))
    asked = [item for kind in ANCHORS for item in scene.of_kind(*kind)]
    for item in (*scene.of_kind("", "Namespace"), *asked):
        name, is_asked = item.name, item.kind != "Namespace"
        tenant = scene.tenants.get(item.namespace if is_asked else name, "")
        if reason := names.dns_label(name):
            yield _hit(item, f"{reason}; the API server refuses it")
        elif (tenant or is_asked) and (name in whole or name.startswith(begins)):
            yield _hit(item, "is reserved for the cluster's own; give the tenant's namespace another name")
        elif parameters.get("prefix") and tenant and name != tenant and not name.startswith(f"{tenant}-"):
            yield _hit(item, f"does not begin with the name of its tenant; write {tenant}-{name}")


def _hit(item: Item, reason: str) -> Hit:
    asked = "" if item.kind == "Namespace" else f"{item.kind} asks for "
    message = f"{asked}namespace {item.name!r}: {reason}"
    return Hit(message, item.origin, namespace=item.namespace or item.name, kind=item.kind, name=item.name)
