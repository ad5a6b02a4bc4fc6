"""What launchers and pipeline engines may do in a tenant's namespace, as data, and what would do in a role's place.

No I/O here but for our own data, and no knowledge of tenants: what judges may ask too.
"""
