"""The templates of a launcher: parsed once, all files together, and rendered many times."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from generator.gotemplate.budget import Budget, Limits
from generator.gotemplate.errors import Failure, TemplateError
from generator.gotemplate.execution import Rendering
from generator.gotemplate.functions import FUNCTIONS
from generator.gotemplate.nodes import Source, Tree
from generator.gotemplate.parser import parse_text
from generator.gotemplate.values import ExecResult, taken, whole
from generator.problems import instead

_LIMITS = Limits()
_DEFAULT_OUTPUT = "output"


def succeeded(_: tuple[str, ...]) -> ExecResult:
    """Pretend that a program ran, wrote one word, and was content."""
    return ExecResult(Stdout=_DEFAULT_OUTPUT)


class Templates(Struct, frozen=True, eq=False):
    """Everything that can be rendered or included, by name: the files, and what they define."""

    trees: Mapping[str, Tree]

    def render(
        self,
        name: str,
        data: Any,
        *,
        groups: Sequence[str] = (),
        on_exec: Callable[[tuple[str, ...]], ExecResult] = succeeded,
        numbers: Literal["int", "float64"] = "int",
        limits: Limits = _LIMITS,
    ) -> str:
        """Render a template on *data*, which is as JSON has it and stays as it is; raise :class:`TemplateError`.

        *groups* are what ``groups`` returns, for whatever user; *on_exec* says what a command line would have returned.
        With *numbers* ``float64``, integers in the data are floats, as where Go has read them from JSON: ``1e+06``.
        """
        if name not in self.trees:
            raise TemplateError(name, 0, 0, f"no template is called {name!r}; {instead(name, self.trees)}", "exec")
        rendering = Rendering(self.trees, Budget(limits), tuple(map(whole, groups)), on_exec)
        try:
            text = rendering.include(name, taken(data, floats=numbers == "float64"))
        except Failure as failure:
            raise TemplateError(name, 1, 1, str(failure), "exec") from failure
        except RecursionError as error:
            message = "templates include one another too deep, with too much in between"
            raise TemplateError(name, 1, 1, message, "exec") from error
        return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parse(files: Mapping[str, str]) -> Templates:
    """Parse all files, by name, and raise a :class:`TemplateError` for the first mistake, with all others.

    A later file's definition replaces an earlier one's, in the order of their names.
    """
    trees: dict[str, Tree] = {}
    errors: list[TemplateError] = []
    for name in sorted(files):
        source = Source(name, whole(files[name]))
        found, flaws = parse_text(source, FUNCTIONS.keys())
        for flaw in sorted(flaws, key=lambda flaw: flaw.offset):
            place = source.place(flaw.offset)
            errors.append(TemplateError(name, place.line, place.column, flaw.message, "parse"))
        trees |= {tree.name: tree for tree in found if tree.name not in trees or not tree.empty}
    if errors:
        first, others = errors[0], tuple(errors[1:])
        raise TemplateError(first.file, first.line, first.column, first.message, "parse", others)
    return Templates(trees)
