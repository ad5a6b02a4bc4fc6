"""Where images of jobs may come from: how the prefixes are written that their names begin with."""

import re
from collections.abc import Iterable, Iterator, Sequence

from generator.problems import Place, Problem

#: A host with its port, if any, and parts of a path, as the names of images have them before tag and digest; from the
#: grammar of the OCI's distribution reference.
_PREFIX = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:[0-9]+)?(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*/?")


def check(given: Sequence[str], origin: Place) -> Iterator[Problem]:
    """Find prefixes that no image has, and those that say nothing beside another."""
    for at, prefix in enumerate(given):
        place = origin / prefix
        wrong = _not_a_prefix(prefix)
        if wrong is not None:
            yield Problem(place, f"{prefix!r} {wrong}; {_prefix_in(prefix)}")
        same = [other for other in given[:at] if _parts(other) == _parts(prefix)]
        wider = [
            other for other in given if _parts(prefix).startswith(_parts(other)) and _parts(other) != _parts(prefix)
        ]
        for other in (*same, *wider)[:1]:
            yield Problem(place, f"{other!r} allows all images of {prefix!r} already; drop one of them")


def under(given: tuple[str, ...] | None, bounds: Iterable[Sequence[str] | None]) -> tuple[str, ...] | None:
    """Return the prefixes that are allowed by all; ``None`` allows any."""
    for bound in bounds:
        given = given if bound is None else _narrowed(given, bound)
    return given


def _narrowed(given: Sequence[str] | None, bound: Sequence[str]) -> tuple[str, ...]:
    if given is None:
        return tuple(bound)
    within = [one for one in given if any(_parts(one).startswith(_parts(other)) for other in bound)]
    within += [one for one in bound if any(_parts(one).startswith(_parts(other)) for other in given)]
    return tuple({_parts(one): one for one in reversed(within)}.values())[::-1]


def _parts(prefix: str) -> str:
    return f"{prefix.rstrip('/')}/"


def _not_a_prefix(prefix: str) -> str | None:
    """Say why no image's name begins like this, if none does."""
    if "://" in prefix:
        return "has a scheme, and the names of images have none"
    if any(character.isspace() for character in prefix):
        return "has white space in it, and the names of images have none"
    if "*" in prefix:
        return "has a '*', and all that follows a prefix is allowed anyway"
    return None if _PREFIX.fullmatch(prefix) else "is not how the name of an image begins, without tag and digest"


def _prefix_in(text: str) -> str:
    """Suggest what is meant by a prefix that is none."""
    meant = re.sub(r"^\s*[A-Za-z]+://|\s|\*.*$", "", text)
    host, slash, path = meant.partition("/")
    meant = host + slash + re.sub("[:@].*", "", path).lower()
    return f"write {meant}" if _PREFIX.fullmatch(meant) else "write one such as registry.example.com/"
