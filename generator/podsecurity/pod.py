"""What Pod Security looks at in a pod, as the pod is when the API server judges it.

By then its fields have their defaults, and what an AppArmor annotation says stands in the field as well
(``SetDefaults_Pod``, ``SetDefaults_Volume`` and ``applyAppArmorVersionSkew`` of Kubernetes 1.36). A pod that is invalid
for another reason is refused before, with other words.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from generator.podsecurity.decoding import Node, Wrong

#: With the name of a container, the annotation that named its profile before there was a field.
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/"

#: What a volume can be, in the order in which the API server asks when a volume is two at once, which is invalid.
SOURCES = (
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected"),
    *("secret", "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd"),
    *("flexVolume", "cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk"),
    *("photonPersistentDisk", "portworxVolume", "scaleIO", "storageos"),
)
_PROBES = (("livenessProbe",), ("readinessProbe",), ("startupProbe",))
_HANDLERS = (*_PROBES, ("lifecycle", "postStart"), ("lifecycle", "preStop"))
#: All fields of a pod's spec and of its containers that are looked at here.
_LISTS = ("initContainers", "containers", "ephemeralContainers")
_OF_PODS = ("securityContext", "volumes", "hostNetwork", "hostPID", "hostIPC", "hostUsers", "os", *_LISTS)
_OF_CONTAINERS = ("name", "securityContext", "ports", *(one for (one,) in _PROBES), "lifecycle")


class SELinux(NamedTuple):
    """SELinux options; empty texts are as good as none."""

    type: str = ""
    user: str = ""
    role: str = ""


_NO_OPTIONS = SELinux()


class Security(Struct, frozen=True):
    """The security context of a pod or a container; ``None`` means that it says nothing.

    *app_armor* and *seccomp* are the types of profiles: the empty text is a profile without a type. *sysctls* are
    the names of those that a pod sets.
    """

    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    host_process: bool | None = None
    proc_mount: str | None = None
    app_armor: str | None = None
    seccomp: str | None = None
    se_linux: SELinux = _NO_OPTIONS
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    sysctls: tuple[str, ...] = ()


class Container(Struct, frozen=True):
    """A container of any sort; *probed_hosts* are those that its probes and lifecycle handlers name."""

    name: str
    security: Security
    host_ports: tuple[int, ...]
    probed_hosts: tuple[str, ...]


class Volume(Struct, frozen=True):
    """A volume, and those of ``SOURCES`` that it has, in their order: one at least."""

    name: str
    sources: tuple[str, ...]


class Pod(Struct, frozen=True):
    """A pod; its *containers* are the initial ones, then the ordinary ones, then the ephemeral ones."""

    annotations: Mapping[str, str]
    security: Security
    containers: tuple[Container, ...]
    volumes: tuple[Volume, ...]
    host_network: bool
    host_pid: bool
    host_ipc: bool
    has_user_namespace: bool
    is_windows: bool


def decode(metadata: Any, spec: Any) -> tuple[Pod, tuple[Wrong, ...]]:
    """Take a pod from its manifest, with what in it cannot be decoded, which the pod is then without."""
    wrong: list[Wrong] = []
    node = Node(spec, ("spec",), wrong)
    host_network = bool(node.flag("hostNetwork"))
    pod = Pod(
        annotations=Node(metadata, ("metadata",), wrong).mapped("annotations"),
        security=_security(node.at("securityContext")),
        containers=tuple(_containers(node, host_network=host_network)),
        volumes=tuple(map(_volume, node.items("volumes"))),
        host_network=host_network,
        host_pid=bool(node.flag("hostPID")),
        host_ipc=bool(node.flag("hostIPC")),
        has_user_namespace=node.flag("hostUsers") is False,
        is_windows=node.at("os").text("name") == "windows",
    )
    return _with_annotated_profiles(pod), tuple(dict.fromkeys(wrong))  # some fields are asked for twice


def narrowed(metadata: Any, spec: Any) -> tuple[Any, Any]:
    """Return a pod's metadata and spec with nothing in them that :func:`decode` does not look at.

    Thousands of pods differ in their images and settings alone: what is left of them is the same.
    """
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    kept = _only(spec, _OF_PODS)
    for field in _LISTS:
        containers = kept.get(field) if isinstance(kept, dict) else None
        if isinstance(containers, list):
            kept[field] = [_only(one, _OF_CONTAINERS) for one in containers]
    return {"annotations": annotations} if annotations is not None else None, kept


def _only(value: Any, fields: Iterable[str]) -> Any:
    return {field: value[field] for field in fields if field in value} if isinstance(value, dict) else value


def _containers(pod: Node, *, host_network: bool) -> Iterator[Container]:
    """Yield the containers; on the node's network, a port of a container that is not ephemeral is a host's too."""
    for field, opened in (
        ("initContainers", host_network),
        ("containers", host_network),
        ("ephemeralContainers", False),
    ):
        for node in pod.items(field):
            yield Container(
                name=node.text("name") or "",
                security=_security(node.at("securityContext")),
                host_ports=tuple(_host_ports(node, opened=opened)),
                probed_hosts=tuple(_probed_hosts(node)),
            )


def _host_ports(container: Node, *, opened: bool) -> Iterator[int]:
    for port in container.items("ports"):
        host_port, own = port.number("hostPort", bits=32), port.number("containerPort", bits=32)
        if number := host_port or (own if opened else 0):
            yield number


def _probed_hosts(container: Node) -> Iterator[str]:
    for route in _HANDLERS:
        handler = container.at(*route)
        for action in ("httpGet", "tcpSocket"):
            if host := handler.at(action).text("host"):
                yield host


def _volume(node: Node) -> Volume:
    return Volume(node.text("name") or "", tuple(one for one in SOURCES if node.has(one)) or ("emptyDir",))


def _security(node: Node) -> Security:
    """Take a security context; a pod's has no field of a container's that this would mistake for its own."""
    capabilities, se_linux = node.at("capabilities"), node.at("seLinuxOptions")
    return Security(
        privileged=node.flag("privileged"),
        allow_privilege_escalation=node.flag("allowPrivilegeEscalation"),
        run_as_non_root=node.flag("runAsNonRoot"),
        run_as_user=node.number("runAsUser", bits=64),
        host_process=node.at("windowsOptions").flag("hostProcess"),
        proc_mount=node.text("procMount"),
        app_armor=_profile(node, "appArmorProfile"),
        seccomp=_profile(node, "seccompProfile"),
        se_linux=SELinux(*(se_linux.text(key) or "" for key in SELinux._fields)),
        added=capabilities.texts("add"),
        dropped=capabilities.texts("drop"),
        sysctls=tuple(one.text("name") or "" for one in node.items("sysctls")),
    )


def _profile(security: Node, key: str) -> str | None:
    node = security.inner(key)
    return None if node is None else node.text("type") or ""


def _with_annotated_profiles(pod: Pod) -> Pod:
    """Put the AppArmor profile that an annotation names into a container's field that is empty.

    Only ``unconfined`` matters: what the other annotations name is allowed. One that says what the pod says already
    is not copied.
    """
    if pod.is_windows or pod.security.app_armor == "Unconfined" or not pod.annotations:
        return pod
    return replace(pod, containers=tuple(_with_annotated_profile(one, pod.annotations) for one in pod.containers))


def _with_annotated_profile(container: Container, annotations: Mapping[str, str]) -> Container:
    if container.security.app_armor is not None or annotations.get(APP_ARMOR + container.name) != "unconfined":
        return container
    return replace(container, security=replace(container.security, app_armor="Unconfined"))
