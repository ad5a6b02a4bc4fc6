"""Which pods a namespace admits by its Pod Security level, and the API server's own words where it does not.

No I/O here, and nothing is known of tenants or policies: a pod comes as it stands in a manifest, whoever wrote it. The
checks are those of ``k8s.io/pod-security-admission`` up to 1.37 and the answers those of an API server 1.36, which
``tests/oracles/pod-security.jsonl`` records; the namespaces, users and runtime classes that a cluster's own
configuration exempts are not known. A server older than a field (``appArmorProfile`` came with 1.30) does not see it,
and words the messages that name it in another way.
"""

from generator.podsecurity.pod import narrowed
from generator.podsecurity.standard import (
    ENFORCE,
    ENFORCE_VERSION,
    LATEST,
    LEVELS,
    NEWEST,
    Standard,
    enforced,
    message,
    problems,
    violations,
)
from generator.podsecurity.workload import ROUTES, Template, of_workload, template

__all__ = [
    "ENFORCE",
    "ENFORCE_VERSION",
    "LATEST",
    "LEVELS",
    "NEWEST",
    "ROUTES",
    "Standard",
    "Template",
    "enforced",
    "message",
    "narrowed",
    "of_workload",
    "problems",
    "template",
    "violations",
]
