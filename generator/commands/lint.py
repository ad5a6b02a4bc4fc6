"""``tenantry lint``: judge manifests by policies, ours or anybody's."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from generator import judging, manifests, repository
from generator.access.defaults import EXACT
from generator.access.lists import Item
from generator.checkout import Checkout, File
from generator.console import kubernetes_version
from generator.finding import Finding, Policy
from generator.judgement import catalogue, policy
from generator.judging import Judged
from generator.problems import InputError, Place, Problem, instead
from generator.repository import RENDERED, find_root, name_of, root_or
from generator.rules.repositories import address
from generator.rules.scene import Scene
from generator.run import collector
from generator.yaml import documents

#: What applies the files of a repository.
_APPLYING = {"Kustomization", "Application"}


class _Source(Struct, frozen=True):
    """Manifests that are judged together; ``cluster`` is empty where they are of nobody knows which.

    ``snapshot`` is what the cluster holds already. It is not judged, but it decides what roles grant. ``base`` is the
    revision at which they were what they are compared with, if they are.
    """

    cluster: str
    version: str
    paths: tuple[str, ...]
    snapshot: tuple[str, ...]
    base: str | None = None


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--cluster", metavar="NAME", help="Only this cluster of rendered/.")
@click.option(
    "--kubernetes", metavar="VERSION", callback=kubernetes_version, help="The version whose built-in roles are there."
)
@click.option(
    "--snapshot", multiple=True, metavar="PATH", help="The cluster's own roles and bindings, as kubectl gets them."
)
@click.option("--base", metavar="REVISION", help="What they were, as origin/main, for policies that compare.")
@click.option("--update-baseline", "update", is_flag=True, help="Make all that is found now known.")
@click.option("--benchmark", type=click.Choice(catalogue.benchmarks()), help="Print the controls of this benchmark.")
@click.option("--benchmark-version", metavar="VERSION", help="The version of the benchmark; the newest, if left out.")
@judging.options
@click.pass_obj
@collector.resting()
def command(start: Path, /, *, paths: tuple[str, ...], **options: Any) -> int:
    """Judge manifests by policies: rendered/, or any files and folders of Kubernetes YAML."""
    root = root_or(start)
    if options["benchmark"]:
        return _table(start, root, paths, options)
    if options["benchmark_version"]:
        raise click.UsageError("--benchmark-version is of a benchmark; add --benchmark NAME")
    if options["update"] and options["cluster"] and not paths:
        raise click.UsageError("--update-baseline records all that is found; leave out --cluster")
    choice = judging.choose(start, None if paths else find_root(start), options)
    policies, problems = catalogue.read(root, examples=False)
    chosen = catalogue.choose(policies, choice.selected, choice.ignored)
    folder = start if paths else root
    sources, wrong = _sources(start, paths, options)
    piped = _piped((*paths, *options["snapshot"]))
    found, unread, refused = _all_judged(sources, chosen, folder, piped)
    problems += unread
    is_all = not (choice.selected or choice.ignored or options["cluster"])
    whole = is_all and not (paths and _is_repository(root))
    return judging.conclude(
        root,
        choice,
        Judged(tuple(found), tuple(policies), (*problems, *wrong), tuple(refused), whole=whole),
    )


def _table(start: Path, root: Path, paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Judge by a benchmark, and print what becomes of each of its controls; no baseline makes one hold."""
    for name in ("update", "selected", "ignored", "baseline"):
        if options[name]:
            raise click.UsageError("a benchmark asks about all of its controls, whatever is known; ask for it alone")
    asked = catalogue.read_benchmark(options["benchmark"], options["benchmark_version"])
    choice = judging.choose(start, None, options)
    judging.check_forms(choice)
    policies, problems = catalogue.read(root)
    sources, wrong = _sources(start, paths, options)
    chosen = [*(one for one in policies if one.id in asked.policies), *asked.asks]
    piped = _piped((*paths, *options["snapshot"]))
    found, unread, refused = _all_judged(sources, chosen, start if paths else root, piped)
    judged = Judged(tuple(found), tuple(policies), (*problems, *wrong, *unread), tuple(refused), whole=False)
    return judging.conclude_benchmark(root, choice, asked, judged)


def _all_judged(
    sources: Iterable[_Source], policies: Sequence[Policy], folder: Path, piped: bytes
) -> tuple[list[Finding], list[Problem], list[Problem]]:
    """Judge all sources; return what is found, what cannot be read, and what would be refused."""
    found: list[Finding] = []
    unread: list[Problem] = []
    refused: list[Problem] = []
    scene: Scene | None = None
    for source in sources:
        scene = None  # what was judged before goes now: clusters may be large
        scene, problems = _read(source, folder, piped)
        findings, more = _judged(source, scene, policies, folder, piped)
        found += findings
        unread += problems
        refused += more
    collector.keep(scene)
    return found, unread, refused


def _piped(paths: Iterable[str]) -> bytes:
    return sys.stdin.buffer.read(documents.MAX_STREAM + 1) if manifests.PIPE in paths else b""


