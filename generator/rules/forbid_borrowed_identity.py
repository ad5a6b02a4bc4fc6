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
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from generator.access import MASTERS, Role, Rule, Subject, group, implicit_groups, service_account
from generator.access.algebra import Permissions
from generator.access.subject import AUTHENTICATED, SERVICE_ACCOUNTS
from generator.finding import REACHES
from generator.rules import scopes
from generator.rules.forbid_grants import granted
from generator.rules.identities import cloud_identities
from generator.rules.parameters import Grants, Optional, Parameter, Word
from generator.rules.scene import Gift, Hit, Scene, called, chain, written
from generator.rules.shapes import shape

PARAMETERS: Mapping[str, Parameter] = {
    "grants": Grants(),
    "gain": Word(("rights", "cloud-identity")),
    "harmless": Optional(Grants()),
}

#: So many accounts are named, and so many sentences say what is gained.
_NAMED = 3
_SAID = 2

_ANY_ACCOUNT = Permissions.of([Rule(("*",), ("",), ("serviceaccounts", "serviceaccounts/token"))])


class _Loan(NamedTuple):
    """An account that a subject can act as, what it gains by that, and how the account comes by it."""

    account: Subject
    gain: str
    source: str


def check(scene: Scene, parameters: Mapping[str, Any]) -> Iterator[Hit]:
    """Yield each binding that lets a subject act as somebody who has more."""
    forbidden = shape(parameters["grants"], scene.version)
    lenders: _Rights | _Clouds = (
        _Rights(scene, shape(parameters.get("harmless", []), scene.version))
        if parameters["gain"] == "rights"
        else _Clouds(scene)
    )
    for gifts in scene.alike:
        role = gifts[0].role
        indices, _ = granted(role, forbidden, in_namespace=bool(gifts[0].binding.namespace))
        if not indices:
            continue
        names = _names(Permissions.of([role.rules[index] for index in indices]) & forbidden, role, indices)
        for gift in gifts:
            for subject in gift.binding.subjects:
                loans = [
                    loan
                    for loan in lenders.loans(subject, gift.binding.namespace)
                    if loan.account != subject and (names is None or loan.account.name in names)
                ]
                if loans and subject != group(MASTERS):
                    yield _hit(gift, subject, indices, loans)


def _names(found: Permissions, role: Role, indices: Iterable[int]) -> frozenset[str] | None:
    """Return the accounts that a grant is restricted to; ``None`` is any: a pod names whichever it likes."""
    named = [name for index in indices for name in role.rules[index].resource_names]
    restricted = Permissions.of([Rule(("*",), ("",), ("serviceaccounts", "serviceaccounts/token"), tuple(named))])
    return frozenset(named) if named and found & _ANY_ACCOUNT == found and found <= restricted else None


def _hit(gift: Gift, subject: Subject, indices: tuple[int, ...], loans: list[_Loan]) -> Hit:
    binding, role = gift
    accounts = [*dict.fromkeys(str(loan.account) for loan in loans)]
    more = f" and {len(accounts) - _NAMED if binding.namespace else 'many'} more" if len(accounts) > _NAMED else ""
    whom = f"{', '.join(accounts[:_NAMED])}{more}"
    return Hit(
        f"{subject} can act as {whom}, and so gains {loans[0].gain}, by {called(binding)}",
        binding.origin,
        namespace=binding.namespace,
        kind=binding.kind,
        name=binding.name,
        subject=written(subject),
        chain=(*chain(binding, role, indices), *(f"{loan.account}: {loan.source}" for loan in loans[:_NAMED])),
        rules=frozenset((role.key, index) for index in indices),
    )


# Rights ---------------------------------------------------------------------------------------------------------------


class _Rights:
    """What service accounts hold, and what others hold themselves."""

    def __init__(self, scene: Scene, harmless: Permissions) -> None:
        self._scene = scene
        self._harmless = harmless
        self._held: dict[Subject, dict[str, list[Role]]] = {}
        self._lent: dict[str, list[tuple[Subject, Gift]]] = defaultdict(list)
        self._sums: dict[tuple[int, ...], Permissions] = {}
        self._owned: dict[tuple[tuple[int, ...], tuple[int, ...]], Permissions] = {}
        self._gains: dict[tuple[int, bool, int], str] = {}
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

    def loans(self, subject: Subject, namespace: str) -> Iterator[_Loan]:
        """Yield what a subject can borrow in a namespace, or anywhere."""
        for account, gift in self._lent.get(namespace, ()) if namespace else self._everywhere:
            gain = self._gain(gift, self._own(subject, gift.binding.namespace if namespace else ""))
            if gain:
                where = f"in namespace {gift.binding.namespace}" if gift.binding.namespace else "in the whole cluster"
                yield _Loan(account, f"{gain}, {where}", f"{called(gift.binding)} ({gift.binding.origin})")

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
        holders = (subject, *map(group, implicit_groups(subject) or (AUTHENTICATED,)))
        wide = [role for one in holders for role in self._held.get(one, {}).get("", ())]
        here = [role for one in holders for role in self._held.get(one, {}).get(scope, ())] if scope else []
        key = (_rules_of(wide), _rules_of(here))
        if key not in self._owned:
            self._owned[key] = self._sum(wide) | (self._sum(here) & scopes.of_role_bindings())
        return self._owned[key]

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
        for one in cloud_identities(scene):
            account = service_account(one.namespace, one.account)
            self._lent[one.namespace].append(
                _Loan(account, f"the {one.cloud} identity {one.identity}", str(one.origin))
            )

    def loans(self, _: Subject, namespace: str) -> Iterable[_Loan]:
        """Return what a subject can borrow in a namespace."""
        return self._lent.get(namespace, ()) if namespace else ()
