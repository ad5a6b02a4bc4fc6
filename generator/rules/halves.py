"""Many sets of permissions by halves, so that what is true of none of a half is not asked about each of it."""

from collections.abc import Callable, Iterator, Sequence

from generator.access.algebra import NO_PERMISSIONS, Permissions


class Halves:
    """Some sets in their order: the union of them, of each half of them, of each half of that, and so on.

    *first* is the index of the first set; there are two *halves*, or none where there is one set.
    """

    __slots__ = ("first", "halves", "held")

    def __init__(self, sets: Sequence[Permissions], first: int = 0) -> None:
        self.first = first
        half = len(sets) // 2
        self.halves = (Halves(sets[:half], first), Halves(sets[half:], first + half)) if half else ()
        self.held: Permissions = sets[0] if sets else NO_PERMISSIONS
        if self.halves:
            self.held = self.halves[0].held | self.halves[1].held

    def where(self, is_so: Callable[[Permissions], bool]) -> Iterator[int]:
        """Yield the indices of the sets of which something is so; it must be so of each set that holds such a one."""
        if not is_so(self.held):
            return
        if not self.halves:
            yield self.first
        for half in self.halves:
            yield from half.where(is_so)
