"""The parts of a template, as its parser finds them: for the engine, and for whoever judges templates unrendered.

Each node has the *offset* at which it stands in its file, in characters; ``Source.place`` makes a line and a column of
it. As in Go, a chain of fields (``.Job.user``) stands at its second field.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct

from generator.problems import Place


class Source(Struct, frozen=True, dict=True):
    """The text of a file, and where its lines begin."""

    file: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(at + 1 for at, char in enumerate(self.text) if char == "\n")]

    def place(self, offset: int) -> Place:
        """Say in which line and column an offset is; both count from 1."""
        line = bisect_right(self._starts, offset)
        return Place(self.file, (), line, offset - self._starts[line - 1] + 1)


class Dot(Struct, frozen=True):
    """``.``."""

    offset: int


class Nil(Struct, frozen=True):
    """``nil``."""

    offset: int


class Literal(Struct, frozen=True):
    """A string, a boolean or a number; *whole* is a number's value where an integer is wanted, if it has one."""

    offset: int
    text: str
    value: Any
    whole: int | None = None


class Field(Struct, frozen=True):
    """``.Job.user``: the path is ``("Job", "user")``."""

    offset: int
    path: tuple[str, ...]


class Variable(Struct, frozen=True):
    """``$x`` or ``$x.y``: the name has its ``$``, and the root of all data is called ``$``."""

    offset: int
    name: str
    path: tuple[str, ...] = ()


class Function(Struct, frozen=True):
    """The name of a function, where it is called."""

    offset: int
    name: str


class Chain(Struct, frozen=True):
    """Fields of what a term yields: ``(index .a 0).name``."""

    offset: int
    term: "Term"
    path: tuple[str, ...]


class Command(Struct, frozen=True):
    """A term and its arguments, between two ``|``."""

    offset: int
    terms: "tuple[Term, ...]"


class Pipe(Struct, frozen=True):
    """Commands, each of which is the last argument of the next; *declares* are variables that take the result.

    With *assigns*, ``=`` sets variables that exist; without, ``:=`` makes new ones.
    """

    offset: int
    commands: tuple[Command, ...]
    declares: tuple[Variable, ...] = ()
    assigns: bool = False


class Text(Struct, frozen=True):
    """What stands outside of actions, after trimming."""

    offset: int
    text: str


class Action(Struct, frozen=True):
    """``{{ pipe }}``: it writes its result, unless it declares or sets variables."""

    offset: int
    pipe: Pipe


class If(Struct, frozen=True):
    """``{{ if }}``; an ``else if`` is an :class:`If` alone in *otherwise*."""

    offset: int
    pipe: Pipe
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]"


class With(Struct, frozen=True):
    """``{{ with }}``: in its body, the dot is the pipe's result."""

    offset: int
    pipe: Pipe
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]"


class Range(Struct, frozen=True):
    """``{{ range }}``: in its body, the dot is one element."""

    offset: int
    pipe: Pipe
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]"


class Call(Struct, frozen=True):
    """``{{ template "name" pipe }}``; a ``block`` is a definition and a call. No pipe: the dot is nothing."""

    offset: int
    name: str
    pipe: Pipe | None


class Break(Struct, frozen=True):
    """``{{ break }}``."""

    offset: int


class Continue(Struct, frozen=True):
    """``{{ continue }}``."""

    offset: int


Term = Dot | Nil | Literal | Field | Variable | Function | Chain | Pipe
Node = Text | Action | If | With | Range | Call | Break | Continue


class Tree(Struct, frozen=True):
    """A template that can be called by its name: a file as a whole, or a definition in one."""

    name: str
    source: Source
    nodes: tuple[Node, ...]

    @property
    def empty(self) -> bool:
        """Tell whether it would write nothing but blanks; such a definition never replaces another."""
        return all(isinstance(node, Text) and not node.text.strip() for node in self.nodes)


def walk(root: "Tree | Node | Command | Term") -> Iterator[Any]:
    """Yield *root* and all nodes below it, in the order of the text."""
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(_below(node)))


def _below(node: Any) -> tuple[Any, ...]:
    found = _BELOW.get(type(node))
    return found(node) if found is not None else ()


_BELOW: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    Tree: lambda tree: tree.nodes,
    Action: lambda action: (action.pipe,),
    If: lambda branch: (branch.pipe, *branch.body, *branch.otherwise),
    With: lambda branch: (branch.pipe, *branch.body, *branch.otherwise),
    Range: lambda branch: (branch.pipe, *branch.body, *branch.otherwise),
    Call: lambda call: () if call.pipe is None else (call.pipe,),
    Pipe: lambda pipe: (*pipe.declares, *pipe.commands),
    Command: lambda command: command.terms,
    Chain: lambda chain: (chain.term,),
}
