"""What rules look at, and what they answer with: the manifests of one cluster, and who may do what there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from copy import copy
from functools import cache, cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct

from generator.access import Access, Binding, Role, RoleKey, Rule, Subject, effective
from generator.access.algebra import Permissions
from generator.access.defaults import EXACT, defaults
from generator.access.lists import Item, flatten, order, ordered
from generator.access.parse import KINDS
from generator.checkout import Checkout
from generator.manifest import TENANT_LABEL, Manifest
from generator.problems import Place, Problem
from generator.rules import appliers, reach
from generator.rules.memory import Memory

_CONFINING = ("baseline", "restricted")

#: Of many rules of a role that matter to a grant, so many are told; and so many characters of one that names thousands.
_SHOWN, _LONG = 50, 5_000

Answer = TypeVar("Answer")

#: A rule of a role, by its index.
RuleKey = tuple[RoleKey, int]


class Hit(Struct, frozen=True):
    """One cause for which a rule does not hold; the fields are those of a finding.

    *reach* is that of the namespace where it is left out. *rules* are those of a role that are the cause, if any are.
    A hit that is about all that they grant, such as a wildcard, has a *breadth* above 0: a hit of less breadth that
    has no other cause is told with it, and not apart. (A named tuple, because thousands are made.)
    """

    message: str
    place: Place
    namespace: str = ""
    kind: str = ""
    name: str = ""
    subject: str = ""
    chain: tuple[str, ...] = ()
    reach: str = ""
    rules: frozenset[RuleKey] = frozenset()
    breadth: int = 0
    confidence: str = "certain"


class Gift(NamedTuple):
    """A binding with the role that it gives to somebody."""

    binding: Binding
    role: Role


class Scene:
    """The manifests of one cluster, in one order whatever the order of the input.

    *version* is the Kubernetes version whose built-in roles are there; ``None`` takes the one that is known exactly,
    since a cluster without any would let ``edit`` grant nothing. *snapshot* holds the cluster's own roles. *before* is
    what the manifests were, where that is known. *tenants_known* says that there are tenants, though none of their
    namespaces may be among the manifests. *checkout* knows the files that they were read from, if they were.
    """

    def __init__(
        self,
        manifests: Iterable[Manifest | Item],
        version: str | None = None,
        *,
        snapshot: Iterable[Manifest | Item] = (),
        before: Iterable[Manifest | Item] = (),
        tenants_known: bool = False,
        checkout: Checkout | None = None,
    ) -> None:
        self.checkout = checkout
        self.snapshot = tuple(snapshot)
        self.tenants_known = tenants_known
        self.quiet: frozenset[str] = frozenset()
        self._silenced: dict[frozenset[str], Scene] = {}
        self._reaches: dict[str, str] = {}
        self._answers: dict[Callable[[Scene], Any], Any] = {}
        self.before = tuple(before)
        self.version = version or EXACT
        self._strange: list[Problem] = []
        lists = [(kind, ordered(of_kind)) for kind, of_kind in _by_kind(manifests, self._strange).items()]
        self._items = dict(sorted(lists, key=lambda one: (order(one[1][0]), one[0])))
        self._within = {
            (*kind, namespace): list(together)
            for kind, of_kind in self._items.items()
            for namespace, together in groupby(of_kind, namespace_of)
        }

    @property
    def namespaces(self) -> Iterator[tuple[str, Item]]:
        """All namespaces that are declared, with their names."""
        for item in self._items.get(("", "Namespace"), ()):
            yield name_of(item), item

    @cached_property
    def tenants(self) -> Mapping[str, str]:
        """The tenant of each namespace that is a tenant's, by the label that rendered namespaces have."""
        labelled = [(name, inside(item.body, "metadata", "labels").get(TENANT_LABEL)) for name, item in self.namespaces]
        return {name: tenant for name, tenant in labelled if isinstance(tenant, str) and tenant}

    @cached_property
    def _labels(self) -> Mapping[str, Mapping[str, Any]]:
        """The labels of each namespace that is declared."""
        return {name: inside(item.body, "metadata", "labels") for name, item in self.namespaces}

    def label(self, namespace: str, key: str) -> str:
        """Return a label of a namespace; the empty text stands for none."""
        return _text(self._labels.get(namespace, {}).get(key))

    def reach(self, namespace: str) -> str:
        """Tell how far a namespace's trust reaches; the empty one is the whole cluster."""
        known = self._reaches.get(namespace)
        if known is None:
            tenant = self.tenants.get(namespace, "")
            tenants_known = self.tenants_known or bool(self.tenants)
            known = reach.of(namespace, self._labels.get(namespace, {}), tenant, tenants_known=tenants_known)
            self._reaches[namespace] = known
        return known

    def is_confined(self, namespace: str) -> bool:
        """Tell whether pods in a tenant's own namespace get nothing but what the namespace holds.

        Pod Security keeps them off the node there. The service accounts that they may run as are another question.
        """
        level = self.label(namespace, "pod-security.kubernetes.io/enforce")
        return namespace in self.tenants and level in _CONFINING

    def silenced(self, reaches: Iterable[str]) -> "Scene":
        """Return this scene for a question that does not matter in some reaches, see :meth:`is_silent`."""
        quiet = frozenset(reaches)
        if quiet == self.quiet:
            return self
        if quiet not in self._silenced:
            _ = self.alike  # what is worked out by now is worked out once for all
            found = copy(self)
            vars(found).update(quiet=quiet, _silenced={})  # none leads to itself: what it holds goes as soon as it does
            self._silenced[quiet] = found
        return self._silenced[quiet]

    def is_silent(self, namespace: str) -> bool:
        """Tell whether nothing is asked about a namespace, so that a rule need not work out what it would say."""
        return bool(self.quiet) and self.reach(namespace) in self.quiet

    @cached_property
    def access(self) -> Access:
        """Who may do what; computed when a rule first asks."""
        kinds = [kind for kind in self._items if kind[1] in KINDS]
        written: list[Item | Problem] = [*self._strange, *(item for kind in kinds for item in self._items[kind])]
        return effective(written, version=self.version, snapshot=self.snapshot)

    def answer(self, question: Callable[["Scene"], Answer]) -> Answer:
        """Return what a function makes of this scene, worked out once for all policies that ask.

        It must not ask :meth:`is_silent`, which differs from policy to policy.
        """
        if question not in self._answers:
            self._answers[question] = question(self)
        found: Answer = self._answers[question]
        return found

    @property
    def everything(self) -> Iterator[Item]:
        """All objects, those of one kind together."""
        for items in self._items.values():
            yield from items

    def of_before(self, group: str, kind: str) -> Iterator[Item]:
        """Yield the objects of a kind as they were; nothing where that is not known."""
        yield from self.answer(_before).get((group, kind), ())

    def known(self, group: str, kind: str) -> Iterator[Item]:
        """Yield all objects of a kind, those that the cluster has of its own too."""
        yield from self.of_kind(group, kind)
        yield from self.answer(_held).get((group, kind), ())

    def holds(self, kinds: AbstractSet[str] | None) -> bool:
        """Tell whether there is an object of one of some kinds, in whatever API group; ``None`` is any object."""
        return bool(self._kinds) if kinds is None else not self._kinds.isdisjoint(kinds)

    @cached_property
    def _kinds(self) -> frozenset[str]:
        """The kinds of all objects, those that the cluster has of its own too."""
        return frozenset(kind for _, kind in (*self._items, *self.answer(_held)))

    def of_kind(self, group: str, kind: str) -> Iterable[Item]:
        """Return all objects of a kind."""
        return self._items.get((group, kind), ())

    def of_name(self, kind: str) -> Iterator[Item]:
        """Yield all objects whose kind is called so, in whatever API group."""
        for (_, name), items in self._items.items():
            if name == kind:
                yield from items

    def all_within(self, namespace: str) -> Iterator[Item]:
        """Yield the objects of all kinds that live in a namespace."""
        for _, items in self._homes.get(namespace, ()):
            yield from items

    @cached_property
    def _homes(self) -> Mapping[str, list[tuple[tuple[str, str], list[Item]]]]:
        """The objects of each namespace, those of one kind together."""
        found: dict[str, list[tuple[tuple[str, str], list[Item]]]] = defaultdict(list)
        for (group, kind, namespace), items in self._within.items():
            found[namespace].append(((group, kind), items))
        return found

    def kinds_within(self, namespace: str) -> Iterable[tuple[tuple[str, str], list[Item]]]:
        """Return the kinds that a namespace has objects of, by API group and name, with these."""
        return self._homes.get(namespace, ())

    def declares(self, namespace: str) -> bool:
        """Tell whether a namespace is among the manifests."""
        return namespace in self._labels

    def within(self, namespace: str, group: str, kind: str) -> Iterable[Item]:
        """Return the objects of a kind that live in a namespace."""
        return self._within.get((group, kind, namespace), ())

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """All bindings, without those that every cluster starts with and that give no more than they do there."""
        return tuple([binding for binding in self.access.bindings if not self._is_own(binding)])

    @cached_property
    def gifts(self) -> tuple[Gift, ...]:
        """The bindings with the roles that they give to somebody but the platform's own appliers; see ``appliers``."""
        found = [(binding, self.access.roles.get(binding.role)) for binding in self.bindings if binding.subjects]
        given = [Gift(binding, role) for binding, role in found if role is not None]
        return appliers.others(given, self._items.get(appliers.KIND, ()), self.reach)

    @cached_property
    def alike(self) -> tuple[tuple[Gift, ...], ...]:
        """The gifts, together where the same rules are given in the same kind of scope: what they grant is the same.

        Thousands of tenants share a handful of roles, so that a rule that asks once for each of these asks little.
        """
        groups: dict[tuple[int, bool], list[Gift]] = defaultdict(list)
        for gift in self.gifts:
            groups[id(gift.role.rules), bool(gift.binding.namespace)].append(gift)
        return tuple(map(tuple, groups.values()))

    @cached_property
    def written_roles(self) -> tuple[tuple[Role, ...], ...]:
        """The roles that somebody wrote, given or not, together where their rules are the same.

        What an aggregated role gathers is told where it is written; a rule that Kubernetes itself wrote may be among
        the others of one of its roles that was changed.
        """
        own = _own(self.version).roles
        groups: dict[int, list[Role]] = defaultdict(list)
        for key, role in self.access.roles.items():
            if role.selectors is None and (key not in own or role.rules != own[key].rules):
                groups[id(role.rules)].append(role)
        return tuple(map(tuple, groups.values()))

    def is_built_in(self, role: Role, index: int) -> bool:
        """Tell whether a rule of a role is Kubernetes' own, so that nobody can mend it there."""
        own = _own(self.version).roles.get(role.key)
        return own is not None and role.rules[index] in own.rules

    def _is_own(self, binding: Binding) -> bool:
        same = _own_bindings(self.version).get((binding.namespace, binding.name))
        if same is None or same.role != binding.role or not {*binding.subjects} <= {*same.subjects}:
            return False
        role = self.access.roles.get(binding.role)
        return role is None or all(self.is_built_in(role, index) for index in range(len(role.rules)))


