"""How a site's object templates differ from ours, and who has changed what since they had a base in common."""

from collections.abc import Iterable, Iterator, Mapping

from generator.launcher.threeway import Change, changes, unified
from generator.reporters import shown


def text(folder: str, site: Mapping[str, str], ours: Mapping[str, str], base: Mapping[str, str] | None) -> str:
    """Return all differences; empty when there are none."""
    if base is None:
        found = (unified(ours[name], site.get(name, ""), (f"ours/{name}", f"{folder}/{name}")) for name in sorted(ours))
    else:
        names = sorted(ours.keys() & base.keys())
        found = (_changes(name, changes(base[name], site.get(name, ""), ours[name])) for name in names)
    return "".join(shown(line) + "\n" for part in found for line in part.splitlines())


def _changes(name: str, found: Iterable[Change]) -> str:
    lines = [line for change in found for line in _change(name, change)]
    return "".join(f"{line}\n" for line in lines)


def _change(name: str, change: Change) -> Iterator[str]:
    yield f"{name}: {_span(change)}: {_who(change)}"
    for mark, lines in (("base", change.base), ("site", change.site), ("ours", change.ours)):
        for line in lines if lines is not None else ():
            yield f"  {mark}| {line}".rstrip()
        if lines == () and mark != "base":
            yield f"  {mark}| (nothing)"


def _span(change: Change) -> str:
    if not change.count:
        return f"before line {change.start} of the base"
    if change.count == 1:
        return f"line {change.start} of the base"
    return f"lines {change.start} to {change.start + change.count - 1} of the base"


def _who(change: Change) -> str:
    if change.is_conflict:
        return "CONFLICT, both changed it, and not in the same way"
    if change.site is not None and change.ours is not None:
        return "both changed it in the same way"
    return "the site changed it" if change.site is not None else "ours changed it"
