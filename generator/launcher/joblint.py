"""What rendered objects say about templates: the checks V4 and V5, and the rules J1 to J14.

An object comes as it was read, with the payload that it was rendered for. What a job asks for itself (its image, its
volumes) is no defect of the template; what the template lets it take (a host port, an identity) is one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator import podsecurity
from generator.launcher import jobpods
from generator.launcher.defect import Defect
from generator.launcher.jobfields import rank
from generator.launcher.payloads import CONTAINER, Payload
from generator.launcher.surroundings import Surroundings
from generator.launcher.templatelint import JOB, SERVICE
from generator.manifest import Manifest
from generator.problems import Place
from generator.validation import validity

MANAGED_BY = "app.kubernetes.io/managed-by"
INSTANCE = "launcher-instance-id"

#: What Pod Security says of things for which there are rules of our own.
_TOLD = (
    "host namespaces",
    "hostPath volumes",
    "hostPort",
    "privileged",
    "allowPrivilegeEscalation",
    "hostProcess",
    "unrestricted capabilities",
    "non-default capabilities",
)  # fmt: skip - a list

_TYPES: Mapping[type, str] = {dict: "a mapping", list: "a list", str: "a text", bool: "true or false", int: "a number"}


def job(value: Mapping[str, Any], payload: Payload, around: Surroundings, version: str) -> Iterator[Defect]:
    """Judge a rendered Job; *version* is that of its template, which decides what the launcher looks for."""
    wrong = [*_constants(value, _JOB_CONSTANTS, version, JOB)]
    wrong += _parts(value, _expected(payload, version), JOB)
    spec = jobpods.at(value, "spec", "template", "spec")
    if isinstance(spec, dict):
        metadata = jobpods.mapping(jobpods.at(value, "spec", "template", "metadata"))
        pod = jobpods.Pod(metadata, spec, payload, around)
        wrong += jobpods.judge(pod)
        wrong += _pod_security(pod)
        wrong += _lifetime(value, around)
        wrong += jobpods.identities(jobpods.mapping(value.get("metadata")), "metadata", around)
    yield from wrong
    yield from _schema(jobpods.without_misplaced(value), around, JOB)


def service(value: Mapping[str, Any], payload: Payload, around: Surroundings, version: str) -> Iterator[Defect]:
    """Judge a rendered Service."""
    yield from _constants(value, _SERVICE_CONSTANTS, version, SERVICE)
    identity = payload.job.get("id")
    wanted: dict[tuple[str | int, ...], tuple[type, object]] = {
        ("metadata", "name"): (str, payload.job.get("serviceName")),
        ("metadata", "labels", "job-name"): (str, identity),
        ("spec", "ports"): (list, None),
    }
    yield from _parts(value, wanted, SERVICE)
    yield from _schema(value, around, SERVICE)
    kind = jobpods.at(value, "spec", "type") or "ClusterIP"
    if kind != "ClusterIP":
        message = f"the Service is of type {kind}: the session is open to whoever reaches a node"
        yield Defect("J8", Place(SERVICE), message, payload.name, "spec.type")
    selector = jobpods.at(value, "spec", "selector")
    if selector != {"job-name": identity}:
        message = f"the selector is {selector!r}, and not only the session's own job-name"
        yield Defect("J8", Place(SERVICE), message, payload.name, "spec.selector")


# -- what the launcher needs

#: Where, what must stand there, and since which version of the templates.
_JOB_CONSTANTS: tuple[tuple[tuple[str | int, ...], object, str], ...] = (
    (("apiVersion",), "batch/v1", "1"),
    (("kind",), "Job", "1"),
    (("metadata", "labels", MANAGED_BY), "launcher", "2.3.0"),
    (("spec", "backoffLimit"), 0, "1"),
    (("spec", "template", "spec", "restartPolicy"), "Never", "1"),
    (("spec", "template", "spec", "containers", 0, "name"), CONTAINER, "1"),
    (("spec", "template", "spec", "containers", 0, "stdinOnce"), True, "1"),
)
_SERVICE_CONSTANTS: tuple[tuple[tuple[str | int, ...], object, str], ...] = (
    (("apiVersion",), "v1", "1"),
    (("kind",), "Service", "1"),
    (("metadata", "labels", MANAGED_BY), "launcher", "2.3.0"),
)


def _constants(
    value: Mapping[str, Any],
    constants: tuple[tuple[tuple[str | int, ...], object, str], ...],
    version: str,
    file: str,
) -> Iterator[Defect]:
    for route, wanted, since in constants:
        found = jobpods.at(value, *route)
        if rank(version) >= rank(since) and (found != wanted or type(found) is not type(wanted)):
            field = jobpods.dotted(route)
            shown = "absent" if found is None else repr(found)
            yield Defect("V5", Place(file), f"{field} is {shown}; the launcher needs {wanted!r}", field=field)


def _expected(payload: Payload, version: str) -> dict[tuple[str | int, ...], tuple[type, object]]:
    """Return what the launcher reads back from a Job: where, of which type, and the text if it is known."""
    asked, annotations = payload.job, ("spec", "template", "metadata", "annotations")
    container = ("spec", "template", "spec", "containers", 0)
    wanted: dict[tuple[str | int, ...], tuple[type, object]] = {
        ("metadata", "generateName"): (str, asked.get("generateName")),
        (*annotations, "user"): (str, asked.get("user")),
        (*annotations, "name"): (str, asked.get("name")),
        (*annotations, "service_ports"): (str, asked.get("servicePortsJson")),
        (*container, "image"): (str, asked["container"]["image"]),
        (*container, "command"): (list, None),
        (*container, "stdin"): (bool, bool(asked.get("stdin"))),
    }
    wanted |= {(*annotations, f"USER_TAG_{number}"): (str, tag) for number, tag in enumerate(asked.get("tags") or ())}
    if asked.get("metadata") and rank(version) >= rank("2.1.0"):
        wanted[*annotations, "user_metadata"] = (str, None)
    if asked.get("instanceId") and rank(version) >= rank("2.4.0"):
        wanted["metadata", "labels", INSTANCE] = (str, asked["instanceId"])
        wanted["spec", "template", "metadata", "labels", INSTANCE] = (str, asked["instanceId"])
    return wanted


def _parts(
    value: Mapping[str, Any], wanted: Mapping[tuple[str | int, ...], tuple[type, object]], file: str
) -> Iterator[Defect]:
    for route, (kind, text) in wanted.items():
        found, field = jobpods.at(value, *route), jobpods.dotted(route)
        if not isinstance(found, kind):
            shown = "absent" if found is None else repr(found)[:60]
            yield Defect("V4", Place(file), f"{field} is {shown}; the launcher reads {_TYPES[kind]} there", field=field)
        elif text is not None and found != text:
            shown = f"{str(found)[:60]!r} where {str(text)[:60]!r} was given"
            blank = isinstance(found, str) and found.strip() == str(text).strip()
            why = ", with other white space" if blank else ""
            yield Defect("V3", Place(file), f"{field} is {shown}{why}", field=field)


# -- what Kubernetes takes


def _schema(value: Mapping[str, Any], around: Surroundings, file: str) -> Iterator[Defect]:
    """Hold an object against the schema of the cluster's version; a name stands in for what the server generates."""
    metadata = jobpods.mapping(value.get("metadata"))
    body = dict(value) | {"metadata": {"name": "session"} | metadata}
    for problem in validity.for_version(around.kubernetes).problems(Manifest(body, Place(file))):
        reason = problem.message.split(": ", 1)[-1]
        yield Defect("V4", Place(file), reason, field=reason.split(":", 1)[0])


def _pod_security(pod: jobpods.Pod) -> Iterator[Defect]:
    """Say why the namespace refuses a pod, as far as the payload's own volumes let it in at all."""
    levels = podsecurity.LEVELS
    level = next((one for one in pod.payload.levels if levels.index(one) <= levels.index(pod.around.pod_security)), "")
    if not level:
        return
    for text in podsecurity.violations(pod.metadata, pod.spec, level, cluster=pod.around.kubernetes):
        if not text.startswith(_TOLD):
            about = text.partition(" (")[0]
            yield Defect("J3", Place(JOB), f"Pod Security {level} refuses the pod: {text}", field=about)


def _lifetime(value: Mapping[str, Any], around: Surroundings) -> Iterator[Defect]:
    field = "spec.ttlSecondsAfterFinished"
    found = jobpods.at(value, "spec", "ttlSecondsAfterFinished")
    if not isinstance(found, int):
        message = "finished Jobs stay in the namespace, and in its quota, once the launcher forgets them"
        yield Defect("J7", Place(JOB), f"{field} is absent: {message}", field=field)
    elif found < around.expiry:
        message = f"{field} is {found}, and the launcher expects a finished Job for {around.expiry} seconds"
        yield Defect("J7", Place(JOB), message, field=field)