def _held(scene: Scene) -> Mapping[tuple[str, str], list[Item]]:
    return _by_kind(scene.snapshot, [])


def _before(scene: Scene) -> Mapping[tuple[str, str], list[Item]]:
    return _by_kind(scene.before, [])


def _by_kind(manifests: Iterable[Manifest | Item], strange: list[Problem]) -> Mapping[tuple[str, str], list[Item]]:
    """Put objects together by API group and kind, and add what is wrong with what is none to *strange*."""
    by_version: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in flatten(manifests):
        if isinstance(item, Problem):
            strange.append(item)
        else:
            by_version[item.api_version, item.kind].append(item)
    found: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for (api_version, kind), items in by_version.items():
        found[api_version.rpartition("/")[0], kind] += items
    return found


def inside(body: Any, *keys: str) -> Mapping[str, Any]:
    """Return the mapping at *keys* of a body; what is not there, or of another type, is empty."""
    for key in keys:
        if body.__class__ is not dict and not isinstance(body, (dict, Mapping)):  # a dict, nearly always: known sooner
            return {}
        body = body.get(key)
    if body is None:
        return {}
    return body if body.__class__ is dict or isinstance(body, (dict, Mapping)) else {}


#: What returns the name and the namespace of an object; the empty one stands for none.
name_of: Callable[[Item], str] = attrgetter("name")
namespace_of: Callable[[Item], str] = attrgetter("namespace")


