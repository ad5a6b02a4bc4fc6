"""Validate object templates: the launcher's five checks V1 to V5, and the catalogue of T and J.

Everything is rendered for real, over all payloads, with the program calls of ``exec`` answered both ways and never
run. What comes out is read, judged, and held against what odd texts make of it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from generator.gotemplate import ExecResult, Limits, TemplateError, Templates, parse
from generator.launcher import jobfields, joblint, payloads, probing, references, templatelint
from generator.launcher.defect import Defect, in_order
from generator.launcher.payloads import CONTROL, LARGE_IDS, Job, Payload
from generator.launcher.probing import ADDS, BREAKS, Shown
from generator.launcher.references import References
from generator.launcher.surroundings import Surroundings
from generator.launcher.templatelint import JOB, MAIN
from generator.problems import Place

#: What one rendering may use up. Templates need some 2,000 steps and 10,000 characters, and there are hundreds of
#: renderings: the engine's own limits would add up to minutes.
LIMITS = Limits(steps=20_000, characters=400_000)
#: After this many jobs for which a template fails in one place, the others would say nothing new.
_ENOUGH = 3

Numbers = Literal["int", "float64"]
#: How a launcher may hold the integers of a job.
_NUMBERS: tuple[Numbers, ...] = ("int", "float64")


class Outcome(Struct, frozen=True):
    """What the launcher's surroundings answer a template: its programs, and the groups of a user."""

    name: str
    program: ExecResult
    groups: tuple[str, ...]


#: A program did what was hoped for, and printed a line; or it failed.
_DONE = ExecResult(ExitCode=0, Err=None, Stdout="answer\n", Stderr="")
_FAILED = ExecResult(ExitCode=1, Err="exit status 1", Stdout="", Stderr="failed\n")


def outcomes(refs: References, around: Surroundings) -> Iterator[Outcome]:
    """Yield what has to be looked at: the usual, then what else the template's own questions may be answered."""
    asked = {call.function for call in refs.calls}
    yield Outcome("", _DONE, around.groups)
    if "exec" in asked:
        yield Outcome("where the program fails", _FAILED, around.groups)
    if "groups" in asked:
        yield Outcome("where the user is in no group", _DONE, ())


class Rendered(Struct, frozen=True):
    """What a template gives for a payload."""

    file: str
    payload: str
    text: str


class Verdict(Struct, frozen=True):
    """Everything that is wrong with templates, by file and line, and what they render."""

    defects: tuple[Defect, ...]
    rendered: tuple[Rendered, ...]

    @property
    def failed(self) -> bool:
        """Whether there is anything worse than a note."""
        return any(defect.level != "note" for defect in self.defects)


def validate(
    files: Mapping[str, str],
    around: Surroundings,
    base: Mapping[str, str] | None = None,
    *,
    jobs: Sequence[Payload] | None = None,
) -> Verdict:
    """Judge the templates of a scratch path, by name; *base* is what the site once started from, if that is known.

    *jobs* are those that are tried: ``None`` means all of them, and odd texts in each of their fields.
    """
    found = [Defect("V1", Place(name), f"there is no {name}") for name in MAIN if name not in files]
    found += templatelint.texts(files, around)
    found += templatelint.lost(base or {}, files)
    try:
        templates = parse(files)
    except TemplateError as error:
        known = {(defect.place.line, defect.place.document) for defect in found if defect.code == "T3"}
        problems = [problem for problem in error.problems if (problem.place.line, problem.place.document) not in known]
        found += [Defect("V1", problem.place, problem.message) for problem in problems]
        return Verdict(tuple(in_order(found)), ())
    refused = {(defect.place.line, defect.place.document) for defect in found if defect.code == "T3"}
    found += templatelint.trees(templates.trees, around)
    rendered: list[Rendered] = []
    for name in (name for name in MAIN if name in files):
        checked = _Check(templates, name, files[name], around, jobs).run(rendered)
        found += [one for one in checked if one.code != "V1" or (one.place.line, one.place.document) not in refused]
    return Verdict(tuple(in_order(_plainer(found))), tuple(rendered))


