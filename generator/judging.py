"""What commands that judge have in common: their options, how they report, what they accept, and their exit code.

The exit code is 2 where something could not be read or asked: then the answer is not whole. It is 1 where something is
found that fails, or where the API server would refuse an object: nobody can apply it, and it was not judged. Else 0.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from generator import __version__, manifests
from generator.console import count, placed, tell
from generator.finding import SEVERITIES, Finding, Policy
from generator.judgement import baseline, catalogue, waivers
from generator.judgement.baseline import Entry
from generator.problems import InputError, Place, Problem, instead
from generator.reporters import FORMATS, reporter
from generator.yaml import documents

if TYPE_CHECKING:
    from generator.judgement.benchmark import Benchmark, Result

#: Where a repository keeps what is known, below its root.
BASELINE = "tenants/baseline.json"

_Function = TypeVar("_Function", bound=Callable[..., Any])
_FORMAT = re.compile("([a-z]+)=(.+)", re.DOTALL)


class Output(Struct, frozen=True):
    """A file that a report goes to, and its format."""

    form: str
    path: Path


class Choice(Struct, frozen=True):
    """What the options ask for. ``printed`` is the format for standard output; ``None`` prints nothing.

    ``baseline`` is the file of what is known, there or not; ``None`` where there can be none.
    """

    selected: tuple[str, ...]
    ignored: tuple[str, ...]
    fail_on: str
    printed: str | None
    outputs: tuple[Output, ...]
    show_all: bool
    baseline: Path | None
    update: bool


class Judged(Struct, frozen=True):
    """What was found, with its lines; *refused* is what the API server would refuse, and so was not judged.

    *whole* tells whether everything was judged that the repository's waivers and its baseline may be about.
    *known_before* is what the baseline of the base holds: what is not in it is not known, whatever the change says.
    """

    findings: tuple[Finding, ...]
    policies: tuple[Policy, ...]
    problems: tuple[Problem, ...]
    refused: tuple[Problem, ...] = ()
    whole: bool = True
    known_before: tuple[Entry, ...] | None = None


def options(function: _Function) -> _Function:
    """Give a command the options about policies and reports."""
    given = (
        click.option("--select", "selected", multiple=True, metavar="ID", help="Only this policy, by id or code."),
        click.option("--ignore", "ignored", multiple=True, metavar="ID", help="Not this policy, by id or code."),
        click.option("--fail-on", type=click.Choice(SEVERITIES), default="low", help="Exit with 1 from here on."),
        click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", help="How to report."),
        click.option(
            "--output",
            "outputs",
            multiple=True,
            metavar="[FORMAT=]FILE",
            help="Write the report to this file, instead of printing it; with a format, besides.",
        ),
        click.option("--all", "show_all", is_flag=True, help="Show what is known or waived too, and cut nothing."),
        click.option("--baseline", metavar="FILE", help=f"The findings that are known; {BASELINE} if it is there."),
    )
    for option in reversed(given):
        function = option(function)
    return function


def choose(start: Path, root: Path | None, given: Mapping[str, Any]) -> Choice:
    """Take the options that a command was given, in *start*; *root* is the repository, if its own is judged.

    Raises :class:`InputError` for files that cannot be written, before anything is judged.
    """
    outputs = [_output(text, given["form"]) for text in given["outputs"]]
    outputs = [replace(output, path=start / output.path) for output in outputs]
    is_printed = len(outputs) == sum(bool(_FORMAT.fullmatch(text)) for text in given["outputs"])
    known = start / given["baseline"] if given["baseline"] else root / BASELINE if root else None
    update = given.get("update", False)
    problems = [*_unwritable([*(output.path for output in outputs), *([known] if update and known else [])])]
    if known is None and update:
        problems.append(
            Problem(Place("--update-baseline"), "there is no repository to keep it in; add --baseline FILE")
        )
    if update and (given["selected"] or given["ignored"]):
        message = "it records all that is found; leave out --select and --ignore"
        problems.append(Problem(Place("--update-baseline"), message))
    if given["baseline"] and not update and known is not None and not known.is_file():
        message = f"there is no file {given['baseline']!r}; write it with: {baseline.UPDATE} --baseline FILE"
        problems.append(Problem(Place("--baseline"), message))
    if problems:
        raise InputError(problems)
    return Choice(
        selected=given["selected"],
        ignored=given["ignored"],
        fail_on=given["fail_on"],
        printed=given["form"] if is_printed else None,
        outputs=tuple(outputs),
        show_all=given["show_all"],
        baseline=known,
        update=update,
    )


def _output(text: str, form: str) -> Output:
    """Read ``FORMAT=FILE`` or ``FILE``; what looks like a format and is none must not become the name of a file."""
    match = _FORMAT.fullmatch(text)
    if match is None:
        return Output(form, Path(text))
    if match[1] not in FORMATS:
        known = f"{instead(match[1], FORMATS)} A file of that name is ./{text}"
        raise InputError([Problem(Place("--output"), f"{match[1]!r} is not a format; {known}")])
    return Output(match[1], Path(match[2]))


def _unwritable(paths: Sequence[Path]) -> Iterator[Problem]:
    place = Place("--output")
    for index, path in enumerate(paths):
        if path.is_dir():
            yield Problem(place, f"{str(path)!r} is a folder; name a file in it")
        elif not path.parent.is_dir():
            yield Problem(place, f"there is no folder {str(path.parent)!r} for {path.name!r}; make it first")
        elif path in paths[:index]:
            yield Problem(place, f"{str(path)!r} would be written twice; name another file")


def conclude(root: Path, choice: Choice, judged: Judged) -> int:
    """Say what was found, except what is accepted; return the exit code."""
    given, problems = catalogue.accepted(root)
    today = datetime.now(UTC).date().isoformat()
    read = all(problem.warning for problem in (*judged.problems, *judged.refused))
    applied = waivers.apply(judged.findings, given, judged.policies, today, whole=judged.whole and read)
    problems += [*judged.problems, *applied.problems]
    complete = all(problem.warning for problem in problems)
    entries, wrong = _entries(root, choice, applied.findings, complete=complete)
    if entries is not None and judged.known_before is not None:
        entries = baseline.common(entries, judged.known_before)
    known = baseline.apply(applied.findings, entries, whole=judged.whole) if entries is not None else None
    findings = (*(known.findings if known is not None else applied.findings), *located(applied.own, root))
    problems += [*wrong, *(known.problems if known is not None else ())]
    _report(findings, choice, placed(root, (*problems, *judged.refused)), complete=complete)
    tell(root, [*problems, *judged.refused])
    return _code(findings, choice, problems, judged.refused)


def check_forms(choice: Choice) -> None:
    """Refuse formats that a benchmark is not told in."""
    from generator.reporters import controls

    for form in (choice.printed, *(output.form for output in choice.outputs)):
        if form is not None and form not in controls.FORMATS:
            known = ", ".join(controls.FORMATS)
            raise click.UsageError(f"a benchmark is told as {known}, and not as {form}, which is for findings")


def conclude_benchmark(root: Path, choice: Choice, asked: "Benchmark", judged: Judged) -> int:
    """Say what becomes of each control of a benchmark, waivers applied; return the exit code."""
    from generator.judgement import benchmark

    given, problems = catalogue.accepted(root)
    today = datetime.now(UTC).date().isoformat()
    applied = waivers.apply(judged.findings, given, judged.policies, today, whole=False)
    results = [*benchmark.results(asked, (*judged.policies, *asked.asks), applied.findings)]
    for output in choice.outputs:
        _write(output.path, _table(asked, results, output.form, choice))
    if choice.printed is not None:
        click.echo(_table(asked, results, choice.printed, choice, color=True), nl=False)
    problems += [*judged.problems, *applied.problems]
    problems += [Problem(one.place, one.message, warning=True) for one in applied.own]  # no control is about these
    tell(root, [*problems, *judged.refused])
    failed = [finding for result in results if result.state == "failed" for finding in result.findings]
    return _code(failed, replace(choice, fail_on=SEVERITIES[-1]), problems, judged.refused)


def _table(asked: "Benchmark", results: Sequence["Result"], form: str, choice: Choice, *, color: bool = False) -> str:
    from generator.reporters import controls

    if form == "text":
        return controls.text(asked, results, color=color, show_all=choice.show_all)
    return controls.FORMATS[form](asked, results, tool_version=__version__)


def _code(findings: Iterable[Finding], choice: Choice, problems: Iterable[Problem], refused: Iterable[Problem]) -> int:
    errors = {problem for problem in problems if not problem.warning}  # one may be on several clusters
    if errors:
        click.echo(f"{count(len(errors), 'error')}; what is wrong was not judged", err=True)
        return 2
    broken = {problem.place for problem in refused if not problem.warning}
    if broken:
        what = "role or binding" if len(broken) == 1 else "roles and bindings"
        click.echo(f"{len(broken)} {what} with errors; what the API server refuses was not judged", err=True)
        return 1
    failing = SEVERITIES[: SEVERITIES.index(choice.fail_on) + 1]
    return int(any(finding.is_open and finding.severity in failing for finding in findings))


def located(findings: Iterable[Finding], folder: Path, piped: bytes = b"") -> tuple[Finding, ...]:
    """Find the lines of all places that are shown; *piped* is what was read from standard input."""
    kept = list(findings)
    if not any(one.related or one.place.route or not one.place.line for one in kept):
        return tuple(kept)  # nobody rendered what was read, nor put it into a list
    lines = manifests.located({place for one in kept for place in (one.place, *one.related)}, folder, piped)
    return tuple([_located(one, lines) for one in kept])


def _located(finding: Finding, lines: Mapping[Place, Place]) -> Finding:
    place = lines.get(finding.place, finding.place)
    related = tuple([lines.get(place, place) for place in finding.related])
    if (place, related) == (finding.place, finding.related):
        return finding  # nearly always, where nobody rendered what was read
    return replace(finding, place=place, related=related)


@contextmanager
def laid_out(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Write files into a folder of their own for as long as they are looked at."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="tenantry-") as name:
        folder = Path(name)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        yield folder


# -- reports


def _report(findings: Sequence[Finding], choice: Choice, problems: Sequence[Problem], *, complete: bool) -> None:
    for output in choice.outputs:
        _write(output.path, _text(findings, output.form, problems, show_all=choice.show_all))
    # What could not be read may hold some, so that "no findings" would mislead.
    is_idle = choice.printed == "text" and not findings and not complete
    if choice.printed is not None and not is_idle:
        text = _text(findings, choice.printed, problems, show_all=choice.show_all, color=True)
        click.echo(text, nl=False)  # without its colours, where nobody can see them


def _text(
    findings: Sequence[Finding], form: str, problems: Sequence[Problem], *, show_all: bool, color: bool = False
) -> str:
    if form == "text":
        from generator.reporters import text

        return text.report(findings, color=color, show_all=show_all)
    return reporter(form)(findings, tool_version=__version__, problems=problems)


def _write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all: who reads it while we write gets the one that was there."""
    if path.exists() and not path.is_file():  # such as /dev/stdout, which must not become a file
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    from shutil import copymode

    real = Path(os.path.realpath(path))
    waiting = real.with_name(f".{real.name}.{os.getpid()}")
    try:
        waiting.write_text(text, encoding="utf-8", newline="\n")
        if real.exists():
            copymode(real, waiting)
        waiting.replace(real)
    finally:
        waiting.unlink(missing_ok=True)


