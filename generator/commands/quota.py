"""``tenantry quota``: who was promised what, and whether one more would fit."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from generator import __version__
from generator.allotment import around, overdraft
from generator.allotment.account import accounts, of_cluster, units_of
from generator.allotment.forest import Node
from generator.allotment.ledger import Ledger
from generator.console import tell
from generator.kubernetes.quotakeys import capacity, check_key, is_extended, measure, misspelt
from generator.organisation import conflicts, tree
from generator.organisation.directory import Directory, Entry, entry
from generator.placement import placement
from generator.problems import InputError, Place, Problem, instead
from generator.reporters import quota as report
from generator.repository import find_root, name_of
from generator.run import census
from generator.run.site import read_site
from generator.spec import tenant
from generator.spec.platform import Platform
from generator.spec.tenant import Tenant
from generator.validation import schema
from generator.yaml import documents

_CLUSTER = click.option("--cluster", metavar="NAME", help="Only this cluster.")
_KEY = click.option(
    "--key", "keys", multiple=True, metavar="KEY", help="Only this key of quotas, or all; may be given again."
)
_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom.")
#: So many keys are shown where no cluster says which of them matter.
_SHOWN = 3


@click.group()
def command() -> None:
    """Show who was promised what, or whether one more would fit."""


# -- tree


@command.command("tree")
@click.argument("name", metavar="[TENANT]", required=False)
@_CLUSTER
@_KEY
@_FORMAT
@click.pass_obj
def show(start: Path, *, name: str | None, cluster: str | None, keys: tuple[str, ...], form: str) -> int:
    """Show how full each tenant's quota is, and what is left; of all tenants, or of one and those below it."""
    root = find_root(start)
    directory, unread = census.read(root)
    ledger = Ledger(directory, everybody=True)
    _stop([*_check_names(directory, name, cluster, unread), *_check_keys(ledger, keys)])
    tell(root, unread)
    units = _units(ledger, keys or (("all",) if form == "json" else ()), name)
    trees = list(_trees(ledger, units, cluster, name))
    if form == "json":
        click.echo(report.as_json(trees, tool_version=__version__).rstrip())
    else:
        also = [] if keys else [unit for unit in units_of(ledger, name) if unit not in units]
        whose = " ".join(filter(None, [name and f"at or below {name}", cluster and f"on {cluster}"]))
        click.echo(_drawn(trees, keys, also, whose) or _nothing(directory, trees, name, cluster))
    return 2 if unread else 0


def _drawn(trees: Sequence[report.Tree], keys: Sequence[str], also: Sequence[str], whose: str) -> str:
    """Draw trees with what there is something of; name what was asked for in vain, and what *also* is there."""
    shown, unused = _divided(trees)
    parts = [report.text([replace(tree, units=shown) for tree in trees])]
    if unused and keys:
        parts.append(report.folded(_nobody(unused, whose)))
    if also:
        parts.append(
            report.folded(f"There are also caps on {', '.join(also)}: --key KEY shows one, --key all shows all.")
        )
    return "\n\n".join(filter(None, parts))


def _divided(trees: Sequence[report.Tree]) -> tuple[list[str], list[str]]:
    """Return the measures that there is something of, and those that no tenant has a cap on."""
    units = list(dict.fromkeys(unit for tree in trees for unit in tree.units))
    unused = [unit for unit in units if not any(tree.has(unit) for tree in trees)]
    offered = {resource for tree in trees for resource in tree.whole}
    return [unit for unit in units if unit not in unused or capacity(unit) in offered], unused


def _nobody(unused: Sequence[str], whose: str = "") -> str:
    return f"Nobody{whose and ' '}{whose} has a cap on {', '.join(unused)}."


def _nothing(directory: Directory, trees: Sequence[report.Tree], name: str | None, cluster: str | None) -> str:
    """Say why there is nothing to show."""
    if not directory.entries:
        return "there are no tenants" + ("" if directory.absent else "; write the first one with: tenantry new NAME")
    if not trees:
        who = "no tenant" if name is None else f"neither {name} nor a tenant below it"
        return f"{who} is on {cluster if cluster is not None else 'a cluster'}"
    return "nobody has a quota there"


def _units(ledger: Ledger, keys: Sequence[str], top: str | None) -> list[str]:
    """Return the measures to show: those asked for; by default those that clusters have, or a few."""
    every = units_of(ledger, top)
    if "all" in keys:
        return every
    if keys:
        known = _known(ledger)
        return list(dict.fromkeys(known.get(measure(key), measure(key)) for key in keys))
    there = {resource for cluster in ledger.forest.platform.clusters.values() for resource in cluster.capacity}
    return [unit for unit in every if capacity(unit) in there] or every[:_SHOWN]


def _known(ledger: Ledger) -> dict[str, str]:
    """Return the measures that there is something of, by every name that they are shown or written by."""
    there = [resource for cluster in ledger.forest.platform.clusters.values() for resource in cluster.capacity]
    units = [*units_of(ledger), *(f"requests.{one}" if is_extended(one) else measure(one) for one in there)]
    return {capacity(unit): unit for unit in units} | {unit: unit for unit in units}


