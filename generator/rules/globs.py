"""Globs as Argo CD reads them: ``*``, ``?``, ``[a-z]`` and ``{one,other}``, all of which may match ``/``.

Whoever writes one cannot hold a run up: no text is tried in more than so many ways, and one that is longer than any
name could be matches nothing.
"""

import re
from fnmatch import fnmatchcase
from functools import lru_cache

#: No name and no address is longer.
_LONGEST = 2_000
#: So many alternatives of braces are tried.
_MOST = 64

_SPECIAL = frozenset("*?[{")
_CLOSING = frozenset("*?]}")
_BRACES = re.compile(r"\{([^{}]*)\}")


def matches(pattern: object, value: str) -> bool:
    """Tell whether a glob matches a value; one that starts with ``!`` denies, and matches nothing."""
    if not isinstance(pattern, str) or pattern.startswith("!") or len(pattern) > _LONGEST:
        return False
    head, star, tail = pattern.partition("*")
    if _SPECIAL.isdisjoint(head) and _SPECIAL.isdisjoint(tail):  # nearly always, and known sooner
        return pattern == value if not star else _is_between(head, value, tail)
    return any(fnmatchcase(value, one) for one in _alternatives(pattern))


def is_any(pattern: object) -> bool:
    """Tell whether a glob matches everything."""
    return isinstance(pattern, str) and pattern != "" and not pattern.strip("*")


def ends(pattern: str) -> tuple[str, str] | None:
    """Return how all that a glob matches begins and ends; ``None`` where it is no glob but a name."""
    first = next((index for index, one in enumerate(pattern) if one in _SPECIAL), None)
    if first is None:
        return None
    last = next((index for index in range(len(pattern) - 1, first, -1) if pattern[index] in _CLOSING), first)
    return pattern[:first], pattern[last + 1 :]


def _is_between(head: str, value: str, tail: str) -> bool:
    return len(value) >= len(head) + len(tail) and value.startswith(head) and value.endswith(tail)


@lru_cache(1024)
def _alternatives(pattern: str) -> tuple[str, ...]:
    """Write a glob without braces, the innermost first: once for each that stands in them."""
    found: list[str] = []
    ahead = [pattern]
    while ahead and len(found) + len(ahead) <= _MOST:
        one = ahead.pop()
        braces = _BRACES.search(one)
        if braces is None:
            found.append(one)
        else:
            before, after = one[: braces.start()], one[braces.end() :]
            ahead += [f"{before}{word}{after}" for word in braces[1].split(",")[:_MOST]]
    return tuple(found)
