"""Nobody can act as a service account of others that gives them something that they do not have.

Whoever is granted any of ``grants`` (to make pods, or what makes pods, or tokens) in a namespace can run as every
service account there. ``gain: rights`` asks what such an account holds in the whole cluster, in this namespace or in
others, and takes away what the subject holds there itself, and what is ``harmless`` in anybody's hands.
``gain: cloud-identity`` asks which of them act as somebody at a cloud: by an annotation, or by an object that ties them
to a role. It is about bindings in a namespace: one in the whole cluster lends every account there is, and is told by
its rights.

What an account holds in another tenant's namespace is told where it is bound, and not here, so that a tenant can be
judged without the others. The cause is one binding of a role to one subject. Groups are not taken apart, since no
manifest says who is in them: what somebody holds by another group does not count.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from generator.access import MASTERS, Role, Rule, Subject, group, implicit_groups, service_account
from generator.access.algebra import Permissions
from generator.access.subject import AUTHENTICATED, SERVICE_ACCOUNTS
from generator.finding import REACHES
from generator.rules import scopes
from generator.rules.forbid_grants import granted
from generator.rules.halves import Halves
from generator.rules.identities import cloud_identities
from generator.rules.parameters import Grants, Optional, Parameter, Word
from generator.rules.scene import Gift, Hit, Scene, called, chain, keys, written
from generator.rules.shapes import shape

PARAMETERS: Mapping[str, Parameter] = {
    "grants": Grants(),
    "gain": Word(("rights", "cloud-identity")),
    "harmless": Optional(Grants()),
}

#: So many accounts are named, and so many sentences say what is gained.
_NAMED = 3
_SAID = 2
#: Of different things that accounts are given, so many are looked at that somebody gains by.
_LOOKED_AT = 24

_ANY_ACCOUNT = Permissions.of([Rule(("*",), ("",), ("serviceaccounts", "serviceaccounts/token"))])


class _Loan(NamedTuple):
    """An account that a subject can act as, how the account comes by what it has, and what says what is gained."""

    account: Subject
    source: str
    gain: Callable[[], str]


class _Loans(NamedTuple):
    """The first loans, and how many accounts there are; ``None`` is many."""

    first: Sequence[_Loan]
    number: int | None


_NO_LOANS = _Loans((), 0)
#: An account with what it is given.
_Lent = tuple[Subject, Gift]
_Any = TypeVar("_Any", _Lent, _Loan)


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that lets a subject act as somebody who has more."""
    forbidden = [shape(parameters["grants"], scene.version, in_namespace=one) for one in (False, True)]
    lenders: _Rights | _Clouds = (
        _Rights(scene, shape(parameters.get("harmless", []), scene.version))
        if parameters["gain"] == "rights"
        else _Clouds(scene)
    )
    for gifts in scene.alike:
        role = gifts[0].role
        in_namespace = bool(gifts[0].binding.namespace)
        asked = forbidden[in_namespace]
        indices, _ = granted(role, asked, in_namespace=in_namespace)
        if not indices:
            continue
        names = _names(Permissions.of([role.rules[index] for index in indices]) & asked, role, indices)
        for gift in gifts:
            for subject in gift.binding.subjects:
                loans = lenders.loans(subject, gift, names)
                if loans.first and subject != group(MASTERS):
                    yield _hit(gift, subject, indices, loans)


def _names(found: Permissions, role: Role, indices: Iterable[int]) -> frozenset[str] | None:
    """Return the accounts that a grant is restricted to; ``None`` is any: a pod names whichever it likes."""
    named = [name for index in indices for name in role.rules[index].resource_names]
    restricted = Permissions.of([Rule(("*",), ("",), ("serviceaccounts", "serviceaccounts/token"), tuple(named))])
    return frozenset(named) if named and found & _ANY_ACCOUNT == found and found <= restricted else None


def _hit(gift: Gift, subject: Subject, indices: tuple[int, ...], loans: _Loans) -> Hit:
    binding, role = gift
    accounts = [*dict.fromkeys(str(loan.account) for loan in loans.first)]
    more = ""
    if len(accounts) > _NAMED:
        more = f" and {loans.number - _NAMED if binding.namespace and loans.number is not None else 'many'} more"
    whom = f"{', '.join(accounts[:_NAMED])}{more}"
    return Hit(
        f"{subject} can act as {whom}, and so gains {loans.first[0].gain()}, by {called(binding)}",
        binding.origin,
        namespace=binding.namespace,
        kind=binding.kind,
        name=binding.name,
        subject=written(subject),
        chain=(*chain(binding, role, indices), *(f"{loan.account}: {loan.source}" for loan in loans.first[:_NAMED])),
        rules=keys(role, indices),
    )


