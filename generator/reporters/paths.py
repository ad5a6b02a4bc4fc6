"""How far somebody gets, told to people and to machines: whom they reach, what that adds, and by which steps.

People are shown as much as they can read, and told how much is left out; programs get all of it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from msgspec import Struct

from generator.access.algebra import Permissions
from generator.access.escalation import UNBOUND, Escalation, Reached, Step
from generator.access.escalation_holdings import EVERY_NAMESPACE, Gain, Identity
from generator.access.subject import Subject
from generator.problems import Place
from generator.reporters.access import (
    VERSION,
    Located,
    Where,
    called,
    cluster_of,
    folded,
    full_name,
    grant_value,
    granted,
    shown,
    subject_value,
)

#: How many are shown: of all that is reached, and for each of names, scopes, sentences, and grants of a step.
_REACHED, _NAMES, _SCOPES, _SENTENCES, _GRANTS = 20, 5, 3, 6, 3

Verdict = Literal["cluster-admin", "perhaps-cluster-admin", "controllers", "cluster", "namespaces", "nothing"]


class Paths(Struct, frozen=True):
    """How far somebody gets in one cluster."""

    where: Where
    notes: tuple[str, ...]
    found: Escalation

    @property
    def verdict(self) -> Verdict:
        """The answer in a word: the worst of what is reached."""
        found = self.found
        ends = [one for one in found.reached if one.is_cluster_admin]
        if found.is_master or any(not one.conditions for one in ends):
            return "cluster-admin"
        if ends:
            return "perhaps-cluster-admin"
        if any(one.kind == "controllers" for one in found.reached):
            return "controllers"
        if found.scopes & {"", EVERY_NAMESPACE}:
            return "cluster"
        return "namespaces" if found.reached else "nothing"

    @property
    def sentence(self) -> str:
        """The answer in a line."""
        found, subject = self.found, called(self.found.root.subject)
        match self.verdict:
            case "cluster-admin":
                return f"{subject} reaches cluster-admin in effect"
            case "perhaps-cluster-admin":
                first = next(one for one in found.reached if one.is_cluster_admin)
                return f"{subject} reaches cluster-admin in effect, if {_and(first.conditions)}"
            case "controllers":
                by = {custom.by for one in found.reached for custom in one.customs}
                return f"{subject} has controllers act with rights that no manifest here tells: {_some(sorted(by))}"
            case "cluster":
                return f"{subject} gets permissions outside of their namespaces, though not those of cluster-admin"
            case "namespaces":
                homes = {*found.holdings.scopes(found.root.holders), *found.scopes, *(r.scope for r in found.reached)}
                return f"{subject} stays within {_namespaces(homes - {'', EVERY_NAMESPACE})}"
        return f"{subject} reaches nobody else"


def places(answers: Iterable[Paths]) -> Iterator[Place]:
    """Yield the places that will be shown."""
    for grant in (grant for answer in answers for one in answer.found.reached for grant in one.step.grants):
        yield from (grant.binding.origin, grant.role.origin, grant.role.source(grant.index))


# -- text


def text(answers: Sequence[Paths], located: Located) -> str:
    """Write answers for people: no line is longer than 80 columns, unless a single word in it is."""
    return "\n\n".join("\n".join(_lines(answer, located)) for answer in answers)


def _lines(answer: Paths, located: Located) -> Iterator[str]:
    yield from folded(f"{cluster_of(answer.where)}how far {called(answer.found.root.subject)} gets", "", "  ")
    for note in answer.notes:
        yield from folded(f"note: {note}", "  ", "    ")
    # What amounts to everything goes first: nobody must miss it among what is left out.
    ordered = sorted(answer.found.reached, key=lambda one: (not one.is_cluster_admin, bool(one.conditions)))
    for one in ordered[:_REACHED]:
        yield ""
        yield from _block(answer.found, one, located)
    if len(ordered) > _REACHED:
        yield ""
        yield f"and {len(ordered) - _REACHED} more; --format json lists all"
    if answer.found.limit is not None:
        yield ""
        yield from folded(f"what takes more than {_counted(answer.found.limit, 'step')} follows from that", "", "  ")
    yield ""
    yield from folded(answer.sentence, "", "  ")


def _block(found: Escalation, one: Reached, located: Located) -> Iterator[str]:
    condition = f", if {_and(one.conditions)}" if one.conditions else ""
    yield from folded(f"{target(one)}{condition}", "", "  ")
    bound = [called(each.subject) for each in one.identities if UNBOUND not in each.subject]
    if bound and one.kind in ("accounts", "users", "groups") and one.names.all_but:
        yield from folded(f"with bindings of their own: {_some(bound)}", "  ", "    ")
    if one.customs:
        yield from folded(f"through {_some([custom.full for custom in one.customs])}", "  ", "    ")
    yield from _added([*found.adds(one)])
    if one.within:
        yield from _allowed("bounded to", one.within)
    for number, step in enumerate(one.steps, 1):
        yield from _stepped(number, step, located)


def _added(news: Sequence[tuple[str, Permissions]]) -> Iterator[str]:
    for scope, more in news[:_SCOPES]:
        yield from _allowed(f"adds {_where(scope)}", more)
    if len(news) > _SCOPES:
        yield f"  and in {_counted(len(news) - _SCOPES, 'more namespace')}"


def _allowed(title: str, allowed: Permissions) -> Iterator[str]:
    sentences = allowed.describe()
    yield f"  {title}:"
    for sentence in sentences[:_SENTENCES]:
        yield from folded(sentence, "    ", "      ")
    if len(sentences) > _SENTENCES:
        yield f"    and {len(sentences) - _SENTENCES} more"


def _stepped(number: int, step: Step, located: Located) -> Iterator[str]:
    yield from folded(f"{number}. as {_acting(step.who)}: {shown(step.does)}, {_where(step.scope)}", "  ", "     ")
    yield from granted(step.grants[:_GRANTS], located, "     ")
    if len(step.grants) > _GRANTS:
        yield f"     and by {len(step.grants) - _GRANTS} more"


def target(one: Reached) -> str:
    """Name what is reached."""
    match one.kind:
        case "accounts":
            return _accounts(one)
        case "users" | "groups":
            kind = "user" if one.kind == "users" else "group"
            return f"every {kind}" if one.names.all_but else _some([called(each.subject) for each in one.identities])
        case "roles":
            roles = [f"{key.kind} {full_name(key.namespace, key.name)}" for key in one.roles]
            return f"{_some(roles)}, {_where(one.scope)}"
        case "controllers":
            return f"what controllers may do: {_some(sorted({custom.by for custom in one.customs}))}"
        case "bounded":
            names = "" if one.names.all_but else f" named {_some(sorted(one.names.listed))}"
            return f"{one.resource}{names}, within bounds, {_where(one.scope)}"
    return f"everything, {_where(one.scope)}" if one.kind == "everything" else "cluster-admin in effect"


def _accounts(one: Reached) -> str:
    if one.names.all_but:
        return f"every service account of {_namespaces([one.scope]) if one.scope else 'every namespace'}"
    if one.scope:
        return _some([called(each.subject) for each in one.identities])
    return f"service accounts named {_some(sorted(one.names.listed))}, in every namespace"


def _acting(who: Identity) -> str:
    return _subject(who.subject) + "".join(f" with {_gain(gain)}" for gain in who.gained)


def _subject(subject: Subject) -> str:
    if subject.name != UNBOUND or subject.kind != "ServiceAccount":
        return called(subject)
    return "any service account" + ("" if subject.namespace == UNBOUND else f" of {_namespaces([subject.namespace])}")


def _gain(gain: Gain) -> str:
    roles = [f"{key.kind} {full_name(key.namespace, key.name)}" for key in gain.roles]
    return f"{_some(roles) if roles else 'everything'} {_where(gain.scope)}"


def _where(scope: str) -> str:
    if scope == EVERY_NAMESPACE:
        return "in every namespace"
    return f"in namespace {shown(scope)}" if scope else "cluster-wide"


def _namespaces(scopes: Iterable[str]) -> str:
    found = sorted(scopes)
    if len(found) == 1:
        return f"namespace {shown(found[0])}"
    return f"{len(found)} namespaces: {_some(found)}" if found else "what it holds"


def _some(words: Sequence[str]) -> str:
    more = len(words) - _NAMES
    return ", ".join(map(shown, words[:_NAMES])) + (f" and {more} more" if more > 0 else "")


def _and(words: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(words))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# -- JSON


def as_json(answers: Sequence[Paths], located: Located) -> str:
    """Write answers for programs: all that was found, in the order in which it was."""
    return json.dumps({"version": VERSION, "answers": [_answer(answer, located) for answer in answers]}, indent=2)


def _answer(answer: Paths, located: Located) -> dict[str, Any]:
    root = answer.found.root
    return {
        "question": "paths",
        "cluster": answer.where.cluster,
        "kubernetes": answer.where.kubernetes,
        "notes": list(answer.notes),
        "subject": subject_value(root.subject),
        "groups": list(root.groups),
        "verdict": answer.verdict,
        "sentence": answer.sentence,
        "limit": answer.found.limit,
        "reached": [_reached(answer.found, one, located) for one in answer.found.reached],
    }


def _reached(found: Escalation, one: Reached, located: Located) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "target": target(one),
        "scope": one.scope,
        "clusterAdmin": one.is_cluster_admin,
        "conditions": list(one.conditions),
        "subjects": [subject_value(each.subject) for each in one.identities if UNBOUND not in each.subject],
        "roles": [{"kind": key.kind, "name": key.name, "namespace": key.namespace} for key in one.roles],
        "customResources": [{"name": custom.full, "by": custom.by} for custom in one.customs],
        "adds": [{"scope": scope, "allows": list(more.describe())} for scope, more in found.adds(one)],
        "within": list(one.within.describe()),
        "steps": [_step(step, located) for step in one.steps],
    }


def _step(step: Step, located: Located) -> dict[str, Any]:
    return {
        "as": subject_value(step.who.subject),
        "with": [_gain(gain) for gain in step.who.gained],
        "scope": step.scope,
        "does": step.does,
        "condition": step.condition,
        "grants": [grant_value(grant, located) for grant in step.grants],
    }
