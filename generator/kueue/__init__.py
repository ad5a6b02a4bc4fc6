"""What Kueue makes of its own objects: what it refuses, what it shares out, and who can borrow how much.

No I/O here, and no knowledge of tenants: objects come as plain mappings, whoever wrote them, and nothing that they hold
raises. What has not the form that the JSON Schemas in ``schemas/resources`` ask for is passed over; they tell of it.
Sources: ``apis/kueue/v1beta2`` (its rules in CEL too), ``pkg/webhooks`` and ``pkg/cache/scheduler/resource_node.go`` of
kubernetes-sigs/kueue at ff69552e. The API version v1beta2 is served since Kueue 0.15; v1beta1 is deprecated.
"""

GROUP = "kueue.x-k8s.io"
API = f"{GROUP}/v1beta2"
#: The label by which a job names its queue.
QUEUE_LABEL = f"{GROUP}/queue-name"
#: The queue of its namespace that jobs get which name none.
DEFAULT_QUEUE = "default"
#: The annotation by which a flavor says what its nodes have in all: ``cpu=64,nvidia.com/gpu=8``.
CAPACITY = "tenantry.dev/capacity"
#: The label of a namespace by its own name, which the API server sets and nobody can change.
NAMESPACE_NAME = "kubernetes.io/metadata.name"
