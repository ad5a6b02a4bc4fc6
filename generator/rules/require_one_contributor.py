"""Each RoleBinding that Kubeflow shows as somebody's share of a profile gives it to that one person, and nobody else.

Kubeflow's access management takes a RoleBinding with the annotations ``user`` and ``role`` for a contributor. Where one
has no subject, or several, it answers every question about the namespace with an error. Where the subject is another
than the annotation says, the dashboard names the wrong person.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Parameter
from generator.rules.profiles import shares
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each such binding that names nobody, several, or somebody else."""
    for share in shares(scene):
        count = len(share.subjects)
        if count == 1 and share.subjects[0].get("name") == share.user:
            continue
        whom = f"{count or 'no'} subjects" if count != 1 else f"the subject {share.subjects[0].get('name')}"
        message = f"RoleBinding {share.name} is shown as the share of {share.user}, and has {whom}"
        yield Hit(message, share.item.origin, namespace=share.namespace, kind="RoleBinding", name=share.name)
