"""What can be wrong with an object template, by code: how bad each is, what it says, and what would be right.

V are the checks that the launcher's own validator makes; T is about the text of a template, J about the Job and the
Service that come of it. A defect is one cause: what many payloads show is told once, with the first that shows it.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from generator.problems import Place

#: Worst first. Errors and warnings fail a run, notes never do.
SEVERITIES = ("error", "warning", "note")


class Rule(Struct, frozen=True):
    """What a code stands for; *fix* is what would be right."""

    severity: str
    title: str
    fix: str


RULES: dict[str, Rule] = {
    "V1": Rule("error", "a template cannot be read or run", "correct what the message names"),
    "V2": Rule("error", "a rendered object is not valid YAML", "write the value with quote, or toYaml and nindent"),
    "V3": Rule(
        "warning", "a value does not arrive as it was given", "write it with quote; cut what a program prints with trim"
    ),
    "V4": Rule(
        "error",
        "a part that the launcher or Kubernetes needs is absent or of another type",
        "write it as the shipped template has it",
    ),
    "V5": Rule("error", "a constant that the launcher needs is changed", "write the constant of the shipped template"),
    "T1": Rule(
        "error",
        "the version header is absent or does not fit",
        "start both templates with '# Version: ' and the product's version",
    ),
    "T2": Rule(
        "error", "a template runs a program", "put what the program would answer into the tenant's data template"
    ),
    "T3": Rule(
        "error",
        "a template reads its surroundings, or gives another object each time",
        "put the value into the tenant's data template",
    ),
    "T4": Rule(
        "error", "a template reads what is not there", "read from .Job; what a tenant sets stands in the data template"
    ),
    "T5": Rule(
        "warning", "a template reads a field that jobs of this version do not have", "correct its name, or remove it"
    ),
    "T6": Rule("warning", "a long text breaks the YAML", "write it with quote, in one line"),
    "T7": Rule("warning", "a text of a user's choice is written as it is", "write it with quote"),
    "T8": Rule("warning", "a variable is declared anew where it was meant to be set", "write '=' instead of ':='"),
    "T9": Rule("warning", "a part of the base template is gone", "take it over again, or say why it is not needed"),
    "T10": Rule(
        "error", "a template includes what nobody defines", "add the file that defines it, or correct the name"
    ),
    "T11": Rule(
        "warning", "a template asks for the groups of a user", "give groups a profile each, which names who is in it"
    ),
    "T12": Rule(
        "warning", "a file lies where the launcher does not look", "put it into the folder that scratch-path names"
    ),
    "T13": Rule(
        "error", "a template goes through Helm, which reads it as its own", "escape each '{{' as '{{ \"{{\" }}'"
    ),
    "T14": Rule("error", "the templates are larger than a ConfigMap may be", "keep them under 1 MiB together"),
    "T15": Rule(
        "error",
        "a template holds characters that break YAML",
        "indent with spaces; save it as UTF-8 with LF and no byte order mark",
    ),
    "J1": Rule(
        "error",
        "a container gets more power than sessions need",
        "leave it out; drop ALL capabilities and set allowPrivilegeEscalation: false in each container",
    ),
    "J2": Rule(
        "error", "a pod reaches into its node", "leave it out; ask for nodes by nodeSelector, for ports by the Service"
    ),
    "J3": Rule("error", "a pod is refused by Pod Security, or may run as root", "set what the message names"),
    "J4": Rule(
        "error",
        "a pod gets a service account or a token that the tenant does not declare",
        "set serviceAccountName to the tenant's session account, and automountServiceAccountToken: false",
    ),
    "J5": Rule(
        "warning",
        "an image or its pull secret is not the tenant's",
        "take it from a declared registry, with a digest or a version",
    ),
    "J6": Rule(
        "error", "a container has no requests or limits", "set requests and limits of cpu and memory on every container"
    ),
    "J7": Rule(
        "warning",
        "finished jobs are kept for another time than the launcher's",
        "set ttlSecondsAfterFinished to the launcher's job-expiry-hours or more",
    ),
    "J8": Rule(
        "warning", "a Service opens more than its session", "make it of type ClusterIP, with the selector job-name"
    ),
    "J9": Rule(
        "warning",
        "the annotation stdin shows the session's environment to whoever sees its pod",
        "remove the annotation; nothing reads it",
    ),
    "J10": Rule("warning", "a volume or a secret is not the tenant's", "declare it for the tenant, or remove it"),
    "J11": Rule(
        "warning",
        "a pod tolerates every taint, or names its own priority",
        "name the key of each taint; leave priorities to the tenant's data",
    ),
    "J12": Rule(
        "error",
        "a pod gets a cloud identity that the tenant does not declare",
        "declare it for the tenant, or remove the annotation",
    ),
    "J13": Rule(
        "warning",
        "a sidecar of the mesh keeps the Job from ending",
        'annotate the pod with sidecar.istio.io/inject: "false", or use native sidecars',
    ),
    "J14": Rule(
        "warning",
        "no NetworkPolicy can select the pods of sessions",
        "label the pod app.kubernetes.io/managed-by: launcher",
    ),
}  # fmt: skip - a table


class Defect(Struct, frozen=True):
    """One cause for which templates are not as they should be.

    *place* is where to mend it, a template with line and column as far as they are known. *payload* names the job that
    shows it, and *field* the part of the object; both are empty where the text alone shows it.
    """

    code: str
    place: Place
    message: str
    payload: str = ""
    field: str = ""
    fix: str = ""
    severity: str = ""

    @property
    def level(self) -> str:
        """How bad it is: its own severity, or its rule's."""
        return self.severity or RULES[self.code].severity

    @property
    def remedy(self) -> str:
        """What would be right: what it says itself, or what its rule says."""
        return self.fix or RULES[self.code].fix


def once(defects: Iterable[Defect]) -> Iterator[Defect]:
    """Yield each cause once, as the first payload shows it."""
    seen: set[tuple[str, Place, str]] = set()
    for defect in defects:
        cause = (defect.code, defect.place, defect.field or defect.message)
        if cause not in seen:
            seen.add(cause)
            yield defect


def in_order(defects: Iterable[Defect]) -> list[Defect]:
    """Sort defects by file and line, those of one line by code; each cause once."""
    return sorted(once(defects), key=_order)


def _order(defect: Defect) -> tuple[str, int, int, str, int, str, str]:
    place, code = defect.place, defect.code
    return (place.document, place.line, place.column, code[0], int(code[1:]), defect.field, defect.message)