class _Lot(Generic[_Any]):
    """What several accounts lend: as much of it as can be told to whoever is not one of them, or is."""

    def __init__(self, lent: Iterable[_Any]) -> None:
        self.told: list[_Any] = []
        self._accounts: dict[Subject, int] = defaultdict(int)
        for one in lent:
            self._accounts[one[0]] += 1
            if len(self._accounts) <= _NAMED + 2 and self._accounts[one[0]] <= _NAMED:
                self.told.append(one)

    def number(self, besides: Subject) -> int:
        """Return how many accounts there are besides one."""
        return len(self._accounts) - (besides in self._accounts)


# Rights ---------------------------------------------------------------------------------------------------------------


class _Rights:
    """What service accounts hold, and what others hold themselves."""

    def __init__(self, scene: Scene, harmless: Permissions) -> None:
        self._scene = scene
        self._harmless = harmless
        self._held: dict[Subject, dict[str, list[Role]]] = {}
        self._lent: dict[str, list[_Lent]] = defaultdict(list)
        self._known: dict[tuple[Subject, str], Permissions] = {}
        self._owned: dict[tuple[int, ...], Permissions] = {}
        self._sums: dict[tuple[int, ...], Permissions] = {}
        self._gains: dict[tuple[int, bool, int], str] = {}
        self._names: dict[str, Mapping[str, list[int]]] = {}
        self._lenders: dict[tuple[str, frozenset[str] | None], _Lenders] = {}
        self._halves: dict[tuple[tuple[int, int], ...], tuple[list[Permissions], Halves]] = {}
        self._gaining: dict[tuple[object, ...], tuple[int, ...]] = {}
        self._enough: dict[tuple[int, int], bool] = {}
        for binding in scene.access.bindings:
            role = scene.access.roles.get(binding.role)
            if role is None:
                continue
            for subject in binding.subjects:
                self._held.setdefault(subject, {}).setdefault(binding.namespace, []).append(role)
                lender = _lender(subject)
                if lender is not None and self._is_near(lender, binding.namespace):
                    self._lent[lender.namespace].append((lender, Gift(binding, role)))

    def _is_near(self, lender: Subject, scope: str) -> bool:
        """Tell whether a scope is no other tenant's than the account's."""
        tenants = self._scene.tenants
        return tenants.get(scope, "") in ("", tenants.get(lender.namespace, ""))

    def loans(self, subject: Subject, gift: Gift, names: frozenset[str] | None) -> _Loans:
        """Return what a subject can borrow where it is given something, of the accounts of these names."""
        namespace = gift.binding.namespace
        lenders = self._lenders_of(namespace, names)
        if not lenders.lent or (namespace and self._is_enough(gift.role, lenders, namespace)):
            return _NO_LOANS
        wide = self._own(subject, "")
        here = {scope: self._own(subject, scope) for scope in self._scopes_of(subject, lenders.scopes)}
        key = (id(lenders.halves), id(wide), *((lenders.scopes[scope], id(own)) for scope, own in here.items()))
        if key not in self._gaining:
            self._gaining[key] = tuple(islice(_beyond(lenders, wide, here), _LOOKED_AT))
        gaining = self._gaining[key]
        if not gaining:
            return _NO_LOANS
        lot = lenders.lot(gaining)
        told = [(account, gift) for account, gift in lot.told if account != subject]
        first = [self._loan(account, gift, here.get(gift.binding.namespace, wide)) for account, gift in told]
        return _Loans(first, lot.number(subject) if len(gaining) < _LOOKED_AT else None)

    def _is_enough(self, role: Role, lenders: "_Lenders", namespace: str) -> bool:
        """Tell whether whoever has a role in a namespace gains nothing there, whatever else they have."""
        if lenders.everywhere != {namespace}:
            return False
        key = (id(lenders.halves), id(role.rules))
        if key not in self._enough:
            self._enough[key] = lenders.halves.held <= self._sum([role]) & scopes.of_role_bindings()
        return self._enough[key]

    def _lenders_of(self, namespace: str, names: frozenset[str] | None) -> "_Lenders":
        key = (namespace, names)
        if key not in self._lenders:
            lent: Sequence[_Lent] = self._lent.get(namespace, ()) if namespace else self._everywhere
            if names is not None:
                by_name = self._by_name(namespace)
                lent = [lent[index] for index in sorted({one for name in names for one in by_name.get(name, ())})]
            lenders = _Lenders(lent, by_scope=bool(namespace))
            if lenders.same not in self._halves:
                worth = [self._worth(lent[some[0]][1]) for some in lenders.kinds]
                self._halves[lenders.same] = (worth, Halves(worth))
            lenders.worth, lenders.halves = self._halves[lenders.same]
            self._lenders[key] = lenders
        return self._lenders[key]

    def _scopes_of(self, subject: Subject, scopes: Mapping[str, int]) -> list[str]:
        """Return those of some scopes in which a subject is given anything, in their order."""
        given = [found for one in _holders(subject) if (found := self._held.get(one))]
        if sum(map(len, given)) > len(scopes):
            return [scope for scope in scopes if any(scope in found for found in given)]
        return sorted({scope for found in given for scope in found if scope in scopes}, key=scopes.__getitem__)

    def _by_name(self, namespace: str) -> Mapping[str, list[int]]:
        """Return where the accounts of each name stand among those that can be borrowed."""
        if namespace not in self._names:
            found: dict[str, list[int]] = defaultdict(list)
            for index, (account, _) in enumerate(self._lent.get(namespace, ()) if namespace else self._everywhere):
                found[account.name].append(index)
            self._names[namespace] = found
        return self._names[namespace]

    def _worth(self, gift: Gift) -> Permissions:
        """Return what a gift gives, without what is harmless."""
        lent = self._sum([gift.role])
        return (lent & scopes.of_role_bindings() if gift.binding.namespace else lent) - self._harmless

    def _loan(self, account: Subject, gift: Gift, own: Permissions) -> _Loan:
        def gain() -> str:
            where = f"in namespace {gift.binding.namespace}" if gift.binding.namespace else "in the whole cluster"
            return f"{self._gain(gift, own)}, {where}"

        return _Loan(account, f"{called(gift.binding)} ({gift.binding.origin})", gain)

    @cached_property
    def _everywhere(self) -> list[tuple[Subject, Gift]]:
        """The lenders of the whole cluster; of those that hold the same, a few stand for all."""
        kept: dict[tuple[int, bool], list[tuple[Subject, Gift]]] = defaultdict(list)
        for account, gift in sorted((one for some in self._lent.values() for one in some), key=self._order):
            same = kept[id(gift.role.rules), bool(gift.binding.namespace)]
            if len(same) <= _NAMED + 1:
                same.append((account, gift))
        found = [one for same in kept.values() for one in same]
        return sorted(found, key=self._order)

    def _order(self, lent: tuple[Subject, Gift]) -> tuple[int, bool, str, str, str]:
        """Put the control plane's accounts first, and those that Kubernetes makes itself after others."""
        account, gift = lent
        own = gift.role.origin.document.startswith("Kubernetes ")
        reach = REACHES.index(self._scene.reach(account.namespace))
        return reach, own, account.namespace, account.name, gift.binding.name

    def _own(self, subject: Subject, scope: str) -> Permissions:
        """Return what a subject may do in a scope; whoever is in a group has logged in as well."""
        known = (subject, scope)
        if known not in self._known:
            given = [found for one in _holders(subject) if (found := self._held.get(one))]
            roles = [role for found in given for role in found.get(scope, ())]
            wide = id(self._own(subject, "")) if scope else 0
            key = (wide, *_rules_of(roles))
            if key not in self._owned:
                here = self._sum(roles)
                self._owned[key] = self._own(subject, "") | (here & scopes.of_role_bindings()) if scope else here
            self._known[known] = self._owned[key]
        return self._known[known]

    def _sum(self, roles: list[Role]) -> Permissions:
        """Return what roles allow together. The roles are the scene's, so that their rules keep their identity."""
        key = _rules_of(roles)
        if key not in self._sums:
            self._sums[key] = Permissions.of([rule for role in roles for rule in role.rules])
        return self._sums[key]

    def _gain(self, gift: Gift, own: Permissions) -> str:
        """Say what an account holds beyond what is somebody's own, which is one of ``_owned``."""
        key = (id(gift.role.rules), bool(gift.binding.namespace), id(own))
        if key not in self._gains:
            lent = self._sum([gift.role])
            more = (lent & scopes.of_role_bindings() if gift.binding.namespace else lent) - own - self._harmless
            said = more.describe() if more else ()
            rest = f"; and {len(said) - _SAID} more" if len(said) > _SAID else ""
            self._gains[key] = "; ".join(said[:_SAID]) + rest
        return self._gains[key]


