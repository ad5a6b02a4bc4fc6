"""No workload makes pods that the LimitRanges and quotas of its namespace refuse.

The API server takes the Deployment, Job or CronJob, and refuses its pods one by one: those of a container that asks for
more than a LimitRange allows or a quota has, of a request above the limit that a LimitRange gives, or of a device
without a limit (`admission`). So it is with all that a workload runs at the same time, if each of them is admitted and
the quotas have not room for all; how many objects there may be is asked elsewhere (``forbid-quota-conflicts``). A quota
of 0 wants no pods, and refuses nobody by mistake. What cannot be decoded is passed over: it is refused as a whole.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator import podsecurity
from generator.access.lists import Item
from generator.admission import JobAdmitted, Plugin, narrowed, of_job
from generator.kubernetes.quantity import QuantityError, parse
from generator.podsecurity import ROUTES
from generator.rules.parameters import Parameter
from generator.rules.scene import Hit, Scene, inside, name_of, namespace_of

PARAMETERS: Mapping[str, Parameter] = {}

#: What counts pods, and is asked about elsewhere; and what nobody has anything of who wants no pods.
_COUNTS = ("pods", "count/pods")
_OF_NO_PODS = (*_COUNTS, "requests.cpu", "cpu", "requests.memory", "memory")
#: How many pods a kind runs at the same time. The others run one, or as many as there are nodes.
_REPLICATED = frozenset({"Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"})

#: Specs of LimitRanges or quotas, by name.
Specs = Mapping[str, Mapping[str, Any]]


def check(scene: Scene, _: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each workload whose pods are refused, in the API server's words, or do not fit all at once."""
    grounds: dict[str, tuple[Specs, Specs]] = {}
    texts: dict[str, str] = {}
    fine: set[tuple[str, str]] = set()
    for (group, kind), route in ROUTES.items():
        for item in scene.of_kind(group, kind):
            pods = podsecurity.template(item.body, route)
            if pods is None:
                continue
            if item.namespace not in grounds:
                grounds[item.namespace] = ground = _ground(scene, item.namespace)
                texts[item.namespace] = repr(ground)
            quotas, ranges = grounds[item.namespace]
            if not quotas and not ranges:
                continue
            wanted, asked = _at_once(item), narrowed(pods.spec)
            key = (texts[item.namespace], repr((wanted, asked)))
            if key in fine:  # whatever it is called: thousands of workloads ask for the same
                continue
            job = {"metadata": {"name": name_of(item)}, "spec": {**wanted, "template": {"spec": asked}}}
            said = _said(of_job(job, limit_ranges=ranges, quotas=quotas))
            if said:
                yield _hit(item, said)
            else:
                fine.add(key)


def _ground(scene: Scene, namespace: str) -> tuple[Specs, Specs]:
    """Return the quotas of a namespace, without those that want no pods, and its LimitRanges."""
    quotas, ranges = (_specs(scene, namespace, kind) for kind in ("ResourceQuota", "LimitRange"))
    return {name: _uncounted(spec) for name, spec in quotas.items() if not _wants_no_pods(spec)}, ranges


def _specs(scene: Scene, namespace: str, kind: str) -> Specs:
    found = {name_of(item): inside(item.body, "spec") for item in scene.within(namespace, "", kind)}
    return dict(sorted(found.items()))


def _uncounted(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**spec, "hard": {key: value for key, value in inside(spec, "hard").items() if key not in _COUNTS}}


def _wants_no_pods(spec: Mapping[str, Any]) -> bool:
    hard = inside(spec, "hard")
    return any(key in hard and _is_nothing(hard[key]) for key in _OF_NO_PODS)


def _is_nothing(value: object) -> bool:
    try:
        return not parse(value)
    except QuantityError:
        return False


def _at_once(item: Item) -> Mapping[str, Any]:
    """Return what a Job says that makes as many pods at once: nothing depends on what makes them."""
    spec = inside(item.body, "spec")
    if item.kind in _REPLICATED:
        return {"parallelism": spec.get("replicas", 1)}
    own = inside(spec, "jobTemplate", "spec") if item.kind == "CronJob" else spec if item.kind == "Job" else {}
    return {key: own[key] for key in ("parallelism", "completions") if key in own}


def _said(found: JobAdmitted) -> str:
    """Say why a pod is refused, or else how many there is room for; nothing where all is well."""
    if any(one.plugin is Plugin.DECODING for one in (*found.refusals, *found.pod.refusals)):
        return ""
    if not found.pod.accepted:
        return f"are refused: {found.pod.message}"
    if found.room is not None and found.room < found.at_once:
        return f"are {found.at_once} at once, and the quotas have room for {found.room}"
    return ""


def _hit(item: Item, said: str) -> Hit:
    namespace, name = namespace_of(item), name_of(item)
    message = f"{item.kind} {name} in namespace {namespace}: its pods {said}"
    return Hit(message, item.origin, namespace=namespace, kind=item.kind, name=name)
