"""Who holds what, where, for a search that asks often: indexed by subject and scope, and summed once for each role.

What a RoleBinding grants comes without what it cannot give. Nobody becomes anybody by a URL: those are left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, reduce
from operator import or_

from msgspec import Struct

from generator.access.algebra import ALL_PERMISSIONS, NO_PERMISSIONS, Permissions
from generator.access.algebra_diagrams import Words
from generator.access.algebra_paths import NO_PATHS
from generator.access.effective import Access
from generator.access.escalation_asks import Ask
from generator.access.grant import Grant
from generator.access.objects import Binding, RoleKey
from generator.access.subject import Subject, group

#: All that can be done to objects.
EVERYTHING = Permissions(ALL_PERMISSIONS.resources, NO_PATHS)
#: The scope of what holds in every namespace, and for nothing outside of them. No namespace has this name.
EVERY_NAMESPACE = "*"


class Gain(Struct, frozen=True):
    """Roles that somebody has got on the way, and where they hold; no roles are all permissions there are."""

    scope: str
    roles: tuple[RoleKey, ...] = ()


class Identity(Struct, frozen=True):
    """Who acts: a subject, the groups that count for it, and what it has got on the way."""

    subject: Subject
    groups: tuple[str, ...] = ()
    gained: tuple[Gain, ...] = ()

    @property
    def holders(self) -> tuple[Subject, ...]:
        """The subjects whose bindings count."""
        return tuple(dict.fromkeys((self.subject, *map(group, self.groups))))


class Holdings:
    """What all subjects of a cluster hold. *dead* is what a RoleBinding gives to nobody."""

    def __init__(self, access: Access, dead: Permissions) -> None:
        self.roles = access.roles
        self.bindings: Mapping[str, list[Binding]] = defaultdict(list)
        self._of: dict[Subject, dict[str, list[Binding]]] = defaultdict(dict)
        self._dead = dead
        for binding in access.bindings:
            if binding.role in access.roles:
                self.bindings[binding.namespace].append(binding)
                for subject in binding.subjects:
                    self._of[subject].setdefault(binding.namespace, []).append(binding)
        self.known: Mapping[str, list[Subject]] = defaultdict(list)
        for subject in sorted(self._of):
            self.known[subject.kind].append(subject)
        self.accounts: Mapping[str, list[Subject]] = defaultdict(list)
        for subject in self.known["ServiceAccount"]:
            self.accounts[subject.namespace].append(subject)
        self.roles_in: Mapping[str, list[RoleKey]] = defaultdict(list)
        for key in access.roles:
            self.roles_in[key.namespace].append(key)
        self._rules = cache(self._summed)
        self._giving = cache(self._named)

    def scopes(self, holders: Iterable[Subject]) -> list[str]:
        """Return the namespaces in which any of *holders* holds something, in order."""
        return list(self.by_scope(holders))

    def by_scope(self, holders: Iterable[Subject]) -> dict[str, list[Subject]]:
        """Return those of *holders* who hold something in a namespace, for each of these in order."""
        found: dict[str, list[Subject]] = defaultdict(list)
        for holder in holders:
            for scope in self._of.get(holder, ()):
                found[scope].append(holder)
        return {scope: found[scope] for scope in sorted(found) if scope}

    def of(self, holders: Iterable[Subject], scope: str) -> Permissions:
        """Return what is bound to *holders* in a scope, without what holds in the whole cluster besides."""
        roles = {binding.role for holder in holders for binding in self._of.get(holder, {}).get(scope, ())}
        return self._rules(frozenset(roles), bool(scope))

    def bound_to(self, identity: Identity, scope: str) -> Iterator[RoleKey]:
        """Yield the roles that are bound to an identity in a scope and in the whole cluster."""
        for place in dict.fromkeys(("", scope)):
            for holder in identity.holders:
                yield from (binding.role for binding in self._of.get(holder, {}).get(place, ()))

    def at(self, identity: Identity, scope: str) -> Permissions:
        """Return the same of an identity, with what it has got there on the way."""
        return reduce(or_, self.gained(identity, scope), self.of(identity.holders, scope))

    def gained(self, identity: Identity, scope: str) -> Iterator[Permissions]:
        """Yield what an identity has got on the way in a scope."""
        for gain in identity.gained:
            if gain.scope == scope:
                yield self.gift(gain)

    def gift(self, gain: Gain) -> Permissions:
        """Return what a gain allows."""
        if gain.roles:
            return self._rules(frozenset(gain.roles), bool(gain.scope))
        return self._live(EVERYTHING) if gain.scope else EVERYTHING

    def grants(self, identity: Identity, scope: str, asks: Iterable[Ask], total: Permissions) -> tuple[Grant, ...]:
        """Return the grants that meet *asks*, as few as it takes; what is gained on the way needs none."""
        found: dict[Grant, None] = {}
        for ask in asks:
            found |= dict.fromkeys(self._meeting(identity, scope, ask, total))
        return tuple(found)

    def _meeting(self, identity: Identity, scope: str, ask: Ask, total: Permissions) -> Iterator[Grant]:
        """Yield the one grant that gives all names that are asked for, or else each that gives more of them."""
        left = ask.names(total)
        found = list(self._partly(identity, scope, ask))
        whole = [(grant, names) for grant, names in found if not left - names]
        for grant, names in whole[:1] or found:
            if names & left:
                yield grant
                left = left - names

    def _partly(self, identity: Identity, scope: str, ask: Ask) -> Iterator[tuple[Grant, Words]]:
        for place in dict.fromkeys(("", scope)):
            for holder in identity.holders:
                for binding in self._of.get(holder, {}).get(place, ()):
                    for index, names in self._giving(binding.role, bool(place), ask):
                        yield Grant(holder, binding, self.roles[binding.role], index), names

    def _named(self, role: RoleKey, in_namespace: bool, ask: Ask) -> tuple[tuple[int, Words], ...]:  # noqa: FBT001 - a key of the cache
        """Return the rules of a role that allow some of what is asked, with the names for which they do."""
        sets = [Permissions.of([rule]) for rule in self.roles[role].rules]
        named = [ask.names(self._live(one) if in_namespace else one) for one in sets]
        return tuple([(index, names) for index, names in enumerate(named) if names])

    def _summed(self, roles: frozenset[RoleKey], in_namespace: bool) -> Permissions:  # noqa: FBT001 - a key of the cache
        lists = {id(self.roles[key].rules): self.roles[key].rules for key in roles}
        found = reduce(or_, [Permissions.of(rules) for rules in lists.values()], NO_PERMISSIONS)
        resources = Permissions(found.resources, NO_PATHS)
        return self._live(resources) if in_namespace else resources

    def _live(self, found: Permissions) -> Permissions:
        return found - self._dead
