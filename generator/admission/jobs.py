"""Whether a namespace takes a Job, and later its pods.

The two are asked about apart. The Job is an object that ``count/jobs.batch`` counts, whose template must be valid, and
no more: it is created although none of its pods can be. LimitRanger and the quotas on pods then answer its controller,
and whoever made the Job reads of it in an event.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from generator.admission import pod, quota, validation
from generator.admission.amounts import Specs, mapping
from generator.admission.counts import of_objects
from generator.admission.decoding import Reader
from generator.admission.pods import Admitted, counted, judged
from generator.admission.quota import Used
from generator.admission.ranges import bounds_of
from generator.admission.refusal import Refusal, answered


class JobAdmitted(Struct, frozen=True):
    """What became of a Job, and of one pod of it.

    ``at_once`` is how many pods it runs at the same time, and ``room`` how many such pods the quotas have room for, by
    amounts alone; ``None`` if nothing bounds them.
    """

    refusals: tuple[Refusal, ...]
    code: int
    message: str | None
    pod: Admitted
    at_once: int
    room: int | None

    @property
    def accepted(self) -> bool:
        """Whether the Job is created, whatever becomes of its pods."""
        return not self.refusals

    @property
    def runs(self) -> bool:
        """Whether the Job is created, and all the pods that it runs at the same time."""
        return self.accepted and self.pod.accepted and (self.room is None or self.room >= self.at_once)


def of_job(job_body: Mapping[str, Any], *, limit_ranges: Specs, quotas: Specs, used: Used | None = None) -> JobAdmitted:
    """Return what a namespace makes of a Job's manifest, and of its pods.

    The deadline that puts a pod into the scope ``Terminating`` is the template's; the Job's own is not the pod's. In
    messages about the pod its name ends where the controller appends random letters.
    """
    known = quota.read(quotas, used)
    name = name_of(job_body)
    found = (*refusals(job_body), *quota.refusals(of_objects("jobs", "batch"), known))
    answer = answered(found, "Job.batch", "jobs.batch", name)
    spec = mapping(mapping(job_body).get("spec"))
    one = judged(mapping(spec.get("template")).get("spec"), bounds_of(limit_ranges), known, f"{name}-")
    return JobAdmitted(found, answer.code, answer.message, one, _at_once(spec), quota.room(counted(one.pod), known))


def refusals(job_body: object) -> tuple[Refusal, ...]:
    """Return why a Job is no Job, or its template invalid: before anything is defaulted in it."""
    reader = Reader([])
    spec = reader.mapping(mapping(job_body).get("spec"), "spec")
    for key in ("parallelism", "completions"):
        reader.number(spec.get(key), f"spec.{key}")
    template = reader.mapping(spec.get("template"), "spec.template")
    asked, malformed = pod.read(template.get("spec"))
    below = (
        Refusal(one.plugin, one.rule, f"spec.template.{one.message}", "", one.subject, one.resource)
        for one in malformed
    )
    return (*reader.refusals, *below, *validation.refusals(asked, "spec.template.spec"))


def name_of(body: object) -> str:
    """Return an object's name, or what the name begins with that the API server makes."""
    metadata = mapping(mapping(body).get("metadata"))
    return str(metadata.get("name") or metadata.get("generateName") or "")


def _at_once(spec: Mapping[str, Any]) -> int:
    parallelism, completions = (Reader([]).number(spec.get(key), key) for key in ("parallelism", "completions"))
    wanted = 1 if parallelism is None else parallelism
    return max(wanted if completions is None else min(wanted, completions), 0)
