"""No namespace belongs to two tenants at once, by what its manifests say.

Two manifests of one namespace may name two tenants; the one that is applied last wins. Of several systems that share a
cluster (tenantry, Capsule, the Multi Tenant Operator of Stakater) each looks at a label of its own: where these name
different tenants, each gives the namespace to its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.manifest import TENANT_LABEL
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside

PARAMETERS: Mapping[str, Parameter] = {}

#: The labels by which a namespace belongs to a tenant.
_LABELS = (TENANT_LABEL, "capsule.clastix.io/tenant", "stakater.com/tenant")


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace that more than one tenant owns, with these and by what."""
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    last: dict[str, Item] = {}
    for name, item in scene.namespaces:
        labels = inside(item.body, "metadata", "labels")
        for label in _LABELS:
            tenant = labels.get(label)
            if isinstance(tenant, str) and tenant:
                owners[name].setdefault(tenant, label)
                last[name] = item
    for name, found in owners.items():
        if len(found) > 1:
            said = " and ".join(f"{tenant} ({label})" for tenant, label in sorted(found.items()))
            message = f"namespace {name} belongs to several tenants at once: {said}"
            yield Hit(message, last[name].origin, namespace=name, kind="Namespace", name=name)
