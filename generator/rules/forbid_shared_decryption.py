"""No two tenants' secrets are decrypted by one key.

Two Kustomizations in a namespace that are about different tenants, by their labels or by the namespaces that they write
to, name one Secret of keys; or a tenant's names neither a Secret nor a service account, so that the controller decrypts
with its own identity at the cloud, as it does for everybody. Whoever may write into one tenant's repository could copy
there what another has encrypted, and read it. The same key in Secrets of two namespaces cannot be seen here, nor can
the ``creation_rules`` of SOPS.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.access.lists import Item
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside
from generator.rules.syncs import KUSTOMIZE, hit, is_tenants, own_tenant

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each Kustomization that decrypts with another tenant's key."""
    users: dict[tuple[str, str], list[tuple[str, Item]]] = defaultdict(list)
    for item in scene.of_kind(KUSTOMIZE, "Kustomization"):
        decryption = inside(item.body, "spec", "decryption")
        secret = inside(decryption, "secretRef").get("name")
        tenant = own_tenant(scene, item)
        if isinstance(secret, str):
            users[item.namespace, secret].append((tenant, item))
        elif decryption and not decryption.get("serviceAccountName") and (tenant or is_tenants(scene, item.namespace)):
            yield hit(item, "decrypts with the identity of kustomize-controller, as any tenant can")
    for (_namespace, secret), some in users.items():
        first = min({tenant for tenant, _ in some if tenant}, default="")
        for tenant, item in some:
            if tenant not in ("", first):
                yield hit(item, f"decrypts tenant {tenant}'s secrets with Secret {secret}, as {first}'s are")