def _check_names(
    directory: Directory, name: str | None, cluster: str | None, unread: Sequence[Problem] = ()
) -> Iterator[Problem]:
    there = directory.platform.clusters
    if name is not None and name in directory.absent:
        yield from (problem for problem in unread if name_of(problem.place.document) == name)
    elif name is not None and name not in directory.entries:
        yield Problem(Place("TENANT"), f"{name!r} is not a tenant; {instead(name, directory.entries)}")
    if cluster is not None and cluster not in there:
        yield Problem(Place("--cluster"), f"{cluster!r} is not a cluster; {instead(cluster, there)}")


def _check_keys(ledger: Ledger, keys: Sequence[str]) -> Iterator[Problem]:
    """Find what is neither a key that somebody has nor one that somebody could have."""
    known = _known(ledger)
    for key in keys:
        if key == "all" or measure(key) in known:
            continue
        verdict = check_key(key)
        if not verdict.accepted or misspelt(key, known):
            yield Problem(Place("--key"), f"{key!r} is not a key that anybody has; {instead(key, known)}")
        elif not verdict.enforced:
            yield Problem(Place("--key"), verdict.message)


def _stop(problems: Collection[Problem]) -> None:
    if problems:
        raise InputError(problems)


def _trees(ledger: Ledger, units: Sequence[str], cluster: str | None, top: str | None) -> Iterator[report.Tree]:
    for one in ledger.forest.platform.clusters.values():
        if cluster in (None, one.name):
            found = list(accounts(ledger, one.name, units, top))
            if found:
                yield report.Tree(one, of_cluster(ledger, one), found, units)


# -- fit


class _Draft(Struct, frozen=True):
    """A tenant file that somebody asks about, from anywhere; ``document`` is how it is named."""

    document: str
    data: bytes
    value: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The tenant's name."""
        return str(self.value["metadata"]["name"])

    @property
    def tenant(self) -> Tenant:
        """What it says."""
        return tenant.from_value(self.value, self.document)


@command.command("fit")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@_CLUSTER
@_KEY
@_FORMAT
@click.pass_obj
def fit(start: Path, *, files: tuple[Path, ...], cluster: str | None, keys: tuple[str, ...], form: str) -> int:
    """Say whether new tenants, or changed copies of tenant files, would fit; and if not, what would have to give."""
    root = find_root(start)
    site = read_site(root)
    drafts = _drafts(root, start, files)
    before, _ = census.read(root, site)
    after, unread = census.read(root, site, [entry(draft.value, draft.document) for draft in drafts])
    ledger = Ledger(after, everybody=True)
    _stop([*_check_names(after, None, cluster), *_check_keys(ledger, keys)])
    # What a file promises that cannot be read is not known, and so neither is whether there is room beside it.
    _stop([*_mistakes(drafts, after.platform), *unread])
    lines = _Lines(root, drafts)
    placeless = list(_placeless(after, drafts))
    problems = placeless or [*_new_problems(before, after, lines), *_unplaced(drafts, after, root)]
    located = [lines.located(problem) for problem in dict.fromkeys(problems)]
    units = [*_units(ledger, keys or (("all",) if form == "json" else ()), None), *_in_the_way(problems)]
    every = list(_trees(ledger, list(dict.fromkeys(units)), cluster, None)) if not placeless else []
    names = {draft.name for draft in drafts}
    if form == "json":
        click.echo(report.fit_as_json(located, _narrowed(every, names), tool_version=__version__).rstrip())
    else:
        shown, unused = _divided(every)
        drawn = report.text([replace(tree, units=shown) for tree in _narrowed(every, names)])
        nobody = _nobody(unused) if unused and keys else ""
        nowhere = "" if drawn or nobody or placeless else f"Nothing of it is on {cluster or 'a cluster'}."
        click.echo("\n\n".join(filter(None, [_told(located, drawn), drawn, nobody, nowhere])))
    return 1 if problems else 0


def _drafts(root: Path, start: Path, files: Sequence[Path]) -> list[_Draft]:
    """Read the files that somebody asks about; raise :class:`InputError` with all that is wrong in them."""
    found: dict[str, _Draft] = {}
    problems: list[Problem] = []
    for file in {os.path.realpath(start / file): file for file in files}.values():
        document, data, wrong = _loaded(root, start, file)
        read = documents.parse(data, document) if data is not None else documents.Document(document, None, wrong)
        value: Any = read.value
        wrong = tuple(_of_another_kind(read)) or schema.problems(read, "tenant")
        if wrong:
            problems += wrong if data is None else [documents.resolved(problem, data) for problem in wrong]
            continue
        draft = _Draft(document, data or b"", value)
        first = found.setdefault(draft.name, draft)
        if first is not draft:
            message = f"{draft.name!r} is the tenant in {first.document} too; ask about one of the two"
            problems.append(documents.resolved(Problem(Place(document, ("metadata", "name")), message), draft.data))
    _stop(problems)
    return list(found.values())


