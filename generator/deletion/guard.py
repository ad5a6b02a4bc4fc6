"""Decide what may vanish: nothing that was not on its way out before, and not too much at once. Changes nothing.

Both sync engines delete what is no longer in git, and neither asks how much that is. A namespace takes with it all that
is in it, and no revert brings that back; so each must have been ``offboarding`` in what was rendered last, or, for a
pull request, in the revision that it starts from.
"""

from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from generator.deletion import orphaning, renaming
from generator.deletion.losses import Held
from generator.deletion.vanishing import Case
from generator.organisation.directory import Directory
from generator.problems import Place, Problem
from generator.repository import PLATFORM, REMOVALS
from generator.spec.lifecycle import OFFBOARDING
from generator.spec.removals import Guard

Key = TypeVar("Key", bound=Hashable)

#: How many names a message lists.
_MOST = 5
_THEN = "render and commit that, and drop it in another change, when the clusters have taken that up"


def problems(case: Case) -> Iterator[Problem]:
    """Find what may not vanish, and why."""
    if not any(case.losses):
        return
    yield from _unprotected(case)
    yield from _unrendered(case)
    yield from _retained(case)
    yield from orphaning.check(case)
    yield from _limits(case)


# -- what was not on its way out


def _unprotected(case: Case) -> Iterator[Problem]:
    early = [one for one in case.gone if one.phase != OFFBOARDING]
    clusters = case.directory.platform.clusters
    for cluster, some in _by(early, lambda one: one.cluster).items():
        if cluster not in clusters:
            yield _lost_cluster(cluster, some)
    here = _by((one for one in early if one.cluster in clusters), lambda one: one.tenant)
    lost = {tenant: some for tenant, some in here.items() if tenant not in case.directory.entries}
    names = {tenant: [one.name for one in some] for tenant, some in lost.items()}
    new = renaming.guesses(names, case.directory, case.earlier()) if lost else {}
    for tenant, some in here.items():
        if tenant in lost:
            yield _lost_tenant(tenant, some, new.get(tenant), case.directory)
            continue
        for cluster, namespaces in _by(some, lambda one: one.cluster).items():
            yield _lost_namespaces(tenant, cluster, namespaces, case)


def _lost_cluster(cluster: str, some: Sequence[Held]) -> Problem:
    message = (
        f"{cluster!r} is gone, and what tenants have there is {_phases(some)}: {_deleted(some)}; put the cluster back "
        f"with lifecycle: offboarding, {_THEN}"
    )
    return Problem(Place(PLATFORM, ("spec", "clusters")), message)


def _lost_tenant(tenant: str, some: Sequence[Held], new: str | None, directory: Directory) -> Problem:
    what = f"the file is gone, and {tenant} is {_phases(some)}: {_deleted(some)}"
    if new is None:
        what += f"; restore the file with lifecycle: offboarding in it, {_THEN}"
        return Problem(Place(some[0].document), what)
    kept = ", ".join(renaming.kept(tenant, dict.fromkeys(one.name for one in some), new, directory))
    home = directory.entries[new].document
    message = (
        f"{what}. {new!r} looks like its new name, but a namespace cannot be renamed: {new} would get new and "
        f"empty ones. Keep those that are there by their full names in {home}: namespaces: [{kept}]"
    )
    return Problem(Place(some[0].document), message)


def _lost_namespaces(tenant: str, cluster: str, some: Sequence[Held], case: Case) -> Problem:
    spec = Place(case.directory.entries[tenant].document, ("spec",))
    came = case.came(cluster, some[0].document)
    if cluster not in case.directory.clusters(tenant):
        message = (
            f"the tenant leaves {cluster}, where it is {_phases(some)}: {_deleted(some)}; keep the cluster and write "
            f"offboarding: {{clusters: [{cluster}]}}, {_THEN}"
        )
        return Problem(spec / "clusters", message)
    if came:
        message = (
            f"a namespace cannot be renamed: {_deleted(some)}, and {_listed(came)} would be new and empty; keep the "
            "name, by fullName where the platform's rule makes another"
        )
        return Problem(spec / "namespaces", message)
    message = (
        f"{_deleted(some)}, {_which(some)} {_phases(some)}; list {_it(some)} again with lifecycle: offboarding, {_THEN}"
    )
    return Problem(spec / "namespaces", message)


def _unrendered(case: Case) -> Iterator[Problem]:
    """Find files of a base that are gone, and of which nothing was rendered there that could tell more."""
    told = {one.document for some in case.losses for one in some.gone}
    for some in case.losses:
        for document, (tenant, phase) in some.files.items():
            if phase != OFFBOARDING and document not in told and tenant not in case.directory.entries:
                message = (
                    f"the file is gone, and {tenant} is {phase!r} in {some.where}, where nothing is rendered for it; "
                    "restore the file, and have it rendered there first"
                )
                yield Problem(Place(document), message)


