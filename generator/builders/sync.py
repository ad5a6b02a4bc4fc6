"""The tenant's own repositories, in the words of the engine that applies them on the cluster."""

from collections.abc import Iterator
from typing import Any

from generator.manifest import Manifest
from generator.placement.placement import Placement
from generator.problems import Problem


def check(placement: Placement) -> Iterator[Problem]:
    """Find repositories that the cluster's engine cannot sync as they are asked for."""
    engine = _engine(placement)
    if engine is not None:
        yield from engine.check(placement)


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield what the cluster's engine has to know of them; nothing where there is none that knows of repositories."""
    engine = _engine(placement)
    if engine is not None:
        yield from engine.own(placement)


def _engine(placement: Placement) -> Any:
    """Return what looks after the tenant's repositories on the cluster, if it has any and there is such an engine."""
    if not placement.tenant.repositories or placement.cluster.engine is None:
        return None
    from generator.sync import engine  # only tenants with repositories of their own wait for the engines

    return engine(placement.cluster.engine)
