"""The pods of sessions: what rules J1 to J14 say of one, whatever template it came from."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from generator.launcher.defect import Defect
from generator.launcher.images import is_from
from generator.launcher.payloads import Payload
from generator.launcher.surroundings import Surroundings
from generator.launcher.templatelint import JOB
from generator.problems import Place

#: Annotations and labels through which a pod gets an identity at a cloud, or another system's secrets.
IDENTITIES = (
    "iam.amazonaws.com/role",
    "iam.amazonaws.com/external-id",
    "eks.amazonaws.com/role-arn",
    "iam.gke.io/gcp-service-account",
    "azure.workload.identity/use",
    "aadpodidbinding",
    "vault.hashicorp.com/role",
)  # fmt: skip - a list
_POD = "spec.template.spec"
#: Fields of a container's security context that people write under the pod's, where Kubernetes has none such.
_CONTAINER_ONLY = ("capabilities", "privileged", "allowPrivilegeEscalation", "readOnlyRootFilesystem", "procMount")


class Pod(Struct, frozen=True):
    """A pod's metadata and spec, the payload that it was rendered for, and what surrounds it."""

    metadata: Mapping[str, Any]
    spec: Mapping[str, Any]
    payload: Payload
    around: Surroundings

    def containers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield all containers, each with the name of its list."""
        for kind in ("initContainers", "containers"):
            for container in items(self.spec.get(kind)):
                yield kind, container

    @property
    def asked(self) -> frozenset[str]:
        """The texts that the job itself consists of: what equals one is the job's choice, not the template's."""
        return frozenset(_texts(self.payload.job))


def judge(pod: Pod) -> Iterator[Defect]:
    """Yield everything that is wrong with a pod, under the rules that are about pods."""
    for rule in (_power, _node, _processes, _account, _images, _resources, _stdin, _volumes, _scheduling, _mesh):
        yield from rule(pod)
    yield from identities(pod.metadata, "spec.template.metadata", pod.around)


def identities(metadata: Mapping[str, Any], field: str, around: Surroundings) -> Iterator[Defect]:
    """Find annotations and labels that give an identity which the tenant does not declare (J12)."""
    for part in ("annotations", "labels"):
        for key, value in mapping(metadata.get(part)).items():
            if key in IDENTITIES and (key, value) not in around.identities:
                declared = sorted(known for name, known in around.identities if name == key)
                allowed = f"the tenant declares {', '.join(declared)}" if declared else "the tenant declares none"
                place = f"{field}.{part}.{key}"
                yield _defect("J12", f"{place} is {value!r}; {allowed}", f"{place} {value}")


def without_misplaced(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a Job without the fields for which :func:`judge` has words of its own."""
    context = at(value, "spec", "template", "spec", "securityContext")
    if not isinstance(context, dict) or not set(context) & set(_CONTAINER_ONLY):
        return value
    kept = {key: one for key, one in context.items() if key not in _CONTAINER_ONLY}
    spec = mapping(value["spec"])
    pod = mapping(spec["template"]["spec"]) | {"securityContext": kept}
    return dict(value) | {"spec": spec | {"template": mapping(spec["template"]) | {"spec": pod}}}


def _power(pod: Pod) -> Iterator[Defect]:
    """J1."""
    for name in _CONTAINER_ONLY:
        if name in mapping(pod.spec.get("securityContext")):
            message = f"{name} stands in the securityContext of the pod, where Kubernetes has no such field"
            fix = "write it into the securityContext of a container, where it means something"
            yield _defect("J1", f"{message}: it does nothing", f"{_POD}.securityContext.{name}", fix=fix)
    added = _added(mapping(mapping(pod.spec.get("securityContext")).get("capabilities")), pod.around)
    if added:
        yield _defect("J1", _adding(added, "the pod"), f"{_POD}.securityContext.capabilities.add")
    for kind, container in pod.containers():
        yield from _container_power(kind, mapping(container.get("securityContext")), pod)


