"""What sync engines read: one module for each engine, all of the same shape.

``build`` is told who is on a cluster, and answers with files. It knows nothing of tenants but what the roster says,
which is known only when all of them have been built, and names every path that it wants applied; the paths of tenants
never depend on how it divides them. ``own`` is told of one tenant on a cluster, and answers with what the engine has
to know of the tenant's own repositories, which lies among the tenant's files; ``check`` says what it cannot do.
"""

from collections.abc import Iterator
from typing import Protocol

from generator.manifest import Manifest
from generator.placement.placement import Placement
from generator.problems import Problem
from generator.sync.roster import Made, Roster


class Engine(Protocol):
    """What applies the manifests of a cluster."""

    def build(self, roster: Roster) -> Made:
        """Return all that it reads on a cluster."""

    def check(self, placement: Placement) -> Iterator[Problem]:
        """Find repositories of a tenant that it cannot sync as they are asked for."""

    def own(self, placement: Placement) -> Iterator[Manifest]:
        """Yield what it has to know of the repositories of a tenant."""


def engine(name: str) -> Engine | None:
    """Return what the engine of this name does, as the platform file writes it; hardly anybody needs more than one."""
    if name == "argocd":
        from generator.sync import argocd

        return argocd
    if name == "flux":
        from generator.sync import flux

        return flux
    return None
