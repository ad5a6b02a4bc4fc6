"""``tenantry lint``: judge manifests by policies, ours or anybody's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from generator import __version__, catalogue, manifests, policy, waivers
from generator.access.defaults import EXACT
from generator.console import count, tell
from generator.finding import SEVERITIES, Finding
from generator.manifest import Manifest
from generator.problems import InputError, Place, Problem, instead
from generator.reporters import FORMATS, reporter
from generator.repository import RENDERED, find_root, root_or
from generator.site import read_site


@dataclass(frozen=True, slots=True)
class _Source:
    """Manifests that are judged together; ``cluster`` is empty where they are of nobody knows which."""

    cluster: str
    version: str
    manifests: Sequence[Manifest]


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--cluster", metavar="NAME", help="Only this cluster of rendered/.")
@click.option("--kubernetes", metavar="VERSION", help="The version whose built-in roles are there.")
@click.option("--select", "selected", multiple=True, metavar="ID", help="Only this policy; may be given again.")
@click.option("--ignore", "ignored", multiple=True, metavar="ID", help="Not this policy; may be given again.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), default="low", help="Exit with 1 from this severity on.")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="text", help="How to report.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.pass_obj
def command(start: Path, /, *, paths: tuple[str, ...], form: str, output: Path | None, **options: Any) -> int:
    """Judge manifests by policies: rendered/, or any files and folders of Kubernetes YAML."""
    root = root_or(start)
    policies, problems = catalogue.read(root)
    chosen = catalogue.choose(policies, options["selected"], options["ignored"])
    sources, unread = _sources(start, paths, options["cluster"], options["kubernetes"])
    found = [one for s in sources for one in policy.judge(chosen, s.manifests, version=s.version, cluster=s.cluster)]
    given, unusable = catalogue.accepted(root)
    applied = waivers.apply(found, given, policies, datetime.now(UTC).date().isoformat())
    shown = list(_located(applied.findings, start if paths else root))
    _print(reporter(form)(shown, tool_version=__version__), output)
    problems += [*unread, *unusable, *applied.problems]
    tell(root, problems)
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        click.echo(f"{count(len(errors), 'error')}; what is wrong was not judged", err=True)
        return 2
    failing = SEVERITIES[: SEVERITIES.index(options["fail_on"]) + 1]
    return int(any(finding.waiver is None and finding.severity in failing for finding in shown))


def _sources(
    start: Path, paths: Sequence[str], cluster: str | None, kubernetes: str | None
) -> tuple[list[_Source], list[Problem]]:
    """Read what is to be judged: the named paths together, or each cluster of the repository by itself."""
    if paths:
        found, problems = manifests.read(paths, start)
        return [_Source(cluster or "", kubernetes or EXACT, found)], problems
    root = find_root(start)
    site = read_site(root)
    if site.assembly is None:
        raise InputError(site.problems)
    clusters = site.assembly.platform.clusters
    if cluster is not None and cluster not in clusters:
        raise InputError([Problem(Place("--cluster"), f"{cluster!r} is not a cluster; {instead(cluster, clusters)}")])
    sources: list[_Source] = []
    problems = []
    for name, one in clusters.items():
        if cluster in (None, name) and (root / RENDERED / name).is_dir():
            found, wrong = manifests.read([f"{RENDERED}/{name}"], root)
            problems += wrong
            sources.append(_Source(name, kubernetes or one.version, found))
    return sources, problems


def _located(findings: Iterable[Finding], folder: Path) -> Iterator[Finding]:
    """Find the lines of all places that are shown."""
    kept = list(findings)
    lines = manifests.located({place for one in kept for place in (one.place, *one.related)}, folder)
    for one in kept:
        related = tuple(lines.get(place, place) for place in one.related)
        yield replace(one, place=lines.get(one.place, one.place), related=related)


def _print(report: str, output: Path | None) -> None:
    if output is None:
        click.echo(report, nl=False)
    else:
        output.write_text(report, encoding="utf-8")
