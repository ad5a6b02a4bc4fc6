"""The accounts of a forest, to be shown: on each cluster, who holds how much, and how much of it is promised."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from generator.allotment.forest import Node
from generator.allotment.ledger import Ledger, consumed, named
from generator.kubernetes.quantity import ZERO, Quantity, Style
from generator.kubernetes.quotakeys import capacity
from generator.organisation.allowance import LEAST
from generator.spec.platform import Cluster


class Balance(Struct, frozen=True):
    """One key of an account.

    ``held`` is what there is to promise (``None``: no bound), ``promised`` what children and namespaces have of it
    (of a cluster: its tenants), ``own`` the part of its namespaces among that. ``reach`` is what all namespaces at or
    below it could use together, ``own_reach`` its own ones among them. ``counted`` is what it counts for with the next
    holder above. So what is promised is its own part and what its children count for; and where it is shared, what all
    could reach is what its own namespaces and those of each child could.
    """

    held: Quantity | None
    promised: Quantity
    own: Quantity
    reach: Quantity
    own_reach: Quantity = ZERO
    counted: Quantity = ZERO

    @property
    def left(self) -> Quantity | None:
        """What can still be promised; ``None`` without a bound."""
        return None if self.held is None else self.held - self.promised


class Account(Struct, frozen=True):
    """A tenant on one cluster; ``depth`` is 0 for one without a parent. Its balances are by measure."""

    node: Node
    cluster: str
    depth: int
    balances: dict[str, Balance]

    @property
    def parted(self) -> bool:
        """Whether what is held is divided in parts, so that something is left or not."""
        return self.node.mode not in LEAST


def accounts(ledger: Ledger, cluster: str, units: Sequence[str], top: str | None = None) -> Iterator[Account]:
    """Yield the accounts of a cluster, parents before their children; of *top* and all below it, if one is named."""
    nodes = ledger.forest.nodes
    starts = [nodes[top]] if top is not None else [node for node in nodes.values() if node.parent is None]
    waiting = [(node, 0) for node in sorted(starts, key=lambda node: node.name, reverse=True)]
    while waiting:
        node, depth = waiting.pop()
        if cluster in ledger.promise[node.name]:
            yield Account(node, cluster, depth, {unit: _balance(ledger, node, cluster, unit) for unit in units})
        waiting += [(child, depth + 1) for child in sorted(node.children, key=lambda child: child.name, reverse=True)]


def _balance(ledger: Ledger, node: Node, cluster: str, unit: str) -> Balance:
    cap = node.caps.get(unit)
    given = ledger.given[node.name].get(cluster, {}).get(unit, 0) if node.divides else 0
    own = _own(node, unit, given) if cluster in node.clusters else 0
    own_reach, reach = own, own + given
    if node.name in ledger.reach:
        own_reach = ledger.use(node, cluster).get(unit, 0) if cluster in node.clusters else 0
        reach = ledger.reach[node.name].get(cluster, {}).get(unit, 0)
    amounts = (own + given, own, reach, own_reach, ledger.promise[node.name].get(cluster, {}).get(unit, 0))
    like = cap.amount if cap is not None else Quantity(0, _style(unit))
    return Balance(cap.amount if cap is not None else None, *(_like(milli, like) for milli in amounts))


def _style(unit: str) -> Style:
    """Return how an amount is written that nobody has written: bytes with binary suffixes."""
    return Style.BINARY if unit.endswith(("memory", "storage")) or "hugepages-" in unit else Style.DECIMAL


def _own(node: Node, unit: str, given: int) -> int:
    """Return the part of a tenant's own namespaces; one that leaves its part open gets what children leave."""
    if not node.divides:
        return consumed(node).get(unit, 0)
    part = named(node).get(unit, 0)
    if unit in node.caps and None in node.parts and node.mode not in LEAST:
        return max(node.caps[unit].amount.milli - given, part)
    return part


def of_cluster(ledger: Ledger, cluster: Cluster) -> dict[str, Balance]:
    """Return the balances of a cluster with its tenants, by resource."""
    found = {}
    for resource, there in cluster.capacity.items():
        factor = cluster.overcommit.get(resource)
        units = {f"requests.{resource}", resource}
        asked = sum(ledger.demand(node, cluster.name, unit) for node in ledger.roots() for unit in units)
        whole = there if factor is None else Quantity(there.milli * factor.milli // 1000, there.style)
        promised = _like(asked, there)
        found[resource] = Balance(whole, promised, ZERO, promised)
    return found


def units_of(ledger: Ledger, top: str | None = None) -> list[str]:
    """Return the measures that somebody has a cap on, those that clusters have first; of all, or of *top* and below."""
    nodes = ledger.forest.nodes
    found: dict[str, None] = {}
    for node in nodes.values() if top is None else _below(nodes[top]):
        found.update(dict.fromkeys((*node.caps, *named(node))))
    clusters = ledger.forest.platform.clusters.values()
    counted = {resource for cluster in clusters for resource in cluster.capacity}
    return sorted(found, key=lambda unit: (capacity(unit) not in counted, "/" in unit, list(found).index(unit)))


def _below(node: Node) -> Iterator[Node]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.children


def _like(milli: int, other: Quantity) -> Quantity:
    return Quantity(milli, other.style)
