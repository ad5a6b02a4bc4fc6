"""What a set of permissions is good for: the pods that it brings about, and what else a reviewer must know.

Whoever creates a Deployment or a workflow runs pods just as well as who creates pods, as any account of the namespace:
controllers and operators make them. What they make of what is data here; an operator that is not listed is not known.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

from generator.access import ResourceRequest, Rule
from generator.access.algebra import Permissions
from generator.access.algebra_diagrams import Diagram, meets

#: A resource by its API group.
Resource = tuple[str, str]

_PODS = ("", "pods")
_JOBS = ("batch", "jobs")
_REPLICAS = ("apps", "replicasets")
_DEPLOYMENTS = ("apps", "deployments")
_STATEFUL = ("apps", "statefulsets")
_WORKFLOWS = ("argoproj.io", "workflows")
_SPARK = "sparkoperator.k8s.io"
_TRAINING = ("pytorchjobs", "jaxjobs", "mpijobs", "paddlejobs", "tfjobs", "xgboostjobs")

#: What Kubernetes' own controllers make of an object; pods are the end of it.
WORKLOADS: Mapping[Resource, tuple[Resource, ...]] = {
    _PODS: (),
    ("", "replicationcontrollers"): (_PODS,),
    _REPLICAS: (_PODS,),
    _DEPLOYMENTS: (_REPLICAS,),
    _STATEFUL: (_PODS,),
    ("apps", "daemonsets"): (_PODS,),
    _JOBS: (_PODS,),
    ("batch", "cronjobs"): (_JOBS,),
}

#: What operators make of theirs.
CUSTOM: Mapping[Resource, tuple[Resource, ...]] = {
    _WORKFLOWS: (_PODS,),
    ("argoproj.io", "cronworkflows"): (_WORKFLOWS,),
    ("pipelines.kubeflow.org", "runs"): (_WORKFLOWS,),
    ("pipelines.kubeflow.org", "jobs"): (("pipelines.kubeflow.org", "runs"),),
    **{("kubeflow.org", kind): (_PODS,) for kind in _TRAINING},
    ("kubeflow.org", "notebooks"): (_STATEFUL,),
    ("kubeflow.org", "trials"): (_JOBS,),
    ("kubeflow.org", "experiments"): (("kubeflow.org", "trials"), _DEPLOYMENTS),
    ("jobset.x-k8s.io", "jobsets"): (_JOBS,),
    ("trainer.kubeflow.org", "trainjobs"): (("jobset.x-k8s.io", "jobsets"),),
    ("serving.kserve.io", "inferenceservices"): (_DEPLOYMENTS,),
    ("serving.knative.dev", "services"): (_DEPLOYMENTS,),
    ("ray.io", "rayclusters"): (_PODS,),
    ("ray.io", "rayjobs"): (("ray.io", "rayclusters"), _JOBS),
    ("ray.io", "rayservices"): (("ray.io", "rayclusters"),),
    (_SPARK, "sparkapplications"): (_PODS,),
    (_SPARK, "scheduledsparkapplications"): ((_SPARK, "sparkapplications"),),
    ("batch.volcano.sh", "jobs"): (_PODS,),
    ("leaderworkerset.x-k8s.io", "leaderworkersets"): (_STATEFUL,),
}

_MAKES = {**WORKLOADS, **CUSTOM}
#: What pods these consist of is settled when they are created.
_SETTLED = frozenset({_PODS, _JOBS})
_READ = ("get", "list", "watch")
#: No object is called so, and no rule names it: what is allowed for it is allowed for every name.
_UNHEARD_OF = "\0"


@lru_cache(256)
def created(held: Permissions) -> frozenset[Resource]:
    """Return the kinds of workloads that somebody may create, under some name."""
    return frozenset(kind for kind in _MAKES if _meets(held, _shape(("create",), kind[0], (kind[1],))))


def purposes(held: Permissions) -> frozenset[Resource]:
    """Return the workloads that somebody may create and that nothing else which they may create brings about.

    They tell what a role is for: whoever creates CronJobs has no need to create the Jobs and pods that follow.
    """
    kinds = created(held)
    return kinds.difference(*(_below(kind) for kind in kinds))


def creates_anything(held: Permissions) -> bool:
    """Tell whether somebody may create everything there is and ever will be: that is for no purpose, or for all."""
    return Permissions.of([Rule(("create",), ("*",), ("*",))]) <= held


@lru_cache(256)
def powers(held: Permissions) -> frozenset[str]:
    """Return the powers, as the flags of presets name them, that somebody has over some object at least."""
    return frozenset(flag for flag, shapes in _shapes().items() if any(_meets(held, shape) for shape in shapes))


def allows(held: Permissions, verb: str, resource: Resource, resource_names: tuple[str, ...]) -> bool:
    """Tell whether somebody may do something to all objects of these names; no names mean whatever it is called."""
    kind, _, subresource = resource[1].partition("/")
    wanted = resource_names or (_UNHEARD_OF,)
    return all(held.allows(ResourceRequest(verb, resource[0], kind, subresource, name)) for name in wanted)


@cache
def _below(kind: Resource) -> frozenset[Resource]:
    """Return all that follows when an object of a kind is created."""
    return frozenset(_MAKES[kind]).union(*(_below(made) for made in _MAKES[kind] if made in _MAKES))


def _meets(held: Permissions, shape: Diagram) -> bool:
    return meets(held.resources, shape)


@cache
def _shapes() -> Mapping[str, tuple[Diagram, ...]]:
    reaching = ("pods/attach", "pods/exec", "pods/portforward", "pods/proxy")
    return {
        "creates-pods": tuple(map(_making, WORKLOADS)),
        "operator-creates-pods": tuple(map(_making, CUSTOM)),
        "changes-pods": (_shape(("update", "patch"), "", ("pods",)),),
        "exec": (
            _shape(("get", "create"), "", reaching),
            _shape(("update", "patch"), "", ("pods/ephemeralcontainers",)),
        ),
        "secrets": (_shape(_READ, "", ("secrets",)),),
        "deletes-volumes": (_shape(("delete", "deletecollection"), "", ("persistentvolumeclaims",)),),
        "creates-services": (_shape(("create",), "", ("services",)),),
    }


def _making(kind: Resource) -> Diagram:
    """Return what lets somebody decide what runs in pods: creating a workload, or writing others into one."""
    verbs = ("create",) if kind in _SETTLED else ("create", "update", "patch")
    return _shape(verbs, kind[0], (kind[1],))


@cache
def _shape(verbs: tuple[str, ...], group: str, resources: tuple[str, ...]) -> Diagram:
    return Permissions.of([Rule(verbs, (group,), resources)]).resources
