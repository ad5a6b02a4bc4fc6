"""No AuthorizationPolicy believes one of ``headers`` from whoever sends it.

A header says who somebody is only if a gateway that has asked them wrote it. A rule that lets a request in for such a
header has to name, by ``principals``, the workloads that may call: else each pod that reaches the workload writes the
header itself. A namespace instead of a principal trusts all of its pods.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.meshes import allowing
from generator.rules.parameters import Words
from generator.rules.scene import Hit, Scene, name_of, namespace_of

PARAMETERS = {"headers": Words()}


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each policy that lets anybody in who says that they are somebody."""
    keys = {f"request.headers[{header.lower()}]": header for header in parameters["headers"]}
    for item, _, rules in allowing(scene):
        open_ = [rule for rule in rules if not rule.names_callers]
        asked = {str(one.get("key")).lower() for rule in open_ for one in rule.conditions}
        for key in sorted(asked & keys.keys()):
            name, namespace = name_of(item), namespace_of(item)
            message = f"AuthorizationPolicy {name} believes the header {keys[key]} of callers that it does not name"
            yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name)