def _loaded(root: Path, start: Path, file: Path) -> tuple[str, bytes | None, tuple[Problem, ...]]:
    """Read a file, which is named as others of the repository are where it lies there, and else as it was written."""
    path = os.path.normpath(start / file)
    document = Path(path).relative_to(root).as_posix() if Path(path).is_relative_to(root) else str(file)
    data, problems = documents.load(Path(), path, anywhere=True)
    return document, data, tuple(replace(problem, place=Place(document)) for problem in problems)


def _of_another_kind(document: documents.Document) -> Iterator[Problem]:
    """Tell a file of something else, of which nothing more need be said."""
    value: Any = document.value
    kind = value.get("kind", "Tenant") if value is not None else "Tenant"
    if kind != "Tenant" and isinstance(kind, str):
        yield Problem(Place(document.name, ("kind",)), f"{kind!r} is not the kind of a tenant; name the file of one")


def _mistakes(drafts: Sequence[_Draft], platform: Platform) -> Iterator[Problem]:
    """Find what is wrong with new files by themselves, whoever stands beside them."""
    for draft in drafts:
        own = draft.tenant
        for problem in (*tenant.check(own), *tree.check_references(own, platform)):
            if not problem.warning:
                yield documents.resolved(problem, draft.data)


class _Lines:
    """Where places are: in the repository, and in the new files, which may lie anywhere."""

    def __init__(self, root: Path, drafts: Sequence[_Draft]) -> None:
        self._root = root
        self._data = {draft.document: draft.data for draft in drafts}
        self._spots = documents.spots(root)

    def spot(self, place: Place) -> str:
        """Write where a place is, for a message about elsewhere."""
        data = self._data.get(place.document)
        return self._spots(place) if data is None else f"{place.document}:{documents.locate(data, place.route)[0]}"

    def located(self, problem: Problem) -> Problem:
        """Return a problem with its line, and those of the places that it names."""
        for other in sorted(problem.others, key=str, reverse=True):  # one may begin with another
            problem = replace(problem, message=problem.message.replace(str(other), self.spot(other)))
        document = problem.place.document
        data = self._data.get(document) or documents.load(self._root, document)[0]
        return problem if data is None else documents.resolved(problem, data)


def _placeless(after: Directory, drafts: Sequence[_Draft]) -> Iterator[Problem]:
    """Find what keeps new tenants from having a place in the tree; until they have one, no sum means anything."""
    new = {draft.document for draft in drafts}
    for problem in conflicts.check_places(after):
        if not new.isdisjoint(place.document for place in (problem.place, *problem.others)):
            yield problem


def _new_problems(before: Directory, after: Directory, lines: _Lines) -> Iterator[Problem]:
    """Find what does not fit with the new files, and did without them; what is wrong already is not theirs."""
    known = {problem.message for problem in overdraft.check(Ledger(before), lines.spot)}
    for problem in overdraft.check(Ledger(after), lines.spot):
        if problem.message not in known:
            yield problem


def _unplaced(drafts: Sequence[_Draft], after: Directory, root: Path) -> Iterator[Problem]:
    """Find what keeps each new tenant from being placed with its part, once it stands among the others."""
    platform, ledger = after.platform, Ledger(after)
    own = {draft.name: draft.tenant for draft in drafts}
    for name in own:
        facts = around.facts(ledger, name)
        line = [own[one] if one in own else _read(root, after.entries[one]) for one in (name, *facts.ancestors)]
        resolved = tree.resolve_line(line, platform)[0]
        yield from placement.check(resolved, facts.share)
        for cluster in after.clusters(name):
            yield from placement.check_on(resolved, platform.clusters[cluster], facts.share)


def _read(root: Path, item: Entry) -> Tenant:
    found: Any = documents.read(root, item.document).value
    return tenant.from_value(found, item.document)


def _in_the_way(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the measures that problems are about, where their places say so."""
    for problem in problems:
        if problem.place.route[:-1] == ("spec", "quota", "hard"):
            yield measure(str(problem.place.route[-1]))


def _narrowed(trees: Sequence[report.Tree], names: Collection[str]) -> list[report.Tree]:
    """Keep the new tenants and those above them, on each cluster that a new one is on."""
    kept = []
    for one in trees:
        wanted = {name for account in one.accounts if account.node.name in names for name in _line(account.node)}
        if wanted:
            kept.append(replace(one, accounts=[account for account in one.accounts if account.node.name in wanted]))
    return kept


def _line(node: Node | None) -> Iterator[str]:
    """Yield the names of a tenant and of those above it."""
    while node is not None:
        yield node.name
        node = node.parent


def _told(problems: Sequence[Problem], drawn: str) -> str:
    if problems:
        return "\n".join(["does not fit:", *map(report.problem_line, problems)])
    return "fits. With it:" if drawn else "fits."
