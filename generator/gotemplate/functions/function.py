"""What a function is to the engine: its name, the types of its arguments, and what it does.

The types are Go's, by short names: ``string``, ``int``, ``float64``, ``bool``, ``map`` (``map[string]interface {}``),
``any`` (every value, with nothing as ``None``), and ``value``, which leaves nothing as it is. A last type with dots
(``any...``) takes any number of arguments.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from msgspec import Struct

from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.values import MISSING, ExecResult, NilMap, type_name

#: What the types are called in Go's messages, and in ours.
NAMES = {
    "string": "string",
    "int": "int",
    "float64": "float64",
    "bool": "bool",
    "map": "map[string]interface {}",
}
_CLASSES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "int": (int,),
    "float64": (float,),
    "bool": (bool,),
    "map": (dict, NilMap),
}


class Run(Protocol):
    """What a function may know of the rendering that calls it."""

    @property
    def budget(self) -> Budget:
        """What is left of the limits."""

    @property
    def groups(self) -> Sequence[str]:
        """The groups that the caller declares."""

    @property
    def on_exec(self) -> Callable[[tuple[str, ...]], ExecResult]:
        """What the caller says that a program would have returned."""

    def include(self, name: str, data: Any) -> str:
        """Render a template by its name."""


class Callee(Struct, frozen=True):
    """A function; *rest* is the type of the arguments after *parameters*, ``None`` if there are none."""

    name: str
    parameters: tuple[str, ...]
    rest: str | None
    run: Callable[..., Any]

    def refuse_count(self, count: int) -> str | None:
        """Say what is wrong with a number of arguments."""
        wanted = len(self.parameters)
        if count == wanted or (self.rest is not None and count > wanted):
            return None
        least = "at least " if self.rest is not None else ""
        return f"{self.name} takes {least}{wanted} argument{'' if wanted == 1 else 's'}, and {count} stand here"

    def type_at(self, at: int) -> str:
        """Return the type of an argument."""
        return self.parameters[at] if at < len(self.parameters) else self.rest or "any"


def function(name: str, types: str, run: Callable[..., Any]) -> Callee:
    """Make a function from its types: ``"string int any..."``; *run* gets the :class:`Run` first."""
    parameters = tuple(types.split())
    if parameters and parameters[-1].endswith("..."):
        return Callee(name, parameters[:-1], parameters[-1].removesuffix("..."), run)
    return Callee(name, parameters, None, run)


def accepted(wanted: str, value: Any) -> Any:
    """Return a value as an argument of a type, or raise :class:`Failure` where Go does not convert it."""
    if wanted == "any":
        return None if value is MISSING else value
    if wanted == "value":
        return value
    if type(value) in _CLASSES[wanted]:
        return value
    if wanted == "map" and value is MISSING:
        return NilMap()
    if value is None or value is MISSING:
        raise Failure(f"{NAMES[wanted]} is wanted here, and there is no value")
    raise Failure(f"{NAMES[wanted]} is wanted here, and not {type_name(value)}")
