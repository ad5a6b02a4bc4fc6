"""The kinds of job that Kueue holds back until there is room, and the admission policies that keep them in queues.

The expressions use nothing of CEL that an API server has not accepted, or that its reference does not name. They are
asked of what is new or changed: an object that is on its way out, or that was there before, can always be finished.
A job that a controller makes for one that is held back as a whole, such as that of a JobSet, is let through; it is
known by its owner, which anybody can write, and by whoever sends it, which nobody can: a service account of another
namespace. Kueue goes by the owner alone and lets such a job start whenever its owner runs, so that from anybody else
an owner of that kind is refused.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from generator.kueue import QUEUE_LABEL

#: The label of a namespace whose jobs must be queued; Kueue's own documentation selects namespaces by it too.
MANAGED_LABEL = "kueue.x-k8s.io/managed-namespace"

ADMISSION_API = "admissionregistration.k8s.io/v1"


class JobKind(NamedTuple):
    """A kind of job; ``pods`` is a CEL expression for the list of the specs of its pods.

    It is empty where others decide on these: what is made of such a job, of the kind ``part``, is asked instead.
    """

    group: str
    versions: tuple[str, ...]
    resource: str
    pods: str
    part: str = ""


def _kubeflow(resource: str, replicas: str) -> JobKind:
    """Kubeflow's jobs have a map of replicas by their role."""
    pods = f"object.spec.?{replicas}.orValue({{}}).map(r, object.spec.{replicas}[r].template.spec)"
    return JobKind("kubeflow.org", ("v1",), resource, pods)


def _ray(path: str) -> str:
    workers = f"{path}.?workerGroupSpecs.orValue([]).map(g, g.template.spec)"
    return f"[{path}.headGroupSpec.template.spec] + {workers}"


JOB_KINDS: Mapping[str, JobKind] = {
    "Job": JobKind("batch", ("v1",), "jobs", "[object.spec.template.spec]"),
    "JAXJob": _kubeflow("jaxjobs", "jaxReplicaSpecs"),
    "JobSet": JobKind(
        "jobset.x-k8s.io",
        ("v1alpha2",),
        "jobsets",
        "object.spec.?replicatedJobs.orValue([]).map(j, j.template.spec.template.spec)",
    ),
    "MPIJob": _kubeflow("mpijobs", "mpiReplicaSpecs")._replace(versions=("v2beta1",)),
    "PaddleJob": _kubeflow("paddlejobs", "paddleReplicaSpecs"),
    "PyTorchJob": _kubeflow("pytorchjobs", "pytorchReplicaSpecs"),
    "RayCluster": JobKind("ray.io", ("v1",), "rayclusters", _ray("object.spec")),
    "RayJob": JobKind(
        "ray.io",
        ("v1",),
        "rayjobs",
        f"(has(object.spec.rayClusterSpec) ? {_ray('object.spec.rayClusterSpec')} : []) + "
        "(has(object.spec.submitterPodTemplate) ? [object.spec.submitterPodTemplate.spec] : [])",
    ),
    "TFJob": _kubeflow("tfjobs", "tfReplicaSpecs"),
    "TrainJob": JobKind("trainer.kubeflow.org", ("v1alpha1",), "trainjobs", "", part="JobSet"),
    "XGBoostJob": _kubeflow("xgboostjobs", "xgbReplicaSpecs"),
}

#: What Kueue takes for the owner of a job, which then need not wait by itself: API group (in core, version) and kind.
#: These are the integrations of Kueue 0.19, and what lies between a pod and its Deployment.
_OWNERS = tuple(
    sorted(
        {f"{one.group}/{kind}" for kind, one in JOB_KINDS.items()}
        | {
            "apps/Deployment",
            "apps/ReplicaSet",
            "apps/StatefulSet",
            "leaderworkerset.x-k8s.io/LeaderWorkerSet",
            "ray.io/RayService",
            "sparkoperator.k8s.io/SparkApplication",
            "v1/Pod",
            "workload.codeflare.dev/AppWrapper",
        }
    )
)

_ACCOUNT = "system:serviceaccount:"
_USER = "request.userInfo.username"
#: Whether whoever sends an object is a service account of another namespace, as controllers are.
_IS_FOREIGN = f"({_USER}.startsWith('{_ACCOUNT}') && !{_USER}.startsWith('{_ACCOUNT}' + request.namespace + ':'))"


