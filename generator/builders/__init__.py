"""One module per thing that a tenant gets on a cluster; each yields its manifests, and none knows another.

A *concern* is a file of a tenant's folder; it holds what its builders yield. What launchers and templates bring stands
in the files of its kinds instead, and for each launcher in one of its own.
"""

from collections.abc import Callable, Iterator

from generator.builders import (
    accounts,
    extras,
    identity,
    launchers,
    limits,
    mesh,
    namespace,
    network,
    pool,
    queue,
    quota,
    rbac,
    secretrefs,
    sync,
)
from generator.manifest import Manifest
from generator.placement.placement import Placement

Builder = Callable[[Placement], Iterator[Manifest]]

#: Concern -> its builders, in the order of the files.
CONCERNS: tuple[tuple[str, tuple[Builder, ...]], ...] = (
    ("00-namespace", (namespace.build,)),
    ("10-quota", (quota.build, limits.build, pool.build)),
    ("20-rbac", (accounts.build, rbac.build)),
    ("30-network", (network.build, mesh.build)),
    ("40-identity", (identity.build,)),
    ("45-secrets", (secretrefs.build,)),
    ("50-launcher", (launchers.build,)),
    ("60-queue", (queue.build,)),
    ("70-extras", (extras.build,)),
    ("80-sync", (sync.build,)),
)
