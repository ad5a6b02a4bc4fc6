"""``tenantry launcher``: what the launchers of tenants are configured to do, and what that means for people.

Thin: a subcommand reads its files, asks a module of ``generator/launcher`` and prints what that answers.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from msgspec.structs import replace

from generator import manifests
from generator.console import count, tell
from generator.launcher import configuration, demand, ini, jobfields, mounted, profiles, sizes
from generator.launcher.configuration import PROFILES_FILE, SIZES_FILE
from generator.launcher.mounted import Mounted
from generator.launcher.objecttemplates import CONFIGURATION, DATA, VERSIONS
from generator.launcher.surroundings import Surroundings
from generator.problems import InputError, Place, Problem, instead
from generator.reporters import limits as limits_of
from generator.reporters import presets as presets_of
from generator.reporters.limits import Limits
from generator.repository import RENDERED, find_root, is_output_of, root_or
from generator.run.site import read_presets
from generator.validation.validity import known_versions
from generator.yaml import documents

_MANIFESTS = (".yaml", ".yml", ".json")


@click.group()
def command() -> None:
    """Look into the launchers of tenants: limits, presets, object templates."""


# -- profile


@command.command("profile", short_help="The limits that one person gets.")
@click.option("--user", required=True, help="The user's name, as the launcher knows it.")
@click.option("--group", "groups", multiple=True, help="A group of theirs, the primary one too; may be given again.")
@click.option("--file", "file", metavar="PATH", help=f"A {PROFILES_FILE}, or a manifest of ConfigMaps with one; or -.")
@click.option("--cluster", metavar="NAME", help="Only this cluster of rendered/.")
@click.option("--tenant", metavar="NAME", help="Only this tenant.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom to answer.")
@click.pass_obj
def profile(start: Path, /, *, user: str, groups: tuple[str, ...], form: str, **source: str | None) -> int:
    """Say which limits and images one person gets from a launcher's profiles, and what decides each."""
    file, cluster, tenant = source["file"], source["cluster"], source["tenant"]
    if file is not None and (cluster or tenant):
        raise click.UsageError("--cluster and --tenant are for rendered/; leave them out, or leave --file out")
    root = start if file is not None else find_root(start)
    found, problems = _given(start, file) if file is not None else _rendered(root, cluster, tenant)
    answers = []
    for one in found:
        problems += configuration.check(one.files)
        if all(problem.warning for problem in _startable(one.files)):
            answers.append(_limits(one, user, groups))
    if answers:
        click.echo((limits_of.as_json if form == "json" else limits_of.text)(answers))
    tell(root, problems)
    errors = len({problem for problem in problems if not problem.warning})
    if errors:
        click.echo(f"{count(errors, 'error')}; a launcher may not start with it, or refuse jobs", err=True)
    return 2 if errors else 0


def _limits(one: Mounted, user: str, groups: tuple[str, ...]) -> Limits:
    held = profiles.from_text(one.files[PROFILES_FILE])
    sized = sizes.from_text(one.files[SIZES_FILE]) if SIZES_FILE in one.files else ()
    values = profiles.values(profiles.by_position(held, user, groups))
    return Limits(one.title, user, groups, profiles.effective(held, user, groups), demand.demands(values, sized))


def _startable(files: Mapping[str, ini.Text]) -> Iterator[Problem]:
    """Find what keeps the product from reading the profiles at all, so that nobody gets anything from them."""
    text = files[PROFILES_FILE]
    yield from text.problems
    yield from profiles.check(profiles.from_text(text))


def _given(start: Path, file: str) -> tuple[list[Mounted], list[Problem]]:
    """Read the file that was named: a manifest, or the profiles themselves."""
    if file == manifests.PIPE:
        name, data = manifests.PIPED, sys.stdin.buffer.read(documents.MAX_DOCUMENT + 1)
        wrong: tuple[Problem, ...] = ()
        is_manifest = b"kind: ConfigMap" in data or data.lstrip().startswith(b"{")
    else:
        name = file
        loaded, wrong = documents.load(start, file, limit=documents.MAX_STREAM, anywhere=True)
        data, is_manifest = loaded or b"", file.endswith(_MANIFESTS)
        if loaded is None:
            raise InputError(wrong)
    if is_manifest:
        found, problems = mounted.read(data, name)
        if not found:
            message = f"there is no ConfigMap with the key {PROFILES_FILE} in it; name one, or the file itself"
            raise InputError([*problems, Problem(Place(name), message)])
        return list(found), list(problems)
    text, undecodable = ini.decode(data, name)
    return [Mounted(name, {PROFILES_FILE: ini.read(text, name)})], [*wrong, *undecodable]


