"""No Secret in git is of one of ``types``.

The API server fills in a Secret of type ``kubernetes.io/service-account-token`` with a token that never expires.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

PARAMETERS = {"types": Words()}

_ACCOUNT = "kubernetes.io/service-account.name"


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Secret of such a type, with the service account that it is for, if any."""
    types = frozenset(parameters["types"])
    for item in scene.of_kind("", "Secret"):
        if item.body.get("type") in types:
            account = inside(item.body, "metadata", "annotations").get(_ACCOUNT)
            whose = f", for the service account {account}" if account else ""
            message = f"Secret {name_of(item)} is of type {item.body['type']}{whose}"
            yield Hit(message, item.origin, namespace=namespace_of(item), kind="Secret", name=name_of(item))
