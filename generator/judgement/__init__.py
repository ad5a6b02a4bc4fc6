"""Policies, asked of manifests: which ones hold, what is found against them, and what somebody has accepted of it.

The law: manifests are judged, whoever wrote them, and never tenants.
"""
