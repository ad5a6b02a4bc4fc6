"""What policies ask about: grants as they are written in a policy, and the sets of requests that they stand for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from generator.access import Rule
from generator.access.algebra import Permissions
from generator.access.algebra_diagrams import EVERYTHING, GROUP, NAME, NOTHING, RESOURCE, SUBRESOURCE, Words, branch
from generator.access.algebra_paths import NO_PATHS
from generator.access.customs import CustomResource
from generator.rules import scopes
from generator.rules.halves import Halves
from generator.rules.memory import Memory
from generator.rules.scene import shortened

#: A grant as a policy writes it, see :class:`generator.rules.parameters.Grants`.
Grant = Mapping[str, Any]

#: A message stays one that can be read; the chain of a finding holds the rules themselves.
_SAID = 8


def shape(grants: Sequence[Grant], version: str, *, in_namespace: bool = False) -> Permissions:
    """Return what grants stand for on a cluster of a Kubernetes version, or what a RoleBinding can give of it.

    Kubernetes' own kinds that live in no namespace are known, see :mod:`generator.rules.scopes`; of others the grants
    say so. Raises :class:`ValueError` where custom resources are not listed yet: it would stand for nothing, and find
    nothing.
    """
    return _shapes.of(_in_namespaces.of(grants) if in_namespace else grants, version)


def _live(grants: Sequence[Grant]) -> Sequence[Grant]:
    """Return the grants that a RoleBinding may give: mostly all of them, which then are the same object."""
    return grants if all("scope" not in one for one in grants) else [one for one in grants if "scope" not in one]


_in_namespaces = Memory(_live)


def _shape(grants: Sequence[Grant], version: str) -> Permissions:
    live = [one for one in grants if _is_live(one, version)]
    if any("customs" in one for one in live):
        raise ValueError("a grant by customs has to be expanded before it is asked about")
    found = Permissions.of([_rule(one, resources) for one in live if (resources := _spelled(one["resources"]))])
    for one in live:
        if parents := _parents(one["resources"]):
            found |= _below(one, parents)
    return found


_shapes = Memory(_shape)


def granting(rules: Sequence[Rule], asked: Permissions, *, in_namespace: bool) -> tuple[int, ...]:
    """Return those of a role's rules that grant some of a shape in the whole cluster, or in one namespace."""
    live = asked & scopes.of_role_bindings() if in_namespace else asked
    return tuple(_halves.of(rules).where(live.meets))


def _by_halves(rules: Sequence[Rule]) -> Halves:
    return Halves([Permissions.of([rule]) for rule in rules])


_halves = Memory(_by_halves)


def worded(found: Permissions) -> str:
    """Say what is held of a shape; of much, the first."""
    said = found.describe()
    more = (f"and {len(said) - _SAID} more",) if len(said) > _SAID else ()
    return "; ".join((*map(shortened, said[:_SAID]), *more))


def expanded(parameters: Mapping[str, Any], customs: Sequence[CustomResource]) -> dict[str, Any]:
    """Return parameters with the custom resources listed that their grants mean.

    Where none has the effects, the grant stays as it is, and whoever asks about it is refused.
    """
    return {name: _expanded(value, customs) for name, value in parameters.items()}


def _expanded(value: Any, customs: Sequence[CustomResource]) -> Any:
    if isinstance(value, list):
        return [one for item in value for one in _listed(item, customs)]
    return value


def _listed(item: Any, customs: Sequence[CustomResource]) -> list[Any]:
    if not isinstance(item, Mapping) or "customs" not in item:
        return [_expanded(item, customs)]
    resources: dict[tuple[str, str], list[str]] = {}
    for one in customs:
        if not {*item["customs"]}.isdisjoint(one.effects):
            resources.setdefault((one.group, one.scope), []).append(one.resource)
    rest = {name: value for name, value in item.items() if name != "customs"}
    return [
        {"apiGroups": [group], "resources": found, **rest, **({"scope": scope} if scope == "Cluster" else {})}
        for (group, scope), found in resources.items()
    ] or [item]


def _is_live(grant: Grant, version: str) -> bool:
    now = _minor(version)
    return ("since" not in grant or _minor(grant["since"]) <= now) and (
        "before" not in grant or now < _minor(grant["before"])
    )


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def _rule(grant: Grant, resources: Sequence[str]) -> Rule:
    names = tuple(grant.get("resourceNames", ()))
    return Rule(tuple(grant["verbs"]), tuple(grant["apiGroups"]), tuple(resources), names)


def _spelled(resources: Iterable[str]) -> list[str]:
    """Return the resources that mean in a policy what they mean in a role."""
    return [one for one in resources if not one.endswith("/*")]


def _parents(resources: Iterable[str]) -> list[str]:
    """Return the resources of which all subresources are meant."""
    return [one.removesuffix("/*") for one in resources if one.endswith("/*")]


def _below(grant: Grant, resources: Sequence[str]) -> Permissions:
    verbs = EVERYTHING if "*" in grant["verbs"] else Words(frozenset(grant["verbs"]))
    names = grant.get("resourceNames", ())
    named = branch(NAME, NOTHING, dict.fromkeys(names, verbs)) if names else verbs
    whose = named if "*" in resources else branch(RESOURCE, NOTHING, dict.fromkeys(resources, named))
    targets = branch(SUBRESOURCE, whose, {"": NOTHING})
    groups = grant["apiGroups"]
    return Permissions(targets if "*" in groups else branch(GROUP, NOTHING, dict.fromkeys(groups, targets)), NO_PATHS)
