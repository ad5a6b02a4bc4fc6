"""Tokens to trees, with the grammar of Go's ``text/template``.

The grammar is that of Go 1.19, which older launchers have too: what only newer versions read (``else with``) is
refused, because a template that a launcher cannot read stops its every job. A name that is no function, and a variable
that is not declared, do not stop the reading: all of them are told at once.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from generator.gotemplate import literals
from generator.gotemplate.errors import Flaw
from generator.gotemplate.lexer import Stream, Token
from generator.gotemplate.nodes import (
    Action,
    Break,
    Call,
    Chain,
    Command,
    Continue,
    Dot,
    Field,
    Function,
    If,
    Literal,
    Nil,
    Node,
    Pipe,
    Range,
    Source,
    Term,
    Text,
    Tree,
    Variable,
    With,
)
from generator.problems import instead

#: How deep blocks and parentheses may nest. Nobody reads more, and each level costs frames of Python's stack.
DEEPEST = 80
#: Enough mistakes of a file to tell at once, and variables that it may have at once.
_MOST_FLAWS, _MOST_VARIABLES = 20, 200
#: What a pipe's second and later commands cannot be: they take an argument.
_INERT = (Dot, Nil, Literal)
_CONTROLS: dict[str, type[If | With | Range]] = {"if": If, "with": With, "range": Range}


class _Branch(Exception):  # noqa: N818 - it is how a list of nodes ends
    """An ``else`` or an ``end`` ends the list that stands before it."""

    def __init__(self, token: Token, nodes: tuple[Node, ...]) -> None:
        super().__init__(token.text)
        self.token, self.nodes = token, nodes


def parse_text(source: Source, functions: AbstractSet[str]) -> tuple[tuple[Tree, ...], tuple[Flaw, ...]]:
    """Return the trees of a file, its own last, and everything that is wrong with it."""
    parser = _Parser(source, functions)
    try:
        trees = parser.file()
    except Flaw as flaw:
        return (), (*parser.flaws, flaw)
    except RecursionError:
        return (), (Flaw(0, "the template nests too deep for whoever called this"),)
    except _Branch as branch:
        unexpected = Flaw(branch.token.offset, f"{{{{{branch.token.text}}}}} belongs to nothing; remove it")
        return (), (*parser.flaws, unexpected)
    return trees, tuple(parser.flaws)


class _Parser(Stream):
    def __init__(self, source: Source, functions: AbstractSet[str]) -> None:
        super().__init__(source.text)
        self.source, self.functions = source, functions
        self.flaws: list[Flaw] = []
        self.trees: dict[str, Tree] = {}
        self.variables = ["$"]
        self.loops = 0
        self.depth = 0

    def found(self, flaw: Flaw) -> None:
        """Keep a mistake that does not stop the reading, up to a number."""
        if len(self.flaws) >= _MOST_FLAWS:
            raise flaw
        self.flaws.append(flaw)

    # Files and lists

    def file(self) -> tuple[Tree, ...]:
        nodes: list[Node] = []
        while self.peek().kind != "end of text":
            if self.peek().kind == "open":
                start = self.at
                self.next()
                if self.solid().kind == "define":
                    self.definition()
                    continue
                self.at = start
            nodes.append(self.node())
        self.add(Tree(self.source.file, self.source, tuple(nodes)), len(self.source.text))
        return tuple(self.trees.values())

    def add(self, tree: Tree, offset: int) -> None:
        known = self.trees.get(tree.name)
        if known is None or known.empty:
            self.trees[tree.name] = tree
        elif not tree.empty:
            raise Flaw(offset, f"{tree.name!r} is defined twice; give one of them another name")

    def definition(self) -> None:
        name = self.name("the name of a template, in quotes,")
        self.expect(["close"], "}}")
        self.apart(name, "define")

    def apart(self, name: Token, what: str) -> None:
        """Read the body of a ``define`` or ``block``, which sees no variables from outside."""
        outer = self.variables, self.loops
        self.variables, self.loops = ["$"], 0
        nodes, ended = self.nodes(name)
        if ended.text != "end":
            raise Flaw(ended.offset, f"{{{{else}}}} cannot stand in a {what}; write {{{{end}}}}")
        self.variables, self.loops = outer
        self.add(Tree(self.string(name), self.source, nodes), name.offset)

    def nodes(self, opened: Token) -> tuple[tuple[Node, ...], Token]:
        """Read up to an ``else`` or ``end``, and return it."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise Flaw(opened.offset, f"blocks nest more than {DEEPEST} deep; define templates and include them")
        found: list[Node] = []
        try:
            while self.skip().kind != "end of text":
                found.append(self.node())
        except _Branch as branch:
            self.depth -= 1
            return tuple(found), branch.token
        raise Flaw(opened.offset, f"{opened.text} has no {{{{end}}}}; add it")

    def node(self) -> Node:
        token = self.solid()
        if token.kind == "text":
            return Text(token.offset, token.text)
        if token.kind != "open":
            raise self.unexpected(token, "text or an action")
        return self.action()

    # Actions

    def action(self) -> Node:
        token = self.skip()
        if token.kind in _CONTROLS:
            self.next()
            return self.control(token)
        special = _ACTIONS.get(token.kind)
        if special is not None:
            self.next()
            return special(self, token)
        return Action(token.offset, self.pipe("an action", "close"))

    def branch(self, token: Token) -> Node:
        if token.kind == "end":
            self.expect(["close"], "}}")
        elif self.skip().kind == "with":
            raise Flaw(
                token.offset, "{{else with}} is not known before Go 1.23; write {{else}}{{with ...}} and two {{end}}"
            )
        elif self.peek().kind != "if":
            self.expect(["close"], "}}")
        raise _Branch(token, ())

    def control(self, token: Token) -> Node:
        mark = len(self.variables)
        pipe = self.pipe(token.kind, "close")
        self.loops += token.kind == "range"
        body, ended = self.nodes(token)
        self.loops -= token.kind == "range"
        otherwise: tuple[Node, ...] = ()
        if ended.text == "else":
            otherwise = self.otherwise(token, ended)
        del self.variables[mark:]
        return _CONTROLS[token.kind](pipe.offset, pipe, body, otherwise)

    def otherwise(self, token: Token, ended: Token) -> tuple[Node, ...]:
        if self.peek().kind == "if":
            if token.kind != "if":
                raise Flaw(
                    ended.offset, f"{{{{else if}}}} cannot follow {token.kind}; write {{{{else}}}}{{{{if ...}}}}"
                )
            following = self.next()
            self.depth += 1  # a long chain of them is as deep as it is long
            node = self.control(following)
            self.depth -= 1
            return (node,)
        nodes, ended = self.nodes(ended)
        if ended.text != "end":
            raise Flaw(ended.offset, f"a second {{{{else}}}} follows in the same {token.kind}; write {{{{end}}}}")
        return nodes

    def leave(self, token: Token) -> Node:
        self.expect(["close"], "}}")
        if not self.loops:
            raise Flaw(token.offset, f"{{{{{token.text}}}}} stands outside of a range; remove it")
        return Break(token.offset) if token.kind == "break" else Continue(token.offset)

    def call(self, _: Token) -> Node:
        name = self.name("the name of a template, in quotes,")
        if self.skip().kind == "close":
            self.next()
            return Call(name.offset, self.string(name), None)
        return Call(name.offset, self.string(name), self.pipe("template", "close"))

    def block(self, _: Token) -> Node:
        name = self.name("the name of a block, in quotes,")
        pipe = self.pipe("block", "close")
        self.apart(name, "block")
        return Call(name.offset, self.string(name), pipe)

    def name(self, what: str) -> Token:
        return self.expect(["string", "raw"], what)

    # Pipes

    def pipe(self, what: str, end: str) -> Pipe:
        offset = self.skip().offset
        declares, assigns = self.declarations(what)
        commands: list[Command] = []
        while True:
            token = self.skip()
            if token.kind == end:
                self.next()
                break
            commands.append(self.command())
        if not commands:
            raise Flaw(offset, f"{what} has no value; write one")
        for command in commands[1:]:
            if isinstance(command.terms[0], _INERT):
                raise Flaw(command.offset, "what follows a | must take the value before it; write a function")
        return Pipe(offset, tuple(commands), declares, assigns)

    def declarations(self, what: str) -> tuple[tuple[Variable, ...], bool]:
        """Read ``$x :=``, ``$x =`` or, in a range, ``$i, $x :=``."""
        declares: list[Variable] = []
        while self.skip().kind == "variable":
            start = self.at
            variable = self.next()
            token = self.skip()
            if token.kind in {"declare", "assign"}:
                self.next()
                self.declare(variable, declares)
                return tuple(declares), token.kind == "assign"
            if token.text != ",":
                self.at = start
                break
            self.next()
            self.declare(variable, declares)
            if what != "range" or len(declares) > 1:
                raise Flaw(
                    token.offset, f"{what} takes fewer variables; only a range has two: range $key, $value := ..."
                )
            if self.skip().kind not in {"variable", "close", "right"}:
                raise Flaw(self.peek().offset, "after the comma, a range takes a second variable and :=")
        return tuple(declares), False

    def declare(self, token: Token, declares: list[Variable]) -> None:
        declares.append(Variable(token.offset, token.text))
        self.variables.append(token.text)
        if len(self.variables) > _MOST_VARIABLES:
            raise Flaw(token.offset, f"more than {_MOST_VARIABLES} variables hold at once; set one again by =")

    def command(self) -> Command:
        offset = self.skip().offset
        terms: list[Term] = []
        while True:
            self.skip()
            term = self.operand()
            if term is not None:
                terms.append(term)
            token = self.peek()
            if token.kind == "space":
                self.next()
                continue
            if token.kind == "pipe":
                self.next()
            elif token.kind not in {"close", "right"}:
                raise self.unexpected(token, "a value, a | or the end of the action")
            break
        if not terms:
            raise Flaw(offset, "nothing stands here to be evaluated; write a value or a function")
        return Command(offset, tuple(terms))

    def operand(self) -> Term | None:
        term = self.term()
        if term is None or self.peek().kind != "field":
            return term
        offset = self.peek().offset
        path: list[str] = []
        while self.peek().kind == "field":
            path.append(self.next().text[1:])
        if isinstance(term, Field):
            return Field(offset, (*term.path, *path))
        if isinstance(term, Variable):
            return Variable(offset, term.name, (*term.path, *path))
        if isinstance(term, _INERT):
            raise Flaw(offset, f"{'.' + path[0]!r} follows what has no fields; separate them by a space")
        return Chain(offset, term, tuple(path))

    def term(self) -> Term | None:
        reader = _TERMS.get(self.peek().kind)
        return reader(self, self.next()) if reader else None

    def function(self, token: Token) -> Term:
        if token.text not in self.functions:
            self.found(Flaw(token.offset, f"{token.text!r} is not a function; {instead(token.text, self.functions)}"))
        return Function(token.offset, token.text)

    def variable(self, token: Token) -> Term:
        if token.text not in self.variables:
            known = instead(token.text, set(self.variables) - {"$"})
            self.found(Flaw(token.offset, f"{token.text!r} is not declared here; {known}"))
        return Variable(token.offset, token.text)

    def string(self, token: Token) -> str:
        try:
            return literals.string(token.text)
        except ValueError as error:
            raise Flaw(token.offset, str(error)) from error

    def literal(self, token: Token) -> Term:
        try:
            if token.kind in {"string", "raw"}:
                return Literal(token.offset, token.text, literals.string(token.text))
            if token.kind == "char":
                code = literals.character(token.text)
                return Literal(token.offset, token.text, code, code)
            value, whole = literals.number(token.text)
        except ValueError as error:
            raise Flaw(token.offset, str(error)) from error
        return Literal(token.offset, token.text, value, whole)

    def parenthesis(self, token: Token) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Flaw(token.offset, f"parentheses nest more than {DEEPEST} deep; set variables")
        pipe = self.pipe("a parenthesis", "right")
        self.depth -= 1
        return pipe


_ACTIONS: dict[str, Callable[[_Parser, Token], Node]] = {
    "else": _Parser.branch,
    "end": _Parser.branch,
    "break": _Parser.leave,
    "continue": _Parser.leave,
    "template": _Parser.call,
    "block": _Parser.block,
}
_TERMS: dict[str, Callable[[_Parser, Token], Term]] = {
    "word": _Parser.function,
    "dot": lambda _, token: Dot(token.offset),
    "nil": lambda _, token: Nil(token.offset),
    "variable": _Parser.variable,
    "field": lambda _, token: Field(token.offset, (token.text[1:],)),
    "bool": lambda _, token: Literal(token.offset, token.text, token.text == "true"),
    "string": _Parser.literal,
    "raw": _Parser.literal,
    "char": _Parser.literal,
    "number": _Parser.literal,
    "left": _Parser.parenthesis,
}
