"""The jobs that templates are tried with: named, the same in every run, and all that a launcher may hand over.

A template sees one job at ``.Job``. :func:`shapes` are jobs as they occur, each with something that others have not;
:func:`full` is one that has everything, in which any text may be replaced, so that a check can tell what a text of a
user's choice does to the object. Fields and their types are those of the product's templates, version 2.5.0; integers
are integers here, since how the launcher itself decodes them is unknown.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct

#: Gives the text for a field, which is named as :data:`FIELDS` has it; the second argument is the plain one.
Text = Callable[[str, str], str]
Job = Mapping[str, Any]

#: Marks, at the end of a field, the key of a mapping that people name themselves.
KEY = "{key}"
#: The fields that go another way in a job that runs a command in a shell.
IN_SHELL = ("command", "args[]")
#: The field whose texts have no colon, since colons divide them.
PACKED = "config[].value"
#: What a container of a session is called; the launcher finds it by that name.
CONTAINER = "rs-launcher-container"

#: The payload whose numbers are beyond what Go writes without an exponent.
LARGE_IDS = "large ids"
LONG = "a session with a name of many words " * 4 + "so far"  # 150 characters: YAML is folded after 80


class Payload(Struct, frozen=True):
    """One job that a launcher may ask for.

    *levels* are the Pod Security levels that what it asks for itself (its volumes) can keep, strictest first.
    """

    name: str
    job: Job
    levels: tuple[str, ...] = ("restricted", "baseline")

    @property
    def is_served(self) -> bool:
        """Whether the launcher makes a Service for it: for the ports that are not published on the host."""
        return any(not port.get("publishedPort") for port in self.job.get("exposedPorts") or ())


class Probe(Struct, frozen=True):
    """A text that people may choose, and what it is called in a finding."""

    name: str
    text: str


#: The name of a probe that nobody types, and that toYaml cannot write.
CONTROL = "a control character"
#: What may add a key to an object, written where a value or where a key is expected, for each depth of a Job.
INJECTIONS: tuple[Probe, ...] = tuple(
    Probe("a line break", text.format(indent=" " * depth))
    for depth in range(0, 16, 2)
    for text in ("x\n{indent}injected: true", "x: y\n{indent}injected: true\n{indent}z")
)
#: What else is tried in every text.
PROBES: tuple[Probe, ...] = (
    Probe("two lines", "one\ntwo"),
    Probe("an empty line", "one\n\n  two\n"),
    Probe("': '", "key: value"),
    Probe("' #'", "text # comment"),
    Probe("a comma and brackets", "a], b: [{c}"),
    Probe("a double quote", 'say "no" \\ "yes'),
    Probe("a single quote", "it's 'so"),
    Probe("a tab", "\tone\ttwo"),
    Probe("150 characters of many words", LONG),
    Probe("spaces at both ends", "  text  "),
    Probe("a word that YAML reads as a boolean", "yes"),
    Probe("a word that YAML reads as null", "null"),
    Probe("a text that YAML reads as a number", "0x1F"),
    Probe("an alias", "*alias &anchor !tag"),
    Probe("a block indicator", "| >- %directive @at `tick`"),
    Probe("a dash", "- item"),
    Probe("a question mark", "? key"),
    Probe("a document divider", "---\nkind: Pod"),
    Probe("characters beyond ASCII", "名前 é \u2028 \U0001f600"),
    Probe(CONTROL, "one\x7ftwo\x01three\x85"),
    Probe("a template action", "{{ .Job.user }}"),
)


def plain(field: str, text: str) -> str:
    """Leave every text as it is."""
    del field
    return text


def full(text: Text = plain, *, shell: bool = False) -> dict[str, Any]:
    """Return a job that has everything, with the texts that *text* gives."""
    job = _head(text) | {"command": "", "exe": ""}
    if shell:
        job["command"] = text("command", "jupyter lab")
    else:
        job["exe"] = text("exe", "/usr/lib/rstudio/rsession")
    return job | _lists(text) | _pod(text) | {"metadata": _metadata(text)}


@cache
def fields() -> tuple[str, ...]:
    """Return the fields whose texts people choose in a job that runs an executable, in order."""
    found: list[str] = []

    def note(field: str, text: str) -> str:
        found.append(field)
        return text

    full(note)
    return tuple(dict.fromkeys(found))


def _head(text: Text) -> dict[str, Any]:
    return {
        "id": text("id", "job-7f3a"),
        "cluster": text("cluster", "vision"),
        "instanceId": text("instanceId", "instance-51c2"),
        "generateName": text("generateName", "session-7f3a-"),
        "name": text("name", "Notebook of ann"),
        "serviceName": text("serviceName", "session-7f3a-service"),
        "serviceAccountName": text("serviceAccountName", "chosen-account"),
        "user": text("user", "ann"),
        "workingDirectory": text("workingDirectory", "/home/ann"),
        "host": text("host", "node-17"),
        "stdin": text("stdin", "print('hello')"),
        "servicePortsJson": text("servicePortsJson", '[{"targetPort":8787}]'),
        "shareProcessNamespace": True,
        "cpuRequestRatio": 1.0,
        "memoryRequestRatio": 1.0,
    }


def _lists(text: Text) -> dict[str, Any]:
    return {
        "args": [text("args[]", "--first-argument"), "--quiet"],
        "tags": [text("tags[]", "first-tag"), "second-tag"],
        "environment": [{"name": text("environment[].name", "FIRST"), "value": text("environment[].value", "1st")}],
        "config": [{"name": "secret", "value": ":".join(_packed(text))}],
        "placementConstraints": [
            {
                "name": text("placementConstraints[].name", "topology.example.com/region"),
                "value": text("placementConstraints[].value", "eu-west"),
            }
        ],
        "exposedPorts": [
            {"protocol": text("exposedPorts[].protocol", "UDP"), "targetPort": 8787},
            {"protocol": "TCP", "targetPort": 9000, "publishedPort": 30900},
        ],
        "resourceLimits": [
            {"type": "cpuCount", "value": "2"},
            {"type": "CPU Request", "value": "0.5"},
            {"type": "memory", "value": "4096"},
            {"type": "Memory Request", "value": "1024"},
        ],
    }


def _packed(text: Text) -> tuple[str, ...]:
    """Return a secret's name, its key and the variable that it is for, which the launcher packs into one text."""
    return tuple(text(PACKED, part) for part in ("db-login", "password", "DB_PASSWORD"))