class _Check(Struct, frozen=True):
    """One of the two templates on its way through the payloads."""

    templates: Templates
    name: str
    text: str
    around: Surroundings
    jobs: Sequence[Payload] | None = None

    def run(self, rendered: list[Rendered]) -> Iterator[Defect]:
        refs = references.find(self.templates.trees, self.name)
        usual, *others = outcomes(refs, self.around)
        failures: Counter[Place] = Counter()
        for outcome, payload in self._trials((usual, *others)):
            for found in self._shape(payload, outcome, rendered):
                failures[found.place] += found.code == "V1"
                yield found
            if max(failures.values(), default=0) >= _ENOUGH:
                return
        if self.name == JOB:
            yield from self._numbers(next(one for one in payloads.shapes() if one.name == LARGE_IDS), usual)
        if self.jobs is not None:
            return
        shown = [*probing.probe(lambda name, job: self._render(name, job, usual), self.name)]
        yield from (_told(one, refs) for one in shown if one.probes != (CONTROL,))
        yield from _unwritable([one.field for one in shown if one.probes == (CONTROL,)], self.name)

    def _trials(self, looked_at: Iterable[Outcome]) -> Iterator[tuple[Outcome, Payload]]:
        for outcome in looked_at:
            for payload in payloads.shapes() if self.jobs is None else self.jobs:
                if self.name == JOB or payload.is_served:
                    yield outcome, payload

    def _shape(self, payload: Payload, outcome: Outcome, rendered: list[Rendered]) -> Iterator[Defect]:
        name = f"{payload.name}, {outcome.name}" if outcome.name else payload.name
        try:
            text = self._render(self.name, payload.job, outcome)
        except TemplateError as error:
            yield Defect("V1", Place(error.file, (), error.line, error.column), error.message, name)
            return
        rendered.append(Rendered(self.name, name, text))
        value, wrong = probing.read(text, self.name)
        if wrong:
            yield Defect("V2", Place(self.name), wrong, name, "the object")
        if value is not None:
            yield from self._judged(value, replace(payload, name=name))

    def _judged(self, value: Mapping[str, Any], payload: Payload) -> Iterator[Defect]:
        judge = joblint.job if self.name == JOB else joblint.service
        version = templatelint.version_of(self.text)
        known = version if version in jobfields.VERSIONS else self.around.version
        for found in judge(value, payload, self.around, known):
            place = _line(self.text, found.place.document, found.field)
            yield Defect(found.code, place, found.message, payload.name, found.field, found.fix, found.severity)
        for route in _padded(value, ""):
            if not _was_padded(payload.job):
                yield Defect(
                    "V3", _line(self.text, self.name, route), f"{route} has white space at an end", payload.name, route
                )

    def _numbers(self, payload: Payload, outcome: Outcome) -> Iterator[Defect]:
        """Find integers that would be written as ``1.2e+09`` by a launcher that reads numbers as Go's JSON does."""
        try:
            texts = [self._render(self.name, payload.job, outcome, numbers) for numbers in _NUMBERS]
        except TemplateError:
            return  # told already
        (whole, _), (floating, _) = (probing.read(text, self.name) for text in texts)
        for route in _unlike(whole, floating, ""):
            message = (
                f"{route} is written as 1.2e+09 where the launcher holds numbers as floats, which Kubernetes refuses"
            )
            place = _line(self.text, self.name, route)
            yield Defect("V4", place, message, payload.name, f"{route} number", "write it with toYaml", "warning")

    def _render(self, name: str, job: Job, outcome: Outcome, numbers: Numbers = "int") -> str:
        return self.templates.render(
            name, {"Job": job}, groups=outcome.groups, on_exec=lambda _: outcome.program, numbers=numbers, limits=LIMITS
        )


def _told(shown: Shown, refs: References) -> Defect:
    """Make a defect of what a probe has shown, in the line that writes the field."""
    place = next(templatelint.writers(refs, shown.field), Place(shown.file))
    texts = ", ".join(dict.fromkeys(shown.probes))
    field = f".Job.{shown.field}"
    if shown.effect == ADDS:
        message = f"{field} can change the object: with {texts} in it, {shown.detail}"
        return Defect("T7", place, message, field=field, severity="error")
    if shown.effect == BREAKS:
        raw = not any("toYaml" in written.functions for written in refs.written if written.place == place)
        return Defect(
            "T7" if raw else "T6", place, f"{field} can break the YAML: with {texts} in it, {shown.detail}", field=field
        )
    return Defect("V3", place, f"{field} does not arrive as it is: with {texts} in it, {shown.detail}", field=field)


def _unwritable(fields: list[str], file: str) -> Iterator[Defect]:
    """Tell of control characters once: they have one cause, and nobody types them by chance."""
    if fields:
        more = f" and {len(fields) - 1} more fields" if len(fields) > 1 else ""
        message = f"a control character in .Job.{fields[0]}{more} cannot be written by toYaml: no object comes of it"
        yield Defect("T6", Place(file), message, field="control characters", fix="write it with quote", severity="note")


def _plainer(found: list[Defect]) -> Iterator[Defect]:
    """Leave out what the text alone says of a place about which a rendered object says more."""
    shown = {defect.place for defect in found if defect.code in {"T6", "T7"} and defect.field}
    broken = {defect.place.document for defect in found if defect.code == "T15"}
    for defect in found:
        by_text = defect.code == "T7" and not defect.field and defect.place in shown
        if not by_text and not (defect.code == "V2" and defect.place.document in broken):
            yield defect


def _line(text: str, file: str, field: str) -> Place:
    """Find the line of a template where a field stands literally, or the last part of it that does."""
    lines, at, place = text.splitlines(), 0, Place(file)
    for key in _keys(field):
        for number in range(at, len(lines)):
            stripped = lines[number].lstrip(" -")
            if stripped.startswith((f"{key}:", f'"{key}":')):
                at, place = number, Place(file, (), number + 1, len(lines[number]) - len(stripped) + 1)
                break
    return place


def _keys(field: str) -> Iterator[str]:
    """Yield the keys of a field in order; one that has dots in it is tried as a whole, before its parts."""
    parts = [part for part in re.split(r'[.\[\] "]+', field) if part]
    for number, part in enumerate(parts):
        yield ".".join(parts[number:])
        yield part


def _unlike(whole: Any, floating: Any, route: str) -> Iterator[str]:
    """Yield where an integer is something else, in an object that is the same otherwise."""
    if isinstance(whole, dict) and isinstance(floating, dict):
        for key in whole.keys() & floating.keys():
            yield from _unlike(whole[key], floating[key], f"{route}.{key}".strip("."))
    elif isinstance(whole, list) and isinstance(floating, list):
        for one, other in zip(whole, floating, strict=False):
            yield from _unlike(one, other, f"{route}[]")
    elif isinstance(whole, int) and type(whole) is not type(floating):
        yield route


def _padded(value: Any, route: str) -> Iterator[str]:
    """Yield where a text starts or ends with white space."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _padded(item, f"{route}.{key}".strip("."))
    elif isinstance(value, list):
        for item in value:
            yield from _padded(item, f"{route}[]")
    elif isinstance(value, str) and value != value.strip():
        yield route


def _was_padded(job: Job) -> bool:
    """Tell whether a payload has such texts itself."""
    return any(True for _ in _padded(dict(job), ""))