def written(subject: Subject) -> str:
    """Write a subject as findings and waivers do: ``group:ml``, ``serviceaccount:ns/name``."""
    where = f"{subject.namespace}/" if subject.namespace else ""
    return f"{subject.kind.lower()}:{where}{subject.name}"


def called(binding: Binding) -> str:
    """Name a binding with the role that it gives."""
    return f"{binding.kind} {binding.name} of {binding.role.kind} {binding.role.name}"


def chain(binding: Binding, role: Role, indices: tuple[int, ...]) -> tuple[str, ...]:
    """Say how a grant comes about: the binding, the role, and those of its rules that matter; of many, the first."""
    where = f"{binding.namespace}/" if binding.namespace else ""
    return (f"{binding.kind} {where}{binding.name} ({binding.origin})", *_steps.of(role, indices))


def keys(role: Role, indices: tuple[int, ...]) -> frozenset[RuleKey]:
    """Return the keys of some rules of a role; thousands of bindings to it share them."""
    return _keys.of(standing_for(role), indices)


def standing_for(role: Role) -> Role:
    """Return the role whose keys are those of a role's rules: one of those that were put together as one.

    Roles that gather one another in a circle have all rules of all of them.
    """
    return _first.of(role.rules, role.sources, role=role) if role.sources else role


