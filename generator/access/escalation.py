"""How far somebody gets: whom they can become by what they may do, and whom these can become, with every step.

It is a search over identities. What an identity holds in a scope gives it powers (`Ways`), a power leads to others, and
of all ways to one the shortest is kept: the one that depends on the fewest things that no manifest tells, and among
those the one with the fewest steps. Where somebody surely reaches cluster-admin, what takes more steps than that is
not looked for: all of it follows. Only RBAC is asked, and what is called sure is sure as far as RBAC goes:
admission may still refuse a step. Service accounts that nothing is bound to hold what their groups do, and are one
identity for each namespace; the work grows with the bindings, and not with pairs of them.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import count
from operator import or_

from msgspec import Struct
from msgspec.structs import replace

from generator.access.algebra import NO_PERMISSIONS, Permissions
from generator.access.algebra_diagrams import NOTHING, Words
from generator.access.customs import CustomResource
from generator.access.effective import Access
from generator.access.escalation_holdings import EVERY_NAMESPACE, EVERYTHING, Gain, Holdings, Identity
from generator.access.escalation_moves import Move, Moves
from generator.access.escalation_ways import Kind, Ways
from generator.access.grant import Grant
from generator.access.objects import RoleKey
from generator.access.subject import (
    AUTHENTICATED,
    MASTERS,
    SERVICE_ACCOUNTS,
    Subject,
    group,
    implicit_groups,
    service_account,
    user,
)

#: The name of a service account, or the namespace of one, that nothing is bound to.
UNBOUND = "*"


class Step(Struct, frozen=True):
    """What one identity does in a scope, and the grants by which it may; of what it got on the way there are none.

    An empty ``condition`` says that the step is sure.
    """

    who: Identity
    scope: str
    does: str
    grants: tuple[Grant, ...]
    condition: str


class Reached(Struct, frozen=True):
    """What somebody gets to by ``step``, after all that comes ``before`` it; ``None`` where it is the first.

    ``names`` are those of the identities that it leads to, by ``kind``, and ``identities`` those among them that are
    new and act on; ``holders`` are the subjects whose bindings count for the first time. ``roles`` and ``customs`` are
    what it is about, and ``within`` is what an impersonation is bounded to.
    """

    kind: Kind
    scope: str
    step: Step
    before: "Reached | None"
    names: Words = NOTHING
    identities: tuple[Identity, ...] = ()
    holders: tuple[Subject, ...] = ()
    roles: tuple[RoleKey, ...] = ()
    customs: tuple[CustomResource, ...] = ()
    resource: str = ""
    within: Permissions = NO_PERMISSIONS

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        found, before = [self.step], self.before
        while before is not None:
            found.append(before.step)
            before = before.before
        return tuple(reversed(found))

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must be so, and no manifest tells; nothing where the path is sure."""
        return tuple([step.condition for step in self.steps if step.condition])

    @property
    def is_cluster_admin(self) -> bool:
        """Whether it amounts to everything in the cluster."""
        return self.kind == "cluster" or (self.kind == "everything" and not self.scope)


class Escalation(Struct, frozen=True, dict=True):
    """Whom somebody gets to, nearest first.

    ``limit`` is the number of steps after which the search has ended, since cluster-admin was reached by then;
    ``None`` where it has gone to its end.
    """

    root: Identity
    reached: tuple[Reached, ...]
    limit: int | None
    holdings: Holdings

    @property
    def is_master(self) -> bool:
        """Whether they may do everything before RBAC is asked."""
        return MASTERS in self.root.groups or self.root.subject == group(MASTERS)

    def adds(self, reached: Reached) -> Iterator[tuple[str, Permissions]]:
        """Yield what is new with it, by scope: beyond what those hold who come before it on its path.

        Where that has exceptions, so that no rules say it, it is all that those hold who are new.
        """
        for scope, here, more in self._news(reached):
            yield scope, here if more.rules() is None else more

    def _news(self, reached: Reached) -> Iterator[tuple[str, Permissions, Permissions]]:
        """Yield what those who are new hold in a scope, and what of it nobody has held before.

        What everybody may do who has logged in is nothing new.
        """
        if reached.kind == "everything" and not reached.scope:
            yield "", EVERYTHING, EVERYTHING
            return
        before = [self.root, *(step.who for step in reached.steps)]
        everybody = self.holdings.of([group(AUTHENTICATED)], "")
        everywhere = reduce(or_, (self.holdings.at(one, "") for one in before), everybody)
        gains = [gain for one in reached.identities for gain in one.gained[-1:]]
        holders: dict[str, Sequence[Subject]] = dict.fromkeys([gain.scope for gain in gains], ())
        holders |= {"": reached.holders, **self.holdings.by_scope(reached.holders)}
        for scope in sorted(holders):
            given = (self.holdings.gift(gain) for gain in gains if gain.scope == scope)
            here = reduce(or_, given, self.holdings.of(holders[scope], scope))
            had = reduce(or_, (self.holdings.at(one, scope) for one in before), everywhere)
            if here - had:
                yield scope, here, here - had
            everywhere = everywhere if scope else everywhere | here

    @cached_property
    def scopes(self) -> frozenset[str]:
        """Where they end up with more than they hold themselves; the empty one is the cluster."""
        return frozenset(scope for one in self.reached for scope, _, _ in self._news(one))


