"""Nobody of a tenant may do anything to what lives outside of all namespaces.

Nodes, volumes, CustomResourceDefinitions, roles of the cluster, namespaces but their own: whatever a ClusterRoleBinding
gives of it to a principal of a tenant, in person or through a group of all who are logged in, or of all accounts. What
every cluster starts with (everybody may ask what they may do) is no finding. A role that a ClusterRoleBinding gives and
that is about objects of namespaces alone is ``forbid-cluster-bindings``' to tell.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from generator.access import BROAD
from generator.access.algebra import Permissions
from generator.kubernetes import resources
from generator.rules.forbid_cluster_bindings import home_of, homes
from generator.rules.forbid_grants import granted
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, called, chain, keys, written
from generator.rules.shapes import shape

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that gives a principal of a tenant something of the cluster's."""
    found = homes(scene)
    for binding, role in scene.gifts:
        if binding.namespace:
            continue
        indices, said = granted(role, _outside(scene.version), in_namespace=False)
        for subject in binding.subjects if indices and scene.tenants else ():
            home = home_of(subject, scene, found)
            if home is None and subject not in BROAD:
                continue
            whose = f"of tenant {scene.tenants[home]}" if home is not None else "every tenant is in,"
            yield Hit(
                f"{subject}, {whose} is granted {said}, in the whole cluster by {called(binding)}",
                binding.origin,
                kind=binding.kind,
                name=binding.name,
                subject=written(subject),
                chain=chain(binding, role, indices),
                rules=keys(role, indices),
            )


@cache
def _outside(version: str) -> Permissions:
    """Return all requests about what lives in no namespace."""
    grants = [
        {"apiGroups": [group], "resources": plurals.split(), "verbs": ["*"]}
        for group, plurals in resources.CLUSTER_SCOPED.items()
    ]
    return shape(grants, version)
