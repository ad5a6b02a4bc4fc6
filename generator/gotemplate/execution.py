"""Running trees on values, with the semantics of Go's ``text/template`` and its default for missing keys."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from msgspec.structs import replace

from generator.gotemplate import nodes, printing
from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure, TemplateError
from generator.gotemplate.functions import FUNCTIONS
from generator.gotemplate.functions.function import NAMES, Callee, accepted
from generator.gotemplate.values import MISSING, ExecResult, truth, type_name
from generator.problems import instead

#: No value comes from the command before.
_NONE: Final = object()
#: Characters of an argument that are looked through for the price of a step.
_READ_PER_STEP = 256
#: Steps that a template costs to begin with.
_CALLED = 5
_FIELDS = ("ExitCode", "Err", "Stdout", "Stderr")
#: Go's words for what a literal is not, by the type that is wanted.
_LITERALS: Mapping[str, type] = {"string": str, "bool": bool, "float64": float}


class _Leave(Exception):  # noqa: N818 - a break
    """The range ends here."""


class _Continue(Exception):  # noqa: N818 - a continue
    """The next element of the range follows."""


class Rendering:
    """One rendering: what functions see of it, and how deep templates include one another."""

    __slots__ = ("budget", "depth", "groups", "on_exec", "trees")

    def __init__(
        self,
        trees: Mapping[str, nodes.Tree],
        budget: Budget,
        groups: Sequence[str],
        on_exec: Callable[[tuple[str, ...]], ExecResult],
    ) -> None:
        self.trees, self.budget, self.groups, self.on_exec = trees, budget, groups, on_exec
        self.depth = 0

    def include(self, name: str, data: Any) -> str:
        """Render a template on data."""
        out: list[str] = []
        self.run(self.tree(name), MISSING if data is None else data, out)
        return "".join(out)

    def tree(self, name: str) -> nodes.Tree:
        """Look a template up."""
        if name not in self.trees:
            raise Failure(f"no template is called {name!r}; {instead(name, self.trees)}")
        return self.trees[name]

    def run(self, tree: nodes.Tree, dot: Any, out: list[str]) -> None:
        """Render a template into *out*."""
        limit = self.budget.limits.depth
        if self.depth >= limit:
            raise Failure(f"templates include one another more than {limit} deep; end it by a condition")
        self.budget.step(_CALLED)
        self.depth += 1
        _Frame(self, tree, dot, out).walk(tree.nodes, dot)
        self.depth -= 1


class _Frame:
    """One template that runs: its variables, and where it writes."""

    __slots__ = ("budget", "out", "rendering", "tree", "variables")

    def __init__(self, rendering: Rendering, tree: nodes.Tree, dot: Any, out: list[str]) -> None:
        self.rendering, self.tree, self.out = rendering, tree, out
        self.budget = rendering.budget
        self.variables: list[tuple[str, Any]] = [("$", dot)]

    def failed(self, offset: int, message: str) -> TemplateError:
        place = self.tree.source.place(offset)
        return TemplateError(place.document, place.line, place.column, message, "exec")

    # Nodes

    def walk(self, found: tuple[nodes.Node, ...], dot: Any) -> None:
        for node in found:
            try:
                self.budget.step()
                _WALK[type(node)](self, node, dot)
            except Failure as failure:
                raise self.failed(node.offset, str(failure)) from failure

    def text(self, node: nodes.Text, _: Any) -> None:
        self.budget.text(len(node.text))
        self.out.append(node.text)

    def action(self, node: nodes.Action, dot: Any) -> None:
        value = self.pipe(node.pipe, dot)
        if not node.pipe.declares:
            text = printing.shown(value, self.budget)
            self.budget.text(len(text))
            self.out.append(text)

    def condition(self, node: nodes.If, dot: Any) -> None:
        mark = len(self.variables)
        self.walk(node.body if truth(self.pipe(node.pipe, dot)) else node.otherwise, dot)
        del self.variables[mark:]

    def scope(self, node: nodes.With, dot: Any) -> None:
        mark = len(self.variables)
        value = self.pipe(node.pipe, dot)
        if truth(value):
            self.walk(node.body, value)
        else:
            self.walk(node.otherwise, dot)
        del self.variables[mark:]

    def loop(self, node: nodes.Range, dot: Any) -> None:
        outer = len(self.variables)
        value = self.pipe(node.pipe, dot)
        if isinstance(value, list):
            elements = list(enumerate(value))
        elif isinstance(value, dict):
            elements = sorted(value.items(), key=lambda pair: pair[0])
        elif value is MISSING:
            elements = []
        else:
            raise self.failed(node.pipe.offset, f"{type_name(value)} cannot be ranged over; give a list or a map")
        with suppress(_Leave):
            self.each(node, elements)
        del self.variables[outer:]
        if not elements:
            self.walk(node.otherwise, dot)

    def each(self, node: nodes.Range, elements: list[tuple[Any, Any]]) -> None:
        mark, names = len(self.variables), [variable.name for variable in node.pipe.declares]
        for key, element in elements:
            self.budget.step()
            values = (key, element) if len(names) > 1 else (element,)
            for at, (name, value) in enumerate(zip(names, values, strict=False)):
                if node.pipe.assigns:
                    self.assign(name, value, node.pipe.offset)
                else:
                    self.variables[mark - len(names) + at] = (name, value)
            with suppress(_Continue):
                self.walk(node.body, element)
            del self.variables[mark:]

    def call(self, node: nodes.Call, dot: Any) -> None:
        tree = self.rendering.tree(node.name)
        value = MISSING if node.pipe is None else self.pipe(node.pipe, dot)
        self.rendering.run(tree, value, self.out)

    def leave(self, _: nodes.Break, __: Any) -> None:
        raise _Leave

    def go_on(self, _: nodes.Continue, __: Any) -> None:
        raise _Continue

    # Variables

    def variable(self, name: str, offset: int) -> Any:
        for known, value in reversed(self.variables):
            if known == name:
                return value
        raise self.failed(offset, f"{name} has no value here; the block that declares it is not the one that ran")

    def assign(self, name: str, value: Any, offset: int) -> None:
        for at in range(len(self.variables) - 1, -1, -1):
            if self.variables[at][0] == name:
                self.variables[at] = (name, value)
                return
        raise self.failed(offset, f"{name} is not declared; write {name} := ...")

    # Values

    def pipe(self, pipe: nodes.Pipe, dot: Any) -> Any:
        value: Any = _NONE
        for command in pipe.commands:
            value = self.command(command, dot, value)
            if value is None:
                value = MISSING
        for variable in pipe.declares:
            if pipe.assigns:
                self.assign(variable.name, value, pipe.offset)
            else:
                self.variables.append((variable.name, value))
        return value

    def command(self, command: nodes.Command, dot: Any, last: Any) -> Any:
        first = command.terms[0]
        given = len(command.terms) > 1 or last is not _NONE
        if isinstance(first, nodes.Function):
            return self.function(first, command.offset, command.terms[1:], last, dot)
        if isinstance(first, nodes.Nil):
            raise self.failed(first.offset, "nil alone is no value to write or set; give it to a function")
        if given:
            return self.no_function(first, dot)
        return self.term(first, dot)

    def no_function(self, term: nodes.Term, dot: Any) -> Any:
        """Refuse arguments to what is none; as in Go, a field of what is missing is missing, whatever follows it."""
        if isinstance(term, nodes.Field | nodes.Variable | nodes.Chain) and len(term.path) > 1:
            above = replace(term, path=term.path[:-1])
            if self.term(above, dot) is MISSING:
                return MISSING
        raise self.failed(term.offset, "what stands here is no function, and takes no argument")

    def term(self, term: nodes.Term, dot: Any) -> Any:
        """Evaluate what is no command of its own."""
        return _TERMS[type(term)](self, term, dot)

    def path(self, term: nodes.Field, dot: Any) -> Any:
        return self.fields(dot, term.path, term.offset)

    def named(self, term: nodes.Variable, _: Any) -> Any:
        return self.fields(self.variable(term.name, term.offset), term.path, term.offset)

    def chain(self, term: nodes.Chain, dot: Any) -> Any:
        if isinstance(term.term, nodes.Nil):
            raise self.failed(term.offset, "nil has no fields")
        return self.fields(self.term(term.term, dot), term.path, term.offset)

    def bare(self, term: nodes.Function, dot: Any) -> Any:
        return self.function(term, term.offset, (), _NONE, dot)

    def fields(self, value: Any, path: tuple[str, ...], offset: int) -> Any:
        for name in path:
            if isinstance(value, dict):
                value = value.get(name, MISSING)
            elif value is MISSING:
                return MISSING
            elif value is None:
                raise self.failed(offset, f"field {name!r} of a nil value (nil pointer); test that it is there")
            elif isinstance(value, ExecResult) and name in _FIELDS:
                value = getattr(value, name)
            else:
                raise self.failed(offset, f"{type_name(value)} has no field {name!r}")
        return value

    # Functions

    def function(self, term: nodes.Function, offset: int, terms: tuple[nodes.Term, ...], last: Any, dot: Any) -> Any:
        callee = FUNCTIONS[term.name]
        wrong = callee.refuse_count(len(terms) + (last is not _NONE))
        if wrong is not None:
            raise self.failed(offset, wrong)
        if callee.name in {"and", "or"}:
            return self.first_answer(terms, last, dot, wanted=callee.name == "or")
        values = [self.argument(one, callee.type_at(at), dot) for at, one in enumerate(terms)]
        if last is not _NONE:
            try:
                values.append(accepted(callee.type_at(len(terms)), last))
            except Failure as failure:
                raise self.failed(offset, f"{callee.name}: {failure}") from failure
        return self.called(callee, offset, values)

    def called(self, callee: Callee, offset: int, values: list[Any]) -> Any:
        try:
            read = sum(len(value) for value in values if isinstance(value, str | list | dict))
            self.budget.step(1 + read // _READ_PER_STEP)
            result = callee.run(self.rendering, *values)
            if isinstance(result, str):
                self.budget.text(len(result))
            elif isinstance(result, list | dict):
                self.budget.step(len(result) // _READ_PER_STEP)
        except Failure as failure:
            raise self.failed(offset, f"{callee.name}: {failure}") from failure
        return result

    def first_answer(self, terms: tuple[nodes.Term, ...], last: Any, dot: Any, *, wanted: bool) -> Any:
        """Evaluate ``and`` and ``or``, which stop at the first argument that decides."""
        value: Any = MISSING
        for term in terms:
            value = self.argument(term, "value", dot)
            if truth(value) == wanted:
                return value
        return value if last is _NONE else last

    def argument(self, term: nodes.Term, wanted: str, dot: Any) -> Any:
        if isinstance(term, nodes.Literal):
            return self.literal(term, wanted)
        if isinstance(term, nodes.Nil):
            if wanted in _LITERALS or wanted == "int":
                raise self.failed(term.offset, f"{NAMES[wanted]} is wanted here, and not nil")
            return accepted(wanted, MISSING)
        value = self.term(term, dot)
        try:
            return accepted(wanted, value)
        except Failure as failure:
            raise self.failed(term.offset, str(failure)) from failure

    def literal(self, term: nodes.Literal, wanted: str) -> Any:
        """Return a literal as an argument: where a number is wanted, its text decides and not its type."""
        if wanted in {"any", "value"}:
            return term.value
        if wanted == "int" and term.whole is not None:
            return term.whole
        if wanted == "float64" and type(term.value) in {int, float}:
            return float(term.value)
        if type(term.value) is _LITERALS.get(wanted):
            return term.value
        raise self.failed(term.offset, f"{NAMES[wanted]} is wanted here, and not {term.text}")


_WALK: Mapping[type, Callable[[_Frame, Any, Any], None]] = {
    nodes.Text: _Frame.text,
    nodes.Action: _Frame.action,
    nodes.If: _Frame.condition,
    nodes.With: _Frame.scope,
    nodes.Range: _Frame.loop,
    nodes.Call: _Frame.call,
    nodes.Break: _Frame.leave,
    nodes.Continue: _Frame.go_on,
}
_TERMS: Mapping[type, Callable[[_Frame, Any, Any], Any]] = {
    nodes.Field: _Frame.path,
    nodes.Literal: lambda _, term, __: term.value,
    nodes.Variable: _Frame.named,
    nodes.Dot: lambda _, __, dot: dot,
    nodes.Pipe: _Frame.pipe,
    nodes.Function: _Frame.bare,
    nodes.Chain: _Frame.chain,
    nodes.Nil: lambda *_: None,
}
