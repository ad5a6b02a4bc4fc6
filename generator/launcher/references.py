"""What each part of a template reads: the dot and the variables, followed back to the fields of ``.Job``.

An approximation from above, made without running anything: a variable stands for whatever any branch may have put into
it. A *path* is a tuple of keys from the top of the data, such as ``("Job", "tags", "[]")``; what comes from elsewhere
(the data template, a program) has none.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from generator.gotemplate import nodes
from generator.launcher.payloads import KEY
from generator.problems import Place

Path = tuple[str, ...]
Paths = frozenset[Path]

_NOTHING: Paths = frozenset()
_ROOT: Paths = frozenset({()})
#: Begins the path of what has been put into another value, so that what is read from it may be anything.
COLLECTED = "~"
#: Definitions, each with a dot of its own, that are gone through: more are a circle.
_MOST = 64


class Read(Struct, frozen=True):
    """A place in a template that reads a field."""

    path: Path
    place: Place


class Call(Struct, frozen=True):
    """A place in a template that calls a function; *arguments* are its literal ones, ``None`` for the others."""

    function: str
    arguments: tuple[Any, ...]
    place: Place


class Written(Struct, frozen=True):
    """An action that writes a value: which fields it may come from, and through which functions it goes, in order."""

    paths: Paths
    functions: tuple[str, ...]
    place: Place


class Shadow(Struct, frozen=True):
    """A variable that is declared where one of its name is known already, from an outer block."""

    name: str
    place: Place
    outer: Place


class References(Struct):
    """All that has been found in one template file, in the order of its text."""

    reads: list[Read] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    shadows: list[Shadow] = field(default_factory=list)


class _Scope(Struct):
    """The variables of one block, and the blocks around it."""

    dot: Paths
    outer: "_Scope | None" = None
    variables: dict[str, Paths] = field(default_factory=dict)
    declared: dict[str, Place] = field(default_factory=dict)

    def find(self, name: str) -> "_Scope | None":
        scope: _Scope | None = self
        while scope is not None and name not in scope.variables:
            scope = scope.outer
        return scope

    def inner(self, dot: Paths | None = None) -> "_Scope":
        return _Scope(self.dot if dot is None else dot, self)


def find(trees: Mapping[str, nodes.Tree], name: str) -> References:
    """Look through the template *name* and what it includes, as far as that is named literally."""
    walker = _Walker(trees, References())
    walker.template(name, _ROOT)
    return walker.found


class _Walker:
    """Goes through the nodes of templates; each definition is gone through once for each dot that it is given."""

    def __init__(self, trees: Mapping[str, nodes.Tree], found: References) -> None:
        self._trees, self.found = trees, found
        self._seen: set[tuple[str, Paths]] = set()
        self._source: nodes.Source | None = None

    def template(self, name: str, dot: Paths) -> None:
        tree = self._trees.get(name)
        if tree is None or (name, dot) in self._seen or len(self._seen) > _MOST:
            return
        self._seen.add((name, dot))
        before, self._source = self._source, tree.source
        self._block(tree.nodes, _Scope(dot, None, {"$": dot}))
        self._source = before

    def _place(self, offset: int) -> Place:
        if self._source is None:
            raise AssertionError("nodes are only looked at within a template")
        return self._source.place(offset)

    def _block(self, body: tuple[nodes.Node, ...], scope: _Scope) -> None:
        for node in body:
            match node:
                case nodes.Action(offset=offset, pipe=pipe):
                    self._action(offset, pipe, scope)
                case nodes.If(pipe=pipe, body=inner, otherwise=otherwise):
                    own = scope.inner()
                    self._declare(pipe, self._pipe(pipe, own), own)
                    self._block(inner, own.inner())
                    self._block(otherwise, own.inner())
                case nodes.With(pipe=pipe, body=inner, otherwise=otherwise):
                    own = scope.inner()
                    value = self._pipe(pipe, own)
                    self._declare(pipe, value, own)
                    self._block(inner, own.inner(value))
                    self._block(otherwise, own.inner())
                case nodes.Range(pipe=pipe, body=inner, otherwise=otherwise):
                    self._range(pipe, inner, otherwise, scope)
                case nodes.Call(name=name, pipe=pipe):
                    self.template(name, self._pipe(pipe, scope) if pipe else _NOTHING)

    def _range(
        self, pipe: nodes.Pipe, inner: tuple[nodes.Node, ...], otherwise: tuple[nodes.Node, ...], scope: _Scope
    ) -> None:
        own = scope.inner()
        value = self._pipe(pipe, own)
        items = _below(value, "[]")
        if pipe.declares:
            names = [variable.name for variable in pipe.declares]
            own.variables[names[-1]] = items
            if len(names) > 1:
                own.variables[names[0]] = _below(value, KEY)
        self._block(inner, own.inner(items))
        self._block(otherwise, own.inner())

    def _action(self, offset: int, pipe: nodes.Pipe, scope: _Scope) -> None:
        value = self._pipe(pipe, scope)
        if pipe.declares:
            if not pipe.assigns:
                self._note_shadows(pipe, scope)
            self._declare(pipe, value, scope)
        else:
            self.found.written.append(Written(value, tuple(_functions(pipe)), self._place(offset)))

    def _note_shadows(self, pipe: nodes.Pipe, scope: _Scope) -> None:
        for variable in pipe.declares:
            holder = scope.find(variable.name)
            if holder is not None and holder is not scope and variable.name not in {"$", "$_"}:
                outer = holder.declared.get(variable.name, self._place(variable.offset))
                self.found.shadows.append(Shadow(variable.name, self._place(variable.offset), outer))

    def _declare(self, pipe: nodes.Pipe, value: Paths, scope: _Scope) -> None:
        for variable in pipe.declares:
            holder = (scope.find(variable.name) or scope) if pipe.assigns else scope
            before = holder.variables.get(variable.name, _NOTHING) if pipe.assigns else _NOTHING
            holder.variables[variable.name] = value | before
            holder.declared.setdefault(variable.name, self._place(variable.offset))

    def _pipe(self, pipe: nodes.Pipe, scope: _Scope) -> Paths:
        value: Paths | None = None
        for command in pipe.commands:
            value = self._command(command, scope, value)
        return value or _NOTHING

    def _command(self, command: nodes.Command, scope: _Scope, piped: Paths | None) -> Paths:
        values = [self._term(term, scope) for term in command.terms]
        head = command.terms[0]
        if not isinstance(head, nodes.Function):
            return values[0]
        literals = [term.value if isinstance(term, nodes.Literal) else None for term in command.terms[1:]]
        arguments = values[1:] if piped is None else [*values[1:], piped]
        self.found.calls.append(Call(head.name, tuple(literals), self._place(head.offset)))
        return self._called(head.name, literals, arguments, command, scope)

    def _called(
        self, name: str, literals: list[Any], arguments: list[Paths], command: nodes.Command, scope: _Scope
    ) -> Paths:
        if name == "include" and literals and isinstance(literals[0], str):
            self.template(literals[0], arguments[1] if len(arguments) > 1 else _NOTHING)
            return _NOTHING
        if name == "set" and len(arguments) > 2:  # noqa: PLR2004 - a mapping, a key and a value
            self._fill(command.terms[1], scope, _collected(arguments[1] | arguments[2]))
        if name in {"get", "index"} and len(literals) > 1 and isinstance(literals[1], str):
            return self._noted(_below(arguments[0], literals[1]), self._place(command.offset))
        if name in _TELLING:
            return _NOTHING
        together: Paths = frozenset().union(*arguments)
        return together if name in _CHOOSING else _collected(together)

    def _fill(self, target: nodes.Term, scope: _Scope, value: Paths) -> None:
        """Note that a variable's mapping holds a value from now on."""
        if isinstance(target, nodes.Variable) and not target.path:
            holder = scope.find(target.name)
            if holder is not None:
                holder.variables[target.name] |= value

    def _term(self, term: nodes.Term, scope: _Scope) -> Paths:
        match term:
            case nodes.Dot():
                return scope.dot
            case nodes.Field(offset=offset, path=path):
                # The engine names a chain's second field, as Go does; people look for its first.
                start = offset - len(path[0]) - 1 if len(path) > 1 else offset
                return self._noted(_below(scope.dot, *path), self._place(start))
            case nodes.Variable(offset=offset, name=name, path=path):
                holder = scope.find(name)
                value = holder.variables[name] if holder is not None else _NOTHING
                return self._noted(_below(value, *path), self._place(offset)) if path else value
            case nodes.Chain(offset=offset, term=inner, path=path):
                return self._noted(_below(self._term(inner, scope), *path), self._place(offset))
            case nodes.Pipe():
                return self._pipe(term, scope)
        return _NOTHING

    def _noted(self, paths: Paths, place: Place) -> Paths:
        self.found.reads.extend(Read(path, place) for path in sorted(paths))
        return paths


#: Functions that tell something about a value and do not hand it on; what a program prints is not what it was given.
_TELLING = frozenset(
    (
        "exec",
        "groups",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "not",
        "len",
        "has",
        "hasKey",
        "empty",
        "kindIs",
        "kindOf",
        "typeOf",
        "contains",
    )
)


#: Functions that hand on one of their arguments as it is.
_CHOOSING = frozenset(("default", "coalesce", "and", "or", "ternary", "required"))


def _collected(paths: Paths) -> Paths:
    return frozenset(path if path[:1] == (COLLECTED,) else (COLLECTED, *path) for path in paths)


def _below(paths: Paths, *keys: str) -> Paths:
    return frozenset(path + keys for path in paths)


def _functions(pipe: nodes.Pipe) -> Iterator[str]:
    """Yield the functions that a value goes through on its way to the text, the last one last."""
    for command in pipe.commands:
        for term in command.terms[1:]:
            if isinstance(term, nodes.Pipe):
                yield from _functions(term)
        if isinstance(command.terms[0], nodes.Pipe):
            yield from _functions(command.terms[0])
        if isinstance(command.terms[0], nodes.Function):
            yield command.terms[0].name
