"""Tenants among one another: what each of them inherits, shares out, lets in and may do is decided here.

The law: it is decided from tenant files and the platform file alone, and from nothing that is rendered.
"""
