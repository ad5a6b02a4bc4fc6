"""The tree of cohorts: who lends to whom, how much a queue can get at most, and how much was promised below a cohort.

The arithmetic is that of Kueue's cache: a node has its own quota and what its children lend, each child up to its
lending limit; it can use that and what its parent can get it, up to its borrowing limit. A cohort that is only named is
there all the same, without quota or limits. What stands in a circle, or below one, gets nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from generator.kubernetes.quantity import ZERO, Quantity
from generator.kueue.quotas import Pair, Quota, Quotas

#: An amount for each flavor and resource.
Totals = Mapping[Pair, Quantity]

_NOTHING = Quota(ZERO)


class Node(Struct, frozen=True):
    """A cohort or a queue; the ``parent`` of one that stands alone is empty."""

    name: str
    parent: str
    quotas: Quotas


class Tree:
    """All cohorts and queues of a cluster; of two of a name the first counts."""

    def __init__(self, cohorts: Iterable[Node], queues: Iterable[Node]) -> None:
        self.cohorts: dict[str, Node] = {}
        self.queues: dict[str, Node] = {}
        for node in cohorts:
            self.cohorts.setdefault(node.name, node)
        for node in queues:
            self.queues.setdefault(node.name, node)
        self.dangling = [node for node in self._nodes() if node.parent and node.parent not in self.cohorts]
        for node in self.dangling:
            self.cohorts.setdefault(node.parent, Node(node.parent, "", {}))
        self._depths = {name: 0 for name, node in self.cohorts.items() if not node.parent}
        self.cycles: list[tuple[str, ...]] = []
        self._broken: set[str] = set()
        for name in self.cohorts:
            self._measure(name)

    def _nodes(self) -> Iterator[Node]:
        yield from self.cohorts.values()
        yield from self.queues.values()

    def _measure(self, name: str) -> None:
        """Find how far a cohort is from its root; one below a circle has none."""
        trail: dict[str, None] = {}
        step = name
        while step not in self._depths and step not in self._broken:
            if step in trail:
                names = list(trail)
                self.cycles.append((*names[names.index(step) :], step))
                self._broken.update(trail)
                return
            trail[step] = None
            step = self.cohorts[step].parent
        if step in self._broken:
            self._broken.update(trail)
            return
        for depth, one in enumerate(reversed(trail), self._depths[step] + 1):
            self._depths[one] = depth

    @cached_property
    def _downwards(self) -> Sequence[Node]:
        """The cohorts that are in no circle, each after its parent."""
        return [self.cohorts[name] for name in sorted(self._depths, key=lambda name: (self._depths[name], name))]

    def _members(self) -> Iterator[Node]:
        return (node for node in self.queues.values() if node.parent in self._depths)

    @cached_property
    def promised(self) -> Mapping[str, Totals]:
        """The nominal quotas of each cohort and of all below it, whatever they lend."""
        found: dict[str, dict[Pair, Quantity]] = {name: {} for name in self._depths}
        for queue in self._members():
            _add(found[queue.parent], _nominal(queue.quotas))
        for cohort in reversed(self._downwards):
            _add(found[cohort.name], _nominal(cohort.quotas))
            if cohort.parent:
                _add(found[cohort.parent], found[cohort.name])
        return found

    @cached_property
    def total(self) -> Totals:
        """All nominal quotas of the cluster, circles included: they are promised, if not given."""
        found: dict[Pair, Quantity] = {}
        for node in self._nodes():
            _add(found, _nominal(node.quotas))
        return found

    @cached_property
    def _subtrees(self) -> Mapping[str, Totals]:
        """What each cohort has of its own and from below."""
        found: dict[str, dict[Pair, Quantity]] = {name: {} for name in self._depths}
        for queue in self._members():
            _add(found[queue.parent], _lent(queue.quotas, _nominal(queue.quotas)))
        for cohort in reversed(self._downwards):
            _add(found[cohort.name], _nominal(cohort.quotas))
            if cohort.parent:
                _add(found[cohort.parent], _lent(cohort.quotas, found[cohort.name]))
        return found

    @cached_property
    def _reachable(self) -> Mapping[str, Totals]:
        """What each cohort can use at most, when nobody else uses anything."""
        found: dict[str, Totals] = {}
        for cohort in self._downwards:
            own = self._subtrees[cohort.name]
            found[cohort.name] = _reached(own, found[cohort.parent], cohort.quotas) if cohort.parent else own
        return found

    def reach(self, cohort: str) -> Totals:
        """Return what all queues below a cohort can use at most together, when nobody else uses anything."""
        return self._reachable.get(cohort, {})

    def available(self, queue: Node) -> Totals:
        """Return what a queue can use at most, when nobody else uses anything; it borrows only what it lists."""
        own = _nominal(queue.quotas)
        if not queue.parent:
            return own
        above = self._reachable.get(queue.parent)
        if above is None:
            return dict.fromkeys(own, ZERO)
        reached = _reached(own, above, queue.quotas)
        return {pair: reached.get(pair, ZERO) for pair in own}

    @cached_property
    def roots(self) -> Mapping[str, str]:
        """The root of each cohort that is in no circle."""
        found: dict[str, str] = {}
        for cohort in self._downwards:
            found[cohort.name] = found[cohort.parent] if cohort.parent else cohort.name
        return found

    @cached_property
    def listed(self) -> Mapping[str, frozenset[Pair]]:
        """The flavors and resources that there is any quota of below each root."""
        found: dict[str, set[Pair]] = defaultdict(set)
        homes = [*((one.name, one) for one in self.cohorts.values()), *((q.parent, q) for q in self.queues.values())]
        for name, node in homes:
            if name in self.roots:
                found[self.roots[name]].update(pair for pair, quota in node.quotas.items() if quota.nominal)
        return {root: frozenset(pairs) for root, pairs in found.items()}


def _nominal(quotas: Quotas) -> dict[Pair, Quantity]:
    return {pair: quota.nominal for pair, quota in quotas.items()}


def _add(total: dict[Pair, Quantity], more: Totals) -> None:
    for pair, amount in more.items():
        total[pair] = total.get(pair, ZERO) + amount


def _lent(quotas: Quotas, held: Totals) -> Totals:
    """Return what a node lets its parent have of what it holds."""
    lends = {pair: quotas.get(pair, _NOTHING).lend for pair in held}
    return {pair: amount if (lend := lends[pair]) is None else min(amount, lend) for pair, amount in held.items()}


def _reached(held: Totals, above: Totals, quotas: Quotas) -> Totals:
    """Return what a node can use: what it keeps for itself and what its parent can get, or what it may borrow."""
    lent = _lent(quotas, held)
    found: dict[Pair, Quantity] = {}
    for pair in held.keys() | above.keys():
        own = held.get(pair, ZERO)
        most = own - lent.get(pair, ZERO) + above.get(pair, ZERO)
        borrow = quotas.get(pair, _NOTHING).borrow
        found[pair] = most if borrow is None else min(most, own + borrow)
    return found
