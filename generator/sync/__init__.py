"""What a cluster's sync engine reads: one module for each engine, told who is on the cluster, answering with files.

An engine knows nothing of tenants but what the roster says, which is known only when all of them have been built. It
names every path that it wants applied; the paths of tenants never depend on how it divides them.
"""

from collections.abc import Callable, Mapping

from generator.sync import flux
from generator.sync.roster import Made, Roster

Build = Callable[[Roster], Made]

#: Engine, as the platform file names it -> what it reads on a cluster.
ENGINES: Mapping[str, Build] = {"flux": flux.build}
