"""ResourceQuotas: what each namespace may consume."""

from collections.abc import Iterator

from generator.manifest import Manifest
from generator.placement import Placement


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield one ResourceQuota for each namespace that has caps; a frozen tenant may start no pod."""
    quota = placement.tenant.settings.quota
    for namespace in placement.namespaces:
        hard = {key: str(amount) for key, amount in namespace.hard.items()}
        if not placement.running:
            hard["pods"] = "0"
        if not hard:
            continue
        body = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "tenant", "namespace": namespace.name, "labels": placement.labels},
            "spec": {"hard": dict(sorted(hard.items()))},
        }
        own = namespace.spec.origin / "quota" if namespace.spec.quota is not None else None
        yield Manifest(body, own or (quota.origin if quota else namespace.spec.origin))
