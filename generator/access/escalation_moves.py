"""What an identity can do next: its powers in each scope, with the roles and bindings that they are about."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from msgspec import Struct

from generator.access.algebra import Permissions
from generator.access.algebra_diagrams import Words
from generator.access.escalation_holdings import EVERY_NAMESPACE, Holdings, Identity
from generator.access.escalation_ways import Kind, Power, Ways
from generator.access.objects import RoleKey
from generator.access.subject import Subject

#: The role that can do everything; every cluster has it.
_ALL = RoleKey("", "cluster-admin")

#: What is done in no namespace, even where a part of what it takes is held in one.
_IN_NO_NAMESPACE = ("cluster", "users", "groups")


class Move(Struct, frozen=True):
    """A power that somebody uses: what it is held by at ``origin``, and where it leads, to ``scope``.

    Empty ``roles`` are no roles, or with the kind ``everything`` all that there is.
    """

    who: Identity
    kind: Kind
    scope: str
    power: Power
    condition: str
    held: Permissions
    origin: str
    roles: tuple[RoleKey, ...] = ()


class Moves:
    """The moves of identities; what a group holds in a namespace is looked at for one of its members."""

    def __init__(self, holdings: Holdings, ways: Ways) -> None:
        self._holdings = holdings
        self._ways = ways
        self._walked: set[tuple[Subject, Permissions]] = set()
        self._homes = sorted({*holdings.roles_in, *holdings.bindings} - {""})

    def of(self, who: Identity) -> Iterator[Move]:
        """Yield the moves: in the whole cluster first, then in each namespace in order."""
        cluster = self._holdings.at(who, "")
        every = reduce(or_, self._holdings.gained(who, EVERY_NAMESPACE), cluster)
        yield from self._at(who, "", cluster)
        if any(gain.scope == EVERY_NAMESPACE for gain in who.gained):
            yield from self._at(who, EVERY_NAMESPACE, every)
        for scope in self._scopes(who, every):
            yield from self._at(who, scope, every | self._holdings.at(who, scope))

    def _scopes(self, who: Identity, everywhere: Permissions) -> list[str]:
        """Return the namespaces to look at.

        Those of a group give nothing new where another member has been looked at, and what both hold *everywhere* is
        the same as far as it matters: the two come to the same moves.
        """
        if who.gained and who.gained[-1].scope not in ("", EVERY_NAMESPACE):
            return [who.gained[-1].scope]
        relevant = self._ways.relevant(everywhere)
        fresh = [one for one in who.holders if one == who.subject or (one, relevant) not in self._walked]
        self._walked.update((one, relevant) for one in who.holders)
        return self._holdings.scopes(fresh)

    def _at(self, who: Identity, scope: str, held: Permissions) -> Iterator[Move]:
        for power in self._ways.of(held, everywhere=not scope):
            if power.kind == "escalate":
                yield self._escalating(who, scope, power, held)
            elif power.kind == "roles":
                yield from self._binding(who, scope, power, held)
            else:
                where = "" if power.kind in _IN_NO_NAMESPACE else scope
                yield Move(who, power.kind, where, power, power.condition, held, scope)

    def _escalating(self, who: Identity, scope: str, power: Power, held: Permissions) -> Move:
        """Let somebody rewrite a role; it is theirs at once if it is bound to them, or gathered by one that is."""
        bound = self._holdings.bound_to(who, scope)
        kind = "ClusterRole" if power.resource == "clusterroles" else "Role"
        is_theirs = any(
            (key.kind == kind and key.name in power.names)
            or (power.aggregates and self._holdings.roles[key].selectors is not None)
            for key in bound
        )
        where = scope or ("" if kind == "ClusterRole" else EVERY_NAMESPACE)
        condition = "" if is_theirs else f"one of these {power.resource} is bound to them"
        return Move(who, "everything", where, power, condition, held, scope)

    def _binding(self, who: Identity, scope: str, power: Power, held: Permissions) -> Iterator[Move]:
        """Let somebody bind roles: all that a new binding can name, or those of the bindings that they can change."""
        of_cluster = power.asks[0].resource == "clusterroles"
        where = scope or (EVERY_NAMESPACE if power.resource == "rolebindings" else "")
        if power.writes is None and of_cluster:
            yield self._moved(who, where, power, held, scope, self._named(power.names, ""))
            return
        for home in self._homes if where == EVERY_NAMESPACE else (where,):
            roles = self._named(power.names, "" if of_cluster else home)
            if power.writes is not None:
                roles = self._rebound(roles, power.writes, home)
            if roles:
                yield self._moved(who, home, power, held, scope, roles)

    def _moved(
        self, who: Identity, where: str, power: Power, held: Permissions, origin: str, roles: Iterable[RoleKey]
    ) -> Move:
        named = tuple(roles)
        is_all = power.writes is None and _ALL.name in power.names and power.asks[0].resource == "clusterroles"
        kind: Kind = "everything" if is_all else "roles"
        return Move(who, kind, where, power, power.condition, held, origin, () if is_all else named)

    def _named(self, names: Words, home: str) -> tuple[RoleKey, ...]:
        return tuple([key for key in self._holdings.roles_in[home] if key.name in names])

    def _rebound(self, roles: Iterable[RoleKey], names: Words, home: str) -> tuple[RoleKey, ...]:
        """Keep the roles that a binding of one of *names* gives already: no binding can be turned to another role."""
        given = {binding.role for binding in self._holdings.bindings[home] if binding.name in names}
        return tuple([key for key in roles if key in given])