def _rendered(root: Path, cluster: str | None, tenant: str | None) -> tuple[list[Mounted], list[Problem]]:
    """Read the ConfigMaps of launchers in what was rendered."""
    tenants, clusters = ({one} if one else set() for one in (tenant, cluster))
    found: list[Mounted] = []
    problems: list[Problem] = []
    for path in sorted((root / RENDERED).rglob("*.yaml")):
        name = path.relative_to(root).as_posix()
        if not is_output_of(name, tenants, clusters):
            continue
        data, wrong = documents.load(root, name, limit=documents.MAX_STREAM)
        problems += wrong
        if data is not None and PROFILES_FILE.encode() in data:
            more, wrong = mounted.read(data, name)
            found += more
            problems += wrong
    if not found:
        message = f"no launcher's profiles are rendered here{_asked(cluster, tenant)}; name a file with --file PATH"
        raise InputError([*problems, Problem(Place(RENDERED), message)])
    return found, problems


def _asked(cluster: str | None, tenant: str | None) -> str:
    words = [f"{what} {name!r}" for what, name in (("tenant", tenant), ("cluster", cluster)) if name]
    return f" for {' on '.join(words)}" if words else ""


# -- presets


@command.command("list", short_help="What launchers can be.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom to list them.")
@click.pass_obj
def listed(start: Path, /, *, form: str) -> int:
    """List the presets that tenants' launchers can have: those that ship, and the site's own in presets/."""
    presets, problems, _ = read_presets(root_or(start))
    click.echo((presets_of.as_json if form == "json" else presets_of.listing)(presets), nl=False)
    tell(root_or(start), problems)
    return 2 if problems else 0


@command.command("explain", short_help="All about one preset.")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom to explain it.")
@click.pass_obj
def explained(start: Path, /, *, name: str, form: str) -> int:
    """Say what a preset may do, what can be switched, where that comes from, and what to write in a tenant file."""
    presets, problems, _ = read_presets(root_or(start))
    if name not in presets.names:
        raise click.UsageError(f"there is no preset {name!r}; {instead(name, presets.names)}")
    click.echo((presets_of.one_as_json if form == "json" else presets_of.explanation)(name, presets), nl=False)
    tell(root_or(start), problems)
    return 2 if problems else 0


# -- templates: what they need is imported when they are called, since the template engine is large


@command.group("templates", short_help="Write, compare and check object templates.")
def templates() -> None:
    """Write our object templates, compare a site's with them, or check a site's.

    A folder that is not named is the scratch path that the launcher's own configuration sets.
    """


