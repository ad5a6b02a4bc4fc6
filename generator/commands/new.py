"""``tenantry new``: the file of a new tenant, fresh or after another tenant's; nothing is ever overwritten."""

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import replace

from generator import repository
from generator.console import tell
from generator.kubernetes import names
from generator.organisation.tree import BUILT_IN_ROLES
from generator.pipeline import Options, render
from generator.problems import InputError, Place, Problem, instead
from generator.run.site import read_site
from generator.spec.platform import Platform
from generator.validation import schema
from generator.yaml import documents, draft
from generator.yaml.draft import Wishes

#: Where the schema for editors lies in a repository that ``tenantry init`` has made.
_SCHEMA = "tenants/.schemas/tenant.schema.json"
#: How many tenant files are looked at to learn how they name their schema.
_LOOKS = 20
#: What a fresh file shows as a quota where nothing is known yet.
_SHOWN_QUOTA = {"requests.cpu": "16", "requests.memory": "64Gi"}
#: Field of the new file -> the option that decides it.
_OPTIONS = {("metadata", "name"): "NAME", ("spec", "clusters"): "--cluster"}


class _Repository(Struct, frozen=True):
    """What there is already; ``files`` maps tenants to their documents."""

    root: Path
    platform: Platform
    files: Mapping[str, str]


@click.command()
@click.argument("name")
@click.option("--tier", metavar="TIER", help="The set of defaults of the platform file that it starts from.")
@click.option("--parent", metavar="TENANT", help="The tenant that it belongs to.")
@click.option("--owner-group", "owner_groups", multiple=True, metavar="GROUP", help="Who runs it; may be given again.")
@click.option("--display-name", metavar="TEXT", help="The name that people read.")
@click.option("--label", "labels", multiple=True, metavar="KEY=VALUE", help="A label; may be given again.")
@click.option("--cluster", "clusters", multiple=True, metavar="NAME", help="Where it lives; may be given again.")
@click.option("--like", metavar="TENANT", help="Copy this tenant's file, with its comments and style.")
@click.pass_obj
def command(  # noqa: PLR0913 - one parameter for each option
    start: Path,
    *,
    name: str,
    tier: str | None,
    parent: str | None,
    owner_groups: tuple[str, ...],
    display_name: str | None,
    labels: tuple[str, ...],
    clusters: tuple[str, ...],
    like: str | None,
) -> int:
    """Write the file of a new tenant, from a tier or after another tenant's file."""
    root = repository.find_root(start)
    try:
        document, remarks = _make(root, Wishes(name, display_name, parent, tier, clusters, owner_groups), labels, like)
    except InputError as error:
        tell(root, error.problems)
        click.echo("nothing was written", err=True)
        return 2
    _say_what_is_next(document, remarks)
    return 0


def _make(root: Path, wishes: Wishes, labels: tuple[str, ...], like: str | None) -> tuple[str, list[str]]:
    """Write the file, or raise :class:`InputError`; return its path, and what its author has to know about it."""
    here = _read(root)
    problems = [*_check(wishes, like, here), *_check_labels(labels)]
    if problems:
        raise InputError(problems)
    wishes = replace(wishes, labels=dict(label.split("=", 1) for label in labels))
    beside = here.files.get(like or wishes.parent or "", repository.PLATFORM)
    document = f"{posixpath.dirname(beside)}/{wishes.name}.yaml"
    text, remarks = _drafted(wishes, like, here, document)
    problems = _written(root, document, text, wishes.name)
    if problems:
        raise InputError(_by_option(problem, document) for problem in problems)
    return document, remarks


def _read(root: Path) -> _Repository:
    site = read_site(root)
    if site.assembly is None:
        raise InputError(site.problems)
    files = {repository.name_of(source.document): source.document for source in repository.tenant_sources(root)}
    return _Repository(root, site.assembly.platform, files)


# -- what is asked for


def _check(wishes: Wishes, like: str | None, here: _Repository) -> Iterator[Problem]:
    """Find what is wrong with what is asked for, before anything is made of it."""
    yield from _check_name(wishes.name, here)
    if wishes.tier is not None and wishes.tier not in here.platform.tiers:
        message = f"{wishes.tier!r} is not a tier of the platform; {instead(wishes.tier, here.platform.tiers)}"
        yield Problem(Place("--tier"), message)
    if wishes.tier is None and like is None and here.platform.defaults.quota is None:
        message = f"nobody says what the tenant may consume; {instead('', here.platform.tiers)}"
        yield Problem(Place("--tier"), message)
    for option, other in (("--parent", wishes.parent), ("--like", like)):
        if other is not None and other not in here.files:
            yield Problem(Place(option), f"{other!r} is not a tenant; {instead(other, here.files)}")
    for cluster in wishes.clusters:
        if cluster not in here.platform.clusters:
            message = f"{cluster!r} is not a cluster of the platform; {instead(cluster, here.platform.clusters)}"
            yield Problem(Place("--cluster"), message)


