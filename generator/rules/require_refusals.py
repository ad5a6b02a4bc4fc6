"""Each namespace of tenants refuses what ``refusals`` name, while it takes the same without that.

A pod that keeps every rule is changed in one field, and a Service in its type. Only what Pod Security (of a pod) or the
quotas (of a Service) say of the change counts: a namespace that refuses every pod for another reason has proved
nothing, and ``require-admissible-pods`` asks about that. Where policies of an engine or of the API server are among the
manifests, they may refuse it as well, and what is found is likely and not certain.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from generator import admission, podsecurity
from generator.access.lists import Item
from generator.podsecurity import ENFORCE, ENFORCE_VERSION, Standard
from generator.rules.parameters import Words
from generator.rules.reach import TENANT
from generator.rules.scene import Hit, Scene, inside, name_of

#: Each change: the route to a field of the pod's spec, and its value. ``0`` is the only container, or volume.
_CHANGES: Mapping[str, tuple[tuple[str | int, ...], Any]] = {
    "added-capabilities": (("containers", 0, "securityContext", "capabilities", "add"), ["SETPCAP"]),
    "default-capabilities": (("containers", 0, "securityContext", "capabilities"), {}),
    "default-seccomp": (("securityContext", "seccompProfile"), None),
    "host-ipc": (("hostIPC",), True),
    "host-network": (("hostNetwork",), True),
    "host-path": (("volumes",), [{"name": "host", "hostPath": {"path": "/"}}]),
    "host-pid": (("hostPID",), True),
    "host-port": (("containers", 0, "ports"), [{"containerPort": 8086, "hostPort": 8086}]),
    "host-process": (("containers", 0, "securityContext", "windowsOptions"), {"hostProcess": True}),
    "privilege-escalation": (("containers", 0, "securityContext", "allowPrivilegeEscalation"), True),
    "privileged": (("containers", 0, "securityContext", "privileged"), True),
    "root": (("securityContext", "runAsNonRoot"), False),
    "unconfined": (("securityContext", "seccompProfile", "type"), "Unconfined"),
}
_NODE_PORTS = "node-ports"

PARAMETERS = {"refusals": Words((*_CHANGES, _NODE_PORTS))}

#: A pod that every level of Pod Security admits.
COMPLIANT: Mapping[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "main",
            "image": "registry.example.com/app:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
#: Kinds by which an engine, or the API server itself, refuses what a policy says.
_ENGINES = frozenset({"ValidatingAdmissionPolicyBinding", "ClusterPolicy", "ValidatingPolicy", "Constraint"})


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each namespace with what it does not refuse."""
    confidence = "likely" if scene.holds(_ENGINES) else "certain"
    for name, item in scene.namespaces:
        if scene.reach(name) != TENANT:
            continue
        standard = _enforced(scene, name)
        asked = [one for one in parameters["refusals"] if one in _CHANGES]
        taken = [one for one in asked if not _refused(one, standard, scene.version)]
        if taken:
            level = "no level of Pod Security" if standard.level == "privileged" else f"Pod Security {standard}"
            yield _hit(item, f"namespace {name} takes pods with {', '.join(taken)}: it enforces {level}", confidence)
        if _NODE_PORTS in parameters["refusals"] and not _closes_node_ports(scene, name):
            said = f"namespace {name} takes Services of type NodePort: no quota has services.nodeports 0"
            yield _hit(item, said, confidence)


def changed(change: str) -> dict[str, Any]:
    """Return the compliant pod's spec with one change."""
    route, value = _CHANGES[change]
    spec = deepcopy(dict(COMPLIANT))
    target: Any = spec
    for key in route[:-1]:
        target = target[key]
    target[route[-1]] = value
    return spec


@cache
def _refused(change: str, standard: Standard, cluster: str) -> bool:
    """Tell whether Pod Security admits the compliant pod, and refuses it with the change."""
    before = podsecurity.violations({}, COMPLIANT, *standard, cluster=cluster)
    return not before and bool(podsecurity.violations({}, changed(change), *standard, cluster=cluster))


def _enforced(scene: Scene, namespace: str) -> Standard:
    labels = {key: scene.label(namespace, key) for key in (ENFORCE, ENFORCE_VERSION)}
    return podsecurity.enforced({key: text for key, text in labels.items() if text})


def _closes_node_ports(scene: Scene, namespace: str) -> bool:
    """Tell whether the quotas refuse a NodePort, be it that they refuse Services altogether."""
    quotas = {name_of(item): inside(item.body, "spec") for item in scene.within(namespace, "", "ResourceQuota")}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": namespace}}
    body = {**service, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}
    return bool(quotas) and not admission.objects([body], limit_ranges={}, quotas=quotas).accepted


def _hit(item: Item, message: str, confidence: str) -> Hit:
    name = name_of(item)
    return Hit(message, item.origin, namespace=name, kind="Namespace", name=name, confidence=confidence)