def _container_power(kind: str, context: Mapping[str, Any], pod: Pod) -> Iterator[Defect]:
    field = f"{_POD}.{kind}[].securityContext"
    capabilities = mapping(context.get("capabilities"))
    if context.get("privileged"):
        yield _defect("J1", f"a container in {kind} is privileged: it is root on the node", f"{field}.privileged")
    if context.get("allowPrivilegeEscalation") is not False:
        message = f"a container in {kind} does not set allowPrivilegeEscalation: false"
        yield _defect("J1", message, f"{field}.allowPrivilegeEscalation")
    if "ALL" not in (capabilities.get("drop") or ()):
        yield _defect("J1", f"a container in {kind} does not drop ALL capabilities", f"{field}.capabilities.drop")
    added = _added(capabilities, pod.around)
    if added:
        yield _defect("J1", _adding(added, f"a container in {kind}"), f"{field}.capabilities.add")


def _added(capabilities: Mapping[str, Any], around: Surroundings) -> list[str]:
    given = capabilities.get("add")
    return sorted({str(one) for one in given} - around.capabilities) if isinstance(given, list) else []


def _adding(added: list[str], whom: str) -> str:
    return f"{whom} gets the capabilities {', '.join(added)}, which the tenant does not allow"


def _node(pod: Pod) -> Iterator[Defect]:
    """J2."""
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(name):
            yield _defect("J2", f"{name} is set: sessions see what others do on the node", f"{_POD}.{name}")
    if pod.spec.get("nodeName"):
        message = "nodeName puts a pod on a node past the scheduler, its taints and its room"
        yield _defect("J2", message, f"{_POD}.nodeName", fix="select the node by its label kubernetes.io/hostname")
    for kind, container in pod.containers():
        if any(port.get("hostPort") for port in items(container.get("ports"))):
            message = f"a container in {kind} takes a port of its node, which Pod Security refuses"
            yield _defect("J2", message, f"{_POD}.{kind}[].ports[].hostPort")
    for volume in items(pod.spec.get("volumes")):
        path = mapping(volume.get("hostPath")).get("path")
        if path is not None and path not in pod.asked:
            yield _defect(
                "J2", f"the volume {volume.get('name')!r} is {path!r} of the node", f"{_POD}.volumes[].hostPath"
            )


def _processes(pod: Pod) -> Iterator[Defect]:
    """J3, the part that Pod Security does not look at."""
    if pod.spec.get("shareProcessNamespace") and len(items(pod.spec.get("containers"))) > 1:
        message = "shareProcessNamespace lets the session see and end the processes of the containers beside it"
        yield _defect("J3", message, f"{_POD}.shareProcessNamespace", severity="warning")


def _account(pod: Pod) -> Iterator[Defect]:
    """J4."""
    account = pod.spec.get("serviceAccountName") or "default"
    field = f"{_POD}.serviceAccountName"
    if account == pod.around.launcher:
        yield _defect("J4", f"sessions can run as {account!r}, the launcher itself, and so as anybody's job", field)
    elif pod.around.accounts is not None and account not in pod.around.accounts:
        known = ", ".join(sorted(pod.around.accounts)) or "none"
        yield _defect("J4", f"sessions run as {account!r}; the tenant declares {known}", field)
    if pod.spec.get("automountServiceAccountToken") is not False:
        message = "automountServiceAccountToken is not false: the session gets a token for the API server"
        yield _defect("J4", message, f"{_POD}.automountServiceAccountToken")


def _images(pod: Pod) -> Iterator[Defect]:
    """J5."""
    asked = pod.asked
    for kind, container in pod.containers():
        image = container.get("image")
        if not isinstance(image, str) or image in asked:
            continue
        field = f"{_POD}.{kind}[].image"
        registries = pod.around.registries
        if registries is not None and not is_from(image, registries):
            allowed = ", ".join(sorted(registries)) or "none"
            yield _defect(
                "J5", f"the image {image!r} is from none of the tenant's registries: {allowed}", f"{field} {image}"
            )
        if image.endswith(":latest") or ":" not in image.rpartition("/")[2]:
            yield _defect("J5", f"the image {image!r} may be another one tomorrow", f"{field} {image} version")
    declared = pod.around.pull_secrets
    for name in (str(secret.get("name")) for secret in items(pod.spec.get("imagePullSecrets"))):
        if declared is not None and name not in declared:
            message = f"the pull secret {name!r} is none that the tenant declares; without it images are not pulled"
            yield _defect("J5", message, f"{_POD}.imagePullSecrets {name}")


