"""The tenant's own repositories, in the words of the engine that applies them on the cluster."""

from collections.abc import Iterator

from generator.manifest import Manifest
from generator.placement import Placement


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield what the cluster's engine has to know of them; nothing where there is none that knows of repositories."""
    if not placement.tenant.repositories or placement.cluster.engine is None:
        return
    from generator.sync import ENGINES  # only tenants with repositories of their own wait for the engines

    engine = ENGINES.get(placement.cluster.engine)
    if engine is not None:
        yield from engine.own(placement)
