"""No Kubeflow Profile has a plugin by which the profile controller changes permissions at a cloud.

``WorkloadIdentity`` adds a binding at Google, ``AwsIamForServiceAccount`` rewrites the trust policy of an AWS role
unless it says ``annotateOnly``. Taking the plugin out of the Profile revokes neither.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Parameter
from generator.rules.profiles import profiles
from generator.rules.scene import Hit, Scene, inside

PARAMETERS: Mapping[str, Parameter] = {}

_DOES = {
    "WorkloadIdentity": "changes who may use a Google service account",
    "AwsIamForServiceAccount": "rewrites the trust policy of an AWS role",
}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Profile with all such plugins."""
    for name, item, _owner in profiles(scene):
        found = [_DOES[plugin["kind"]] for plugin in plugins(item.body) if _is_mutating(plugin)]
        if found:
            message = f"Profile {name} {' and '.join(found)}"
            yield Hit(message, item.origin, namespace=name, kind="Profile", name=name)


def plugins(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the plugins of a Profile."""
    listed = inside(body, "spec").get("plugins")
    yield from (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, Mapping))


def _is_mutating(plugin: Mapping[str, Any]) -> bool:
    """Tell whether a plugin changes a cloud; Go reads the field in any case."""
    spec = {str(key).lower(): value for key, value in inside(plugin, "spec").items()}
    return plugin.get("kind") in _DOES and not (
        plugin["kind"] == "AwsIamForServiceAccount" and spec.get("annotateonly") is True
    )
