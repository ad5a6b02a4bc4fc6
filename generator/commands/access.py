"""``tenantry access``: exact answers about who may do what, from ``rendered/`` or from any manifests."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from generator import manifests
from generator.access import (
    MASTERS,
    Access,
    Request,
    ResourceRequest,
    Subject,
    UrlRequest,
    about_namespace,
    effective,
    escalation,
    group,
    implicit_groups,
    service_account,
    user,
)
from generator.access.defaults import EXACT
from generator.console import count, kubernetes_version, tell
from generator.judgement import catalogue
from generator.kubernetes.resources import group_of, is_cluster_scoped, plural
from generator.problems import InputError, Place, Problem, instead
from generator.reporters import access as answers_of
from generator.reporters import paths as paths_of
from generator.reporters.access import CanI, Of, Where, WhoCan
from generator.reporters.paths import Paths
from generator.repository import PLATFORM, RENDERED, find_root, root_or
from generator.run import collector
from generator.spec import platform
from generator.spec.platform import Platform
from generator.validation import schema
from generator.yaml import documents

#: Verbs that somebody checks; a custom controller may check others.
_VERBS = frozenset({
    "*", "approve", "attest", "bind", "create", "delete", "deletecollection", "escalate", "get", "impersonate", "list",
    "patch", "sign", "update", "use", "watch",
})  # fmt: skip
_METHODS = frozenset({"*", "delete", "get", "head", "options", "patch", "post", "put"})
#: What asks about all Namespaces at once, and so is asked in none.
_OF_ALL = frozenset({"create", "list", "watch", "deletecollection"})

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Choice(Struct, frozen=True):
    """What to ask, and how to answer: the options that all questions share."""

    manifests: tuple[str, ...]
    cluster: str | None
    kubernetes: str | None
    snapshot: tuple[str, ...]
    into: str
    defaults: bool
    form: str


class _Source(Struct, frozen=True):
    """The manifests of one cluster, and what it holds already: paths that start from a folder."""

    where: Where
    paths: tuple[str, ...]
    snapshot: tuple[str, ...]
    folder: Path


_Answer = TypeVar("_Answer", bound=answers_of.Answer | Paths)
#: A question, put to what one cluster lets people do.
_Question = Callable[[Access, Where], _Answer]


def _having(*options: Callable[[_Function], _Function]) -> Callable[[_Function], _Function]:
    """Give a command *options*, which its help lists in this order."""

    def add(function: _Function) -> _Function:
        for option in reversed(options):
            function = option(function)
        return function

    return add


#: The options of every question.
_SHARED = (
    click.option(
        "--manifests", multiple=True, metavar="PATH", help="A file or folder of manifests, or -; may be given again."
    ),
    click.option("--cluster", metavar="NAME", help="Only this cluster of rendered/."),
    click.option(
        "--kubernetes",
        metavar="VERSION",
        callback=kubernetes_version,
        help="The version whose built-in roles are there.",
    ),
    click.option(
        "--snapshot", multiple=True, metavar="PATH", help="The cluster's own roles and bindings, as kubectl gets them."
    ),
    click.option("--into", default="", metavar="NAMESPACE", help="Where manifests without a namespace go."),
    click.option("--no-defaults", is_flag=True, help="Leave out the roles and bindings that Kubernetes brings."),
    click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For whom to answer."),
)


#: The options of a question about one request.
_ABOUT = (
    click.option("-n", "--namespace", default="", help="Ask in this namespace; without it, in all of them at once."),
    click.option("--name", default="", help="Ask about the object of this name."),
    click.option("--group", "api_group", help="The API group of the resource, which can also stand after a dot."),
)
_AS_GROUP = click.option(
    "--as-group", "groups", multiple=True, metavar="GROUP", help="A group of theirs; may be given again."
)


@click.group()
def command() -> None:
    """Ask who may do what, and where."""


@command.command("who-can", short_help="Who may do VERB to RESOURCE.")
@click.argument("verb")
@click.argument("resource")
@_having(*_ABOUT, *_SHARED)
@click.pass_obj
@collector.resting()
def who_can(start: Path, /, *, verb: str, resource: str, **options: Any) -> int:
    """Say who may do VERB to RESOURCE, such as jobs, jobs.batch, pods/log or /healthz."""
    request, notes = _request(verb, resource, options)

    def ask(access: Access, where: Where) -> answers_of.Answer:
        holders = access.who_can(request)
        hidden = f"Group {MASTERS} can do everything as well, without any binding"
        said = notes if group(MASTERS) in holders.grants else (*notes, hidden)
        return WhoCan(where, request, said, holders)

    return _answer(start, _choice(options), ask)[1]


@command.command("can-i", short_help="Whether somebody may do VERB to RESOURCE.")
@click.argument("verb")
@click.argument("resource")
@click.option("--as", "subject", required=True, help="Who asks: alice, group:NAME or serviceaccount:NAMESPACE/NAME.")
@_having(_AS_GROUP, *_ABOUT, *_SHARED)
@click.pass_obj
@collector.resting()
def can_i(start: Path, /, *, verb: str, resource: str, subject: str, groups: tuple[str, ...], **options: Any) -> int:
    """Say whether somebody may do VERB to RESOURCE: exit code 0 for yes, 1 for no."""
    who = _subject(subject)
    request, notes = _request(verb, resource, options)
    counted = _counted(who, groups)

    def ask(access: Access, where: Where) -> answers_of.Answer:
        is_group = who.kind == "Group"
        username, as_groups = ("", (who.name, *counted)) if is_group else (who.username, counted)
        return CanI(where, request, notes, who, counted, access.decide(username, as_groups, request))

    answers, code = _answer(start, _choice(options), ask)
    return code or int(not all(isinstance(answer, CanI) and answer.allowed for answer in answers))


@command.command("of", short_help="All that SUBJECT may do.")
@click.argument("subject")
@_having(_AS_GROUP, *_SHARED)
@click.pass_obj
@collector.resting()
def of(start: Path, /, *, subject: str, groups: tuple[str, ...], **options: Any) -> int:
    """Say all that SUBJECT may do: alice, group:NAME or serviceaccount:NAMESPACE/NAME."""
    who = _subject(subject)
    counted = _counted(who, groups)
    is_master = MASTERS in counted or who == group(MASTERS)
    notes = (f"Group {MASTERS} may do everything: RBAC is not asked",) if is_master else ()

    def ask(access: Access, where: Where) -> answers_of.Answer:
        return Of(where, who, counted, notes, access.grants_of(who, groups))

    return _answer(start, _choice(options), ask)[1]


@command.command("paths", short_help="How far SUBJECT gets by escalation.")
@click.argument("subject")
@_having(_AS_GROUP, *_SHARED)
@click.pass_obj
@collector.resting()
def paths(start: Path, /, *, subject: str, groups: tuple[str, ...], **options: Any) -> int:
    """Say whom SUBJECT can become by what they may do, whom these can become, and each step with its grants."""
    who = _subject(subject)
    customs, problems = catalogue.customs(root_or(start))
    if problems:
        raise InputError(problems)

    def ask(access: Access, where: Where) -> Paths:
        found = escalation.paths(access, who, groups, customs)
        notes = (f"Group {MASTERS} may do everything: RBAC is not asked",) if found.is_master else ()
        return Paths(where, notes, found)

    return _answer(start, _choice(options), ask, paths_of)[1]


# -- answering


def _choice(options: Mapping[str, Any]) -> _Choice:
    return _Choice(
        manifests=options["manifests"],
        cluster=options["cluster"],
        kubernetes=options["kubernetes"],
        snapshot=options["snapshot"],
        into=options["into"],
        defaults=not options["no_defaults"],
        form=options["form"],
    )


def _answer(
    start: Path, choice: _Choice, ask: _Question[_Answer], told_by: ModuleType = answers_of
) -> tuple[list[_Answer], int]:
    """Put a question to each cluster, print the answers, and return them with 2 if the input has errors, else 0.

    *told_by* is the reporter of answers of this sort: it has ``places``, ``text`` and ``as_json``.
    """
    sources = _sources(start, choice)
    is_piped = manifests.PIPE in (*choice.manifests, *choice.snapshot)
    piped = sys.stdin.buffer.read(documents.MAX_STREAM + 1) if is_piped else b""
    answers: list[_Answer] = []
    problems: list[Problem] = []
    lines: dict[Place, Place] = {}
    for source in sources:
        access, wrong = _access(source, choice, piped)
        answer = ask(access, source.where)
        shown = told_by.places([answer])
        lines |= manifests.located((*shown, *(one.place for one in access.problems)), source.folder, piped)
        answers.append(answer)
        problems += wrong
        problems += [replace(one, place=lines[one.place]) for one in access.problems]
    click.echo((told_by.as_json if choice.form == "json" else told_by.text)(answers, lines))
    tell(sources[0].folder, problems)
    errors = len({problem for problem in problems if not problem.warning})
    if errors:
        click.echo(f"{count(errors, 'error')}; what is wrong is left out of the answer", err=True)
    return answers, 2 if errors else 0


def _access(source: _Source, choice: _Choice, piped: bytes) -> tuple[Access, list[Problem]]:
    found, problems = manifests.read(source.paths, source.folder, piped)
    snapshot, wrong = manifests.read(source.snapshot, source.folder, piped)
    access = effective(found, version=source.where.kubernetes, snapshot=snapshot, namespace=choice.into)
    return access, [*problems, *wrong]


def _sources(start: Path, choice: _Choice) -> list[_Source]:
    """Find the manifests: those that are named, or those of each cluster of the repository."""
    if choice.manifests:
        if choice.cluster is not None:
            raise click.UsageError("--cluster is for rendered/; leave it out, or leave --manifests out")
        return [_Source(_where(None, choice, EXACT), choice.manifests, choice.snapshot, start)]
    try:
        root = find_root(start)
    except InputError:
        raise click.UsageError("this is no repository of tenants; name the manifests with --manifests PATH") from None
    clusters = _platform(root).clusters
    if choice.cluster is not None and choice.cluster not in clusters:
        raise click.UsageError(f"there is no cluster {choice.cluster!r}; {instead(choice.cluster, clusters)}")
    wanted = [name for name in clusters if choice.cluster in (None, name)]
    there = [name for name in wanted if (root / RENDERED / name).is_dir()]
    if not there:
        raise InputError(
            [Problem(Place(RENDERED), "there is nothing of a cluster here; write it with: tenantry render")]
        )
    if choice.snapshot and len(there) > 1:
        raise click.UsageError("a snapshot is of one cluster; choose it with --cluster NAME")
    snapshot = tuple([_from(root, start, path) for path in choice.snapshot])
    return [
        _Source(
            _where(name, choice, clusters[name].version),
            (f"{RENDERED}/{name}",),
            snapshot or tuple(filter(None, (clusters[name].snapshot,))),
            root,
        )
        for name in sorted(there)
    ]


def _from(root: Path, start: Path, path: str) -> str:
    """Write a path as it is seen from *root*, as all that is told of a repository is."""
    return path if path == manifests.PIPE or Path(path).is_absolute() else os.path.relpath(start / path, root)


def _where(cluster: str | None, choice: _Choice, version: str) -> Where:
    return Where(cluster, (choice.kubernetes or version) if choice.defaults else None)


def _platform(root: Path) -> Platform:
    document = documents.read(root, PLATFORM)
    problems = schema.problems(document, "platform")
    if problems:
        raise InputError(problems)
    return platform.from_document(document)


# -- what is asked


def _subject(written: str) -> Subject:
    """Read who is meant: ``group:NAME`` and its like, or ``Group NAME``, as findings and answers write it."""
    kind, colon, name = written.partition(":")
    if not colon or kind not in ("group", "user", "serviceaccount"):
        kind, name = "user", written
        shown, space, rest = written.partition(" ")
        if space and shown in ("Group", "User", "ServiceAccount"):
            kind, name = shown.lower(), rest
    if kind == "serviceaccount":
        namespace, _, account = name.partition("/")
        if not (namespace and account):
            raise click.UsageError(f"{written!r} names no service account; write serviceaccount:NAMESPACE/NAME")
        return service_account(namespace, account)
    if not name:
        raise click.UsageError(f"{written!r} names nobody; write a user, group:NAME or serviceaccount:NAMESPACE/NAME")
    return group(name) if kind == "group" else user(name)


def _counted(who: Subject, groups: Iterable[str]) -> tuple[str, ...]:
    """Return the groups that count: those that are given, and those that authentication adds."""
    return tuple(dict.fromkeys((*groups, *implicit_groups(who))))


def _request(verb: str, written: str, options: Mapping[str, Any]) -> tuple[Request, tuple[str, ...]]:
    """Read what is asked for, and say what had to be guessed."""
    namespace, name, api_group = options["namespace"], options["name"], options["api_group"]
    if written.startswith("/"):
        if namespace or name or api_group is not None:
            raise click.UsageError(f"{written!r} is no object; leave out --namespace, --name and --group")
        return UrlRequest(verb, written), tuple(_about_verb(verb, _METHODS))
    full, _, subresource = written.partition("/")
    word, dot, after = full.partition(".")
    if dot and api_group not in (None, after):
        raise click.UsageError(f"{after!r} in {written!r} is another group than {api_group!r}; leave one of them out")
    resource = plural(word)
    given = after if dot else api_group
    known, notes = group_of(resource) if given is None else (given, ())
    if not resource:
        raise click.UsageError(f"{written!r} names no resource; write one such as pods, jobs.batch or pods/log")
    request = ResourceRequest(verb, known, resource, subresource, name, namespace)
    placed, more = _placed(request)
    return placed, (*_about_verb(verb, _VERBS), *notes, *more)


def _placed(request: ResourceRequest) -> tuple[ResourceRequest, tuple[str, ...]]:
    """Ask where the API server asks: of what is in no namespace, in none; of one Namespace, in itself."""
    if not is_cluster_scoped(request.resource, request.group):
        if request.namespace:
            return request, ()
        return request, ("asked across all namespaces; -n NAMESPACE asks in one",)
    said = f"{request.resource} are in no namespace, so that {request.namespace!r} is left out"
    notes = (said,) if request.namespace and request.namespace != request.name else ()
    if (request.resource, request.group) == ("namespaces", "") and request.name and request.verb not in _OF_ALL:
        return about_namespace(request.verb, request.name, request.subresource), notes
    return replace(request, namespace=""), notes


def _about_verb(verb: str, known: Iterable[str]) -> Iterator[str]:
    if verb not in known:
        yield f"{verb!r} is no verb that Kubernetes itself asks for; {instead(verb, known)}"
