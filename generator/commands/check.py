"""``tenantry check``: what CI runs. Files valid, ``rendered/`` current, policies kept."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from generator import judging
from generator.access.lists import Item
from generator.commands.render import SHOWING, drift
from generator.console import progress, tell, today
from generator.deletion.losses import Losses
from generator.finding import Finding, Policy
from generator.judgement import catalogue, policy
from generator.judgement.baseline import Entry
from generator.judging import BASELINE, Judged
from generator.manifest import TENANT_LABEL
from generator.pipeline import Options, render
from generator.problems import Place, Problem
from generator.repository import PLATFORM, POLICIES, RENDERED, WAIVERS, find_root
from generator.rules import RULES
from generator.rules.scene import Scene, inside


@click.command()
@click.option(
    "--jobs", type=click.IntRange(1), help="How many processes to use; as many as there are cores by default."
)
@click.option("--no-index", is_flag=True, help="Do everything in full, as on a fresh checkout.")
@click.option(
    "--base", metavar="REVISION", help="What is changed, as origin/main: its policies and its baseline hold too."
)
@judging.options
@click.pass_obj
def command(start: Path, /, *, jobs: int | None, no_index: bool, base: str | None, **given: Any) -> int:
    """Check that all files are valid, rendered/ is what they ask for, and all policies are kept; change nothing."""
    root = find_root(start)
    choice = judging.choose(start, root, given)
    policies, problems = catalogue.read(root, examples=False)
    known_before = None
    if base is not None:
        policies, known_before, unread = _with_base(root, base, policies)
        problems += unread
    chosen = catalogue.choose(policies, choice.selected, choice.ignored)
    with progress("checking") as meter:
        options = Options(
            write=False,
            jobs=jobs,
            use_index=not no_index,
            showing=SHOWING,
            meter=meter,
            policies=tuple(chosen),
            today=today(),
            since=_gone(root, base) if base is not None else None,
        )
        outcome = render(root, options)
    differing = [*_rebound(root, base, chosen)] if base is not None else []
    problems += _changes(root, base) if base is not None else []
    broken = outcome.input_errors
    aside = [problem for problem in outcome.errors if problem not in broken]
    tell(root, aside)
    state = 0 if broken else drift(outcome, err=choice.printed != "text")
    judged = Judged(
        findings=judging.located([*outcome.findings, *differing], root),
        policies=tuple(policies),
        problems=(*problems, *(problem for problem in outcome.problems if problem not in aside)),
        refused=tuple(outcome.refused),
        whole=not (choice.selected or choice.ignored or broken),
        known_before=known_before,
    )
    return max(state, judging.conclude(root, choice, judged))


def _gone(root: Path, base: str) -> Losses:
    """Return what has vanished since a revision."""
    from generator.deletion import history

    return history.since(root, base)


def _changes(root: Path, base: str) -> list[Problem]:
    """Say what of a change somebody has to agree to, or wait for."""
    from generator.deletion import reshuffles
    from generator.organisation import moves

    return [*moves.since(root, base), *reshuffles.since(root, base)]


def _with_base(
    root: Path, base: str, policies: Sequence[Policy]
) -> tuple[list[Policy], tuple[Entry, ...] | None, list[Problem]]:
    """Return the policies with the base's own, what was known there, and what of it cannot be used."""
    from generator import revisions

    with judging.laid_out(revisions.files(root, base, [POLICIES, BASELINE, PLATFORM])) as folder:
        held, problems = catalogue.read(folder, examples=False)
        known, is_first = None, (folder / PLATFORM).is_file() and not (folder / BASELINE).is_file()
        if (folder / BASELINE).is_file():
            entries, wrong = judging.read_baseline(folder / BASELINE, folder)
            known = tuple(entries)
            problems += wrong
    told = [_of_base(one, base) for one in problems]
    if is_first and (root / BASELINE).is_file() and (changed := _changed_besides(root, base)):
        known = ()
        message = f"{base} has no baseline, and this change is about {changed} too; bring it in by a change of its own"
        told.append(Problem(Place(BASELINE), message, warning=True))
    return catalogue.with_base(policies, held, base), known, told


def _changed_besides(root: Path, base: str) -> str | None:
    """Return a file that decides what is found, and that is not what it was, if there is one.

    A baseline that comes with other changes could make known what these bring along. ``rendered/`` follows from the
    rest, and a change of the policies cannot soften those of the base.
    """
    from generator import revisions

    aside = (BASELINE, WAIVERS, f"{RENDERED}/", f"{POLICIES}/", ".")
    fork = revisions.fork_point(root, base)
    found = (*revisions.changed(root, fork, "."), *revisions.untracked(root, "."))
    return min((name for name in found if not name.startswith(aside)), default=None)


def _of_base(problem: Problem, base: str) -> Problem:
    """Say what of the base cannot be used, which nobody can mend in a change to it."""
    place = Place(f"{base}:{problem.place.document}", problem.place.route)
    return Problem(place, f"{problem.message}; the base is judged without it", warning=True)


def _rebound(root: Path, base: str, policies: Sequence[Policy]) -> Iterator[Finding]:
    """Ask those policies that compare what is with what was, of the rendered files that have changed."""
    from generator import manifests, revisions

    asked = [one for one in policies if RULES[one.rule].compares]
    names = [name for name in revisions.changed(root, base, RENDERED) if asked and name.endswith(".yaml")]
    new = revisions.untracked(root, RENDERED) if names else []
    for cluster, some in groupby(names, key=lambda name: name.split("/")[1]):
        changed = list(some)
        fresh = [name for name in new if name.split("/")[1] == cluster]  # where what left another file may be
        now, _ = manifests.read([name for name in (*changed, *fresh) if (root / name).is_file()], root)
        files = revisions.files(root, base, [f"{RENDERED}/{cluster}"], only=frozenset(changed))
        with judging.laid_out(files) as folder:
            before, _ = manifests.read(["."], folder)
        unguarded = [one for one in before if not _is_guarded(one)]
        yield from policy.findings(asked, Scene(now, before=unguarded, tenants_known=True), cluster)


def _is_guarded(manifest: Item) -> bool:
    """Tell whether a namespace is a tenant's: what vanishes of them is told where their files are judged."""
    return manifest.body.get("kind") == "Namespace" and TENANT_LABEL in inside(manifest.body, "metadata", "labels")