# -- what is kept for a time


def _retained(case: Case) -> Iterator[Problem]:
    kept = [one for one in case.gone if one.phase == OFFBOARDING and case.today < one.retain_until]
    for (document, until), some in _by(kept, lambda one: (one.document, one.retain_until)).items():
        message = (
            f"{_deleted(some)}, {_which(some)} kept until {until!r} by retainUntil in {some[0].where}; restore what "
            "was there and wait, or bring the date forward in another change"
        )
        yield Problem(Place(document), message)


# -- how much at once


def _limits(case: Case) -> Iterator[Problem]:
    holding = [one for one in case.removals if case.today <= one.until]
    tenants = {name for one in holding for name in one.tenants}
    clusters = {name for one in holding for name in one.clusters}
    limit = _strictest([case.directory.platform.guard, *(some.limits for some in case.losses if some.limits)])
    removed = case.removed - tenants
    if len(removed) > limit.max_removed_tenants:
        yield _too_many(removed, limit)
    if len(case.removed) > 1 and not case.wanted:
        yield Problem(Place(REMOVALS), "no tenant would be left at all, and nothing allows that; keep one")
    gone = {(one.cluster, one.name) for one in case.gone}
    left = {(one.cluster, one.name) for one in case.gone if one.tenant not in tenants and one.cluster not in clusters}
    there = len(case.wanted.keys() | gone)
    yield from _share("tenants", len(removed), len(case.directory.entries) + len(case.removed), limit)
    yield from _share("namespaces", len(left), there, limit)
    fewer = _fewer(case, clusters, {kind for one in holding for kind in one.kinds})
    if there >= limit.min_existing and 100 * fewer > limit.max_removed_share * there:  # each has an object at least
        yield from _share("objects of what stays", fewer, case.count() + case.vanished, limit)


def _fewer(case: Case, clusters: Container[str], kinds: Container[str]) -> int:
    """Count the objects that vanish from what stays: those of a namespace go with it, and what only moves is there."""
    with_theirs = {(one.document, one.cluster) for one in case.gone}
    left: Counter[tuple[str, str, str]] = Counter()
    for some in case.losses:
        left.update(some.fewer)
    return sum(
        number
        for (document, cluster, kind), number in left.items()
        if number > 0 and (document, cluster) not in with_theirs and cluster not in clusters and kind not in kinds
    )


def _strictest(limits: Sequence[Guard]) -> Guard:
    """Bring limits together: a change cannot soften those of its base."""
    return Guard(
        min(one.max_removed_tenants for one in limits),
        min(one.max_removed_share for one in limits),
        min(one.min_existing for one in limits),
    )


def _too_many(removed: Iterable[str], limit: Guard) -> Problem:
    names, most = sorted(removed), limit.max_removed_tenants
    message = (
        f"{_counted(names)} would be removed at once, and spec.guard.maxRemovedTenants of the platform file allows "
        f"{most}; remove them in changes of their own, or list here what may go together"
    )
    return Problem(Place(REMOVALS), message)


def _share(what: str, number: int, there: int, limit: Guard) -> Iterator[Problem]:
    if there >= limit.min_existing and 100 * number > limit.max_removed_share * there:
        message = (
            f"{number} of {there} {what} would be removed at once, and spec.guard.maxRemovedShare of the platform file "
            f"allows {limit.max_removed_share} %; remove them in several changes, or list here what may go together"
        )
        yield Problem(Place(REMOVALS), message)


# -- words


def _by(items: Iterable[Held], key: Callable[[Held], Key]) -> dict[Key, list[Held]]:
    groups: dict[Key, list[Held]] = {}
    for one in items:
        groups.setdefault(key(one), []).append(one)
    return groups


def _deleted(some: Sequence[Held]) -> str:
    names = [f"{name} ({cluster})" for cluster, name in dict.fromkeys((one.cluster, one.name) for one in some)]
    what = "namespace" if len(names) == 1 else "namespaces"
    return f"{what} {_listed(names)} would be deleted with all that is in {_it(some)}"


def _counted(tenants: Sequence[str]) -> str:
    return f"{len(tenants)} tenant{'' if len(tenants) == 1 else 's'} ({_listed(tenants)})"


def _it(some: Sequence[Held]) -> str:
    return "it" if len({(one.cluster, one.name) for one in some}) == 1 else "them"


def _which(some: Sequence[Held]) -> str:
    return "which is" if _it(some) == "it" else "which are"


def _phases(some: Sequence[Held]) -> str:
    said = dict.fromkeys((one.phase, one.where) for one in some)
    return " and ".join(f"{phase!r} in {where}" for phase, where in said)


def _listed(names: Sequence[str]) -> str:
    shown = list(names[:_MOST])
    if len(names) > _MOST:
        return f"{', '.join(shown)} and {len(names) - _MOST} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