def paths(
    access: Access, subject: Subject, groups: Iterable[str] = (), customs: Sequence[CustomResource] = ()
) -> Escalation:
    """Find all that *subject* gets to. *groups* are those that only the identity provider knows."""
    ways = Ways(customs)
    root = Identity(subject, tuple(dict.fromkeys((*groups, *implicit_groups(subject)))))
    holdings = Holdings(access, ways.dead)
    if MASTERS in root.groups or root.subject == group(MASTERS):
        return Escalation(root, (), None, holdings)
    search = _Search(holdings, ways)
    reached = tuple(search.run(root))
    return Escalation(root, reached, search.limit if search.is_cut else None, holdings)


class _Search:
    """One search: what has been reached already, and what can be done next."""

    def __init__(self, holdings: Holdings, ways: Ways) -> None:
        self._holdings = holdings
        self._moves = Moves(holdings, ways)
        self._seen: set[Subject] = set()
        self._holders: set[Subject] = set()
        self._done: set[tuple[object, ...]] = set()
        self._order = count()
        self.limit: int | None = None
        self.is_cut = False
        self._next: list[tuple[int, int, int, Move, Reached | None]] = []

    def run(self, root: Identity) -> Iterator[Reached]:
        """Yield all that is reached; the next is always the one with the fewest conditions, then the fewest steps."""
        self._seen.add(root.subject)
        self._holders.update(root.holders)
        self._push(root, 0, 0, None)
        while self._next:
            conditions, steps, _, move, before = heapq.heappop(self._next)
            reached = None if self._is_beyond(steps) else self._arrive(move, before)
            if reached is not None:
                if reached.is_cluster_admin and not conditions:
                    self.limit = steps if self.limit is None else min(self.limit, steps)
                yield reached
                for identity in reached.identities:
                    self._push(identity, conditions, steps, reached)

    def _push(self, who: Identity, conditions: int, steps: int, before: Reached | None) -> None:
        if self._is_beyond(steps + 1):
            return
        for move in self._moves.of(who):
            cost = (conditions + bool(move.condition), steps + 1, next(self._order))
            heapq.heappush(self._next, (*cost, move, before))

    def _is_beyond(self, steps: int) -> bool:
        """Tell whether a path is longer than one to cluster-admin, and note that there are such."""
        is_beyond = self.limit is not None and steps > self.limit
        self.is_cut |= is_beyond
        return is_beyond

    def _arrive(self, move: Move, before: Reached | None) -> Reached | None:
        """Return what a move leads to, with the grants that allow it; ``None`` if all of it has been reached before."""
        found = self._leading(move, before)
        if found is None:
            return None
        grants = self._holdings.grants(move.who, move.origin, move.power.asks, move.held)
        return replace(found, step=replace(found.step, grants=grants))

    def _leading(self, move: Move, before: Reached | None) -> Reached | None:
        power, kind = move.power, move.kind
        where = "" if move.scope == EVERY_NAMESPACE and kind not in ("everything", "roles") else move.scope
        step = Step(move.who, move.scope, power.does, (), move.condition)
        found = Reached(kind, where, step, before, power.names, resource=power.resource)
        if kind == "accounts":
            return self._to_accounts(found)
        if kind in ("users", "groups"):
            return self._to_people(found)
        if kind in ("everything", "roles"):
            return self._to_more(found, move)
        if kind == "controllers":
            new = tuple([one for one in power.customs if self._is_new("acts", one.full, scope=where)])
            return replace(found, customs=new) if new else None
        key = (kind, power.resource, power.names) if kind == "bounded" else (kind, power.does)
        return replace(found, within=power.within) if self._is_new(*key, scope=where) else None

    def _is_new(self, *key: object, scope: str) -> bool:
        """Note that something is reached in a scope; tell whether it was not, there or everywhere."""
        wider = ("", EVERY_NAMESPACE, scope) if scope else ("",)
        if any((*key, place) in self._done for place in wider):
            return False
        self._done.add((*key, scope))
        return True

    def _to_accounts(self, found: Reached) -> Reached | None:
        scope, names = found.scope, found.names - Words(frozenset({""}))
        known = self._holdings.accounts[scope] if scope else self._holdings.known["ServiceAccount"]
        subjects = [one for one in known if one.name in names]
        if names.all_but:
            if not self._is_new("accounts", found.names, scope=scope):
                return None
            return self._with(found, [*subjects, *self._unbound(scope)])
        subjects += [service_account(scope or UNBOUND, name) for name in sorted(names.listed)]
        return self._with(found, subjects, needed=True)

    def _unbound(self, scope: str) -> Iterator[Subject]:
        """Yield a service account that nothing is bound to, for each namespace where all of them hold something."""
        if scope:
            yield service_account(scope, UNBOUND)
            return
        prefix = f"{SERVICE_ACCOUNTS}:"
        for one in self._holdings.known["Group"]:
            if one.name.startswith(prefix):
                yield service_account(one.name.removeprefix(prefix), UNBOUND)
        yield service_account(UNBOUND, UNBOUND)

    def _to_people(self, found: Reached) -> Reached | None:
        make, kind = (user, "User") if found.kind == "users" else (group, "Group")
        names = found.names - Words(frozenset({"", MASTERS} if kind == "Group" else {""}))
        subjects = [one for one in self._holdings.known[kind] if one.name in names]
        if names.all_but:
            return self._with(found, subjects) if self._is_new(found.kind, names, scope="") else None
        subjects += [make(name) for name in sorted(names.listed)]
        return self._with(found, [one for one in subjects if one.kind == kind], needed=True)

    def _with(self, found: Reached, subjects: Iterable[Subject], *, needed: bool = False) -> Reached | None:
        """Add the subjects that are new; if some are *needed* and none is, nothing is reached."""
        new = [one for one in dict.fromkeys(subjects) if one not in self._seen]
        if needed and not new:
            return None
        self._seen.update(new)
        identities = tuple([Identity(one, _groups_of(one)) for one in new])
        return replace(found, identities=identities, holders=self._first(identities))

    def _first(self, identities: Iterable[Identity]) -> tuple[Subject, ...]:
        """Return the subjects whose bindings count for the first time."""
        holders = dict.fromkeys(holder for one in identities for holder in one.holders)
        new = tuple([holder for holder in holders if holder not in self._holders])
        self._holders.update(new)
        return new

    def _to_more(self, found: Reached, move: Move) -> Reached | None:
        """Let somebody have more than before: roles that they bind, or everything."""
        who, gift = move.who, self._holdings.gift
        held = self._holdings.at(who, "") | self._holdings.at(who, move.scope)
        roles = tuple([role for role in move.roles if not gift(Gain(move.scope, (role,))) <= held])
        gain = Gain(move.scope, roles)
        if (found.kind == "roles" and not roles) or gift(gain) <= held:
            return None
        key = ("everything",) if found.kind == "everything" else (who.subject, roles)
        if not self._is_new(*key, scope=move.scope):
            return None
        acting = () if found.is_cluster_admin else (replace(who, gained=(*who.gained, gain)),)
        return replace(found, identities=acting, roles=roles)


def _groups_of(subject: Subject) -> tuple[str, ...]:
    """Return the groups of somebody who is impersonated, or whose token is used: also whoever is in a group."""
    return (AUTHENTICATED,) if subject.kind == "Group" else implicit_groups(subject)
