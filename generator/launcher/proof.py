"""Whether the cluster takes the jobs that a launcher offers: proved before anybody asks for one.

Each job is rendered through the tenant's own templates and put against its namespace as the API server would: its
schema, LimitRanges, quotas and Pod Security; and the registries, if somebody names any. An error is a job that is
refused; a warning is an amount without a maximum, of which some jobs are. A job that fits alone is fine: that many of
them fill a quota is what a quota is for.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct, field

from generator import admission, podsecurity
from generator.admission import Plugin, Refusal
from generator.gotemplate import TemplateError, Templates, parse
from generator.kubernetes.quantity import Quantity
from generator.launcher import bounds, payloads, probing
from generator.launcher.asks import Ask, Offer, Settings, asks
from generator.launcher.demand import Demand
from generator.launcher.ground import Ground
from generator.launcher.images import is_from
from generator.manifest import Manifest
from generator.problems import Place, Problem, dotted
from generator.validation import validity

#: What of a trial can be traced back to a setting of the templates.
_Kind = Literal["invalid", "violations", "images"]

_JOB = "job.tpl"
_IMAGE = "registry.example.com/session:1"  # where nobody decides one; no registry is asked for it
#: What the launcher calls the amounts of a job: the resource, the limit, what is reserved, and thousandths in its unit.
_AMOUNTS = (
    ("cpu", "cpuCount", "CPU Request", 1000),
    ("memory", "memory", "Memory Request", 10**9),
    ("nvidia.com/gpu", "NVIDIA GPUs", "", 1000),
    ("amd.com/gpu", "AMD GPUs", "", 1000),
)


class Tried(Struct, frozen=True):
    """What became of one job: why it is no Job at all, or else what refuses it."""

    invalid: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    violations: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


def prove(offer: Offer, ground: Ground) -> Iterator[Problem]:
    """Find each cause for which a namespace refuses jobs that a launcher offers there."""
    found: dict[object, Problem] = {}
    trial = _Trial(offer, ground)
    for ask in asks(offer):
        for cause, problem in trial.problems(ask):
            found.setdefault(cause, problem)
    yield from found.values()


class _Trial(Struct, frozen=True):
    """An offer against a namespace; jobs of equal amounts are tried once, and what templates do is traced back once."""

    offer: Offer
    ground: Ground
    tried: dict[object, Tried] = field(default_factory=dict)
    traced: dict[tuple[_Kind, str], tuple[Place, str]] = field(default_factory=dict)

    def problems(self, ask: Ask) -> Iterator[tuple[object, Problem]]:
        tried = self._tried(ask)
        if ask.endless:
            bounding = [one for one in tried.refusals if _is_about(one, ask.endless)]
            yield from bounds.told(ask, bounding, self.offer, self.ground)
            return
        # what the templates fill in for the largest job they fill in for the default one, of which it is told
        refusals = [one for one in tried.refusals if ask.prefix != "max-" or bounds.is_asked(one, ask)]
        yield from bounds.told(ask, refusals, self.offer, self.ground)
        yield from self._of_templates(ask, tried)
        yield from self._of_images(ask, tried)

    def _tried(self, ask: Ask) -> Tried:
        key = _same(ask.demand), next(iter(ask.images), _IMAGE)
        if key not in self.tried:
            self.tried[key] = _try(ask, self.offer.templates(self.offer.settings), self.offer.settings, self.ground)
        return self.tried[key]

    def _of_templates(self, ask: Ask, tried: Tried) -> Iterator[tuple[object, Problem]]:
        subject = ask.subject.removesuffix(",")
        for text in tried.invalid:
            place, named = self._blamed(ask, "invalid", text)
            message = f"{_JOB} makes of {subject} no Job that the cluster takes: {text}; mend {named}"
            yield ("invalid", text), Problem(place, message)
        for text in tried.violations:
            place, named = self._blamed(ask, "violations", text)
            by = f"Pod Security {self.ground.standard} of {self.ground.namespace} refuses it"
            yield (
                ("violation", text),
                Problem(place, f"{subject} has {text}; {by}; change {named}, or the namespace's podSecurity"),
            )

    def _of_images(self, ask: Ask, tried: Tried) -> Iterator[tuple[object, Problem]]:
        """Hold the images that people may run, and those that templates add, against the registries."""
        registries = self.ground.registries
        if registries is None:
            return
        bounds = self.ground.bounds
        allowed = (", ".join(registries) or "none") + (f" ({', '.join(map(str, bounds))})" if bounds else "")
        for image in dict.fromkeys((*ask.images, *tried.images)):
            if image != _IMAGE and not is_from(image, registries):
                place = ask.images[image] if image in ask.images else self._blamed(ask, "images", image)[0]
                message = f"{ask.subject.removesuffix(',')} runs the image {image!r}; the registries of "
                message += f"{self.ground.namespace} are {allowed}; take it from one of them"
                yield ("image", image, place), Problem(place, message, others=bounds)

    def _blamed(self, ask: Ask, kind: _Kind, text: str) -> tuple[Place, str]:
        """Return the place and the name of the one setting of the templates without which *text* would not be told."""
        if (kind, text) not in self.traced:
            self.traced[kind, text] = self._trace(ask, kind, text)
        return self.traced[kind, text]

    def _trace(self, ask: Ask, kind: _Kind, text: str) -> tuple[Place, str]:
        place = self.offer.origin / "templates"
        for part, fields in self.offer.settings.items():
            for key in fields:
                less = {**self.offer.settings, part: {name: one for name, one in fields.items() if name != key}}
                tried = _try(ask, self.offer.templates(less), less, self.ground)
                if text not in getattr(tried, kind) and (kind == "invalid" or not tried.invalid):
                    return place / part / key, dotted(("templates", part, key))
        return self.offer.templates_place, _JOB


def _is_about(one: Refusal, resource: str) -> bool:
    own = one.resource.removeprefix("limits.").removeprefix("requests.")
    is_bound = one.plugin in {Plugin.LIMIT_RANGER, Plugin.RESOURCE_QUOTA} and one.asked is not None
    return is_bound and own == resource and one.rule in {admission.Rule.MAX, admission.Rule.EXCEEDED}


def _same(demand: Demand) -> object:
    """Return what is equal for demands of equal amounts."""
    return tuple(
        tuple(sorted((name, one.milli) for name, one in part.items())) for part in (demand.limits, demand.requests)
    )


# -- one job


def _try(ask: Ask, files: Mapping[str, str], settings: Settings, ground: Ground) -> Tried:
    try:
        text = _parsed(files).render(_JOB, {"Job": _job(ask, settings)})
    except TemplateError as error:
        return Tried(invalid=(f"{error.file}, line {error.line}: {error.message}",))
    body, wrong = probing.read(text, _JOB)
    if body is None or wrong:
        return Tried(invalid=(wrong,))
    if objections := tuple(_objections(body, ground)):
        return Tried(invalid=objections)
    admitted = admission.of_job(
        body, limit_ranges=ground.specs(Plugin.LIMIT_RANGER), quotas=ground.specs(Plugin.RESOURCE_QUOTA)
    )
    found = podsecurity.of_workload(body)
    template = found if found is not None else podsecurity.Template(None, None)
    violations = podsecurity.violations(*template, *ground.standard, cluster=ground.version)
    return Tried(
        refusals=tuple(dict.fromkeys((*admitted.refusals, *admitted.pod.refusals))),
        violations=violations,
        images=tuple(_images(template.spec)),
    )


def _parsed(files: Mapping[str, str]) -> Templates:
    """Parse files one by one, since most are the same for every tenant; a later definition replaces an earlier one."""
    trees: dict[str, Any] = {}
    for name in sorted(files):
        found = _parsed_one(name, files[name]).trees
        trees |= {key: tree for key, tree in found.items() if key not in trees or not tree.empty}
    return Templates(trees)


@lru_cache(maxsize=16)
def _parsed_one(name: str, text: str) -> Templates:
    return parse({name: text})


def _job(ask: Ask, settings: Settings) -> dict[str, Any]:
    """Return a plain job of these amounts, which asks for all else that the templates let it have."""
    job = dict(next(payloads.shapes()).job)
    pod = settings.get("pod", {})
    image = next(iter(ask.images), _IMAGE)
    job["container"] = {**job["container"], "image": image, "capabilitiesAdd": list(pod.get("capabilities") or ())}
    if pod.get("hostPorts"):
        job["exposedPorts"] = [{"protocol": "TCP", "targetPort": 8787, "publishedPort": 30900}]
    job["resourceLimits"] = [*_amounts(ask.demand)]
    return job


def _amounts(demand: Demand) -> Iterator[dict[str, str]]:
    for resource, limit, request, unit in _AMOUNTS:
        for name, amounts in ((limit, demand.limits), (request, demand.requests)):
            if name and resource in amounts:
                yield {"type": name, "value": _written(amounts[resource], unit)}


def _written(amount: Quantity, unit: int) -> str:
    whole, part = divmod(amount.milli, unit)
    return f"{whole}.{part * 1000 // unit:03}" if part else str(whole)


def _objections(body: dict[str, Any], ground: Ground) -> Iterator[str]:
    """Say what the API server's schema does not take; a name stands in for what the server generates."""
    named = {**body, "metadata": {"name": "session", **(body.get("metadata") or {})}}
    for problem in validity.for_version(ground.version).problems(Manifest(named, Place(_JOB))):
        yield problem.message.split(": ", 1)[-1]


def _images(spec: Any) -> Iterator[str]:
    for kind in ("containers", "initContainers"):
        for container in (spec.get(kind) or ()) if isinstance(spec, Mapping) else ():
            if isinstance(container, Mapping) and isinstance(container.get("image"), str):
                yield container["image"]
