"""The forest of tenants as quotas see it: what each says, by whose rule it is divided, and what bounds it."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from generator.kubernetes.quantity import Quantity, parse
from generator.kubernetes.quotakeys import measure
from generator.organisation.allowance import LEAST, Allowance, unpack
from generator.organisation.directory import Directory, Entry
from generator.problems import Place
from generator.spec.platform import Platform
from generator.spec.settings import Amounts, Quota, overlay_quota

#: A factor that declares nothing: what is held is promised once.
ONCE = parse(1)


class Cap(Struct, frozen=True):
    """An amount of one measure, under the key that it is written with."""

    key: str
    amount: Quantity


#: Caps by measure.
Caps = Mapping[str, Cap]
#: What a file and its tier say together (``None`` where neither says anything), and its caps.
_Said = tuple[Quota | None, Caps]


class Rule(Struct, frozen=True):
    """What holds for whoever is below a tenant and says nothing else: how quotas are divided, and the caps above."""

    mode: str
    to: str
    caps: Caps

    @property
    def bound(self) -> Caps:
        """What nobody below may exceed, whatever he says: the least of those above, where that is what counts."""
        return self.caps if self.mode in LEAST else {}


#: Where nobody above says anything.
_NO_RULE = Rule("partition", "", {})


class Node(Struct):
    """A tenant in the forest.

    ``hard`` is what it may consume by its file and tier, or by the platform's defaults: empty where it only groups
    others. ``caps`` is that, with what bounds it from above. It ``divides`` them, by ``mode``, among its namespaces
    and children. Where it has nothing but the defaults it is ``silent``: those are for its own namespaces, and its
    children have to do with the next above. ``rule`` is what holds for them. ``overcommit`` is how many times as much
    may be used: ``None`` for any, which is what sharing means where nobody says more. ``parts`` are what its
    namespaces name, ``None`` for each that leaves its part open. ``holder`` is the nearest tenant above that divides
    something, ``pool`` the nearest above whose own quota a controller adds up; ``None`` where there is none.
    """

    name: str
    entry: Entry
    parent: "Node | None"
    clusters: tuple[str, ...]
    mode: str
    to: str
    overcommit: Quantity | None
    hard: Caps
    caps: Caps
    divides: bool
    silent: bool
    rule: Rule
    parts: tuple[Amounts | None, ...]
    holder: "Node | None"
    pool: "Node | None"
    children: "list[Node]" = field(default_factory=list)

    def source(self, unit: str) -> "Node":
        """Return who says the cap of a measure that counts here: this tenant, or one above."""
        node, counts = self, True
        while node.parent is not None and not (
            counts and unit in node.hard and node.hard[unit].amount <= self.caps[unit].amount
        ):
            node = node.parent
            counts = not node.silent
        return node

    @property
    def bound(self) -> Caps:
        """What namespaces here may not exceed, whatever the tenant itself says: the least of those above."""
        return self.parent.rule.bound if self.parent is not None else {}

    @property
    def pools(self) -> bool:
        """Whether a controller adds up what is used of its own quota, at or below it."""
        return self.mode == "delegated" and bool(self.hard) and not self.silent

    @property
    def dependents(self) -> "Iterator[Node]":
        """The tenants below that count against this one: its children, and theirs where those divide nothing."""
        waiting = self.children[::-1]
        while waiting:
            node = waiting.pop()
            yield node
            if not node.divides:
                waiting += node.children[::-1]

    def place(self, key: str | None = None) -> Place:
        """Return where this tenant's file decides on its quota, or on one key of it."""
        return place_of(self.entry, key)


def place_of(entry: Entry, key: str | None) -> Place:
    """Return where a tenant's file decides on a key of its quota: there, or where it names its tier."""
    own = unpack(entry.quota).hard
    if own is not None and (key is None or key in own):
        return Place(entry.document, ("spec", "quota", *(("hard", key) if key is not None else ())))
    if entry.tier is not None:
        return Place(entry.document, ("spec", "tier"))
    if own is not None:
        return Place(entry.document, ("spec", "quota"))
    listed = any(short is not None for short, _ in entry.namespaces)
    return Place(entry.document, ("spec", "namespaces") if listed else ("metadata", "name"))


