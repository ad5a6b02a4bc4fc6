"""What a rule may be asked about: the form of its parameters, and what is wrong with one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from generator.problems import Route, instead


def anything(_: str) -> str | None:
    """Accept every word."""
    return None


@dataclass(frozen=True, slots=True)
class Word:
    """One of some known words."""

    known: tuple[str, ...]

    def wrong(self, value: object) -> Iterator[tuple[Route, str]]:
        """Say what is wrong with a value, and where in it."""
        if not isinstance(value, str):
            yield (), f"a text is expected here; {instead('', self.known)}"
        elif value not in self.known:
            yield (), f"{value!r} cannot be asked about; {instead(value, self.known)}"


@dataclass(frozen=True, slots=True)
class Words:
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


Parameter = Word | Words
