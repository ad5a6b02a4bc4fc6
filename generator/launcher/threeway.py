"""What has become of a text in two places: a base, what a site made of it, and what we make of it.

Nothing is merged: a person decides. What both have changed in the same lines, differently, is a conflict.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, unified_diff

from msgspec import Struct


class Change(Struct, frozen=True):
    """Lines of the base, numbered from 1, and what each side has in their place; ``None`` where it kept them.

    *count* is 0 where lines were put in before the line *start*.
    """

    start: int
    base: tuple[str, ...]
    site: tuple[str, ...] | None
    ours: tuple[str, ...] | None

    @property
    def count(self) -> int:
        """How many lines of the base it is about."""
        return len(self.base)

    @property
    def is_conflict(self) -> bool:
        """Whether both changed the same lines, and not in the same way."""
        return self.site is not None and self.ours is not None and self.site != self.ours


def unified(before: str, after: str, names: tuple[str, str]) -> str:
    """Return what changes between two texts as a unified difference; empty when nothing does."""
    lines = unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    return "".join(f"{line}\n" for line in lines)


def changes(base: str, site: str, ours: str) -> Iterator[Change]:
    """Yield what either side changed, in the order of the base; what touches is one change."""
    lines = base.splitlines()
    by_site, by_ours = _blocks(lines, site.splitlines()), _blocks(lines, ours.splitlines())
    pending = sorted({(start, end) for start, end, _ in (*by_site, *by_ours)})
    for start, end in _joined(pending):
        before = tuple(lines[start:end])
        theirs, mine = (_side(lines, side, start, end) for side in (by_site, by_ours))
        yield Change(start + 1, before, theirs, mine)


_Block = tuple[int, int, tuple[str, ...]]


def _blocks(base: Sequence[str], other: Sequence[str]) -> list[_Block]:
    codes = SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [(start, end, tuple(other[at:to])) for tag, start, end, at, to in codes if tag != "equal"]


def _joined(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join spans that overlap; two that put lines in at one place are one too."""
    current: tuple[int, int] | None = None
    for start, end in spans:
        if current is not None and (start < current[1] or start == current[0]):
            current = current[0], max(current[1], end)
            continue
        if current is not None:
            yield current
        current = start, end
    if current is not None:
        yield current


def _side(base: Sequence[str], blocks: Sequence[_Block], start: int, end: int) -> tuple[str, ...] | None:
    """Return what one side has in the place of base lines; ``None`` if it kept them."""
    inside = [block for block in blocks if start <= block[0] and block[1] <= end and (block[0] < end or start == end)]
    if start < end:
        inside = [block for block in inside if block[0] < end]
    if not inside:
        return None
    lines: list[str] = []
    at = start
    for first, last, new in inside:
        lines += [*base[at:first], *new]
        at = last
    return (*lines, *base[at:end])
