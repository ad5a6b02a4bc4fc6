"""What belongs to no tenant under ``rendered/``: what the platform file asks for, and what sync engines read.

An engine is told of all tenants of its cluster at once, so that its files are made last, when the paths of all are
known. They are judged by themselves: a verdict on a tenant must not depend on who else is there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from generator import manifest, plan, rendered, repository
from generator.assembly import Shared
from generator.finding import Policy
from generator.organisation.directory import Directory
from generator.plan import Verdict
from generator.problems import Problem
from generator.run.shard import Change
from generator.sync import Engine, engine
from generator.sync.needs import written as needs_of
from generator.sync.roster import Common, Made, Member, Roster
from generator.validation import validity

if TYPE_CHECKING:  # only who judges waits for what judges
    from generator.judgement.verdicts import Ground


class Output(Struct, frozen=True):
    """What came of a tenant: the paths of its files, and by cluster the name of what it takes to apply them."""

    paths: tuple[str, ...]
    needs: Mapping[str, str]


class Synced(Struct, frozen=True):
    """What the engine of a cluster reads.

    ``folder`` is where it lies, and stands for it where others are called after their documents; ``key`` changes
    whenever any of it does. ``needs`` are what it takes to apply what the tenants have there, by name.
    """

    cluster: str
    folder: str
    key: str
    made: Made
    needs: Mapping[str, str]


def synced(
    directory: Directory,
    outputs: Mapping[str, Output],
    known: Mapping[str, str],
    shared: Shared,
    clusters: Collection[str] = (),
) -> Iterator[Synced]:
    """Yield what the engine of each cluster reads; only what is for *clusters*, if any are named.

    *outputs* are those of all tenants, and *known* is what the names of their needs stand for.
    """
    there = directory.platform.clusters
    wanted = [name for name in there if not clusters or name in clusters]
    members: dict[str, list[Member]] = {name: [] for name in wanted}
    named: dict[str, dict[str, None]] = {name: {} for name in wanted}
    for name in sorted(outputs):
        for cluster, own in _by_cluster(outputs[name].paths).items():
            if cluster in members:
                phase = directory.lifecycle(name, cluster)
                members[cluster].append(Member(name, phase, tuple(directory.namespaces(name)), own))
        for cluster, need in outputs[name].needs.items():
            if cluster in named:
                named[cluster][need] = None
    for name in wanted:
        needs = {need: known[need] for need in sorted(named[name])} if _engine(directory, name) else {}
        made = _made(directory, name, members[name], tuple(needs.values()), shared)
        if made is not None:
            key = sha256()
            for path, text in made.files.items():
                key.update(f"{path}\0{len(text)}\0".encode() + text)
            yield Synced(name, f"{repository.RENDERED}/{name}/sync", key.hexdigest(), made, needs)


def _by_cluster(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(path.split("/", 2)[1], []).append(path)
    return {cluster: tuple(some) for cluster, some in found.items()}


def _engine(directory: Directory, name: str) -> Engine | None:
    """Return the engine of a cluster; ``None`` where there is none, or nothing to read from."""
    wanted = directory.platform.clusters[name].engine
    return engine(wanted) if wanted is not None and directory.platform.repository is not None else None


def _made(
    directory: Directory, name: str, members: list[Member], needs: tuple[str, ...], shared: Shared
) -> Made | None:
    cluster, remote = directory.platform.clusters[name], directory.platform.repository
    applier = _engine(directory, name)
    if applier is None or cluster.sync is None or remote is None:
        return None
    bodies = [one.body for one in shared.manifests.get(name, ())]
    homes = sorted({body["metadata"].get("namespace", "") for body in bodies} - {""})
    common = Common(_by_cluster(shared.files).get(name, ()), needs_of(bodies), tuple(homes))
    return applier.build(Roster(cluster, cluster.sync, remote, tuple(members), needs, common))


def check(given: Iterable[Synced], directory: Directory) -> Iterator[Problem]:
    """Find what the API server would refuse of what engines read, and what would overwrite each other."""
    for one in given:
        judge = validity.for_version(directory.platform.clusters[one.cluster].version)
        broken = [problem for made in one.made.manifests for problem in judge.problems(made)]
        yield from broken or manifest.duplicates(one.made.manifests)


def verdict(one: Synced, policies: tuple[Policy, ...], grounds: "Mapping[str, Ground]") -> str:
    """Judge what an engine reads, beside all that its cluster has in common."""
    from generator.judgement.verdicts import Judge

    judge = Judge(policies, grounds)
    judge.hear(one.folder, one.cluster, one.made.manifests)
    return judge.verdicts()[one.folder]


def changes(root: Path, texts: Mapping[str, bytes]) -> tuple[list[Change], list[Problem]]:
    """Compare what is wanted with what lies there; say what may not be written."""
    found: list[Change] = []
    problems: list[Problem] = []
    for path, text in texts.items():
        old = rendered.read(str(root), path)
        decided = plan.judge(text, old)
        if decided is Verdict.SAME:
            continue
        problem = plan.objection(path, decided, repository.PLATFORM)
        if problem is not None:
            problems.append(problem)
        found.append(Change(path, decided, old, text))
    return found, problems
