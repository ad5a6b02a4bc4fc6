"""The terminal: problems as lines that editors and people can follow, counts, and how far a long run has come."""

import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from generator.problems import Place, Problem
from generator.run.meter import Meter
from generator.yaml import documents

if TYPE_CHECKING:
    from threading import Event

#: How many problems are told at most; whoever has more has one cause.
_MOST = 200


def tell(root: Path, problems: Iterable[Problem]) -> None:
    """Print problems to standard error, sorted by place: errors first by file and line, warnings among them."""
    shown = sorted({_line(root, problem) for problem in problems})
    for _, _, _, text, warning in shown[:_MOST]:
        click.secho(text, err=True, fg="yellow" if warning else None)
    if len(shown) > _MOST:
        click.echo(f"... and {len(shown) - _MOST} more", err=True)


def placed(root: Path, problems: Iterable[Problem]) -> list[Problem]:
    """Find the lines of problems, and of what they name besides, for reports."""
    return [replace(one, place=located(root, one.place), message=_message(root, one), others=()) for one in problems]


def _line(root: Path, problem: Problem) -> tuple[str, int, int, str, bool]:
    place = located(root, problem.place)
    where = f"{place.document}:{place.line}:{place.column}" if place.line else place.document
    field = f"{problem.field}: " if problem.place.route else ""
    level = "warning: " if problem.warning else ""
    return (
        place.document,
        place.line,
        place.column,
        _visible(f"{where}: {level}{field}{_message(root, problem)}"),
        problem.warning,
    )


def _message(root: Path, problem: Problem) -> str:
    message = problem.message
    for other in sorted(problem.others, key=str, reverse=True):  # one may begin with another
        found = located(root, other)
        message = message.replace(str(other), f"{found.document}:{found.line}:{found.column}")
    return message


def _visible(text: str) -> str:
    """Write a text on one line with whatever cannot be seen escaped: a file may be named after a code of terminals."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def located(root: Path, place: Place) -> Place:
    """Find the line and column of a symbolic place in today's file."""
    if place.line or not place.route:
        return place
    data, _ = documents.load(root, place.document)
    line, column = documents.locate(data, place.route) if data is not None else (0, 0)
    return Place(place.document, place.route, line, column)


@contextmanager
def progress(what: str) -> Iterator[Meter | None]:
    """Show on a terminal how far a run has come, once it takes over a second; ``None`` where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from threading import Event, Thread

    meter, stop = Meter(), Event()
    watcher = Thread(target=_watch, args=(what, meter, stop), daemon=True)
    watcher.start()
    try:
        yield meter
    finally:
        stop.set()
        watcher.join()


def _watch(what: str, meter: Meter, stop: "Event") -> None:
    if stop.wait(1):
        return
    while not meter.total:
        if stop.wait(0.1):
            return
    with click.progressbar(length=meter.total, label=what, file=sys.stderr, show_pos=True) as bar:
        shown = 0
        while not stop.wait(0.1):
            done = meter.done
            bar.update(done - shown)
            shown = done
        bar.update(meter.done - shown)


def kubernetes_version(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Read a Kubernetes version as people and clusters write it, such as ``v1.34.2``: its patches change no role."""
    if value is None:
        return None
    found = re.fullmatch(r"v?(1\.[0-9]{1,3})(?:\.[0-9].*)?", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no Kubernetes version; write one such as 1.36")
    return found[1]


def today() -> str:
    """Return the day, as it is called in Greenwich: what is kept until a day is kept for the same time everywhere."""
    return datetime.now(UTC).date().isoformat()


def count(number: int, noun: str) -> str:
    """Write ``1 file``, ``2 files``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
