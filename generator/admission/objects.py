"""Whether a namespace takes a set of objects, one after the other, and what its quotas have given away then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.admission import counts, jobs, limits, pods, quota
from generator.admission.amounts import Amounts, Specs, mapping
from generator.admission.decoding import Reader
from generator.admission.quota import Counted, Quota, Used
from generator.admission.ranges import Bounds, bounds_of
from generator.admission.refusal import Refusal, answered
from generator.kubernetes import objectcounts, resources


class ObjectAdmitted(Struct, frozen=True):
    """What became of one object: ``resource`` is its plural, qualified by its group as in ``jobs.batch``."""

    kind: str
    resource: str
    name: str
    refusals: tuple[Refusal, ...]
    code: int
    message: str | None

    @property
    def accepted(self) -> bool:
        """Whether the object is created."""
        return not self.refusals


class Objects(Struct, frozen=True):
    """What became of several objects, in their order, and what each quota has given away then, by name and key."""

    objects: tuple[ObjectAdmitted, ...]
    used: Mapping[str, Amounts]

    @property
    def accepted(self) -> bool:
        """Whether all objects are created."""
        return all(one.accepted for one in self.objects)


def objects(
    manifests: Iterable[Mapping[str, Any]], *, limit_ranges: Specs, quotas: Specs, used: Used | None = None
) -> Objects:
    """Return what a namespace makes of *manifests* that somebody creates in it, in this order.

    What is refused is not counted. Objects that controllers create, such as a Job's pods, are not among them. Manifests
    of kinds that are in no namespace are taken as they are.
    """
    bounds, known = bounds_of(limit_ranges), quota.read(quotas, used)
    found = []
    for body in manifests:
        one, counted = _judged(mapping(body), bounds, known)
        found.append(one)
        if one.accepted and counted:
            known = quota.charged(counted, known)
    return Objects(tuple(found), {one.name: one.used for one in known})


def _judged(
    body: Mapping[str, Any], bounds: Sequence[Bounds], known: Sequence[Quota]
) -> tuple[ObjectAdmitted, Counted | None]:
    kind, name = str(body.get("kind") or ""), jobs.name_of(body)
    group = str(body.get("apiVersion") or "").rpartition("/")[0]
    plural = plural_of(kind, group)
    resource = f"{plural}.{group}" if group else plural
    counted, found = _counted(body, plural, group, bounds)
    if counted:
        found = (*found, *quota.refusals(counted, known))
    answer = answered(found, f"{kind}.{group}" if group else kind, resource, name)
    return ObjectAdmitted(kind, resource, name, found, answer.code, answer.message), counted


def _counted(
    body: Mapping[str, Any], plural: str, group: str, bounds: Sequence[Bounds]
) -> tuple[Counted | None, tuple[Refusal, ...]]:
    """Return what quotas count of an object, and what is refused before they are asked."""
    where = (plural, group)
    if where == ("pods", ""):
        one = pods.judged(body.get("spec"), bounds, (), "")
        return pods.counted(one.pod), one.refusals
    if where == ("persistentvolumeclaims", ""):
        return _of_claim(body, bounds)
    if where == ("services", ""):
        return counts.of_service(body), ()
    if resources.is_cluster_scoped(plural, group) or f"{plural}.{group}".rstrip(".") in objectcounts.IGNORED:
        return None, ()
    return counts.of_objects(plural, group), jobs.refusals(body) if where == ("jobs", "batch") else ()


def _of_claim(body: Mapping[str, Any], bounds: Sequence[Bounds]) -> tuple[Counted, tuple[Refusal, ...]]:
    reader = Reader([])
    spec = reader.mapping(body.get("spec"), "spec")
    asked = reader.mapping(spec.get("resources"), "spec.resources").get("requests")
    requests = reader.amounts(asked, "spec.resources.requests", "PersistentVolumeClaim")
    return counts.of_claim(body, requests), (*reader.refusals, *limits.of_claim(requests, bounds))


def plural_of(kind: str, group: str) -> str:
    """Return what a kind's objects are called in URLs; of an unknown kind, by the rules of English."""
    lower = kind.lower()
    for guess in (resources.plural(kind), *_guesses(lower)):
        if objectcounts.is_known(guess, group) or guess in resources.known(group):
            return guess
    return next(_guesses(lower))


def _guesses(lower: str) -> Iterator[str]:
    if lower.endswith("y") and not lower.endswith(("ay", "ey", "oy", "uy")):
        yield f"{lower[:-1]}ies"
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        yield f"{lower}es"
    yield f"{lower}s"
    yield lower
