"""All that vanishes with a change, seen together: which namespaces, and which tenants altogether."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

from msgspec import Struct

from generator.deletion.losses import Held, Losses
from generator.organisation.directory import Directory
from generator.spec.removals import Removal


class Case(Struct, frozen=True, dict=True):
    """What would vanish, and what is asked of it; ``today`` is ``YYYY-MM-DD``.

    ``earlier`` tells which tenants there were before, ``count`` how many objects are rendered: only what vanishes makes
    anybody ask for them.
    """

    directory: Directory
    losses: Sequence[Losses]
    removals: tuple[Removal, ...]
    today: str
    earlier: Callable[[], AbstractSet[str]]
    count: Callable[[], int]

    @cached_property
    def wanted(self) -> Mapping[tuple[str, str], str]:
        """The tenant of each namespace that there shall be, by cluster and name."""
        there = self.directory
        return {(c, n): t for t in there.entries for c in there.clusters(t) for n in there.namespaces(t)}

    @cached_property
    def gone(self) -> tuple[Held, ...]:
        """The namespaces that vanish, as each earlier state tells of them."""
        return tuple(one for some in self.losses for one in some.gone if (one.cluster, one.name) not in self.wanted)

    @cached_property
    def removed(self) -> frozenset[str]:
        """The tenants that vanish altogether."""
        return frozenset(one.tenant for one in self.gone if one.tenant not in self.directory.entries)

    @property
    def vanished(self) -> int:
        """How many objects have vanished from what is rendered already, since a git revision."""
        return sum(sum(some.fewer.values()) for some in self.losses if some.tenants is not None)

    def came(self, cluster: str, document: str) -> list[str]:
        """Return the namespaces that a file gets anew on a cluster."""
        return sorted({name for some in self.losses for name in some.came.get((cluster, document), ())})
