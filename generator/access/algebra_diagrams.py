"""Sets of requests for API objects, as decision diagrams over open universes of strings.

A `Diagram` asks for the API group, the subresource, the resource and the name of a request, in this order, and ends in
the verbs that are allowed. Every question has an answer for the strings that are named and one for all others, known or
not: so differences such as "every verb but get" have a form too, which RBAC's own rules lack.

The law: a diagram is reduced (no answer for a string equals that for all others, no question is asked whose answer does
not matter), and it is only ever made by `branch`. Then equal sets have equal diagrams, whatever rules they come from.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from msgspec import Struct

#: The questions, in their order. Subresources come before resources, since ``*/log`` names a subresource of all.
GROUP, SUBRESOURCE, RESOURCE, NAME, VERB = range(5)

#: So many strings are gone through one by one, even where some lead to the same; a rule may name thousands.
_FEW = 8


class Words(Struct, frozen=True):
    """A finite set of strings, or all strings but a finite set; at the end of a diagram they are verbs."""

    axis: ClassVar[int] = VERB

    listed: frozenset[str] = frozenset()
    all_but: bool = False

    def __contains__(self, word: str) -> bool:
        return (word in self.listed) is not self.all_but

    def __bool__(self) -> bool:
        return self.all_but or bool(self.listed)

    def __invert__(self) -> "Words":
        return Words(self.listed, not self.all_but)

    def __and__(self, other: "Words") -> "Words":
        if self.all_but:
            return Words(self.listed | other.listed, all_but=True) if other.all_but else other - ~self
        return Words(self.listed - other.listed if other.all_but else self.listed & other.listed)

    def __or__(self, other: "Words") -> "Words":
        if not (self.all_but or other.all_but):
            return Words(self.listed | other.listed)
        return ~(~self & ~other)

    def __sub__(self, other: "Words") -> "Words":
        if not (self.all_but or other.all_but):
            return Words(self.listed - other.listed)
        return self & ~other

    def __le__(self, other: "Words") -> bool:
        return not self - other


NOTHING = Words()
EVERYTHING = Words(all_but=True)


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One question: an answer for each string in ``cases``, and ``default`` for every other string."""

    axis: int
    default: "Diagram"
    cases: Mapping[str, "Diagram"]
    code: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", hash((self.axis, self.default, frozenset(self.cases.items()))))

    def __hash__(self) -> int:
        return self.code

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Branch)
            and (self.code, self.axis) == (other.code, other.axis)
            and (self.default, self.cases) == (other.default, other.cases)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return Branch, (self.axis, self.default, dict(self.cases))  # another process hashes strings differently


Diagram = Words | Branch


def branch(axis: int, default: Diagram, cases: Mapping[str, Diagram]) -> Diagram:
    """Ask one question more, unless its answer does not matter."""
    kept = {word: case for word, case in cases.items() if case != default}
    return Branch(axis, default, kept) if kept else default


def ask(diagram: Diagram, axis: int) -> tuple[Diagram, Mapping[str, Diagram]]:
    """Return what a diagram answers to a question: by default, and by case. It has asked nothing that comes before."""
    if isinstance(diagram, Branch) and diagram.axis == axis:
        return diagram.default, diagram.cases
    return diagram, {}


def verbs(diagram: Diagram, answers: tuple[str, str, str, str]) -> Words:
    """Return the verbs that are allowed for a group, subresource, resource and name."""
    while isinstance(diagram, Branch):
        diagram = diagram.cases.get(answers[diagram.axis], diagram.default)
    return diagram


def union(a: Diagram, b: Diagram) -> Diagram:
    """Return what either allows."""
    if a in (b, EVERYTHING) or b == NOTHING:
        return a
    if a == NOTHING or b == EVERYTHING:
        return b
    if isinstance(a, Words) and isinstance(b, Words):
        return a | b
    return _case_by_case(union, a, b)


def intersection(a: Diagram, b: Diagram) -> Diagram:
    """Return what both allow."""
    if a in (b, NOTHING) or b == EVERYTHING:
        return a
    if a == EVERYTHING or b == NOTHING:
        return b
    if isinstance(a, Words) and isinstance(b, Words):
        return a & b
    return _case_by_case(intersection, a, b)


