"""Go's ``text/template`` with Sprig, for the launcher's object templates: parsed, looked at, and rendered in bounds.

No I/O here. A template cannot run a program, read a file or the environment, ask the clock, the network or chance, or
use more than bounded time and memory; whatever is wrong with it is a :class:`TemplateError` with file, line and column.

Why an engine of our own: a checker must render templates that it does not trust, and the engines that Python has
either write values another way (``toYaml`` of a scalar), or do not bound what one function call may use up, or end the
whole process at the first mistake.
"""

from generator.gotemplate.budget import Limits
from generator.gotemplate.errors import TemplateError
from generator.gotemplate.functions import FUNCTIONS, REFUSED, UNSUPPORTED
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
    walk,
)
from generator.gotemplate.templates import Templates, parse, succeeded
from generator.gotemplate.values import ExecResult

__all__ = [
    "FUNCTIONS",
    "REFUSED",
    "UNSUPPORTED",
    "Action",
    "Break",
    "Call",
    "Chain",
    "Command",
    "Continue",
    "Dot",
    "ExecResult",
    "Field",
    "Function",
    "If",
    "Limits",
    "Literal",
    "Nil",
    "Node",
    "Pipe",
    "Range",
    "Source",
    "TemplateError",
    "Templates",
    "Term",
    "Text",
    "Tree",
    "Variable",
    "With",
    "parse",
    "succeeded",
    "walk",
]
