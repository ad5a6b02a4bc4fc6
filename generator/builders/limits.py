"""LimitRanges: one for each namespace, complete, so that no quota makes an ordinary pod fail.

Two LimitRanges in one namespace would compete for the defaults, and one that leaves fields to the API server's
defaulting would differ from what git holds.
"""

from collections.abc import Iterator

from generator.manifest import Manifest
from generator.placement.placement import Placement, limit_range


def build(placement: Placement) -> Iterator[Manifest]:
    """Yield the LimitRange of every namespace."""
    for namespace in placement.namespaces:
        spec = limit_range(namespace)
        body = {
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": {"name": "tenant", "namespace": namespace.name, "labels": placement.labels},
            "spec": spec,
        }
        limits = namespace.limits
        yield Manifest(body, limits.origin if limits else namespace.spec.origin)
