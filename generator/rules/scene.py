"""What rules look at, and what they answer with: the manifests of one cluster, and who may do what there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from generator.access import Access, Binding, Role, Subject, effective
from generator.access.algebra import Permissions
from generator.access.defaults import EXACT, defaults
from generator.access.lists import Item, flatten
from generator.manifest import TENANT_LABEL, Manifest
from generator.problems import Place, Problem


@dataclass(frozen=True, slots=True)
class Hit:
    """One cause for which a rule does not hold; the fields are those of a finding."""

    message: str
    place: Place
    namespace: str = ""
    kind: str = ""
    name: str = ""
    subject: str = ""
    chain: tuple[str, ...] = ()


class Scene:
    """The manifests of one cluster, in one order whatever the order of the input.

    *version* is the Kubernetes version whose built-in roles are there; ``None`` takes the one that is known exactly,
    since a cluster without any would let ``edit`` grant nothing.
    """

    def __init__(self, manifests: Iterable[Manifest], version: str | None = None) -> None:
        self._manifests = tuple(manifests)
        self._version = version or EXACT
        self._items: dict[tuple[str, str], list[Item]] = defaultdict(list)
        self._within: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
        items = [item for item in flatten(self._manifests) if not isinstance(item, Problem)]
        for item in sorted(items, key=_order):
            kind = (item.api_version.rpartition("/")[0], item.kind)
            self._items[kind].append(item)
            self._within[(*kind, namespace_of(item))].append(item)

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
    def access(self) -> Access:
        """Who may do what; computed when a rule first asks."""
        return effective(self._manifests, version=self._version)

    def within(self, namespace: str, group: str, kind: str) -> Iterable[Item]:
        """Return the objects of a kind that live in a namespace."""
        return self._within.get((group, kind, namespace), ())

    @cached_property
    def bindings(self) -> tuple[Binding, ...]:
        """All bindings, without those that every cluster starts with and that give no more than they do there."""
        return tuple([binding for binding in self.access.bindings if not self._is_own(binding)])

    @cached_property
    def gifts(self) -> tuple[tuple[Binding, Role], ...]:
        """The bindings with the roles that they give to somebody; a role that is not there gives nothing."""
        found = [(binding, self.access.roles.get(binding.role)) for binding in self.bindings if binding.subjects]
        return tuple([(binding, role) for binding, role in found if role is not None])

    def is_built_in(self, role: Role, index: int) -> bool:
        """Tell whether a rule of a role is Kubernetes' own, so that nobody can mend it there."""
        own = _own(self._version).roles.get(role.key)
        return own is not None and role.rules[index] in own.rules

    def _is_own(self, binding: Binding) -> bool:
        same = _own_bindings(self._version).get((binding.namespace, binding.name))
        if same is None or same.role != binding.role or not {*binding.subjects} <= {*same.subjects}:
            return False
        role = self.access.roles.get(binding.role)
        return role is None or all(self.is_built_in(role, index) for index in range(len(role.rules)))


def inside(body: Any, *keys: str) -> Mapping[str, Any]:
    """Return the mapping at *keys* of a body; what is not there, or of another type, is empty."""
    for key in keys:
        body = body.get(key) if isinstance(body, Mapping) else None
    return body if isinstance(body, Mapping) else {}


def name_of(item: Item) -> str:
    """Return the name of an object; the empty one stands for none."""
    return _text(inside(item.body, "metadata").get("name"))


def namespace_of(item: Item) -> str:
    """Return the namespace of an object; the empty one stands for none."""
    return _text(inside(item.body, "metadata").get("namespace"))


def written(subject: Subject) -> str:
    """Write a subject as findings and waivers do: ``group:ml``, ``serviceaccount:ns/name``."""
    where = f"{subject.namespace}/" if subject.namespace else ""
    return f"{subject.kind.lower()}:{where}{subject.name}"


def called(binding: Binding) -> str:
    """Name a binding with the role that it gives."""
    return f"{binding.kind} {binding.name} of {binding.role.kind} {binding.role.name}"


def chain(binding: Binding, role: Role, indices: Iterable[int]) -> tuple[str, ...]:
    """Say how a grant comes about: the binding, the role, and those of its rules that matter."""
    where = f"{binding.namespace}/" if binding.namespace else ""
    home = f"{role.key.namespace}/" if role.key.namespace else ""
    rules = [(role.source(index), "; ".join(Permissions.of([role.rules[index]]).describe())) for index in indices]
    return (
        f"{binding.kind} {where}{binding.name} ({binding.origin})",
        f"{role.key.kind} {home}{role.key.name} ({role.origin})",
        *(f"rule: {said} ({place})" for place, said in rules),
    )


def _order(item: Item) -> tuple[str, str, str]:
    return namespace_of(item), name_of(item), str(item.origin)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@cache
def _own(version: str) -> Access:
    """Return what a cluster lets people do before anything is applied to it."""
    return Access(defaults(version))


@cache
def _own_bindings(version: str) -> Mapping[tuple[str, str], Binding]:
    return {(binding.namespace, binding.name): binding for binding in _own(version).bindings}