def _pod(text: Text) -> dict[str, Any]:
    name = text("volumes[].name", "home")
    return {
        "container": {
            "image": text("container.image", "registry.example.com/r-session:4.4.1"),
            "runAsUserId": 1001,
            "runAsGroupId": 1002,
            "supplementalGroupIds": [2000, 2001],
            "capabilitiesAdd": [],
            "capabilitiesDrop": [],
        },
        "mounts": [],
        "volumes": [{"name": name, "persistentVolumeClaim": {"claimName": text("volumes[].?", "home-ann")}}],
        "volumeMounts": [
            {"name": name, "mountPath": text("volumeMounts[].mountPath", "/home/shared"), "readOnly": False}
        ],
        "initContainers": [
            {
                "name": text("initContainers[].name", "prepare"),
                "image": text("initContainers[].image", "registry.example.com/prepare:1.2"),
                "exe": text("initContainers[].exe", "/bin/prepare"),
                "args": [text("initContainers[].args[]", "--all-of-it")],
                "environment": [
                    {
                        "name": text("initContainers[].environment[].name", "STAGE"),
                        "value": text("initContainers[].environment[].value", "early"),
                    }
                ],
                "mounts": [{"name": name, "mountPath": text("initContainers[].mounts[].?", "/prepared")}],
            }
        ],
    }


def _metadata(text: Text) -> dict[str, Any]:
    return {
        kind: {
            of: {
                text(f"metadata.{kind}.{of}{KEY}", f"example.com/{kind}-{of}"): text(
                    f"metadata.{kind}.{of}[]", f"value-{kind}-{of}"
                )
            }
            for of in ("annotations", "labels")
        }
        for kind in ("job", "pod", "service")
    }


def shapes() -> Iterator[Payload]:
    """Yield the jobs as they occur; the first is the plainest."""
    exe = _smallest() | {"exe": "/usr/bin/R", "args": ["--no-save", "-e", "1 + 1"]}
    yield Payload("an executable", exe)
    yield Payload("an executable without arguments", exe | {"args": []})
    yield Payload("a shell command", _smallest() | {"command": "cd /tmp && ls", "args": ["-l", "*.csv"]})
    yield Payload("a shell command without arguments", _smallest() | {"command": "env | sort"})
    yield Payload("without metadata", _without(exe, "metadata"))
    yield Payload("empty metadata", exe | {"metadata": {}})
    yield Payload("everything", full())
    yield Payload("everything, in a shell", full(shell=True))  # noqa: S604 - no process: the job has one
    yield from _of_lists(exe)
    yield from _of_rights(exe)
    yield from _of_resources(exe)
    yield from _of_texts(exe)


