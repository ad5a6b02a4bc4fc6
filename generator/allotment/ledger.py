"""What each tenant of a forest has promised of what it holds, on each cluster, and what can be used below it at most.

All sums are in thousandths, by cluster and measure, and made from the leaves up in one pass. Three are kept apart:

- *given*: what its children count for with it, by the quotas that they hold, used or not;
- *promise*: what a tenant itself counts for with the next holder above: on a cluster of its own, all that it holds;
  on one where only tenants below it live, what they count for;
- *reach*: what all namespaces at or below it could use together. It differs from the promise only where namespaces
  share, or get keys from somebody above who shares, so that it is not added up elsewhere.
"""

from collections.abc import Iterable, Mapping

from generator.allotment.forest import Caps, Forest, Node, by_measure
from generator.organisation.allowance import LEAST
from generator.organisation.directory import Directory
from generator.spec.settings import Amounts

#: Thousandths by measure.
Sums = Mapping[str, int]
#: The same by cluster.
ByCluster = Mapping[str, Sums]

_NOTHING: Sums = {}


class Ledger:
    """The sums of a forest, by the names of its tenants."""

    def __init__(self, directory: Directory, *, everybody: bool = False) -> None:
        self.forest = forest = Forest(directory, everybody=everybody)
        self.given: dict[str, dict[str, dict[str, int]]] = {}
        self.promise: dict[str, ByCluster] = {}
        self.reach: dict[str, ByCluster] = {}
        for node in reversed(forest.nodes.values()):
            self._enter(node)

    def _enter(self, node: Node) -> None:
        given: dict[str, dict[str, int]] = {}
        for child in node.children:
            _add(given, self.promise[child.name])
        self.given[node.name] = given
        counted: ByCluster = given
        if node.mode in LEAST or node.bound or any(child.name in self.reach for child in node.children):
            counted = self.reach[node.name] = self._reach(node)
        self.promise[node.name] = self._promise(node, given, counted if node.mode in LEAST else given)

    @staticmethod
    def _promise(node: Node, given: ByCluster, elsewhere: ByCluster) -> ByCluster:
        """Return what a tenant counts for; *elsewhere* is what lies below it on clusters that are not its own."""
        if not node.divides:
            passed = {cluster: dict(sums) for cluster, sums in given.items()}
            _add(passed, dict.fromkeys(node.clusters, consumed(node)))
            return passed
        whole = {unit: cap.amount.milli for unit, cap in node.hard.items()}
        here = {**named(node), **whole} if any(node.parts) else whole  # what it does not hold, others are promised
        promise: dict[str, dict[str, int]] = dict.fromkeys(node.clusters, here)
        for cluster, sums in elsewhere.items():
            if cluster not in promise:
                promise[cluster] = {unit: min(sums.get(unit, 0), most) for unit, most in whole.items()}
            beyond = {unit: amount for unit, amount in given.get(cluster, _NOTHING).items() if unit not in whole}
            if beyond:
                promise[cluster] = {**promise[cluster]}
                _add(promise, {cluster: beyond})
        return promise

    def _reach(self, node: Node) -> ByCluster:
        """Add up what namespaces here and below could use; where a controller adds them up, no more than is held."""
        total: dict[str, dict[str, int]] = {}
        for child in node.children:
            _add(total, self.most(child))
        for cluster in node.clusters:
            _add(total, {cluster: self.use(node, cluster)})
        if node.mode == "delegated" and node.divides:
            for sums in total.values():
                _keep_to(node.caps, sums)
        return total

    def use(self, node: Node, cluster: str) -> Sums:
        """Return what a tenant's own namespaces could use together on one of its clusters."""
        found = _own(node, self.given[node.name].get(cluster, _NOTHING) if node.divides else _NOTHING)
        if node.mode == "delegated":
            _keep_to(node.caps, found)
        return found

    def most(self, node: Node) -> ByCluster:
        """Return what namespaces at or below a tenant could use together: its promise, where nothing is shared."""
        return self.reach.get(node.name) or self.promise[node.name]

    def demand(self, node: Node, cluster: str, unit: str) -> int:
        """Return what a tenant without a parent asks of a cluster: what it is promised, or all that it could use."""
        promised = self.promise[node.name].get(cluster, _NOTHING).get(unit, 0)
        if node.name not in self.reach:
            return promised
        return max(promised, self.reach[node.name].get(cluster, _NOTHING).get(unit, 0))

    def roots(self) -> Iterable[Node]:
        """Return the tenants that count with the clusters themselves."""
        return (node for node in self.forest.nodes.values() if node.parent is None)


def consumed(node: Node) -> Sums:
    """Return what a tenant that divides nothing counts for by itself: the defaults, or what its namespaces name."""
    return {unit: node.caps[unit].amount.milli for unit in node.hard} or named(node)


def named(node: Node) -> Sums:
    """Add up what a tenant's namespaces name as their parts."""
    total: dict[str, int] = {}
    for part in node.parts:
        for unit, cap in by_measure(part or {}).items():
            total[unit] = total.get(unit, 0) + cap.amount.milli
    return total


def _own(node: Node, given: Sums) -> dict[str, int]:
    """Return what a tenant's own namespaces may use together by their quotas, of which children have what is given."""
    total: dict[str, int] = {}
    if node.mode in LEAST:
        for part in node.parts:
            for unit, amount in _capped(part, node).items():
                total[unit] = total.get(unit, 0) + amount
        return total
    total |= named(node)
    if None in node.parts:
        for unit, cap in node.caps.items():
            total[unit] = max(cap.amount.milli - given.get(unit, 0), total.get(unit, 0))
    return total


def _capped(part: Amounts | None, node: Node) -> Sums:
    own = {unit: cap.amount.milli for unit, cap in by_measure(part or {}).items()}
    return own | {unit: min(own.get(unit, cap.amount.milli), cap.amount.milli) for unit, cap in node.caps.items()}


def _keep_to(caps: Caps, sums: dict[str, int]) -> None:
    for unit, cap in caps.items():
        sums[unit] = min(sums.get(unit, 0), cap.amount.milli)


def _add(total: dict[str, dict[str, int]], more: ByCluster) -> None:
    for cluster, sums in more.items():
        into = total.setdefault(cluster, {})
        for unit, amount in sums.items():
            into[unit] = into.get(unit, 0) + amount
