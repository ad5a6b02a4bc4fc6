"""How people are told about their input: what is wrong, where, and what would be right.

A place is symbolic (a document and a route of keys); its line and column are looked up only when it is
shown, so that nothing on the way to a result has to carry positions.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

#: Keys from the top of a document to a value. An ``int`` is an index into a list; a ``str`` is a key of a
#: mapping or the natural key of a list item (its name, its group, its user), which survives reordering.
Route = tuple[str | int, ...]


class Place(Struct, frozen=True, order=True):
    """A spot in the input: a file, named by its path below the repository's root, and a route in it.

    ``line`` and ``column`` count from 1; 0 means that they are found from the route when the place is shown.
    """

    document: str
    route: Route = ()
    line: int = 0
    column: int = 0

    def __truediv__(self, key: str | int) -> "Place":
        return Place(self.document, (*self.route, key))

    def __str__(self) -> str:
        """Write the place as rendered files name it: ``tenants/vision.yaml#spec/members/ml-vision``."""
        return f"{self.document}#{'/'.join(map(str, self.route))}" if self.route else self.document


class Problem(Struct, frozen=True):
    """One thing that is wrong with the input, in a sentence that says what would be right.

    The message has no place, no field and no full stop: both are put before it when it is shown. A warning
    is told but stops nothing. ``others`` are places that the message names, each as its text; they are shown with
    their lines.
    """

    place: Place
    message: str
    warning: bool = False
    others: tuple[Place, ...] = ()

    @property
    def field(self) -> str:
        """The route as people write fields: ``spec.members[0].role``; empty for the whole document."""
        return dotted(self.place.route)


def dotted(route: Route) -> str:
    """Write a route as a dotted field path, with list indices in brackets."""
    text = ""
    for key in route:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


class InputError(Exception):
    """The input cannot be worked with; carries every problem that was found, at least one."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(f"{p.place}: {p.message}" for p in self.problems[:3]))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Problem, ...]]]:
        return InputError, (self.problems,)  # an exception is rebuilt from its text otherwise


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that *word* was most likely meant to be, or ``None`` when nothing is near."""
    from difflib import get_close_matches  # only a typo pays for its import

    by_lower = {k.lower(): k for k in sorted(known, reverse=True)}
    close = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def instead(word: str, known: Iterable[str] | Mapping[str, object]) -> str:
    """Say what would be right in the place of an unknown *word*: the nearest one, or all there are."""
    names = sorted(known)
    near = nearest(word, names)
    if near is not None:
        return f"did you mean {near!r}?"
    if not names:
        return "there are none"
    return "use one of " + ", ".join(map(repr, names[:12])) + (", ..." if len(names) > 12 else "")  # noqa: PLR2004 - a line's worth