def asked_of(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds that the policies are about: those that are named, and what is made of them to be asked too."""
    return tuple(sorted({*kinds, *(JOB_KINDS[kind].part for kind in kinds)} - {""}))


def name_a_queue(kinds: Sequence[str]) -> dict[str, Any]:
    """Return the ``spec`` of a policy that refuses jobs of these kinds that name no queue, or that evade it."""
    label = f"metadata.?labels[?'{QUEUE_LABEL}']"
    conditions = {"is-new-or-was-queued": f"request.operation == 'CREATE' || oldObject.{label}.hasValue()"}
    message = (
        f"the label {QUEUE_LABEL} is not there or is empty; write the name of a LocalQueue of this namespace "
        "(kubectl get localqueues)"
    )
    part = (
        "the owner that controls this job would let it start whenever that owner does, beside the queue; only the "
        "owner's own controller makes such a job, so drop the owner reference"
    )
    was_part = f"request.operation != 'CREATE' && {_is_owned('oldObject', _OWNERS)}"
    validations = [
        {"expression": f"object.{label}.orValue('') != ''", "message": message},
        {"expression": f"!{_is_owned('object', _OWNERS)} || {_IS_FOREIGN} || ({was_part})", "message": part},
    ]
    kinds = asked_of(kinds)
    return _spec(kinds, _whole(kinds), conditions, validations)


def ask_for_resources(kinds: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    """Return the ``spec`` of a policy that refuses jobs whose containers do not ask for these resources.

    What asks for nothing counts as nothing in the queue. A limit stands for a request that is not there.
    """
    # Custom resources may have a number here: dyn keeps CEL from taking it for the text that stands for none.
    limit = "c.?resources.?limits[?r].orValue(dyn('0'))"
    asked = f"quantity(string(c.?resources.?requests[?r].orValue({limit}))).compareTo(quantity('0')) > 0"
    names = ", ".join(f"'{name}'" for name in resources)
    conditions = {"is-new-or-changed": "request.operation == 'CREATE' || object.spec != oldObject.spec"}
    validations = [
        {
            "expression": f"variables.pods.all(p, {containers}.all(c, [{names}].all(r, {asked})))",
            "message": f"{what} must have a request or a limit above 0 of {' and of '.join(resources)}: "
            "the queue counts what is asked for, and would count nothing",
        }
        for what, containers in (
            ("every container", "p.containers"),
            ("every init container", "p.?initContainers.orValue([])"),
        )
    ]
    kinds = tuple(kind for kind in asked_of(kinds) if JOB_KINDS[kind].pods)
    spec = _spec(kinds, _whole(kinds), conditions, validations)
    spec["variables"] = [{"name": "pods", "expression": _pods(kinds)}]
    return spec


def _whole(kinds: Sequence[str]) -> list[str]:
    """Return what of these kinds is held back as a whole, so that what it is made of need not be asked again.

    A job of a kind that nobody asks is held back by nobody, and lets nothing through that is made of it.
    """
    return sorted(f"{JOB_KINDS[kind].group}/{kind}" for kind in kinds if kind != "Job")


def _pods(kinds: Sequence[str]) -> str:
    """Return an expression for the specs of all pods, whichever kind of these an object is."""
    *others, last = (JOB_KINDS[kind].pods for kind in kinds)
    named = zip(kinds, others, strict=False)
    return "".join(f"request.kind.kind == '{kind}' ? ({pods}) : " for kind, pods in named) + f"({last})"


def _is_owned(what: str, owners: Sequence[str]) -> str:
    """Return an expression that tells whether an object says that one of these kinds controls it."""
    listed = ", ".join(f"'{one}'" for one in owners)
    return (
        f"{what}.metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false) && "
        f"(o.apiVersion.split('/')[0] + '/' + o.kind) in [{listed}])"
    )


def _spec(
    kinds: Sequence[str], whole: Sequence[str], conditions: Mapping[str, str], validations: list[dict[str, str]]
) -> dict[str, Any]:
    parts = {"is-no-part-of-another-job": f"!({_is_owned('object', whole)} && {_IS_FOREIGN})"} if whole else {}
    all_conditions = {"is-to-stay": "!has(object.metadata.deletionTimestamp)", **parts, **conditions}
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [_rule(JOB_KINDS[kind]) for kind in kinds]},
        "matchConditions": [{"name": name, "expression": text} for name, text in all_conditions.items()],
        "validations": validations,
    }


def _rule(kind: JobKind) -> dict[str, Any]:
    return {
        "apiGroups": [kind.group],
        "apiVersions": list(kind.versions),
        "operations": ["CREATE", "UPDATE"],
        "resources": [kind.resource],
        "scope": "Namespaced",
    }


def binding(policy: str) -> dict[str, Any]:
    """Return the ``spec`` of a binding that makes a policy hold where jobs must be queued."""
    return {
        "policyName": policy,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": {"matchLabels": {MANAGED_LABEL: "true"}}},
    }
