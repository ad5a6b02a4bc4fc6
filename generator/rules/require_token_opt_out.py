"""Each namespace declares the service accounts ``accounts``, and mounts no token of theirs.

Kubernetes makes the account ``default`` by itself, and mounts the token of every account that does not say otherwise.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.problems import Place
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, name_of

PARAMETERS = {"accounts": Words()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each account that is not declared, or whose token is mounted."""
    for name, item in scene.namespaces:
        declared: dict[str, list[Item]] = {}
        for account in scene.within(name, "", "ServiceAccount"):
            declared.setdefault(name_of(account), []).append(account)
        for account_name in parameters["accounts"]:
            yield from _judge(name, account_name, declared.get(account_name, []), item.origin)


def _judge(namespace: str, account: str, declared: list[Item], origin: Place) -> Iterator[Hit]:
    """Judge one account; where it is declared twice, which of them the cluster keeps is not known, and each counts."""
    if not declared:
        message = f"namespace {namespace} does not declare the service account {account}, so that its token is mounted"
        yield Hit(message, origin, namespace=namespace, kind="ServiceAccount", name=account)
    for item in declared:
        if item.body.get("automountServiceAccountToken") is not False:
            message = f"the service account {account} of namespace {namespace} has its token mounted"
            yield Hit(message, item.origin, namespace=namespace, kind="ServiceAccount", name=account)
