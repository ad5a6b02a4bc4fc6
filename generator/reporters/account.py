"""What a rendering would change, so short that people read it: each kind of change once, with the files it is in."""

from collections.abc import Iterator, Sequence

from generator.plan import Verdict
from generator.run.shard import Change

#: How many different changes are shown in full, and how many lines of each.
_MOST_CHANGES = 12
_MOST_LINES = 14
_MOST_PATHS = 6

_WORDS = {
    Verdict.CREATE: "create",
    Verdict.UPDATE: "change",
    Verdict.EDITED: "edited",
    Verdict.FOREIGN: "taken",
}


def account(changes: Sequence[Change], deleted: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the account; *changes* that carry no texts are counted only."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in sorted(changes):
        groups.setdefault((change.verdict.value, *_lines(change)), []).append(change)
    for (_, *lines), group in list(groups.items())[:_MOST_CHANGES]:
        yield from _paths(_WORDS[group[0].verdict], [change.path for change in group])
        yield from (f"      {line}" for line in lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            yield f"      ... and {len(lines) - _MOST_LINES} more lines"
    if len(groups) > _MOST_CHANGES:
        rest = [change for group in list(groups.values())[_MOST_CHANGES:] for change in group]
        yield f"  ... and {len(rest)} more files"
    if deleted:
        yield from _paths("delete", deleted)


def _paths(word: str, paths: Sequence[str]) -> Iterator[str]:
    for path in paths[:_MOST_PATHS]:
        yield f"  {word}  {path}"
    if len(paths) > _MOST_PATHS:
        yield f"  {word}  ... and {len(paths) - _MOST_PATHS} more in the same way"


def _lines(change: Change) -> tuple[str, ...]:
    """Return the changed lines of a file that was there before; the hash in its head says nothing to anybody."""
    if change.verdict is not Verdict.UPDATE or change.old is None or change.new is None:
        return ()
    from difflib import unified_diff  # nearly always nothing has changed

    old, new = (text.decode(errors="replace").splitlines()[2:] for text in (change.old, change.new))
    return tuple(line for line in unified_diff(old, new, n=0, lineterm="") if not line.startswith(("---", "+++", "@@")))
