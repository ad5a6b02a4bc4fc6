"""No LocalQueue names another ClusterQueue than it did before, and no ResourceFlavor another topology.

Kueue refuses both for an object that is there, so that applying the change fails and the old object stays as it was. It
is asked of what the manifests were, where that is known, and finds nothing where it is not.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item, flatten
from generator.kueue import GROUP
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside

PARAMETERS: Mapping[str, Parameter] = {}

#: Kind -> the field that stays once it is set.
_FIELDS = {"LocalQueue": "clusterQueue", "ResourceFlavor": "topologyName"}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each object that would have to change what it cannot."""
    items = (one for one in flatten(scene.before) if isinstance(one, Item))
    before = {(one.kind, one.namespace, one.name): one for one in items if one.kind in _FIELDS}
    for kind, field in _FIELDS.items() if before else ():
        for item in scene.of_kind(GROUP, kind):
            old = before.get((kind, item.namespace, item.name))
            was = inside(old.body, "spec").get(field) if old is not None else None
            now = inside(item.body, "spec").get(field)
            if was and was != now:
                message = f"{kind} {item.name} had {field} {was} and is to have {now or 'none'}, which Kueue refuses"
                yield Hit(message, item.origin, namespace=item.namespace, kind=kind, name=item.name)
