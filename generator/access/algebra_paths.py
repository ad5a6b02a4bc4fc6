"""Sets of requests for paths that belong to no object: which verbs are allowed below a prefix, and on one path exactly.

The law is that of the diagrams: a table holds nothing that follows from the rest of it, so equal sets have equal
tables. No list of rules exhausts the characters there are: ``/a*`` is never the sum of ``/a``, ``/aa*``, ``/ab*`` and
so on. The API server's own comparison counts on that too.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from generator.access.algebra_diagrams import EVERYTHING, NOTHING, Words
from generator.access.rule import ALL


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The verbs of every path: those ``exactly`` for it, or else those of the longest prefix that it is ``below``.

    The prefix ``""``, which every path is below, is always there.
    """

    below: Mapping[str, Words]
    exactly: Mapping[str, Words]
    code: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", hash((frozenset(self.below.items()), frozenset(self.exactly.items()))))

    def __hash__(self) -> int:
        return self.code

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Paths)
            and self.code == other.code
            and (self.below, self.exactly) == (other.below, other.exactly)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Paths, (dict(self.below), dict(self.exactly))  # another process hashes strings differently

    def at(self, path: str) -> Words:
        """Return the verbs that are allowed on one path."""
        return self.exactly[path] if path in self.exactly else self.beneath(path)

    def beneath(self, prefix: str) -> Words:
        """Return the verbs that are allowed on a path that starts so, and that nothing more is said about."""
        return self.below[nearest(prefix, self.below)]


def paths(below: Mapping[str, Words], exactly: Mapping[str, Words]) -> Paths:
    """Make a table of what prefixes and paths say, without what follows from the rest."""
    kept = {"": below[""]}
    above = [""]
    for prefix in sorted(below):
        _climb(above, prefix)
        if below[prefix] != kept[above[-1]]:
            kept[prefix] = below[prefix]
            above.append(prefix)
    over = parents(exactly, kept)
    return Paths(kept, {path: verbs for path, verbs in exactly.items() if verbs != kept[over[path]]})


def from_urls(urls: Collection[str], verbs: Words) -> Paths:
    """Return what one rule says: a star at the end, or several, stand for any rest; elsewhere for themselves."""
    below = {url.rstrip(ALL): verbs for url in urls if url.endswith(ALL)}
    return paths({"": NOTHING} | below, {url: verbs for url in urls if not url.endswith(ALL)})


def combined(operation: Callable[[Words, Words], Words], a: Paths, b: Paths) -> Paths:
    """Apply an operation on sets of verbs to every path."""
    if len(a.below) == len(b.below) == 1 and not a.exactly and not b.exactly:  # nearly always: no paths at all
        verbs = operation(a.below[""], b.below[""])
        return Paths({"": verbs}, {}) if verbs else NO_PATHS
    prefixes, named = a.below.keys() | b.below.keys(), a.exactly.keys() | b.exactly.keys()
    in_a, in_b = parents((*prefixes, *named), a.below), parents((*prefixes, *named), b.below)
    below = {prefix: operation(a.below[in_a[prefix]], b.below[in_b[prefix]]) for prefix in prefixes}
    exactly = {
        path: operation(a.exactly.get(path, a.below[in_a[path]]), b.exactly.get(path, b.below[in_b[path]]))
        for path in named
    }
    return paths(below, exactly)


def parents(paths: Iterable[str], prefixes: Mapping[str, object]) -> dict[str, str]:
    """Return the longest prefix of each path, which may be the path itself; ``""`` is one of them.

    In the order of the alphabet a prefix stands right before all that it begins, so that one walk finds them all.
    """
    found: dict[str, str] = {}
    above = [""]
    for path in sorted({*paths, *prefixes}):
        _climb(above, path)
        if path in prefixes:
            above.append(path)
        found[path] = above[-1]
    return found


def enclosing(prefixes: Iterable[str]) -> dict[str, str]:
    """Return the next shorter prefix of each prefix; nothing is shorter than ``""``."""
    found: dict[str, str] = {}
    above = [""]
    for prefix in sorted(prefixes):
        _climb(above, prefix)
        found[prefix] = above[-1]
        above.append(prefix)
    return found


def _climb(above: list[str], path: str) -> None:
    """Leave the prefixes, each of which begins the next, with which a path does not start."""
    while not path.startswith(above[-1]):
        above.pop()


def nearest(path: str, prefixes: Iterable[str]) -> str:
    """Return the longest prefix that a path starts with; one of them is ``""``."""
    return max(filter(path.startswith, prefixes), key=len)


NO_PATHS = Paths({"": NOTHING}, {})
ALL_PATHS = Paths({"": EVERYTHING}, {})
