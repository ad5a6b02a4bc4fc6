"""What is wrong with a template: in its text (``parse``), or when it runs on values (``exec``).

A line and a column count from 1. The place is the one that Go's own message names; Go counts the column from 0, in
bytes.
"""

from typing import Literal

from generator.problems import Place, Problem

Kind = Literal["parse", "exec"]


class TemplateError(Exception):
    """A template cannot be read or rendered; *others* are further mistakes that were found on the same reading."""

    def __init__(
        self, file: str, line: int, column: int, message: str, kind: Kind, others: "tuple[TemplateError, ...]" = ()
    ) -> None:
        super().__init__(f"{file}:{line}:{column}: {message}")
        self.file, self.line, self.column = file, line, column
        self.message, self.kind, self.others = message, kind, others

    def __reduce__(self) -> tuple[type["TemplateError"], tuple[object, ...]]:
        parts = (self.file, self.line, self.column, self.message, self.kind, self.others)
        return TemplateError, parts  # an exception is rebuilt from its text otherwise

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that was found, as problems of the input."""
        own = Problem(Place(self.file, (), self.line, self.column), self.message)
        return (own, *(problem for other in self.others for problem in other.problems))


class Flaw(Exception):  # noqa: N818 - it stays within the package
    """The text is wrong at an offset, counted in characters from 0."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset, self.message = offset, message


class Failure(Exception):  # noqa: N818 - it stays within the package
    """A function cannot do what is asked of it; the engine adds the place and the function's name."""
