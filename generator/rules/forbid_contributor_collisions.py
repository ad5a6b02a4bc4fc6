"""No two contributors to a profile of Kubeflow have the same name for its access management.

It names a contributor's RoleBinding after kind, user and role, in lower case and with a dash for all else than letters
and digits: ``a.b@x.com`` and ``a-b@x.com`` are one. Whoever is added second takes the place of the first, or is
refused; removing one removes the other.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from generator.rules.parameters import Parameter
from generator.rules.profiles import OWNERS, Share, shares
from generator.rules.scene import Hit, Scene

PARAMETERS: Mapping[str, Parameter] = {}


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each contributor whose name another one, before it, has already."""
    found: dict[tuple[str, str], list[Share]] = defaultdict(list)
    for share in shares(scene):
        if share.name != OWNERS:
            found[share.namespace, share.expected_name].append(share)
    for (namespace, expected), same in found.items():
        first, *others = sorted(same, key=lambda share: (share.user, share.name))
        for share in others:
            if share.user == first.user:
                continue
            message = f"contributors {first.user} and {share.user} of namespace {namespace} are both called {expected}"
            yield Hit(message, share.item.origin, namespace=namespace, kind="RoleBinding", name=share.name)