def _is_repository(root: Path) -> bool:
    try:
        return find_root(root) == root
    except InputError:
        return False


def _sources(start: Path, paths: Sequence[str], options: Mapping[str, Any]) -> tuple[list[_Source], list[Problem]]:
    """Find what is to be judged: the named paths together, or each cluster of the repository by itself."""
    cluster, kubernetes, snapshot = options["cluster"], options["kubernetes"], options["snapshot"]
    if paths:
        return [_Source(cluster or "", kubernetes or EXACT, tuple(paths), snapshot, options["base"])], []
    from generator.run.site import read_site  # what tenants are made of: nothing that judges others' manifests needs

    root = find_root(start)
    site = read_site(root)
    if site.assembly is None:
        raise InputError(site.problems)
    clusters = site.assembly.platform.clusters
    if cluster is not None and cluster not in clusters:
        raise InputError([Problem(Place("--cluster"), f"{cluster!r} is not a cluster; {instead(cluster, clusters)}")])
    there = [name for name in clusters if cluster in (None, name) and (root / RENDERED / name).is_dir()]
    if snapshot and len(there) > 1:
        raise click.UsageError("a snapshot is of one cluster; choose it with --cluster NAME")
    if not there:
        raise InputError(
            [Problem(Place(RENDERED), "there is nothing of a cluster here; write it with: tenantry render")]
        )
    given = tuple(_from(root, start, path) for path in snapshot)
    return [
        _Source(
            name,
            kubernetes or clusters[name].version,
            (f"{RENDERED}/{name}",),
            given or tuple(filter(None, (clusters[name].snapshot,))),
            options["base"],
        )
        for name in there
    ], []


def _from(root: Path, start: Path, path: str) -> str:
    """Write a path as it is seen from *root*, as all that is told of a repository is."""
    return path if path == manifests.PIPE or Path(path).is_absolute() else os.path.relpath(start / path, root)


def _read(source: _Source, folder: Path, piped: bytes) -> tuple[Scene, list[Problem]]:
    """Read one source; return it with what cannot be read."""
    files: dict[str, File] = {}
    found, problems = manifests.read(source.paths, folder, piped, files=files)
    snapshot, wrong = manifests.read(source.snapshot, folder, piped)
    scene = Scene(
        found,
        source.version,
        snapshot=snapshot,
        before=_before(source, folder),
        checkout=_checkout(found, files, source, folder),
    )
    return scene, [*problems, *wrong]


def _judged(
    source: _Source, scene: Scene, policies: Sequence[Policy], folder: Path, piped: bytes
) -> tuple[list[Finding], list[Problem]]:
    """Judge one source; return its findings with their lines, and what would be refused."""
    held = {one.origin.document for one in scene.snapshot}
    own = held and held - {one.origin.document for one in scene.everything}
    findings = [one for one in policy.findings(policies, scene, source.cluster) if one.place.document not in own]
    refused = [problem for problem in scene.access.problems if problem.place.document not in own]
    lines = manifests.located({problem.place for problem in refused}, folder, piped)
    told = [replace(problem, place=lines[problem.place]) for problem in refused]
    return list(judging.located(_related(findings, source, folder), folder, piped)), told


def _checkout(found: Iterable[Item], files: Mapping[str, File], source: _Source, folder: Path) -> Checkout:
    """Find where the files lie, and ask git where they come from, if anything applies them."""
    made = repository.checkout(files, [path for path in source.paths if path != manifests.PIPE], folder)
    if not {one.kind for one in found} & _APPLYING:
        return made
    from generator import revisions

    remotes = {root: frozenset(map(address, revisions.remotes(Path(root)))) for root in made.roots}
    return replace(made, remotes=remotes)


def _before(source: _Source, folder: Path) -> list[Item]:
    """Read what the manifests were at the base; what was no manifest then is no matter of this change."""
    if source.base is None:
        return []
    from generator import revisions

    files = revisions.files(folder, source.base, [path for path in source.paths if path != manifests.PIPE])
    inside = {name: data for name, data in files.items() if not name.startswith("../")}
    with judging.laid_out(inside) as laid:
        return manifests.read(["."], laid)[0]


def _related(findings: Sequence[Finding], source: _Source, folder: Path) -> Iterator[Finding]:
    """Add where the manifest is, to what is told at the place of a tenant's file that asked for it."""
    asked = [one for one in findings if not one.place.line]  # what we rendered has no line yet
    if not asked:
        yield from findings
        return
    names = {name for one in asked for name in (one.tenant, name_of(one.place.document)) if name}
    wanted = {(one.kind, one.namespace, one.name) for one in asked}
    wanted |= {(one.kind, "", one.name) for one in asked}
    places = manifests.rendered(source.paths, folder, names, wanted) if names else {}
    for one in findings:
        place = places.get((one.kind, one.namespace, one.name)) or places.get((one.kind, "", one.name))
        yield replace(one, related=(*one.related, place)) if place and place.document != one.place.document else one
