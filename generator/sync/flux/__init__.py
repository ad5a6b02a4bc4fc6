"""Flux: what it reads on a cluster, and what it is told of the repositories of a tenant.

It is written for Flux 2.8 or newer, and only in the versions of its APIs that are stable.
"""

from generator.sync.flux.cluster import build
from generator.sync.flux.tenant import check, own

__all__ = ["build", "check", "own"]
