"""The objects by which Flux and Argo CD apply what stands in git, and whose they are.

A namespace is a tenant's by the label that rendered namespaces have, or by the one that ``flux create tenant`` writes.
Where no namespace says so, as in most foreign manifests, each is taken for a tenant's that is not the control plane's.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.finding import REACHES
from generator.manifest import TENANT_LABEL
from generator.rules.scene import Hit, Scene, inside

KUSTOMIZE = "kustomize.toolkit.fluxcd.io"
HELM = "helm.toolkit.fluxcd.io"
SOURCE = "source.toolkit.fluxcd.io"
OPERATOR = "fluxcd.controlplane.io"
#: What kustomize itself reads, a file and no object of a cluster.
BUILD = "kustomize.config.k8s.io"
ARGO = "argoproj.io"

FLUX_TENANT = "toolkit.fluxcd.io/tenant"

CONTROL_PLANE, _, TENANT = REACHES
#: Of what an object of a kind must have, one is there.
_NEEDED = {
    "Kustomization": ("sourceRef",),
    "HelmRelease": ("chart", "chartRef"),
    "GitRepository": ("url",),
    "OCIRepository": ("url",),
}
_DELETING = ("Delete", "WaitForTermination")
_APPLIERS = ((KUSTOMIZE, "Kustomization"), (HELM, "HelmRelease"))


def appliers(scene: Scene) -> Iterator[Item]:
    """Yield the objects by which Flux applies something; one that does not say what is a patch of another."""
    return (item for group, kind in _APPLIERS for item in scene.of_kind(group, kind) if is_whole(item))


def is_whole(item: Item) -> bool:
    """Tell an object from a patch of one, which lacks what it must have."""
    spec = inside(item.body, "spec")
    return any(key in spec for key in _NEEDED.get(item.kind, spec))


def is_orphaning(item: Item) -> bool:
    """Tell whether a Kustomization should delete what it applied, and would not, for it is suspended."""
    spec = inside(item.body, "spec")
    policy = spec.get("deletionPolicy")
    deletes = policy in _DELETING or (spec.get("prune") is True and policy != "Orphan")
    return spec.get("suspend") is True and deletes


def is_tenants(scene: Scene, namespace: str) -> bool:
    """Tell whether a namespace is a tenant's; of an object without one, nobody knows."""
    owners = scene.answer(_owners)
    if owners or scene.tenants_known:
        return namespace in owners
    return bool(namespace) and scene.reach(namespace) == TENANT


def tenant_of(scene: Scene, namespace: str) -> str:
    """Return the tenant that a namespace says it belongs to; the empty text stands for none."""
    return scene.answer(_owners).get(namespace, "")


def owners(scene: Scene) -> Mapping[str, str]:
    """Return the tenant of each namespace that says so."""
    return scene.answer(_owners)


def _owners(scene: Scene) -> Mapping[str, str]:
    labelled = {name: scene.label(name, FLUX_TENANT) for name, _ in scene.namespaces}
    return {name: tenant for name, tenant in labelled.items() if tenant} | dict(scene.tenants)


def own_tenant(scene: Scene, item: Item) -> str:
    """Return the tenant that an object is about: by its own label, the namespace it writes to, or its own."""
    labels = inside(item.body, "metadata", "labels")
    own = next((labels[key] for key in (TENANT_LABEL, FLUX_TENANT) if isinstance(labels.get(key), str)), "")
    target = text(item, "spec", "targetNamespace")
    return str(own) or tenant_of(scene, target) or tenant_of(scene, item.namespace)


def text(item: Item, *keys: str) -> str:
    """Return the text at *keys* of an object; what is not there, or is none, is empty."""
    value = inside(item.body, *keys[:-1]).get(keys[-1])
    return value if isinstance(value, str) else ""


def listed(body: Any, *keys: str) -> list[Any]:
    """Return the list at *keys* of a body; what is not there, or is none, is empty."""
    value = inside(body, *keys[:-1]).get(keys[-1])
    return value if isinstance(value, list) else []


def mappings(body: Any, *keys: str) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings in the list at *keys* of a body."""
    return (one for one in listed(body, *keys) if isinstance(one, Mapping))


def texts(body: Any, *keys: str) -> list[str]:
    """Return the texts in the list at *keys* of a body."""
    return [one for one in listed(body, *keys) if isinstance(one, str)]


def path(item: Item) -> str:
    """Name an object by namespace and name."""
    return f"{item.namespace}/{item.name}" if item.namespace else item.name


def hit(item: Item, what: str, confidence: str = "certain") -> Hit:
    """Tell *what* an object does, in words that follow its kind and name."""
    return Hit(
        f"{item.kind} {item.name or 'without a name'} {what}",
        item.origin,
        namespace=item.namespace,
        kind=item.kind,
        name=item.name,
        confidence=confidence,
    )


def shown(names: list[str], most: int = 3) -> str:
    """Write some names; of many, the first and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
