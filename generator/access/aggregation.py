"""What ClusterRoles with an aggregation rule allow, once the controller has come to rest.

The source is ``pkg/controller/clusterroleaggregation``: for each selector in order, for each ClusterRole that it
selects, by name and not the role itself, the controller appends the rules that are not there yet. It overwrites
whatever rules the role was given, and looks again whenever a ClusterRole changes.

Roles that gather one another in a circle end with the same rules. Which of the rules that they were given survive
depends on whom the controller looks at first, so all of them count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from generator.access.circles import circles
from generator.access.objects import Role
from generator.access.rule import Rule
from generator.access.selector import Requirement, Selector
from generator.problems import Place, Problem

#: How many roles, and how many rules, all aggregation rules may gather together: more is an attack. The built-in roles
#: of a cluster gather some hundred.
MAX_GATHERED = 2_000_000

#: The rules of a role, each with the place of the role that wrote it.
_Rules = dict[Rule, Place]
#: What many roles may share: the selectors of an aggregation rule.
_Selectors = tuple[Selector, ...]


def aggregate(roles: Iterable[Role]) -> tuple[tuple[Role, ...], tuple[Problem, ...]]:
    """Fill in the rules of aggregated ClusterRoles; *roles* may be in any order, and hold Roles of namespaces too.

    What would be more than ``MAX_GATHERED`` is left empty, and a problem.
    """
    given = tuple(roles)
    cluster_roles = {role.key.name: role for role in sorted(given, key=lambda role: role.key) if not role.key.namespace}
    gathering = {name: role.selectors for name, role in cluster_roles.items() if role.selectors is not None}
    if not gathering:
        return given, ()
    gathered = _select(cluster_roles, gathering.values())
    kept = {name: selectors for name, selectors in gathering.items() if selectors in gathered}
    filled = _fill(cluster_roles, kept, gathered)
    left_out = gathering.keys() - filled.keys()
    filled |= {name: replace(cluster_roles[name], rules=()) for name in left_out}
    problems = [_too_much(cluster_roles[name]) for name in sorted(left_out)]
    return tuple([role if role.key.namespace else filled.get(role.key.name, role) for role in given]), tuple(problems)


def _select(cluster_roles: Mapping[str, Role], wanted: Iterable[_Selectors]) -> dict[_Selectors, tuple[str, ...]]:
    """Return what the selectors select, as long as it is not too much."""
    index, found, left = Index(cluster_roles), {}, MAX_GATHERED
    for selectors in dict.fromkeys(wanted):
        names = tuple(dict.fromkeys(chain.from_iterable(map(index.selected, selectors))))
        left -= len(names)
        if left < 0:
            break
        found[selectors] = names
    return found


def _too_much(role: Role) -> Problem:
    message = f"all aggregation rules together gather more than {MAX_GATHERED} roles or rules; select fewer"
    return Problem(role.origin / "aggregationRule", message)


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
    known, filled, left = dict(cluster_roles), set(), MAX_GATHERED
    shared: dict[tuple[Rule, ...], tuple[Rule, ...]] = {}
    for part in circles(edges):
        circle = sorted(node for node in part if isinstance(node, str))
        rules = _gather(circle, [gathered[one] for one in dict.fromkeys(gathering[name] for name in circle)], known)
        left -= len(rules)
        if left < 0:
            break
        same, sources = shared.setdefault(tuple(rules), tuple(rules)), tuple(rules.values())
        known |= {name: replace(known[name], rules=same, sources=sources) for name in circle}
        filled.update(circle)
    return {name: known[name] for name in filled}


def _gather(circle: Collection[str], gathered: Iterable[tuple[str, ...]], known: Mapping[str, Role]) -> _Rules:
    """Collect the rules of one role, or of all in a circle, which then keep what they were given."""
    rules: _Rules = {}
    members = frozenset(circle)
    inside = sorted(members) if len(members) > 1 else ()
    outside = (name for names in gathered for name in names if name not in members)
    for name in dict.fromkeys((*inside, *outside)):
        role = known[name]
        if not rules and role.sources:  # most of a long chain, and as it is
            rules = dict(zip(role.rules, role.sources, strict=True))
            continue
        for index, rule in enumerate(role.rules):
            rules.setdefault(rule, role.source(index))
    return rules


class Index:
    """ClusterRoles by their labels, so that most selectors look at few of them."""

    def __init__(self, cluster_roles: Mapping[str, Role]) -> None:
        self._roles = cluster_roles
        self._rank = {name: rank for rank, name in enumerate(cluster_roles)}
        self._having: dict[str | tuple[str, str], list[str]] = defaultdict(list)
        for name, role in cluster_roles.items():
            for label in role.labels.items():
                self._having[label].append(name)
                self._having[label[0]].append(name)

    def selected(self, selector: Selector) -> list[str]:
        """Return the names of the roles that are selected, in the controller's order.

        Only the roles that the narrowest requirement leaves are looked at; where there is none that asks for a label,
        those that are shut out are known without a look at the others.
        """
        wanted = [one for one in selector.requirements if one.operator in ("In", "Exists")]
        if not wanted:
            shut_out = {name for one in selector.requirements for names in self._lists(one) for name in names}
            return [name for name in self._roles if name not in shut_out]
        fewest = min(map(self._lists, wanted), key=lambda lists: sum(map(len, lists)))
        names = [name for names in fewest for name in names if selector.selects(self._roles[name].labels)]
        return sorted(names, key=self._rank.__getitem__)

    def _lists(self, requirement: Requirement) -> list[Sequence[str]]:
        """Return the roles that have the label of *requirement*, in a list for each value if it names any."""
        if requirement.operator in ("Exists", "DoesNotExist"):
            return [self._having.get(requirement.key, ())]
        return [self._having.get((requirement.key, value), ()) for value in requirement.values]
