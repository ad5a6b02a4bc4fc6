"""Whether a text of a user's choice can change an object: one job with plain texts against the same with odd ones.

Both are rendered and read. Nothing but the texts themselves may differ: no key may come or go, no value may change its
type. A text in all fields at once is tried first; only what shows something is tried field by field.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.gotemplate import TemplateError
from generator.launcher import payloads
from generator.launcher.payloads import INJECTIONS, PACKED, PROBES, Job, Probe
from generator.yaml import documents

#: Renders the template of a name for a job; raises :class:`TemplateError`.
Render = Callable[[str, Job], str]

#: What a text can do, worst first.
ADDS, BREAKS, CHANGES = EFFECTS = ("adds", "breaks", "changes")
#: Texts are cut at this length and above on purpose, since labels may have no more.
_LABEL = 63


class Shown(Struct, frozen=True):
    """What texts in one field do to the object of a template: an effect, in detail, and the probes that show it."""

    file: str
    field: str
    effect: str
    detail: str
    probes: tuple[str, ...]


class _Seen(Struct, frozen=True):
    effect: str
    detail: str


def read(text: str, file: str) -> tuple[dict[str, Any] | None, str]:
    """Read a rendered object as kubectl does; the second is why there is none, or what is wrong all the same."""
    found = documents.parse_all(text.encode("utf-8", "surrogatepass"), file)
    if len(found) != 1:
        return None, f"{len(found)} documents are rendered; one object is expected"
    value = found[0].value
    twice = [problem.message for problem in found[0].problems if "written twice" in problem.message]
    if not isinstance(value, dict):
        problem = found[0].problems[0]
        return None, f"line {problem.place.line} of the object: {problem.message}"
    return value, twice[0] if twice else ""


def probe(render: Render, file: str) -> Iterator[Shown]:
    """Try all texts in all fields of a template; each field that shows something is told once, with its worst."""
    told: set[str] = set()
    for shell, fields in ((False, payloads.fields()), (True, payloads.IN_SHELL)):
        trial = _Trial.start(render, file, shell=shell)
        for shown in trial.run(fields) if trial is not None else ():
            if shown.field not in told:
                told.add(shown.field)
                yield shown


class _Trial(Struct, frozen=True):
    """A template, and what it renders of plain texts."""

    render: Render
    file: str
    shell: bool
    plain: Mapping[str, Any]

    @classmethod
    def start(cls, render: Render, file: str, *, shell: bool) -> "_Trial | None":
        """Render the plain texts; ``None`` if that alone fails, which is told elsewhere."""
        try:
            value, wrong = read(render(file, payloads.full(shell=shell)), file)
        except TemplateError:
            return None
        return None if value is None or wrong else cls(render, file, shell, value)

    def run(self, fields: Sequence[str]) -> Iterator[Shown]:
        bad: dict[str, list[tuple[Probe, _Seen]]] = {}
        for one in (*INJECTIONS, *PROBES):
            for field in [*bad, *self._new([field for field in fields if field not in bad], one)]:
                seen = self._try((field,), one)
                if seen is not None:
                    bad.setdefault(field, []).append((one, seen))
        for field, found in bad.items():
            worst = min((seen.effect for _, seen in found), key=EFFECTS.index)
            detail = next(seen.detail for _, seen in found if seen.effect == worst)
            names = dict.fromkeys(one.name for one, seen in found if seen.effect == worst)
            yield Shown(self.file, field, worst, detail, tuple(names))

    def _new(self, fields: Sequence[str], one: Probe) -> Iterator[str]:
        """Yield those of *fields* in which a text shows something, by halves."""
        if not fields or self._try(fields, one) is None:
            return
        if len(fields) == 1:
            yield fields[0]
            return
        middle = len(fields) // 2
        yield from self._new(fields[:middle], one)
        yield from self._new(fields[middle:], one)

    def _try(self, fields: Sequence[str], one: Probe) -> _Seen | None:
        chosen, texts = frozenset(fields), dict[str, str]()

        def text(field: str, plain: str) -> str:
            if field not in chosen:
                return plain
            texts[plain] = one.text.replace(":", "=") if field == PACKED else one.text
            return texts[plain]

        job = payloads.full(text, shell=self.shell)
        try:
            value, wrong = read(self.render(self.file, job), self.file)
        except TemplateError as error:
            return _Seen(BREAKS, f"the template fails: {error.message}")
        if value is None:
            return _Seen(BREAKS, wrong)
        return _Seen(ADDS, wrong) if wrong else _difference(self.plain, value, texts, "")


def _difference(plain: Any, odd: Any, texts: Mapping[str, str], route: str) -> _Seen | None:
    """Return the first difference that is not that of the texts alone."""
    if isinstance(plain, dict) and isinstance(odd, dict):
        return _of_mappings(plain, odd, texts, route)
    if isinstance(plain, list) and isinstance(odd, list):
        if len(plain) != len(odd):
            return _Seen(ADDS, f"{route} has {len(odd)} items instead of {len(plain)}")
        pairs = enumerate(zip(plain, odd, strict=True))
        return _first(_difference(one, other, texts, f"{route}[{number}]") for number, (one, other) in pairs)
    if type(plain) is not type(odd):
        return _Seen(CHANGES, f"{route} is {_kind(odd)} instead of {_kind(plain)}")
    return _of_texts(plain, odd, texts, route) if isinstance(plain, str) and plain != odd else None


def _of_mappings(
    plain: Mapping[str, Any], odd: Mapping[str, Any], texts: Mapping[str, str], route: str
) -> _Seen | None:
    wanted = {texts.get(key, key): key for key in plain}
    if wanted.keys() != odd.keys():
        extra = sorted(odd.keys() - wanted.keys(), key=lambda key: (key != "injected", key))
        if len(odd) > len(plain):
            return _Seen(ADDS, f"{route or 'the object'} gets the key {extra[0]!r}")
        gone = sorted(wanted.keys() - odd.keys())
        return _Seen(
            CHANGES, f"{route or 'the object'} has {extra[:1]!r} instead of {[key[:40] for key in gone[:1]]!r}"
        )
    pairs = ((key, plain[before], odd[key]) for key, before in wanted.items())
    return _first(_difference(one, other, texts, f"{route}.{key}".strip(".")) for key, one, other in pairs)


def _of_texts(plain: str, odd: str, texts: Mapping[str, str], route: str) -> _Seen | None:
    wanted = texts.get(plain)
    if wanted is None:
        composed = any(token in plain for token in texts)
        return None if composed else _Seen(CHANGES, f"{route} is {odd[:40]!r} instead of {plain[:40]!r}")
    cut = len(odd) >= _LABEL and wanted.startswith(odd)
    return None if odd == wanted or cut else _Seen(CHANGES, f"{route} is {odd[:40]!r} instead of {wanted[:40]!r}")


def _first(found: Iterator[_Seen | None]) -> _Seen | None:
    return next((seen for seen in found if seen is not None), None)


def _kind(value: Any) -> str:
    names = {dict: "a mapping", list: "a list", str: "a text", bool: "a boolean", type(None): "nothing"}
    return names.get(type(value), "a number")
