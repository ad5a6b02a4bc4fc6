"""What ClusterRoles with an aggregation rule allow, once the controller has come to rest.

The source is ``pkg/controller/clusterroleaggregation``: for each selector in order, for each ClusterRole that it
selects, by name and not the role itself, the controller appends the rules that are not there yet. It overwrites
whatever rules the role was given, and looks again whenever a ClusterRole changes.

Roles that gather one another in a circle end with the same rules. Which of the rules that they were given survive
depends on whom the controller looks at first, so all of them count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from generator.access.circles import circles
from generator.access.objects import Role
from generator.access.rule import Rule
from generator.access.selector import Requirement, Selector
from generator.problems import Place

#: The rules of a role, each with the place of the role that wrote it.
_Rules = dict[Rule, Place]
#: What many roles may share: the selectors of an aggregation rule.
_Selectors = tuple[Selector, ...]


def aggregate(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Fill in the rules of aggregated ClusterRoles; *roles* may be in any order, and hold Roles of namespaces too."""
    given = tuple(roles)
    cluster_roles = {role.key.name: role for role in sorted(given, key=lambda role: role.key) if not role.key.namespace}
    gathering = {name: role.selectors for name, role in cluster_roles.items() if role.selectors is not None}
    if not gathering:
        return given
    index = _Index(cluster_roles)
    gathered = {selectors: index.gathered_by(selectors) for selectors in dict.fromkeys(gathering.values())}
    filled = _fill(cluster_roles, gathering, gathered)
    return tuple([filled.get(role.key.name, role) if not role.key.namespace else role for role in given])


def _fill(
    cluster_roles: Mapping[str, Role],
    gathering: Mapping[str, _Selectors],
    gathered: Mapping[_Selectors, tuple[str, ...]],
) -> dict[str, Role]:
    """Go through the gathering roles, those that others gather first; a circle of them is filled as one.

    In the graph a role leads to its selectors, and these to what they select: roles may share them by the thousand.
    """
    edges: dict[str | _Selectors, Collection[str | _Selectors]] = {}
    edges.update({name: (selectors,) for name, selectors in gathering.items()})
    edges.update({selectors: names for selectors, names in gathered.items()})  # noqa: C416 - its keys are of one type
    known = dict(cluster_roles)
    for part in circles(edges):
        circle = sorted(node for node in part if isinstance(node, str))
        rules = _gather(circle, [gathered[one] for one in dict.fromkeys(gathering[name] for name in circle)], known)
        same, sources = tuple(rules), tuple(rules.values())
        known |= {name: replace(known[name], rules=same, sources=sources) for name in circle}
    return {name: known[name] for name in gathering}


def _gather(circle: Collection[str], gathered: Iterable[tuple[str, ...]], known: Mapping[str, Role]) -> _Rules:
    """Collect the rules of one role, or of all in a circle, which then keep what they were given."""
    rules: _Rules = {}
    members = frozenset(circle)
    inside = sorted(members) if len(members) > 1 else ()
    outside = (name for names in gathered for name in names if name not in members)
    for name in dict.fromkeys((*inside, *outside)):
        for index, rule in enumerate(known[name].rules):
            rules.setdefault(rule, known[name].source(index))
    return rules


class _Index:
    """ClusterRoles by their labels, so that most selectors look at few of them."""

    def __init__(self, cluster_roles: Mapping[str, Role]) -> None:
        self._roles = cluster_roles
        self._rank = {name: rank for rank, name in enumerate(cluster_roles)}
        self._having: dict[str | tuple[str, str], list[str]] = defaultdict(list)
        for name, role in cluster_roles.items():
            for label in role.labels.items():
                self._having[label].append(name)
                self._having[label[0]].append(name)

    def gathered_by(self, selectors: _Selectors) -> tuple[str, ...]:
        """Return the names of the roles that are selected: each once, in the controller's order."""
        return tuple(dict.fromkeys(name for selector in selectors for name in self._select(selector)))

    def _select(self, selector: Selector) -> list[str]:
        candidates = min((self._candidates(one) for one in selector.requirements), key=len, default=self._roles.keys())
        names = [name for name in candidates if selector.selects(self._roles[name].labels)]
        return sorted(names, key=self._rank.__getitem__)

    def _candidates(self, requirement: Requirement) -> Collection[str]:
        """Return the roles that can meet *requirement*, and maybe others."""
        if requirement.operator == "Exists":
            return self._having.get(requirement.key, ())
        if requirement.operator == "In":
            return [name for value in requirement.values for name in self._having.get((requirement.key, value), ())]
        return self._roles.keys()
