"""What Kubernetes itself says of names, amounts, quotas, kinds and labels, exactly as its API server does.

The law: nothing here knows of a tenant, and every fact has its source.
"""