def difference(a: Diagram, b: Diagram) -> Diagram:
    """Return what the first allows and the second does not."""
    if NOTHING in (a, b):
        return a
    if b in (a, EVERYTHING):
        return NOTHING
    if isinstance(a, Words) and isinstance(b, Words):
        return a - b
    return _case_by_case(difference, a, b)


def contains(a: Diagram, b: Diagram) -> bool:
    """Tell whether the first allows all that the second does; it stops at the first thing that is missing."""
    if isinstance(a, Words):
        if isinstance(b, Words):
            return _holds(a, b)
        if not a.listed:
            return a.all_but  # everything, or nothing: and the other one allows something
    elif not b or a == b:
        return True
    axis = min(a.axis, b.axis)
    (default_a, cases_a), (default_b, cases_b) = ask(a, axis), ask(b, axis)
    words = cases_b.keys() if not default_b else cases_a.keys() | cases_b.keys()
    pairs: Iterable[tuple[Diagram, Diagram]] = (
        (cases_a.get(word, default_a), cases_b.get(word, default_b)) for word in words
    )
    if len(words) > _FEW:
        pairs = set(pairs)
    return contains(default_a, default_b) and all(contains(*pair) for pair in pairs)


def _holds(a: Words, b: Words) -> bool:
    if b.all_but:
        return a.all_but and a.listed <= b.listed
    return a.listed.isdisjoint(b.listed) if a.all_but else b.listed <= a.listed


def meets(a: Diagram, b: Diagram) -> bool:
    """Tell whether there is anything that both allow; it stops at the first thing that there is."""
    if isinstance(a, Words) and isinstance(b, Words):
        return _meet(a, b)
    for words in (a, b):
        if isinstance(words, Words) and not words.listed:
            return words.all_but  # nothing, or everything: and the other one allows something
    if a is b:
        return True
    axis = min(a.axis, b.axis)
    (default_a, cases_a), (default_b, cases_b) = ask(a, axis), ask(b, axis)
    words_of_both = _shared(default_a, cases_a, default_b, cases_b)
    pairs: Iterable[tuple[Diagram, Diagram]] = (
        (cases_a.get(word, default_a), cases_b.get(word, default_b)) for word in words_of_both
    )
    if len(words_of_both) > _FEW:
        pairs = set(pairs)
    return meets(default_a, default_b) or any(meets(*pair) for pair in pairs)


def _meet(a: Words, b: Words) -> bool:
    if a.all_but:
        return b.all_but or not b.listed <= a.listed
    return not a.listed <= b.listed if b.all_but else not a.listed.isdisjoint(b.listed)


def _shared(
    default_a: Diagram, cases_a: Mapping[str, Diagram], default_b: Diagram, cases_b: Mapping[str, Diagram]
) -> Collection[str]:
    """Return the words for which both may allow something that they do not allow by default."""
    if not default_a:
        if default_b:
            return cases_a.keys()
        few, many = (cases_a, cases_b) if len(cases_a) < len(cases_b) else (cases_b, cases_a)
        return [word for word in few if word in many]
    return cases_a.keys() | cases_b.keys() if default_b else cases_b.keys()


def _case_by_case(operation: Callable[[Diagram, Diagram], Diagram], a: Diagram, b: Diagram) -> Diagram:
    """Go one question further; a pair of answers that many strings share is worked out once.

    What is asked about a few words is answered by these, however many the other side names.
    """
    axis = min(a.axis, b.axis)
    (default_a, cases_a), (default_b, cases_b) = ask(a, axis), ask(b, axis)
    words: Collection[str] = cases_a.keys() | cases_b.keys()
    if operation is intersection:
        words = _shared(default_a, cases_a, default_b, cases_b)
    elif operation is difference and default_a == NOTHING:
        words = cases_a.keys()
    pairs = {word: (cases_a.get(word, default_a), cases_b.get(word, default_b)) for word in words}
    if len(words) <= _FEW:
        return branch(axis, operation(default_a, default_b), {word: operation(*pair) for word, pair in pairs.items()})
    done = {pair: operation(*pair) for pair in set(pairs.values())}
    return branch(axis, operation(default_a, default_b), {word: done[pair] for word, pair in pairs.items()})