# -- what is known


def _entries(
    root: Path, choice: Choice, findings: Sequence[Finding], *, complete: bool
) -> tuple[Sequence[Entry] | None, list[Problem]]:
    """Return what is known, ``None`` if nobody keeps it; write it first if that is asked for."""
    if choice.baseline is None:
        return None, []
    if not choice.update:
        return read_baseline(choice.baseline, root) if choice.baseline.exists() else (None, [])
    if not complete:
        message = "it was not written, for not everything was judged; mend what is told here first"
        return None, [Problem(Place("--update-baseline"), message)]
    entries = baseline.taken(findings)
    _write(choice.baseline, baseline.text(entries))
    click.echo(f"{choice.baseline.name}: {count(sum(entry.count for entry in entries), 'finding')} recorded", err=True)
    return entries, []


def read_baseline(path: Path, root: Path) -> tuple[Sequence[Entry], list[Problem]]:
    """Read what is known; a file with mistakes in it makes nothing known."""
    from generator.validation import schema

    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    data, wrong = documents.load(path.parent, path.name, limit=documents.MAX_STREAM, anywhere=True)
    if data is None:
        return (), [replace(problem, place=Place(name)) for problem in wrong]
    found = documents.parse_all(data, name)
    problems = [problem for document in found for problem in document.problems]
    problems += [one for found_ in found if found_.value is not None for one in schema.check(found_, "baseline")]
    if len(found) != 1:
        problems.append(Problem(Place(name, (), 1, 1), f"this is no baseline; write it with: {baseline.UPDATE}"))
    value: Any = found[0].value if not problems else {"findings": []}
    entries, twice = baseline.from_value(value, name)
    return entries, [documents.resolved(problem, data) for problem in (*problems, *twice)]
