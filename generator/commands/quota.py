"""``tenantry quota``: who was promised what, and whether one more would fit."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from generator import __version__, census, documents, placement, schema, tenant, tree
from generator.allotment import around, overdraft
from generator.allotment.account import accounts, of_cluster, units_of
from generator.allotment.ledger import Ledger
from generator.console import tell
from generator.directory import Directory, Entry, entry
from generator.problems import InputError, Place, Problem, instead
from generator.quotakeys import capacity, check_key, is_extended, measure, misspelt
from generator.reporters import quota as report
from generator.repository import find_root, name_of
from generator.site import Site, read_site
from generator.tenant import Tenant

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
    values = [_value(file) for file in files]
    before, unread = census.read(root, site)
    after, _ = census.read(root, site, [entry(value, document) for document, value in values])
    _stop([*_check_names(after, None, cluster)])
    tell(root, unread)
    problems = _new_problems(before, after, [value["metadata"]["name"] for _, value in values], root)
    problems += _unplaced(values, after, site, root)
    located = [_located(root, problem) for problem in dict.fromkeys(problems)]
    ledger = Ledger(after, everybody=True)
    units = _units(ledger, keys or (("all",) if form == "json" else ()), None)
    trees = list(_trees(ledger, list(dict.fromkeys([*units, *_in_the_way(problems)])), cluster, None))
    trees = [_narrowed(one, {value["metadata"]["name"] for _, value in values}) for one in trees]
    if form == "json":
        click.echo(report.fit_as_json(located, trees, tool_version=__version__).rstrip())
    else:
        click.echo(_told(located, trees))
    return 1 if problems else 0


def _in_the_way(problems: Sequence[Problem]) -> Iterator[str]:
    """Yield the measures that problems are about, where their places say so."""
    for problem in problems:
        if problem.place.route[:-1] == ("spec", "quota", "hard"):
            yield measure(str(problem.place.route[-1]))


def _value(file: Path) -> tuple[str, Any]:
    """Read a tenant file from anywhere; raise :class:`InputError` for one that is not valid."""
    name = str(file)
    data, problems = documents.load(Path(), name, anywhere=True)
    found = documents.parse(data, name) if data is not None else documents.Document(name, None, problems)
    problems = schema.problems(found, "tenant")
    if problems:
        raise InputError(documents.resolved(problem, data) if data is not None else problem for problem in problems)
    return name, found.value


def _new_problems(before: Directory, after: Directory, names: Sequence[str], root: Path) -> list[Problem]:
    """Return what does not fit with the new files, and did without them; what is wrong already is not theirs."""
    spots = documents.spots(root)
    known = {problem.message for problem in overdraft.check(Ledger(before), spots)}
    found = [problem for problem in overdraft.check(Ledger(after), spots) if problem.message not in known]
    parents = [
        Problem(
            Place(item.document, ("spec", "parent")),
            f"{item.parent!r} is not a tenant; {instead(item.parent, after.entries)}",
        )
        for item in (after.entries[name] for name in names)
        if item.parent is not None and item.parent not in after.entries
    ]
    return [*parents, *found]


def _unplaced(values: Sequence[tuple[str, Any]], after: Directory, site: Site, root: Path) -> list[Problem]:
    """Return what keeps each new tenant from being placed with its part, once it stands among the others."""
    if site.assembly is None:
        return []
    platform, ledger = site.assembly.platform, Ledger(after)
    own = {value["metadata"]["name"]: tenant.from_value(value, document) for document, value in values}
    problems: list[Problem] = []
    for name in own:
        facts = around.facts(ledger, name)
        line = [own[one] if one in own else _read(root, after.entries[one]) for one in (name, *facts.ancestors)]
        resolved = tree.resolve_line(line, platform)[0]
        problems += placement.check(resolved, facts.share)
        for cluster in after.clusters(name):
            problems += placement.check_on(resolved, platform.clusters[cluster], facts.share)
    return problems


def _read(root: Path, item: Entry) -> Tenant:
    found: Any = documents.read(root, item.document).value
    return tenant.from_value(found, item.document)


def _located(root: Path, problem: Problem) -> Problem:
    inside = (root / problem.place.document).is_file()
    data, _ = documents.load(root if inside else Path(), problem.place.document, anywhere=True)
    return problem if data is None else documents.resolved(problem, data)


def _narrowed(one: report.Tree, names: set[str]) -> report.Tree:
    """Keep the new tenants and those above them."""
    wanted: set[str] = set()
    for account in one.accounts:
        node = account.node if account.node.name in names else None
        while node is not None:
            wanted.add(node.name)
            node = node.parent
    return replace(one, accounts=[account for account in one.accounts if account.node.name in wanted])


def _told(problems: Sequence[Problem], trees: Sequence[report.Tree]) -> str:
    shown = report.text([one for one in trees if one.accounts])
    if not problems:
        return f"fits. With it:\n\n{shown}"
    return "\n".join(["does not fit:", *map(report.problem_line, problems), "", shown])
