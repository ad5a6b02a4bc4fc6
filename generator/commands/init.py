"""``tenantry init``: a working GitOps repository of tenants; what is there already is never overwritten."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
from msgspec import Struct

from generator import __version__, repository, revisions
from generator.commands import schema
from generator.console import count, tell
from generator.kubernetes import names
from generator.pipeline import Options, render
from generator.problems import InputError, Place, Problem
from generator.validation import validity
from generator.validation.formats import FORMATS

#: Where the texts lie, some with placeholders.
SCAFFOLD = Path(__file__).parent.parent / "scaffold"
_EXAMPLE = "tenants/example.yaml"
_SCHEMAS = "tenants/.schemas"

#: Path in the new repository -> file of the scaffold.
FILES = {
    repository.PLATFORM: "platform.yaml",
    _EXAMPLE: "example.yaml",
    "policies/README.md": "policies.md",
    "README.md": "README.md",
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".vscode/settings.json": "vscode-settings.json",
}
#: The same, by the host of the repository.
HOSTED = {
    "github": {".github/CODEOWNERS": "CODEOWNERS", ".github/workflows/tenantry.yml": "github-workflow.yml"},
    "gitlab": {".gitlab/CODEOWNERS": "CODEOWNERS", ".gitlab-ci.yml": "gitlab-ci.yml"},
}
#: The same, by the engine that applies the manifests; the paths by the name of the cluster.
SYNCED = {
    "flux": {
        "clusters/{cluster}/kustomization.yaml": "flux-cluster.yaml",
        "clusters/{cluster}/flux-system/kustomization.yaml": "flux-system.yaml",
        "clusters/{cluster}/flux-system/gotk-components.yaml": "gotk.yaml",
        "clusters/{cluster}/flux-system/gotk-sync.yaml": "gotk.yaml",
    },
    "argocd": {
        "clusters/{cluster}/argocd/settings.yaml": "argocd-settings.yaml",
        "clusters/{cluster}/argocd/default-project.yaml": "argocd-default-project.yaml",
    },
}
#: What the README says of each engine, and what it is called.
STEPS = {"flux": "sync-flux.md", "argocd": "sync-argocd.md"}
_NAMED = {"flux": "Flux", "argocd": "Argo CD"}
_BOOTSTRAP = "flux bootstrap {host} --owner=OWNER --repository=REPOSITORY --branch=main --path=clusters/{cluster}"
_ELSEWHERE = "https://git.example.com/platform/tenants.git"
#: What CI and the review follow, which is the platform team's too.
_CI = {"github": ("/.github/",), "gitlab": ("/.gitlab/", "/.gitlab-ci.yml")}
#: How far the clusters that people run are behind the newest Kubernetes, in minor versions.
_BEHIND = 2


class _Choice(Struct, frozen=True):
    """What the repository is for."""

    host: str
    engine: str
    cluster: str
    version: str
    address: str


class _Plan(Struct, frozen=True):
    """What to write, by path, and which files stay as they are although ours would be different."""

    write: Mapping[str, str]
    kept: Mapping[str, str]


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path())
@click.option("--flux", "sync", flag_value="flux", help="Flux applies what is rendered; the default.")
@click.option("--argocd", "sync", flag_value="argocd", help="Argo CD applies what is rendered.")
@click.option("--github", "host", flag_value="github", help="The repository is on GitHub; the default.")
@click.option("--gitlab", "host", flag_value="gitlab", help="The repository is on GitLab.")
@click.option("--repository", "address", metavar="URL", help="The address of the git repository; its remote's, if any.")
@click.option("--cluster", metavar="NAME", default="production", show_default=True, help="The name of the cluster.")
@click.option("--kubernetes", metavar="VERSION", help="The cluster's Kubernetes version, such as 1.34.")
@click.pass_obj
def command(
    start: Path, /, *, folder: Path, address: str | None, cluster: str, kubernetes: str | None, **flags: str | None
) -> int:
    """Start a GitOps repository of tenants in DIR, or here."""
    version = kubernetes or validity.known_versions()[-1 - _BEHIND]
    root = start / folder
    problems = [*_check_options(cluster, version, address), *_check_folder(root)]
    if problems:
        raise InputError(problems)
    fresh = not os.path.lexists(root / repository.PLATFORM)
    found = address or _remote(root)
    chosen = _Choice(flags["host"] or "github", flags["sync"] or "flux", cluster, version, found or _ELSEWHERE)
    plan = _plan(root, _wanted(root, chosen))
    _write(root, plan.write)
    _say_what_was_done(plan)
    if not fresh:
        return 0
    outcome = render(root, Options())
    tell(root, outcome.problems)
    if outcome.errors:
        return 2
    click.echo(f"rendered {count(outcome.tenants, 'tenant')} into {count(outcome.files, 'file')}")
    _say_what_is_next(root, chosen, is_assumed=kubernetes is None, is_known=found is not None)
    return 0


def _remote(root: Path) -> str | None:
    """Return where git says that the repository comes from, if an engine can read it from there."""
    folder = next(folder for folder in (root, *root.resolve().parents) if folder.is_dir())
    for known in sorted(revisions.remotes(folder)):
        host, colon, path = known.partition(":")
        is_short = bool(colon) and "@" in host and not path.startswith("//")
        address = f"ssh://{host}/{path}" if is_short else known
        if FORMATS["git-url"](address) is None:
            return address
    return None


def _check_options(cluster: str, version: str, address: str | None) -> Iterator[Problem]:
    wrong = FORMATS["git-url"](address) if address is not None else None
    if wrong is not None:
        yield Problem(Place("--repository"), f"{address!r} {wrong}")
    reason = names.dns_label(cluster)
    if reason is not None:
        yield Problem(Place("--cluster"), f"{cluster!r} {reason}")
    known = validity.known_versions()
    if version not in known:
        plain = ".".join(version.removeprefix("v").split(".")[:2])
        would = f"write {plain}" if plain in known else f"write {known[0]} to {known[-1]}"
        yield Problem(Place("--kubernetes"), f"{version!r} has no schemas to check against; {would}")


def _check_folder(root: Path) -> Iterator[Problem]:
    for folder in (root, *root.parents):
        if os.path.lexists(folder):
            if not folder.is_dir():
                yield Problem(Place(str(folder)), "a file is where the folder would be; choose another folder")
            return


# -- what is wanted, and what is there


def _wanted(root: Path, chosen: _Choice) -> dict[str, str]:
    """Return the text of every file that a repository has, by path; the example only where nothing is yet."""
    said = {
        "__APPLIED__": (SCAFFOLD / STEPS[chosen.engine]).read_text(encoding="utf-8").rstrip(),
        "__BOOTSTRAP__": _BOOTSTRAP.format(host=chosen.host, cluster=chosen.cluster),
        "__NAMED__": _NAMED[chosen.engine],
        "__CLUSTER__": chosen.cluster,
        "__KUBERNETES__": chosen.version,
        "__SYNC__": chosen.engine,
        "__REPOSITORY__": chosen.address,
        "__VERSION__": __version__,
        "__CI__": "\n".join(f"{path:<29} @example/platform-team" for path in _CI[chosen.host]),
    }
    synced = {path.format(cluster=chosen.cluster): name for path, name in SYNCED[chosen.engine].items()}
    texts = {path: _filled(name, said) for path, name in {**FILES, **HOSTED[chosen.host], **synced}.items()}
    texts |= {f"{_SCHEMAS}/{name}": text for name, text in schema.texts().items()}
    if os.path.lexists(root / repository.PLATFORM) or _has_tenants(root):
        del texts[_EXAMPLE]
    return texts


def _has_tenants(root: Path) -> bool:
    return (root / repository.TENANTS).is_dir() and bool(repository.tenant_sources(root))


def _filled(name: str, said: Mapping[str, str]) -> str:
    text = (SCAFFOLD / name).read_text(encoding="utf-8")
    for placeholder, value in said.items():
        text = text.replace(placeholder, value)
    return text


def _plan(root: Path, wanted: Mapping[str, str]) -> _Plan:
    """Decide what to write; whatever stands in the way of a file is told at once, before anything is written."""
    problems = [problem for path in wanted for problem in _obstacle(root, path)]
    if problems:
        raise InputError(dict.fromkeys(problems))
    there = {path for path in wanted if (root / path).is_file()}
    kept = {path: wanted[path] for path in there if (root / path).read_bytes() != wanted[path].encode()}
    return _Plan({path: text for path, text in wanted.items() if path not in there}, dict(sorted(kept.items())))


def _obstacle(root: Path, path: str) -> Iterator[Problem]:
    """Find what keeps a file from being written at a path; a link would lead out of the repository."""
    above = [parent.as_posix() for parent in reversed(Path(path).parents[:-1])]
    for folder in above:
        if (root / folder).is_symlink():
            yield Problem(Place(folder), "a link is where a folder is needed; move it away")
            return
        if (root / folder).exists() and not (root / folder).is_dir():
            yield Problem(Place(folder), "a file is where a folder is needed; move it away")
            return
    if os.path.lexists(root / path) and not (root / path).is_file():
        what = (
            "a folder" if (root / path).is_dir() else "a link to nowhere" if (root / path).is_symlink() else "a device"
        )
        yield Problem(Place(path), f"{what} is where a file is needed; move it away")


def _write(root: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            with (root / path).open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise click.FileError(str(root / path), error.strerror) from error


# -- what is told


def _say_what_was_done(plan: _Plan) -> None:
    if plan.write:
        click.echo("wrote:")
        _list(sorted(plan.write))
    if plan.kept:
        click.echo("kept as they are:")
        _list(plan.kept)
    if any(path.startswith(f"{_SCHEMAS}/") for path in plan.kept):
        click.echo(f"bring the schemas up to date with: tenantry schema --write {_SCHEMAS}")
    if not plan.write:
        click.echo("nothing to write: every file is there")


def _list(paths: Iterable[str]) -> None:
    for path in paths:
        click.echo(f"  {path}")


def _say_what_is_next(root: Path, chosen: _Choice, *, is_assumed: bool, is_known: bool) -> None:
    click.echo("next:")
    top = next((folder for folder in root.resolve().parents if (folder / ".git").exists()), None)
    if top is not None and not (root / ".git").exists():
        click.echo(f"  move what CI reads to the top of the git repository, {top}")
    if is_assumed:
        click.echo(f"  set the cluster's version in {repository.PLATFORM}, where {chosen.version} is assumed")
    if not is_known:
        click.echo(f"  set the address of this repository in {repository.PLATFORM}, and run: tenantry render")
    click.echo(f"  name your teams in .{chosen.host}/CODEOWNERS")
    click.echo("  tenantry new NAME --tier small --owner-group GROUP")
    click.echo("  git add . && git commit && git push")
    click.echo(f"  have {_NAMED[chosen.engine]} apply it, as the README says")
