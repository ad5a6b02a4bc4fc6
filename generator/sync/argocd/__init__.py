"""Argo CD: what it reads of a cluster, and what it is told of the repositories of a tenant.

It is written for Argo CD 3.0 or newer. All of it lies in ``sync/``, apart from what the tenants have on their cluster:
Argo CD may run on another one, and whoever may write into its namespace may do whatever it may.
"""

from generator.sync.argocd.cluster import build
from generator.sync.argocd.tenant import check, own

__all__ = ["build", "check", "own"]