def _of_lists(exe: dict[str, Any]) -> Iterator[Payload]:
    every = full()
    yield Payload("no tags", exe | {"tags": []})
    yield Payload("one tag", exe | {"tags": ["only"]})
    yield Payload("twelve tags", exe | {"tags": [f"tag {number}" for number in range(12)]})
    yield Payload("a volume", exe | {key: every[key] for key in ("volumes", "volumeMounts")})
    nfs = [{"name": "data", "nfs": {"server": "10.0.0.1", "path": "/export/data"}}]
    mounts = [{"name": "data", "mountPath": "/data", "readOnly": True}]
    yield Payload("an NFS volume", exe | {"volumes": nfs, "volumeMounts": mounts}, ("baseline",))
    yield Payload("init containers", exe | {"initContainers": every["initContainers"]})
    shell = [{"name": "clone", "image": "registry.example.com/git:2", "command": "git clone", "args": ["url"]}]
    yield Payload("an init container with a shell command", exe | {"initContainers": shell})
    given = {"name": "given", "image": "registry.example.com/given:1", "command": ["/bin/true"]}
    privileged = given | {"securityContext": {"privileged": True}, "resources": {"limits": {"cpu": "64"}}}
    yield Payload("an init container in the metadata", exe | {"metadata": {"pod": {"initContainers": [privileged]}}})
    yield Payload("a secret", exe | {"config": every["config"]})
    yield Payload("config that is no secret", exe | {"config": [{"name": "queue", "value": "fast"}]})
    yield Payload("a port", exe | {"exposedPorts": [{"protocol": "TCP", "targetPort": 8787}]})
    yield Payload("a port as text", exe | {"exposedPorts": [{"protocol": "TCP", "targetPort": "8787"}]})
    published = {"protocol": "UDP", "targetPort": 9000, "publishedPort": 30900}
    yield Payload("a published port", exe | {"exposedPorts": [published]})
    free = [{"name": "gpu-pool", "value": ""}]
    yield Payload("a placement constraint without a value", exe | {"placementConstraints": free})


def _of_rights(exe: dict[str, Any]) -> Iterator[Payload]:
    container = exe["container"]
    yield Payload("no supplemental groups", exe | {"container": _without(container, "supplementalGroupIds")})
    yield Payload("no user id", exe | {"container": {"image": container["image"]}})
    ids = {"runAsUserId": 1234567890, "runAsGroupId": 2147483647, "supplementalGroupIds": [1234567891, 2000000000]}
    yield Payload(LARGE_IDS, exe | {"container": container | ids})
    added = {"capabilitiesAdd": ["NET_ADMIN", "SYS_PTRACE"], "capabilitiesDrop": ["CHOWN"]}
    yield Payload("added capabilities", exe | {"container": container | added})
    yield Payload("a chosen service account", exe | {"serviceAccountName": "job-launcher"})
    yield Payload("a host", exe | {"host": "node-17"})
    yield Payload("stdin", exe | {"stdin": "PASSWORD=hidden\n"})
    identity = {
        "annotations": {"iam.amazonaws.com/role": "admin", "sidecar.istio.io/inject": "false", "note": "kept"},
        "labels": {"azure.workload.identity/use": "true", "app.kubernetes.io/managed-by": "somebody"},
    }
    yield Payload("metadata that asks for an identity", exe | {"metadata": {"job": identity, "pod": identity}})
    fixed = {"annotations": {"user": "root", "service_ports": "[]", "USER_TAG_0": "other"}}
    yield Payload("metadata that repeats the launcher's own", exe | {"tags": ["only"], "metadata": {"pod": fixed}})


def _of_resources(exe: dict[str, Any]) -> Iterator[Payload]:
    def limits(**values: str) -> dict[str, Any]:
        names = {
            "cpu": "cpuCount",
            "cpu_request": "CPU Request",
            "memory": "memory",
            "memory_request": "Memory Request",
        }
        names |= {"nvidia": "NVIDIA GPUs", "amd": "AMD GPUs"}
        return exe | {"resourceLimits": [{"type": names[key], "value": value} for key, value in values.items()]}

    yield Payload("no limits", limits())
    yield Payload("limits without requests", limits(cpu="2", memory="4096"))
    yield Payload("requests without limits", limits(cpu_request="4", memory_request="8192"))
    yield Payload("limits of zero", limits(cpu="0", memory="0"))
    yield Payload("NVIDIA GPUs", limits(cpu="8", memory="65536", nvidia="2", amd="0"))
    yield Payload("AMD GPUs", limits(cpu="8", memory="65536", amd="1", nvidia="0"))


def _of_texts(exe: dict[str, Any]) -> Iterator[Payload]:
    blank = {key: "" for key, value in exe.items() if isinstance(value, str) and key not in {"exe", "id"}}
    needed = {key: exe[key] for key in ("generateName", "serviceName")}
    yield Payload("empty texts", exe | blank | needed)
    yield Payload("texts of another alphabet", exe | {"name": "名前 für é", "user": "zoë", "tags": ["ночь", "日本"]})
    yield Payload(
        "words that YAML takes for something else", exe | {"name": "yes", "user": "1e3", "tags": ["null", "~"]}
    )


def _smallest() -> dict[str, Any]:
    """Return the job that all shapes start from: a user's, with ids, limits and a port, and no options."""
    every = full()
    empty: dict[str, Any] = {"command": "", "exe": "", "stdin": "", "host": "", "serviceAccountName": ""}
    empty |= {key: [] for key in ("args", "tags", "environment", "config", "placementConstraints", "mounts")}
    empty |= {key: [] for key in ("volumes", "volumeMounts", "initContainers")}
    job = every | empty | {"exposedPorts": [{"protocol": "TCP", "targetPort": 8787}]}
    return job | {"metadata": {"job": {}, "pod": {}, "service": {}}}


def _without(mapping: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}