class Forest:
    """The tenants that somebody's sum depends on, parents before their children.

    These are all tenants where a cluster has a capacity, or where *everybody* is asked for; otherwise those in trees,
    and those that divide a quota among several namespaces.
    """

    def __init__(self, directory: Directory, *, everybody: bool = False) -> None:
        self.directory = directory
        self.platform = directory.platform
        self.nodes: dict[str, Node] = {}
        self._said: dict[tuple[str | None, str, bool], _Said] = {}
        children: dict[str, list[str]] = {}
        roots = []
        for name in directory.entries:
            parent = directory.parent(name)
            if parent is None:
                roots.append(name)
            else:
                children.setdefault(parent, []).append(name)
        everybody = everybody or any(cluster.capacity for cluster in self.platform.clusters.values())
        for name in roots:
            if everybody or name in children or len(directory.entries[name].namespaces) > 1:
                self._plant(name, children)

    def _plant(self, root: str, children: Mapping[str, list[str]]) -> None:
        """Add a tenant and all below it, without recursion: a tree may be deep."""
        waiting: list[tuple[str, Node | None]] = [(root, None)]
        while waiting:
            name, parent = waiting.pop()
            node = self.nodes[name] = self._node(name, parent)
            if parent is not None:
                parent.children.append(node)
            waiting += [(child, node) for child in reversed(children.get(name, ()))]

    def _node(self, name: str, parent: Node | None) -> Node:
        item = self.directory.entries[name]
        said = unpack(item.quota)
        quota, hard = self._resolved(item, said)
        above = parent.rule if parent is not None else _NO_RULE
        mode = (quota.mode if quota is not None else None) or above.mode
        to = (quota.to if quota is not None else None) or (above.to if mode == above.mode else "")
        caps = least(hard, above.bound) if above.bound else hard
        silent = self.platform.is_default(quota)
        return Node(
            name=name,
            entry=item,
            parent=parent,
            clusters=self.directory.clusters(name),
            mode=mode,
            to=to,
            overcommit=(quota.max_overcommit if quota is not None else None) or (None if mode in LEAST else ONCE),
            hard=hard,
            caps=caps,
            divides=bool(caps) and not silent,
            silent=silent,
            rule=above if silent else Rule(mode, to, caps),
            parts=said.parts or (None,) * len(item.namespaces),
            holder=parent if parent is None or parent.divides else parent.holder,
            pool=parent if parent is None or parent.pools else parent.pool,
        )

    def _resolved(self, item: Entry, said: Allowance) -> _Said:
        """Overlay what a file and its tier say, once for all that say the same; the defaults are for neither."""
        key = (item.tier, item.quota.partition(";")[0], bool(item.namespaces))
        known = self._said.get(key)
        if known is None:
            quota = _overlaid(item, said, self.platform)
            known = self._said[key] = (quota, by_measure(quota.hard) if quota is not None else {})
        return known


def _overlaid(item: Entry, said: Allowance, platform: Platform) -> Quota | None:
    tier = platform.tiers.get(item.tier) if item.tier is not None else None
    lower = tier.quota if tier is not None else None
    if said.hard is None:
        return lower or (platform.defaults.quota if item.namespaces else None)
    own = Quota(
        mode=said.mode or None,
        hard=said.hard,
        origin=Place(item.document, ("spec", "quota")),
        to=said.to or None,
        max_overcommit=parse(said.overcommit) if said.overcommit else None,
    )
    return overlay_quota(own, lower)


def by_measure(hard: Amounts) -> Caps:
    """Return caps by measure; of two keys for one, the lower counts."""
    found: dict[str, Cap] = {}
    for key, amount in hard.items():
        unit = measure(key)
        if unit not in found or amount < found[unit].amount:
            found[unit] = Cap(key, amount)
    return found


def least(hard: Caps, bound: Caps) -> Caps:
    """Return of each measure that either has the lower cap, as HNC reckons."""
    merged = dict(bound)
    for unit, cap in hard.items():
        other = merged.get(unit)
        if other is None or cap.amount <= other.amount:
            merged[unit] = cap
    return merged
