"""Sets of requests for paths that belong to no object: which verbs are allowed below a prefix, and on one path exactly.

The law is that of the diagrams: a table holds nothing that follows from the rest of it, so equal sets have equal
tables. No list of rules exhausts the characters there are: ``/a*`` is never the sum of ``/a``, ``/aa*``, ``/ab*`` and
so on. The API server's own comparison counts on that too.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from generator.access.algebra_diagrams import EVERYTHING, NOTHING, Words
from generator.access.rule import ALL


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The verbs of every path: those ``exactly`` for it, or else those of the longest prefix that it is ``below``.

    The prefix ``""``, which every path is below, is always there.
    """

    below: Mapping[str, Words]
    exactly: Mapping[str, Words]

    def __hash__(self) -> int:
        return hash((frozenset(self.below.items()), frozenset(self.exactly.items())))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Paths) and (self.below, self.exactly) == (other.below, other.exactly)

    def at(self, path: str) -> Words:
        """Return the verbs that are allowed on one path."""
        return self.exactly[path] if path in self.exactly else self.beneath(path)

    def beneath(self, prefix: str) -> Words:
        """Return the verbs that are allowed on a path that starts so, and that nothing more is said about."""
        return self.below[nearest(prefix, self.below)]


def paths(below: Mapping[str, Words], exactly: Mapping[str, Words]) -> Paths:
    """Make a table of what prefixes and paths say, without what follows from the rest."""
    kept = {"": below[""]}
    for prefix in sorted(below, key=len):
        if below[prefix] != kept[nearest(prefix, kept)]:
            kept[prefix] = below[prefix]
    return Paths(kept, {path: verbs for path, verbs in exactly.items() if verbs != kept[nearest(path, kept)]})


def from_urls(urls: Collection[str], verbs: Words) -> Paths:
    """Return what one rule says: a star at the end, or several, stand for any rest; elsewhere for themselves."""
    below = {url.rstrip(ALL): verbs for url in urls if url.endswith(ALL)}
    return paths({"": NOTHING} | below, {url: verbs for url in urls if not url.endswith(ALL)})


def combined(operation: Callable[[Words, Words], Words], a: Paths, b: Paths) -> Paths:
    """Apply an operation on sets of verbs to every path."""
    below = {prefix: operation(a.beneath(prefix), b.beneath(prefix)) for prefix in a.below.keys() | b.below.keys()}
    exactly = {path: operation(a.at(path), b.at(path)) for path in a.exactly.keys() | b.exactly.keys()}
    return paths(below, exactly)


def nearest(path: str, prefixes: Iterable[str]) -> str:
    """Return the longest prefix that a path starts with; one of them is ``""``."""
    return max(filter(path.startswith, prefixes), key=len)


NO_PATHS = Paths({"": NOTHING}, {})
ALL_PATHS = Paths({"": EVERYTHING}, {})