class _Lenders:
    """The accounts that can be borrowed in a namespace or anywhere, with what each is given, in order.

    *kinds* are those that are given the same rules in the same scope, by their indices, and *same* says which rules and
    scopes these are: many namespaces are alike in that. *worth* is what each kind is worth, and *halves* the same
    by halves.
    """

    worth: Sequence[Permissions]
    halves: Halves

    def __init__(self, lent: Sequence[_Lent], *, by_scope: bool) -> None:
        self.lent = lent
        self.scopes: dict[str, int] = {}
        kinds: dict[tuple[int, int], list[int]] = {}
        for index, (_, gift) in enumerate(lent):
            scope = gift.binding.namespace
            place = self.scopes.setdefault(scope, len(self.scopes) + 1) if scope and by_scope else int(bool(scope))
            kinds.setdefault((id(gift.role.rules), place), []).append(index)
        self.everywhere = {gift.binding.namespace for _, gift in lent}
        self.same = tuple(kinds)
        self.kinds = [*kinds.values()]
        self._lots: dict[tuple[int, ...], _Lot[_Lent]] = {}

    def scope(self, kind: int) -> str:
        """Return the scope in which those of a kind are given something."""
        return self.lent[self.kinds[kind][0]][1].binding.namespace

    def lot(self, kinds: tuple[int, ...]) -> _Lot[_Lent]:
        """Return what those of some kinds lend."""
        if kinds not in self._lots:
            self._lots[kinds] = _Lot(
                self.lent[one] for one in sorted(one for kind in kinds for one in self.kinds[kind])
            )
        return self._lots[kinds]


