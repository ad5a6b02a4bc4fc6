"""What LimitRanger and ResourceQuota make of what somebody creates in a namespace, as the API server decides it.

No I/O here, and no knowledge of tenants: specs and manifests come as plain mappings, whoever wrote them, and the answer
carries the API server's own code and message. Nothing that they hold raises: what the API server could not decode is
refused with code 400, and a LimitRange or a quota that it would not store does nothing, as in a cluster. All refusals
are told, not just the stage at which the API server stops; its code and message are those of that stage.

Where Go walks a map, the API server's order is by chance. Ours is by name: of LimitRanges (so the first gives a default
that several have), of quotas, and of resources within one message.

Not decided here: what else of a pod is invalid (`validity`), Pod Security, classes and their defaults, webhooks, the
quota on claims for devices (``<class>.deviceclass...``), and the configuration ``limitedResources`` of an API server.
Sources: ``SetDefaults_Pod``, ``validateResourceRequirements``, ``plugin/pkg/admission/limitranger``, ``pkg/quota/v1``
and ``apiserver/pkg/admission/plugin/resourcequota`` of Kubernetes, and what its version 1.36 answered, recorded in
``tests/oracles/pod-admission.jsonl``.
"""

from generator.admission.jobs import JobAdmitted, of_job
from generator.admission.objects import ObjectAdmitted, Objects, objects, plural_of
from generator.admission.pod import Container, narrowed
from generator.admission.pods import Admitted, admit
from generator.admission.refusal import Plugin, Refusal, Rule

__all__ = [
    "Admitted",
    "Container",
    "JobAdmitted",
    "ObjectAdmitted",
    "Objects",
    "Plugin",
    "Refusal",
    "Rule",
    "admit",
    "narrowed",
    "objects",
    "of_job",
    "plural_of",
]
