"""An organisation whose quotas are asked about: two clusters, a parent that divides, and one whose children share."""

import json

from jsonschema import Draft202012Validator
from repositories import tenant, write

from generator import shipped

PLATFORM = """\
apiVersion: tenantry.dev/v1
kind: Platform
metadata: {name: example}
spec:
  clusters:
    - {name: eu, version: "1.34", capacity: {cpu: 100, memory: 1Ti}}
    - {name: us, version: "1.34", capacity: {cpu: 10}}
  defaults: {clusters: [eu]}
"""

TENANTS = {
    "research": "{namespaces: [], quota: {hard: {requests.cpu: 20, requests.memory: 100Gi, pods: 50}}}",
    "vision": "{parent: research, quota: {hard: {requests.cpu: 8, requests.memory: 64Gi, pods: 20}}}",
    "nlp": "{parent: research, clusters: [eu, us], quota: {hard: {requests.cpu: 6, requests.memory: 0, pods: 5}}}",
    "unit": "{namespaces: [], quota: {mode: shared, hard: {requests.cpu: 10}}}",
    "sales": "{parent: unit}",
    "stock": "{parent: unit}",
}


def organisation(root):
    """Write the platform file and the tenants."""
    write(root, "tenants/platform.yaml", PLATFORM)
    for name, spec in TENANTS.items():
        write(root, f"tenants/{name}.yaml", tenant(name, spec))


def valid(report):
    return Draft202012Validator(json.loads(shipped.schema("quota-report"))).is_valid(report)
