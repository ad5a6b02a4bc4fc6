"""What Istio's AuthorizationPolicies let through, as far as policies ask."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.access.lists import Item
from generator.rules.scene import Scene, inside

_GROUP = "security.istio.io"
#: What says as much as nothing, in a list of a source or an operation.
_EVERYTHING = frozenset({"*", "/*", "0.0.0.0/0", "::/0"})
#: The fields of a source that only mutual TLS can fill in: nobody else can say them of themselves.
_IDENTITIES = ("principals", "serviceAccounts")


class AllowRule(Struct, frozen=True):
    """A rule of a policy that lets requests in: from any of its sources, to any of its operations, when all holds."""

    sources: tuple[Mapping[str, Any], ...]
    operations: tuple[Mapping[str, Any], ...]
    conditions: tuple[Mapping[str, Any], ...]

    @property
    def names_callers(self) -> bool:
        """Whether it lets in only workloads that have proved who they are, each of them named."""
        named = bool(self.sources) and all(
            any(_narrows(source.get(field)) for field in _IDENTITIES) for source in self.sources
        )
        keys = ((one.get("key"), one.get("values")) for one in self.conditions)
        return named or any(key == "source.principal" and _narrows(values) for key, values in keys)

    @property
    def narrows_callers(self) -> bool:
        """Whether any condition or source keeps anybody out."""
        return bool(self.conditions) or (bool(self.sources) and all(map(_is_narrow, self.sources)))

    @property
    def narrows_operations(self) -> bool:
        """Whether it is about some requests only."""
        return bool(self.operations) and all(map(_is_narrow, self.operations))

    def values(self, key: str) -> tuple[str, ...]:
        """Return the values that a condition of it asks for; a header's name is read in any case."""
        found = (one.get("values") for one in self.conditions if str(one.get("key")).lower() == key)
        return tuple(text for values in found for text in texts(values))


def allowing(scene: Scene) -> Iterator[tuple[Item, Mapping[str, Any], tuple[AllowRule, ...]]]:
    """Yield each policy that lets requests in, with its spec and its rules; a policy that names no action does."""
    for item in scene.of_kind(_GROUP, "AuthorizationPolicy"):
        spec = inside(item.body, "spec")
        if spec.get("action", "ALLOW") == "ALLOW":
            yield item, spec, tuple(map(_rule, _mappings(spec.get("rules"))))


def texts(value: object) -> tuple[str, ...]:
    """Return the texts of a list; what is none is left out."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _rule(rule: Mapping[str, Any]) -> AllowRule:
    sources = tuple(inside(one, "source") for one in _mappings(rule.get("from")))
    operations = tuple(inside(one, "operation") for one in _mappings(rule.get("to")))
    return AllowRule(sources, operations, tuple(_mappings(rule.get("when"))))


def _mappings(value: object) -> Sequence[Mapping[str, Any]]:
    """Return the mappings of a list; an empty rule may also be written as nothing."""
    return (
        [one or {} for one in value if one is None or isinstance(one, (dict, Mapping))]
        if isinstance(value, list)
        else []
    )


def _is_narrow(clause: Mapping[str, Any]) -> bool:
    return any(_narrows(values) for values in clause.values())


def _narrows(values: object) -> bool:
    """Tell whether a list of texts leaves anything out."""
    return isinstance(values, list) and bool(values) and _EVERYTHING.isdisjoint(map(str, values))
