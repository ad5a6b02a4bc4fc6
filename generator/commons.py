"""What belongs to no tenant under ``rendered/``: what the platform file asks for, and what sync engines read.

An engine is told of all tenants of its cluster at once, so that its files are made last, when the paths of all are
known. They are judged by themselves: a verdict on a tenant must not depend on who else is there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from generator import manifest, plan, rendered, repository, validity
from generator.directory import Directory
from generator.finding import Policy
from generator.plan import Verdict
from generator.problems import Problem
from generator.shard import Change
from generator.sync import ENGINES
from generator.sync.roster import Made, Member, Roster
from generator.verdicts import Ground, Judge


@dataclass(frozen=True, slots=True)
class Synced:
    """What the engine of a cluster reads.

    ``folder`` is where it lies, and stands for it where others are called after their documents; ``key`` changes
    whenever any of it does.
    """

    cluster: str
    folder: str
    key: str
    made: Made


def synced(
    directory: Directory, paths: Mapping[str, Iterable[str]], shared: Iterable[str], clusters: Collection[str] = ()
) -> Iterator[Synced]:
    """Yield what the engine of each cluster reads; *paths* are those of each tenant, everywhere.

    Only what is for *clusters*, if any are named.
    """
    there = directory.platform.clusters
    wanted = [name for name in there if not clusters or name in clusters]
    members: dict[str, list[Member]] = {name: [] for name in wanted}
    for name in sorted(paths):
        for cluster, own in _by_cluster(paths[name]).items():
            if cluster in members:
                phase = directory.lifecycle(name, cluster)
                members[cluster].append(Member(name, phase, tuple(directory.namespaces(name)), own))
    common = _by_cluster(shared)
    for name in wanted:
        made = _made(directory, name, members[name], common.get(name, ()))
        if made is not None:
            key = sha256()
            for path, text in made.files.items():
                key.update(f"{path}\0{len(text)}\0".encode() + text)
            yield Synced(name, f"{repository.RENDERED}/{name}/sync", key.hexdigest(), made)


def _by_cluster(paths: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(path.split("/", 2)[1], []).append(path)
    return {cluster: tuple(some) for cluster, some in found.items()}


def _made(directory: Directory, name: str, members: list[Member], shared: tuple[str, ...]) -> Made | None:
    """Ask the engine of a cluster; ``None`` where there is none, or nothing to read from."""
    cluster, remote = directory.platform.clusters[name], directory.platform.repository
    if cluster.sync is None or remote is None or cluster.sync.engine not in ENGINES:
        return None
    return ENGINES[cluster.sync.engine].build(Roster(cluster, cluster.sync, remote, tuple(members), shared))


def check(given: Iterable[Synced], directory: Directory) -> Iterator[Problem]:
    """Find what the API server would refuse of what engines read, and what would overwrite each other."""
    for one in given:
        judge = validity.for_version(directory.platform.clusters[one.cluster].version)
        broken = [problem for made in one.made.manifests for problem in judge.problems(made)]
        yield from broken or manifest.duplicates(one.made.manifests)


def verdict(one: Synced, policies: tuple[Policy, ...], grounds: Mapping[str, Ground]) -> str:
    """Judge what an engine reads, beside all that its cluster has in common."""
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
