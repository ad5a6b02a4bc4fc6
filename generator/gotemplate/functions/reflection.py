"""Sprig's functions on values of any type: defaults, tests and types."""

from typing import Any

from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.functions.lists import deep_equal
from generator.gotemplate.values import kind, truth, type_name


def _default(_: Run, fallback: Any, *given: Any) -> Any:
    return given[0] if given and truth(given[0]) else fallback


def _coalesce(_: Run, *values: Any) -> Any:
    return next((value for value in values if truth(value)), None)


def _fail(_: Run, message: str) -> Any:
    raise Failure(message)


FUNCTIONS: tuple[Callee, ...] = (
    function("default", "any any...", _default),
    function("empty", "any", lambda _, value: not truth(value)),
    function("coalesce", "any...", _coalesce),
    function("all", "any...", lambda _, *values: all(map(truth, values))),
    function("any", "any...", lambda _, *values: any(map(truth, values))),
    function("ternary", "any any bool", lambda _, yes, no, test: yes if test else no),
    function("typeOf", "any", lambda _, value: type_name(value)),
    function("typeIs", "string any", lambda _, name, value: name == type_name(value)),
    function("typeIsLike", "string any", lambda _, name, value: name in {type_name(value), "*" + type_name(value)}),
    function("kindOf", "any", lambda _, value: kind(value)),
    function("kindIs", "string any", lambda _, name, value: name == kind(value)),
    function("deepEqual", "any any", lambda run, one, other: deep_equal(one, other, run.budget)),
    function("fail", "string", _fail),
)