def _resources(pod: Pod) -> Iterator[Defect]:
    """J6."""
    for kind, container in pod.containers():
        found = mapping(container.get("resources"))
        limits, requests = mapping(found.get("limits")), mapping(found.get("requests"))
        for part, given in (("limits", limits), ("requests", requests)):
            missing = [
                name for name in ("cpu", "memory") if name not in (given | limits if part == "requests" else given)
            ]
            if missing and pod.around.quota:
                names = " and ".join(missing)
                message = f"a container in {kind} has no {part} of {names}; a quota that counts them refuses its pod"
                yield _defect("J6", message, f"{_POD}.{kind}[].resources.{part}")
        for name, amount in requests.items():
            if name.endswith("/gpu") and str(limits.get(name)) != str(amount):
                message = f"{name} is requested without an equal limit, which Kubernetes refuses"
                yield _defect("J6", message, f"{_POD}.{kind}[].resources.requests.{name}")


def _stdin(pod: Pod) -> Iterator[Defect]:
    """J9."""
    if mapping(pod.metadata.get("annotations")).get("stdin"):
        message = "the annotation stdin holds what the session is started with, its secrets among it"
        yield _defect("J9", message, "spec.template.metadata.annotations.stdin")


def _volumes(pod: Pod) -> Iterator[Defect]:
    """J10."""
    asked = pod.asked | {part for text in pod.asked for part in text.split(":")}
    known = {
        "secret": ("secretName", pod.around.secrets),
        "configMap": ("name", pod.around.config_maps),
        "persistentVolumeClaim": ("claimName", pod.around.claims),
    }
    for volume in items(pod.spec.get("volumes")):
        for kind, (key, declared) in known.items():
            name = mapping(volume.get(kind)).get(key)
            if isinstance(name, str) and declared is not None and name not in declared | asked:
                yield _defect(
                    "J10", f"the volume of {kind} {name!r} is none that the tenant declares", f"volume {name}"
                )
        server = mapping(volume.get("nfs")).get("server")
        if isinstance(server, str) and server not in asked:
            yield _defect(
                "J10", f"a volume comes from the NFS server {server!r}, past the tenant's storage", f"nfs {server}"
            )
    for _, container in pod.containers():
        for entry in items(container.get("env")):
            name = mapping(mapping(entry.get("valueFrom")).get("secretKeyRef")).get("name")
            if isinstance(name, str) and pod.around.secrets is not None and name not in pod.around.secrets | asked:
                yield _defect("J10", f"the secret {name!r} is none that the tenant declares", f"secret {name}")


def _scheduling(pod: Pod) -> Iterator[Defect]:
    """J11."""
    for toleration in items(pod.spec.get("tolerations")):
        if toleration.get("operator") == "Exists" and not toleration.get("key"):
            message = "a toleration without a key lets sessions onto every node, those of the control plane among them"
            yield _defect("J11", message, f"{_POD}.tolerations")
    name = pod.spec.get("priorityClassName")
    if isinstance(name, str) and name.startswith("system-"):
        message = f"priorityClassName {name!r} lets sessions push out what the cluster needs"
        yield _defect("J11", message, f"{_POD}.priorityClassName", severity="error")


def _mesh(pod: Pod) -> Iterator[Defect]:
    """J13 and J14."""
    annotations, labels = (mapping(pod.metadata.get(part)) for part in ("annotations", "labels"))
    key = "sidecar.istio.io/inject"
    if pod.around.mesh and "false" not in (annotations.get(key), labels.get(key)):
        message = "the mesh puts a sidecar into the pod, which runs on when the session has ended"
        yield _defect("J13", message, "spec.template.metadata.annotations")
    if labels.get("app.kubernetes.io/managed-by") != "launcher":
        message = "the label app.kubernetes.io/managed-by: launcher stands on no pod"
        yield _defect("J14", message, "spec.template.metadata.labels")


def _defect(code: str, message: str, field: str, *, fix: str = "", severity: str = "") -> Defect:
    return Defect(code, Place(JOB), message, field=field, fix=fix, severity=severity)


# -- values as they were read


def at(value: Any, *route: str | int) -> Any:
    """Return what stands at a route; ``None`` if nothing does."""
    for key in route:
        if isinstance(value, Mapping) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, and an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings of a list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def dotted(route: tuple[str | int, ...]) -> str:
    """Write a route as people write fields."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in route).removeprefix(".")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