def _located(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say which launcher's scratch path is meant."""
    conf = click.option("--conf", metavar="PATH", help=f"The launcher's configuration [default: {CONFIGURATION}].")
    return conf(click.option("--cluster", metavar="NAME", help="The cluster in it, if it has several.")(function))


_version = click.option("--version", type=click.Choice(VERSIONS), default=VERSIONS[-1], show_default=True)


@templates.command("generate", short_help="Write our templates.")
@_version
@click.option("--output", "--scratch-path", "output", metavar="DIR", help="The folder to write to.")
@_located
@click.pass_obj
def generate(start: Path, /, *, version: str, output: str | None, conf: str | None, cluster: str | None) -> int:
    """Write our job.tpl, service.tpl and an empty data template; what somebody has changed is never replaced."""
    from generator.launcher import scratchpath

    folder = _folder(start, output, conf, cluster)
    written = scratchpath.write(start / folder, folder, version)
    for name in written:
        click.echo(f"{folder.rstrip('/')}/{name}")
    click.echo(f"{count(len(written), 'file')} written" if written else "all files are there already", err=True)
    return 0


@templates.command("diff", short_help="A site's templates against ours.")
@click.argument("directory", required=False, metavar="[DIR]")
@_version
@click.option("--base", metavar="DIR", help="The templates that the site started from: say who changed what since.")
@_located
@click.pass_obj
def diff(start: Path, /, directory: str | None, *, version: str, base: str | None, **where: str | None) -> int:
    """Show how a site's templates differ from ours; exit code 1 if they do."""
    from generator.launcher import scratchpath
    from generator.reporters import differences as differences_of

    folder = _folder(start, directory, where["conf"], where["cluster"])
    site, ours = scratchpath.read(start / folder, folder), scratchpath.ours(version)
    before = scratchpath.read(start / base, base) if base is not None else None
    told = differences_of.text(folder, site, ours, before)
    click.echo(told, nl=False)
    return 1 if told else 0


@templates.command("validate", short_help="Check a site's templates.")
@click.argument("directory", required=False, metavar="[DIR]")
@click.option("--verbose", is_flag=True, help="Show what each template gives for each payload.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom to report.")
@click.option("--base", metavar="DIR", help="The templates that the site started from: say what is gone.")
@click.option(
    "--tenant", metavar="NAME", help="The tenant whose sessions are meant: its file says what surrounds them."
)
@click.option("--launcher", metavar="NAME", help="The tenant's launcher, if it has several.")
@click.option("--product", default=VERSIONS[-1], show_default=True, help="The product's version of templates.")
@click.option("--kubernetes", type=click.Choice(known_versions()), default=Surroundings().kubernetes, show_default=True)
@click.option(
    "--level",
    type=click.Choice(["privileged", "baseline", "restricted"]),
    default="restricted",
    show_default=True,
    help="The namespace's.",
)
@click.option("--account", "accounts", multiple=True, help="A service account that sessions may run as.")
@click.option("--registry", "registries", multiple=True, help="Where images may come from.")
@click.option("--pull-secret", "pull_secrets", multiple=True, help="A pull secret that the namespace has.")
@click.option("--program", "programs", multiple=True, help="A program that exec may name.")
@click.option("--identity", "identities", multiple=True, metavar="KEY=VALUE", help="A cloud identity of the tenant.")
@_located
@click.pass_obj
def validate(start: Path, /, directory: str | None, *, verbose: bool, form: str, **given: Any) -> int:
    """Render a site's templates over many jobs, and judge the templates and what comes of them.

    Programs that templates name are never run: what follows is looked at for both outcomes. What is not declared by an
    option (accounts, registries, pull secrets) is not judged. Exit code 1 if there is an error or a warning.

    With --tenant, its file and the platform file declare all of that, on the cluster that --cluster names; and what is
    checked are the templates that this tenant gets, or those of DIR with this tenant's data.
    """
    from generator.launcher import scratchpath, templatecheck, templatelint
    from generator.reporters import defects as defects_of

    if given["tenant"] is not None:
        folder, files, around = _of_tenant(start, directory, given)
    elif given["launcher"] is not None:
        raise click.UsageError("--launcher is one of a tenant; name it with --tenant")
    else:
        folder = _folder(start, directory, given["conf"], given["cluster"])
        files, around = scratchpath.read(start / folder, folder), _surroundings(given)
    base = scratchpath.read(start / given["base"], given["base"]) if given["base"] is not None else None
    verdict = templatecheck.validate(files, around, base)
    if directory is not None and given["conf"] is not None:
        read = scratchpath.paths(start / given["conf"], given["conf"]).values()
        elsewhere = templatelint.unmounted((start / directory).resolve().as_posix(), read)
        verdict = replace(verdict, defects=(*elsewhere, *verdict.defects))
    if form == "json":
        click.echo(defects_of.as_json(verdict, folder, verbose=verbose))
        return 1 if verdict.failed else 0
    if verbose:
        click.echo(defects_of.renderings(verdict), nl=False)
    click.echo(defects_of.text(verdict.defects, folder), nl=False)
    click.echo(defects_of.summary(verdict), err=True)
    return 1 if verdict.failed else 0


def _folder(start: Path, named: str | None, conf: str | None, cluster: str | None) -> str:
    """Return the folder that was named, or the scratch path of a cluster in the launcher's configuration."""
    if named is not None:
        return named
    from generator.launcher import scratchpath

    conf = conf or CONFIGURATION
    return scratchpath.chosen(scratchpath.paths(start / conf, conf), cluster, conf)


#: Options that say in other words what a tenant's file says.
_DECLARED = ("conf", "kubernetes", "level", "accounts", "registries", "pull_secrets", "identities")


def _of_tenant(
    start: Path, directory: str | None, given: Mapping[str, Any]
) -> tuple[str, dict[str, str], Surroundings]:
    """Return the name of the templates that a tenant gets, their texts, and what surrounds its sessions."""
    from generator.launcher import scratchpath
    from generator.placement import sessions
    from generator.run import lineage
    from generator.run.site import read_site
    from generator.spec import posit

    _refuse_declared()
    root = find_root(start)
    site = read_site(root)
    if site.assembly is None or any(not problem.warning for problem in site.problems):
        raise InputError(site.problems)
    platform = site.assembly.platform
    tenant = lineage.read(root, given["tenant"], platform, Place("--tenant"))
    launcher = sessions.chosen(tenant, given["launcher"])
    around = sessions.of(launcher, tenant, sessions.cluster_of(tenant, platform, given["cluster"]), platform)
    around = replace(around, version=_product(given["product"]), programs=frozenset(given["programs"]))
    own = dict(posit.templates(launcher))
    if directory is None:
        return f"launcher-{launcher.name}-templates", own, around
    files = scratchpath.read(start / directory, directory)
    return directory, {**files, DATA: own[DATA]}, around


def _refuse_declared() -> None:
    """Refuse options that would contradict the tenant's file."""
    context = click.get_current_context()
    for parameter in context.command.params:
        source = context.get_parameter_source(str(parameter.name))
        if parameter.name in _DECLARED and source is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{parameter.opts[0]} is said by the tenant's file; leave it or --tenant out")


def _surroundings(given: Mapping[str, Any]) -> Surroundings:
    pairs = [one.partition("=") for one in given["identities"]]
    wrong = [key for key, equals, _ in pairs if not equals]
    if wrong:
        raise click.UsageError(f"--identity {wrong[0]!r} has no value; write KEY=VALUE")
    return Surroundings(
        version=_product(given["product"]),
        kubernetes=given["kubernetes"],
        pod_security=given["level"],
        accounts=frozenset(given["accounts"]) or None,
        registries=given["registries"] or None,
        pull_secrets=frozenset(given["pull_secrets"]) or None,
        programs=frozenset(given["programs"]),
        identities=frozenset((key, value) for key, _, value in pairs),
    )


def _product(version: str) -> str:
    if version not in jobfields.VERSIONS:
        raise click.UsageError(
            f"--product {version!r} is no version of templates; {instead(version, jobfields.VERSIONS)}"
        )
    return version
