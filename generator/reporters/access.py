"""Who may do what, told to people and to machines: each answer with the binding, the role, the rule and their places.

Names in manifests may hold anything. What cannot be printed as it is, such as the codes that move a terminal's cursor,
is escaped, so that no name can write a line of the answer.
"""

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

from msgspec import Struct

from generator.access import MASTERS, Grant, Holders, Request, Subject, UrlRequest, group
from generator.access.algebra import Permissions, write
from generator.access.defaults import EXACT
from generator.problems import Place, dotted

#: The form of the JSON; a field that is added does not change it.
VERSION = 1
_WIDTH = 80

#: Places as manifests have them -> the same with their lines, as far as these are known.
Located = Mapping[Place, Place]


class Where(Struct, frozen=True):
    """What was asked: a cluster of the repository, or ``None`` for manifests that were named.

    ``kubernetes`` is the version whose built-in roles count; ``None`` leaves them out.
    """

    cluster: str | None
    kubernetes: str | None


class WhoCan(Struct, frozen=True):
    """Who may make a request."""

    where: Where
    request: Request
    notes: tuple[str, ...]
    holders: Holders

    @property
    def grants(self) -> tuple[Grant, ...]:
        """All that is shown."""
        return tuple([grant for grants in self.holders.grants.values() for grant in grants])


class CanI(Struct, frozen=True):
    """Whether somebody may make a request: by which grants, or as one of the masters, whom nobody asks for any."""

    where: Where
    request: Request
    notes: tuple[str, ...]
    subject: Subject
    groups: tuple[str, ...]
    grants: tuple[Grant, ...]

    @property
    def is_master(self) -> bool:
        """Whether the API server lets them do everything before it asks RBAC."""
        return MASTERS in self.groups or self.subject == group(MASTERS)

    @property
    def allowed(self) -> bool:
        """The answer."""
        return self.is_master or bool(self.grants)


class Of(Struct, frozen=True):
    """All that somebody may do."""

    where: Where
    subject: Subject
    groups: tuple[str, ...]
    notes: tuple[str, ...]
    grants: tuple[Grant, ...]


Answer = WhoCan | CanI | Of


def places(answers: Iterable[Answer]) -> Iterator[Place]:
    """Yield the places that will be shown."""
    for grant in (grant for answer in answers for grant in answer.grants):
        yield from (grant.binding.origin, grant.role.origin, grant.role.source(grant.index))


# -- text


def text(answers: Sequence[Answer], located: Located) -> str:
    """Write answers for people: no line is longer than 80 columns, unless a single word in it is."""
    blocks = []
    for answer in answers:
        lines = [*folded(f"{cluster_of(answer.where)}{_headline(answer)}", "", "  ")]
        lines += [line for note in answer.notes for line in folded(f"note: {note}", "  ", "    ")]
        blocks.append("\n".join([*lines, *_body(answer, located)]))
    return "\n\n".join(blocks)


def cluster_of(where: Where) -> str:
    """Say what was asked, in front of an answer."""
    version = f"Kubernetes {where.kubernetes}" if where.kubernetes else "without built-in roles"
    return f"{where.cluster}, {version}: " if where.cluster else f"{version}: "


def _headline(answer: Answer) -> str:
    if isinstance(answer, WhoCan):
        return f"{'who' if answer.holders.grants else 'nobody'} can {_asked(answer.request)}"
    who = called(answer.subject)
    if isinstance(answer, CanI):
        return (
            f"{'yes' if answer.allowed else 'no'}, {who} can{'' if answer.allowed else 'not'} {_asked(answer.request)}"
        )
    return f"{who} may do {'this' if answer.grants else 'nothing'}"


def _body(answer: Answer, located: Located) -> Iterator[str]:
    if isinstance(answer, WhoCan):
        for subject, grants in answer.holders.grants.items():
            meaning = answer.holders.broad.get(subject)
            yield ""
            yield from folded(called(subject) + (f": {meaning}" if meaning else ""), "", "  ")
            yield from granted(grants, located, "  ")
    elif isinstance(answer, CanI):
        yield from _decided(answer, located)
    else:
        for scope, held in _by_scope(answer.grants):
            yield ""
            yield f"in namespace {shown(scope)}" if scope else "cluster-wide"
            yield from _summed(held, answer.subject, located)


