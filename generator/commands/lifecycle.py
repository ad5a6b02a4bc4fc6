"""``tenantry lifecycle``: what is frozen or on its way out, and what comes next."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from generator import emit, rendered, repository, revisions
from generator.console import today
from generator.deletion import losses
from generator.deletion.losses import Held
from generator.problems import InputError, Place, Problem, instead
from generator.spec.lifecycle import ACTIVE, OFFBOARDING

_HEAD = ("TENANT", "NAMESPACE", "CLUSTER", "COMMITTED", "RENDERED", "NEXT")
#: In the place of a phase, where there is no such namespace.
_NONE = "-"

#: Namespaces by cluster and name.
_Held = Mapping[tuple[str, str], Held]


@click.command()
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.pass_obj
def command(start: Path, *, names: tuple[str, ...]) -> int:
    """Show the namespaces that are not simply active, or all of the tenants NAME, and what comes next.

    COMMITTED is what rendered/ says in git, which is what the clusters take up; RENDERED is what it says now.
    """
    root = repository.find_root(start)
    now, committed = _states(root)
    known = {one.tenant for one in (*now.values(), *committed.values())}
    unknown = [
        Problem(Place(name), f"has nothing in rendered/; {instead(name, known)}") for name in names if name not in known
    ]
    if unknown:
        raise InputError(unknown)
    rows = list(_rows(now, committed, frozenset(names), today()))
    if not rows:
        click.echo("all namespaces are active")
        return 0
    _table([_HEAD, *rows])
    return 0


def _states(root: Path) -> tuple[_Held, _Held]:
    """Return the namespaces as they are rendered, and as git has them; without git, nothing is committed."""
    files = [path for path in rendered.scan(root).files if path.split("/")[2:3] == ["tenants"]]
    texts = {path: rendered.read(str(root), path) or b"" for path in files}
    now = _held(texts)
    try:
        changed = revisions.changed(root, "HEAD", repository.RENDERED)
        fresh = {*revisions.untracked(root, repository.RENDERED), *changed}
        before = revisions.files(root, "HEAD", [repository.RENDERED], only=frozenset(changed))
    except InputError:
        return now, {}
    same = {path: text for path, text in texts.items() if path not in fresh}
    return now, _held({**same, **before})


def _held(texts: Mapping[str, bytes]) -> dict[tuple[str, str], Held]:
    found = {}
    for path, text in texts.items():
        if b"\nkind: Namespace\n" in text:
            for one in losses.held(text, path.split("/")[1], emit.source_of(text) or "", repository.RENDERED):
                found[one.cluster, one.name] = one
    return found


def _rows(now: _Held, committed: _Held, names: frozenset[str], day: str) -> Iterator[tuple[str, ...]]:
    every = {**committed, **now}
    for key, one in sorted(every.items(), key=lambda item: (item[1].tenant, item[0])):
        before, after = (there[key].phase if key in there else _NONE for there in (committed, now))
        if one.tenant in names or (not names and {before, after} != {ACTIVE} and (before, after) != (_NONE, ACTIVE)):
            yield one.tenant, one.name, one.cluster, before, after, _next(one, before, after, day)


def _next(one: Held, before: str, after: str, day: str) -> str:
    """Say what comes next for a namespace that is *before* in git and *after* in what is rendered."""
    if before != after:
        return "commit it" if after != _NONE else "commit its removal"
    if after != OFFBOARDING:
        return "" if after == ACTIVE else "active again, or offboarding"
    when = f"from {one.retain_until} on" if day < one.retain_until else f"when {one.cluster} has taken it up"
    return f"drop it from {one.document}, {when}"


def _table(rows: Iterable[tuple[str, ...]]) -> None:
    lines = list(rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