def _beyond(lenders: _Lenders, wide: Permissions, here: Mapping[str, Permissions]) -> Iterator[int]:
    """Yield the kinds of which somebody gains, who has something in the whole cluster and more in some scopes."""
    for kind in lenders.halves.where(lambda worth: not worth <= wide):
        own = here.get(lenders.scope(kind), wide) if here else wide
        if own is wide or not lenders.worth[kind] <= own:
            yield kind


def _holders(subject: Subject) -> tuple[Subject, ...]:
    return (subject, *map(group, implicit_groups(subject) or (AUTHENTICATED,)))


def _rules_of(roles: Iterable[Role]) -> tuple[int, ...]:
    return tuple(sorted({id(role.rules) for role in roles}))


def _lender(subject: Subject) -> Subject | None:
    """Return the account that a binding makes worth borrowing; ``default`` stands for all of a namespace."""
    if subject.kind == "ServiceAccount":
        return subject
    namespace = subject.name.removeprefix(f"{SERVICE_ACCOUNTS}:")
    is_group = subject.kind == "Group" and namespace != subject.name
    return service_account(namespace, "default") if is_group else None


# Identities at a cloud ------------------------------------------------------------------------------------------------


class _Clouds:
    """Which service accounts act as somebody at a cloud."""

    def __init__(self, scene: Scene) -> None:
        self._lent: dict[str, list[_Loan]] = defaultdict(list)
        self._lots: dict[tuple[str, frozenset[str] | None], _Lot[_Loan]] = {}
        for one in cloud_identities(scene):
            account = service_account(one.namespace, one.account)
            gain = f"the {one.cloud} identity {one.identity}"
            self._lent[one.namespace].append(_Loan(account, str(one.origin), partial(str, gain)))

    def loans(self, subject: Subject, gift: Gift, names: frozenset[str] | None) -> _Loans:
        """Return what a subject can borrow in the namespace of a gift, of the accounts of these names."""
        namespace = gift.binding.namespace
        key = (namespace, names)
        if key not in self._lots:
            lent = self._lent.get(namespace, ()) if namespace else ()
            self._lots[key] = _Lot(one for one in lent if names is None or one.account.name in names)
        lot = self._lots[key]
        return _Loans([loan for loan in lot.told if loan.account != subject], lot.number(subject))