def _check_name(name: str, here: _Repository) -> Iterator[Problem]:
    reason = names.dns_label(name)
    if reason is not None:
        yield Problem(Place("NAME"), f"{name!r} {reason}")
    elif name in here.files:
        yield Problem(Place("NAME"), f"{name!r} is a tenant already, in {here.files[name]}; choose another name")
    elif f"tenants/{name}.yaml" in (repository.PLATFORM, repository.WAIVERS, repository.REMOVALS):
        yield Problem(Place("NAME"), f"{name!r} is no name for a tenant, for tenants/{name}.yaml is; choose another")


def _check_labels(labels: tuple[str, ...]) -> Iterator[Problem]:
    for label in labels:
        key, equals, value = label.partition("=")
        if not equals:
            yield Problem(Place("--label"), f"{label!r} has no '='; write KEY=VALUE")
            continue
        for text, reason in ((key, names.label_key(key)), (value, names.label_value(value))):
            if reason is not None:
                yield Problem(Place("--label"), f"{text!r} {reason}")


def _by_option(problem: Problem, document: str) -> Problem:
    """Say a problem of the new file as one of the option that would mend it."""
    place = problem.place
    if place.document != document:
        return problem
    if place.route[:2] == ("metadata", "labels") and len(place.route) > 2:  # noqa: PLR2004 - the key comes third
        return Problem(Place(f"--label {place.route[2]}=VALUE"), problem.message)
    option = _OPTIONS.get((str(place.route[0]), str(place.route[1]))) if len(place.route) == 2 else None  # noqa: PLR2004
    return Problem(Place(option), problem.message) if option is not None else problem


# -- the file


def _drafted(wishes: Wishes, like: str | None, here: _Repository, document: str) -> tuple[str, list[str]]:
    """Return the text of the new file, and what its author has to know about it."""
    link = _schema_link(here, document, like)
    if like is None:
        tier = here.platform.tiers.get(wishes.tier or "")
        quota = (tier.quota if tier is not None else None) or here.platform.defaults.quota
        hard = {key: str(amount) for key, amount in quota.hard.items()} if quota is not None else _SHOWN_QUOTA
        roles = sorted({*BUILT_IN_ROLES, *here.platform.roles})
        return draft.with_schema(draft.fresh(wishes, roles, hard), link), []
    copy = draft.after(_copied(here.root, here.files[like]), wishes)
    remarks = [f"left out {', '.join(routes)}: {reason}" for reason, routes in copy.dropped.items()]
    remarks.append(f"all else is as {like} has it, people and labels too; make sure that {wishes.name} is to have it")
    return draft.with_schema(copy.text, link), remarks


def _copied(root: Path, document: str) -> str:
    """Read the file that is copied; it must be valid, or its copy would not be."""
    found = documents.read(root, document)
    problems = schema.problems(found, "tenant")
    if problems:
        raise InputError(problems)
    return (root / document).read_text(encoding="utf-8")


def _schema_link(here: _Repository, document: str, like: str | None) -> str | None:
    """Return the way from the new file to its schema: the one that other files go, or the one that init has laid."""
    folder = posixpath.dirname(document)
    others = sorted(here.files.values(), key=lambda other: (posixpath.dirname(other) != folder, other))
    for other in ([here.files[like]] if like is not None else []) + others[:_LOOKS]:
        data, _ = documents.load(here.root, other)
        link = draft.schema_of((data or b"").decode(errors="replace"))
        if link is not None:
            return link if ":" in link or link.startswith("/") else _moved(link, posixpath.dirname(other), folder)
    return posixpath.relpath(_SCHEMA, folder) if (here.root / _SCHEMA).is_file() else None


def _moved(link: str, old: str, new: str) -> str:
    """Turn a way from one folder into the way from another to the same file."""
    return link if old == new else posixpath.relpath(posixpath.join(old, link), new)


def _written(root: Path, document: str, text: str, name: str) -> list[Problem]:
    """Write the file; take it back if a run over the repository finds problems that were not there before."""
    path = root / document
    before = set(_errors(root, name))
    with ExitStack() as undo:
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                undo.callback(path.unlink)
                file.write(text)
        except OSError as error:
            raise click.FileError(document, error.strerror) from error
        caused = [problem for problem in _errors(root, name) if problem not in before]
        if not caused:
            undo.pop_all()
    return caused


def _errors(root: Path, name: str) -> list[Problem]:
    return render(root, Options(write=False, tenants=frozenset([name]))).input_errors


def _say_what_is_next(document: str, remarks: list[str]) -> None:
    click.echo(f"wrote {document}")
    for remark in remarks:
        click.echo(f"  {remark}")
    click.echo("next:")
    click.echo(f"  edit {document}; tenantry explain spec lists its fields")
    click.echo("  tenantry render")
    click.echo(f"  git add {document} {repository.RENDERED} && git commit")
