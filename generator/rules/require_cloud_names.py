"""What a service account says that it is at a cloud is written as that cloud writes it.

The annotations of EKS, GKE and Azure are read, and the plugins of a Kubeflow Profile, which become such annotations.
The clouds' webhooks let anything pass; pods then fail when they first ask for a token, or act as nobody.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.forbid_mutating_plugins import plugins
from generator.rules.parameters import Parameter
from generator.rules.profiles import profiles
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of
from generator.validation import formats

PARAMETERS: Mapping[str, Parameter] = {}

_ANNOTATIONS: Mapping[str, Callable[[str], str | None]] = {
    "eks.amazonaws.com/role-arn": formats.role_arn,
    "iam.gke.io/gcp-service-account": formats.google_account,
    "azure.workload.identity/client-id": formats.uuid,
    "azure.workload.identity/tenant-id": formats.uuid,
}
_PLUGINS: Mapping[str, Callable[[str], str | None]] = {
    "awsIamRole": formats.role_arn,
    "gcpServiceAccount": formats.google_account,
}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each name that cannot be one, with what would be."""
    for item in scene.of_kind("", "ServiceAccount"):
        annotations = inside(item.body, "metadata", "annotations")
        if annotations:
            yield from _wrong(item, namespace_of(item), annotations, _ANNOTATIONS)
    for name, item, _owner in profiles(scene):
        for plugin in plugins(item.body):
            yield from _wrong(item, name, inside(plugin, "spec"), _PLUGINS)


def _wrong(
    item: Item, namespace: str, fields: Mapping[str, Any], known: Mapping[str, Callable[[str], str | None]]
) -> Iterator[Hit]:
    for field, check_text in known.items():
        if field in fields:
            reason = check_text(str(fields[field]))
            if reason is not None:
                message = f"{item.kind} {name_of(item)} says {field} is {str(fields[field])!r}, which {reason}"
                yield Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name_of(item))