def shortened(text: str) -> str:
    """Return what can be read of a text: it is repeated for whoever is granted something."""
    return text if len(text) <= _LONG else f"{text[:_LONG]} ..."


def _work_out_steps(role: Role, indices: tuple[int, ...]) -> tuple[str, ...]:
    home = f"{role.key.namespace}/" if role.key.namespace else ""
    more = [f"and {len(indices) - _SHOWN} more of its rules"] if len(indices) > _SHOWN else []
    return (
        f"{role.key.kind} {home}{role.key.name} ({role.origin})",
        *(f"rule: {_described(role.rules[index])} ({role.source(index)})" for index in indices[:_SHOWN]),
        *more,
    )


def _work_out_keys(role: Role, indices: tuple[int, ...]) -> frozenset[RuleKey]:
    return frozenset([(role.key, index) for index in indices])


def _itself(_rules: tuple[Rule, ...], _sources: tuple[Place, ...], *, role: Role) -> Role:
    return role


_first = Memory(_itself)
_steps = Memory(_work_out_steps)
_keys = Memory(_work_out_keys)


@lru_cache(1024)
def _described(rule: Rule) -> str:
    return shortened("; ".join(Permissions.of([rule]).describe()))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@cache
def _own(version: str) -> Access:
    """Return what a cluster lets people do before anything is applied to it."""
    return Access(defaults(version))


@cache
def _own_bindings(version: str) -> Mapping[tuple[str, str], Binding]:
    return {(binding.namespace, binding.name): binding for binding in _own(version).bindings}
