"""What a rule may be asked about: the form of its parameters, and what is wrong with one."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from msgspec import Struct

from generator.access.customs import Effect
from generator.problems import Route, instead


def anything(_: str) -> str | None:
    """Accept every word."""
    return None


class Word(Struct, frozen=True):
    """One of some known words."""

    known: tuple[str, ...]

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, str):
            yield (), f"a text is expected here; {instead('', self.known)}"
        elif value not in self.known:
            yield (), f"{value!r} cannot be asked about; {instead(value, self.known)}"


class Words(Struct, frozen=True):
    """A list of one word or more: of the known ones, or where none are, of all that *refusal* lets pass."""

    known: tuple[str, ...] = ()
    refusal: Callable[[str], str | None] = anything

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, list) or not value:
            yield (), "a list of at least one text is expected here; an empty one would find nothing"
            return
        for index, word in enumerate(value):
            if not isinstance(word, str):
                yield (index,), f"a text is expected here, not {type(word).__name__}; quote it"
            elif self.known and word not in self.known:
                yield (index,), f"{word!r} cannot be asked about; {instead(word, self.known)}"
            elif (reason := self.refusal(word)) is not None:
                yield (index,), reason


class Texts:
    """A mapping of texts to texts, one at least."""

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, dict) or not value:
            yield (), "a mapping of at least one text to another is expected here"
            return
        for key, text in value.items():
            if not isinstance(text, str):
                yield (key,), f"a text is expected here, not {type(text).__name__}; quote it"


class Grants:
    """A list of grants: ``apiGroups``, ``resources`` and ``verbs`` as in a role, each ``*`` meaning all.

    ``userextras/*`` means all subresources of that resource, which no rule of a role can say. ``resourceNames`` narrows
    a grant; ``since`` and ``before`` say from which Kubernetes version on it leads to something, and to nothing more.
    ``scope: Cluster`` says that the resources live in no namespace, so that no RoleBinding gives them.
    ``customs`` in the place of ``apiGroups`` and ``resources`` means the custom resources that have one of
    these effects.
    """

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, list) or not value:
            yield (), "a list of at least one grant is expected here; an empty one would find nothing"
            return
        for index, grant in enumerate(value):
            if isinstance(grant, dict):
                yield from (((index, *route), message) for route, message in _wrong(grant))
            else:
                yield (index,), "a mapping of apiGroups, resources and verbs is expected here"


def _wrong(grant: dict[object, object]) -> Iterator[tuple[Route, str]]:
    fields, needed = (_CUSTOM_FIELDS, ("verbs",)) if "customs" in grant else (_FIELDS, _NEEDED)
    for name in sorted(grant.keys() - fields.keys(), key=str):
        yield (str(name),), f"there is no such field; {instead(str(name), fields)}"
    for name, field in fields.items():
        if name in grant:
            yield from (((name, *route), message) for route, message in field.wrong(grant[name]))
        elif name in needed:
            yield (), f"{name} is not there; write it"


class Combinations:
    """A list of lists of grants; each of these is about all that somebody holds together."""

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, list) or not value:
            yield (), "a list of at least one list of grants is expected here; an empty one would find nothing"
            return
        for index, grants in enumerate(value):
            yield from (((index, *route), message) for route, message in Grants().wrong(grants))


class Number:
    """A whole number, 1 or more."""

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            yield (), "a whole number of 1 or more is expected here"


class Version:
    """A minor version of Kubernetes, as a text."""

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, str) or not re.fullmatch(r"1\.[0-9]{1,3}", value):
            yield (), 'a minor version of Kubernetes is expected here, such as "1.35"'


_NEEDED = ("apiGroups", "resources", "verbs")
_VERSIONS = {"since": Version(), "before": Version()}
_FIELDS: Mapping[str, Word | Words | Version] = {
    **dict.fromkeys(_NEEDED, Words()),
    "resourceNames": Words(),
    "scope": Word(("Cluster",)),
    **_VERSIONS,
}
_CUSTOM_FIELDS: Mapping[str, Words | Version] = {"customs": Words(get_args(Effect)), "verbs": Words(), **_VERSIONS}


class Optional(Struct, frozen=True):
    """A parameter that can be left out."""

    form: Word | Words | Texts | Grants | Number

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        return self.form.wrong(value)


Parameter = Word | Words | Texts | Grants | Combinations | Number | Optional
