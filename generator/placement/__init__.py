"""One tenant on one cluster: what it has there, with everything decided, and whether that fits.

The law: of other tenants it knows what ``organisation`` has made of them, and nothing else.
"""