def _decided(answer: CanI, located: Located) -> Iterator[str]:
    """Yield the grant that decides; one is enough."""
    if answer.is_master:
        yield from folded(f"Group {MASTERS} may do everything: RBAC is not asked", "  ", "    ")
        return
    for grant in answer.grants[:1]:
        if grant.subject != answer.subject:
            yield from folded(f"as {called(grant.subject)}", "  ", "    ")
        yield from granted([grant], located, "  ")
    if len(answer.grants) > 1:
        yield f"  and by {len(answer.grants) - 1} more; --format json lists all"


def granted(grants: Iterable[Grant], located: Located, indent: str) -> Iterator[str]:
    """Yield each binding and role with the rules as they are written."""
    for _, group_ in groupby(grants, key=lambda grant: (id(grant.binding), id(grant.role))):
        same = list(group_)
        yield from _by(same[0], located, indent)
        for grant in same:
            source = grant.role.source(grant.index)
            gathered = "" if source == grant.role.origin else f" ({_gathered(source, located)})"
            yield from folded(f"rule {grant.index}: {_rule(grant)}{gathered}", indent + "  ", indent + "    ")


def _summed(grants: Iterable[Grant], asked: Subject, located: Located) -> Iterator[str]:
    """Yield each binding and role with all that it gives, made short; who it is for, once for several of them."""
    holder = asked
    for _, group_ in groupby(grants, key=lambda grant: (grant.subject, id(grant.binding))):
        same = list(group_)
        if same[0].subject != holder:
            holder = same[0].subject
            yield from folded(f"as {called(holder)}", "  ", "    ")
        yield from _by(same[0], located, "  ")
        said = Permissions.of([grant.rule for grant in same]).describe()
        for sentence in said or ("nothing: no request is like its rules",):
            yield from folded(sentence, "    ", "      ")


def _by(grant: Grant, located: Located, indent: str) -> Iterator[str]:
    binding, role = grant.binding, grant.role
    bound = full_name(binding.namespace, binding.name)
    yield from folded(f"{binding.kind} {bound} ({_place(binding.origin, located)})", indent, indent + "  ")
    full = full_name(role.key.namespace, role.key.name)
    yield from folded(f"{role.key.kind} {full} ({_place(role.origin, located)})", indent, indent + "  ")


def _rule(grant: Grant) -> str:
    rule = grant.rule
    verbs = listed(rule.verbs)
    if rule.urls:
        return f"{verbs} on {listed(rule.urls)}"
    groups = listed([one or "core" for one in rule.api_groups])
    named = f", named {listed(rule.resource_names)}" if rule.resource_names else ""
    return f"{verbs} on {listed(rule.resources)} in API group{'s' if len(rule.api_groups) > 1 else ''} {groups}{named}"


def _asked(request: Request) -> str:
    if isinstance(request, UrlRequest):
        return f"{shown(request.verb)} {shown(request.path)}"
    full = request.resource + (f".{request.group}" if request.group else "")
    full += f"/{request.subresource}" if request.subresource else ""
    named = f" {shown(request.name)}" if request.name else ""
    where = f" in namespace {shown(request.namespace)}" if request.namespace else ""
    return f"{shown(request.verb)} {shown(full)}{named}{where}"


def called(subject: Subject) -> str:
    """Name a subject."""
    return f"{subject.kind} {full_name(subject.namespace, subject.name)}"


def full_name(namespace: str, name: str) -> str:
    """Name an object, with its namespace where it has one."""
    return shown(f"{namespace}/{name}" if namespace else name)


def _place(place: Place, located: Located) -> str:
    if _is_built_in(place):
        return f"built into {place.document}"
    found = located.get(place, place)
    return shown(f"{found.document}:{found.line}" if found.line else str(found))


