"""No quota has other scopes than it had before under its name.

The API server lets nobody change ``spec.scopes`` of a ResourceQuota that is there: the manifest is refused when it is
applied, and the old quota stays. ``scopeSelector`` may change. It is asked of what the manifests were, where that is
known, and finds nothing where it is not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Parameter
from generator.rules.quotas import RESOURCE_QUOTA
from generator.rules.scene import Hit, Scene, inside

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each quota whose scopes would have to change."""
    were = {(item.namespace, item.name): _scopes(item) for item in scene.of_before(*RESOURCE_QUOTA)}
    for item in scene.of_kind(*RESOURCE_QUOTA) if were else ():
        before, now = were.get((item.namespace, item.name)), _scopes(item)
        if before is not None and before != now:
            message = (
                f"ResourceQuota {item.name} in namespace {item.namespace} had {_called(before)} and is to have "
                f"{_called(now)}, which the API server refuses"
            )
            yield Hit(message, item.origin, namespace=item.namespace, kind=item.kind, name=item.name)


def _scopes(item: Item) -> tuple[str, ...]:
    scopes = inside(item.body, "spec").get("scopes")
    return tuple(sorted(map(str, scopes))) if isinstance(scopes, list) else ()


def _called(scopes: tuple[str, ...]) -> str:
    return f"scope{'s' if scopes[1:] else ''} {' and '.join(scopes)}" if scopes else "no scopes"
