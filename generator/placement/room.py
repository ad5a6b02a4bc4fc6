"""Whether a namespace has room: for an ordinary pod, and for the objects that are rendered into it.

A quota and a LimitRange that are each fine can refuse everything together. What cannot be refused, by its amounts, is
not put before the simulator of the API server's admission; it is asked for its answer, and its words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.kubernetes import quotakeys
from generator.kubernetes.quantity import parse
from generator.kubernetes.quotakeys import measure
from generator.manifest import Manifest
from generator.placement.placement import Namespace, Placement, limit_range
from generator.problems import Place, Problem

#: What is rendered or made in every namespace and can be counted, by measure.
_OURS = frozenset({
    "configmaps", "count/limitranges", "count/networkpolicies.networking.k8s.io",
    "count/rolebindings.rbac.authorization.k8s.io", "count/roles.rbac.authorization.k8s.io", "count/serviceaccounts",
    "resourcequotas", "secrets", "services",
})  # fmt: skip
_POD = {"containers": [{"name": "container"}]}


def check(here: Placement, made: Sequence[Manifest]) -> Iterator[Problem]:
    """Find namespaces that refuse ordinary pods, or what is rendered, and devices that nobody has."""
    devices = [f"requests.{name}" for name in here.cluster.capacity if quotakeys.is_extended(name)]
    for namespace in here.namespaces:
        if namespace.running and _may_refuse(namespace):
            yield from _check_pod(here, namespace)
        if counted := [key for key in namespace.hard if measure(key) in _OURS]:
            yield from _check_objects(here, namespace, counted, made)
        for key in namespace.hard if devices else ():
            if right := quotakeys.misspelt(key, devices):
                message = (
                    f"{key!r} only ever counts 0: cluster {here.cluster.name} has no such device; did you mean {right}?"
                )
                yield Problem(_place(here, namespace, key), message)


def _place(here: Placement, namespace: Namespace, key: str) -> Place:
    """Return where a key of a namespace's caps comes from."""
    if namespace.spec.quota is not None and key in namespace.spec.quota:
        return namespace.spec.origin / "quota" / key
    quota = here.tenant.settings.quota
    return quota.origin / "hard" / key if quota is not None and key in quota.hard else namespace.spec.origin


def _containers(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((item for item in spec["limits"] if item["type"] == "Container"), {})


def _may_refuse(namespace: Namespace) -> bool:
    """Tell whether an ordinary pod could be too large, by what its container gets, or too small."""
    spec = limit_range(namespace)
    if any(item["type"] == "Pod" for item in spec["limits"]):
        return True
    return any(_too_large(spec, namespace))


def _too_large(spec: Mapping[str, Any], namespace: Namespace) -> Iterator[str]:
    """Yield the keys of which an ordinary container gets more than there is, where there is anything at all."""
    given = _containers(spec)
    for key, amount in namespace.hard.items():
        field, resource = quotakeys.forced(key) or ("", "")
        if amount and resource and resource in given.get(field, ()) and parse(given[field][resource]) > amount:
            yield key


def _check_pod(here: Placement, namespace: Namespace) -> Iterator[Problem]:
    from generator import admission  # few namespaces are in doubt

    spec = limit_range(namespace)
    hard = {key: str(amount) for key, amount in namespace.hard.items() if amount}  # 0 is a decision
    answer = admission.admit(_POD, limit_ranges={"tenant": spec}, quotas={"tenant": {"hard": hard}})
    if answer.accepted:
        return
    message = (
        f"an ordinary pod, whose container asks for nothing, is refused in {namespace.name}: {answer.message}; "
        "lower what containers get by default, or raise the quota"
    )
    key = next(_too_large(spec, namespace), None)
    limits = namespace.limits
    place = limits.origin if limits is not None else namespace.spec.origin
    if key is not None:
        field, resource = quotakeys.forced(key) or ("", "")
        said = limits is not None and resource in limits.types.get("Container", {}).get(field, {})
        place = place / "container" / field / resource if said else _place(here, namespace, key)
    yield Problem(place, message)


def _check_objects(
    here: Placement, namespace: Namespace, counted: Iterable[str], made: Sequence[Manifest]
) -> Iterator[Problem]:
    """Hold what is rendered into a namespace, or put there by Kubernetes and Istio, against what its quota counts."""
    from generator import admission  # few quotas count what is rendered

    own = ["kube-root-ca.crt", *(["istio-ca-root-cert"] if here.cluster.mesh else [])]
    bodies = [one.body for one in made if one.body["metadata"].get("namespace") == namespace.name]
    bodies += [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}} for name in own]
    boundless = {"tenant": {"hard": dict.fromkeys(counted, "1M")}}
    used = admission.objects(bodies, limit_ranges={}, quotas=boundless).used["tenant"]
    for key in counted:
        if key in used and used[key] > namespace.hard[key]:
            message = (
                f"{namespace.hard[key]} of {key!r} are fewer than the {used[key]} that {namespace.name} has by itself, "
                f"so that they would be refused; write {used[key]} or more, or leave it out"
            )
            yield Problem(_place(here, namespace, key), message)