def _gathered(source: Place, located: Located) -> str:
    """Name the role that an aggregated one has a rule from."""
    return f"from {source.route[-1]}" if _is_built_in(source) else f"from {_place(source, located)}"


def _is_built_in(place: Place) -> bool:
    return place.document == f"Kubernetes {EXACT}"


def listed(words: Iterable[str]) -> str:
    """Show names one after the other."""
    return ", ".join(map(shown, words))


def shown(word: str) -> str:
    """Show a name as it is, unless it is empty or would not be seen as it is."""
    return word if word.isprintable() and word.strip() == word and word else repr(word)


def folded(line: str, indent: str, hanging: str) -> Iterator[str]:
    """Break a line where it is too long."""
    yield from textwrap.wrap(
        line,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _by_scope(grants: Iterable[Grant]) -> Iterator[tuple[str, list[Grant]]]:
    """Yield the grants of the whole cluster, then those of each namespace; in person first, then by group."""
    scopes: dict[str, list[Grant]] = {}
    for grant in grants:
        scopes.setdefault(grant.scope, []).append(grant)
    yield from sorted(scopes.items())


# -- JSON


def as_json(answers: Sequence[Answer], located: Located) -> str:
    """Write answers for programs. A place is ``null`` where Kubernetes itself brings the object."""
    return json.dumps({"version": VERSION, "answers": [_answer(answer, located) for answer in answers]}, indent=2)


def _answer(answer: Answer, located: Located) -> dict[str, Any]:
    question: Literal["who-can", "can-i", "of"]
    question = "who-can" if isinstance(answer, WhoCan) else "can-i" if isinstance(answer, CanI) else "of"
    head: dict[str, Any] = {
        "question": question,
        "cluster": answer.where.cluster,
        "kubernetes": answer.where.kubernetes,
        "notes": list(answer.notes),
    }
    if not isinstance(answer, Of):
        head["request"] = _request(answer.request)
    if isinstance(answer, WhoCan):
        return {**head, "holders": [_holder(answer, subject, located) for subject in answer.holders.grants]}
    head |= {"subject": subject_value(answer.subject), "groups": list(answer.groups)}
    if isinstance(answer, CanI):
        head["allowed"] = answer.allowed
    return {**head, "grants": [grant_value(grant, located) for grant in answer.grants]}


def _holder(answer: WhoCan, subject: Subject, located: Located) -> dict[str, Any]:
    grants = answer.holders.grants[subject]
    meaning = answer.holders.broad.get(subject)
    return {**subject_value(subject), "meaning": meaning, "grants": [grant_value(grant, located) for grant in grants]}


def _request(request: Request) -> dict[str, str]:
    if isinstance(request, UrlRequest):
        return {"verb": request.verb, "path": request.path}
    return {key: getattr(request, key) for key in ("verb", "group", "resource", "subresource", "name", "namespace")}


def subject_value(subject: Subject) -> dict[str, str]:
    """Return a subject as JSON has it."""
    return {"kind": subject.kind, "name": subject.name, "namespace": subject.namespace}


def grant_value(grant: Grant, located: Located) -> dict[str, Any]:
    """Return a grant as JSON has it."""
    binding, key = grant.binding, grant.role.key
    return {
        "scope": grant.scope,
        "subject": subject_value(grant.subject),
        "binding": {
            "kind": binding.kind,
            "name": binding.name,
            "namespace": binding.namespace,
            "place": _json_place(binding.origin, located),
        },
        "role": {
            "kind": key.kind,
            "name": key.name,
            "namespace": key.namespace,
            "place": _json_place(grant.role.origin, located),
        },
        "rule": {
            "index": grant.index,
            "place": _json_place(grant.role.source(grant.index), located),
            **write(grant.rule),
        },
    }


def _json_place(place: Place, located: Located) -> dict[str, Any] | None:
    if _is_built_in(place):
        return None
    found = located.get(place, place)
    return {
        "file": found.document,
        "field": dotted(found.route),
        "line": found.line or None,
        "column": found.column or None,
    }
