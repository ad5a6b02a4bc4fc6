"""Say in words why a value does not satisfy a schema: every reason at once, never a whole value.

The schemas may say more than JSON Schema does: ``x-syntax`` names a rule of ``names`` (its patterns decide, the
rule explains), and ``x-otherwise`` is the whole reason when the schema that holds it is not satisfied. So a
``pattern`` may stand only under an ``x-syntax``, and schemas may use only the keywords that ``_SAY`` has words for.
Import this module only when there is something to say: jsonschema costs 50 ms.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Sized
from functools import cache
from typing import Any, NamedTuple

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from generator.kubernetes import names
from generator.problems import Route, dotted, instead


class Reason(NamedTuple):
    """A field of the value, and what is wrong there; *among* are the items that the text speaks of, if it is some."""

    route: Route
    text: str
    among: tuple[Route, ...] = ()


#: Format -> what is wrong with a text, or ``None``; a reason reads on after the text.
Formats = Mapping[str, Callable[[str], str | None]]

#: Longer texts are cut: a message stands on one line.
_LONGEST = 60
#: So many items of a list are named, of which one is wanted.
_CHOICES = 4

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}


def reasons(value: object, schema: Mapping[str, Any], *, secret: Collection[str] = ()) -> Iterator[str]:
    """Yield each reason as ``field: what is written, why it cannot be, what would be``, ordered by field.

    What stands below a top-level field named in *secret* is not shown, only that it is wrong.
    """
    for route, reason, _ in explained(value, schema):
        said = (
            "what is written, which is secret, is not a string; quote it"
            if route[:-1] and route[0] in secret
            else reason
        )
        yield f"{_printable(dotted(route))}: {said}" if route else said


def explained(value: object, schema: Mapping[str, Any], formats: Formats | None = None) -> list[Reason]:
    """Return every field with its reason, ordered by field.

    With *formats*, ``format`` means what they say of it (a reason that reads on after the text, or ``None``), and
    ``pattern`` counts; without, only ``x-syntax`` does.
    """
    found = {*_foreign(value, ())}
    foreign = {reason.route for reason in found}
    for error in _validator_class(formats is not None)(schema, format_checker=_checker(formats)).iter_errors(value):
        found.update(reason for reason in _reasons(error) if reason.route not in foreign)
    return sorted(found, key=lambda reason: ([str(key) for key in reason.route], reason.text))


def _checker(formats: Formats | None) -> FormatChecker | None:
    """Make jsonschema ask *formats*; the reason travels as the cause of its error."""
    if formats is None:
        return None
    checker = FormatChecker(formats=())
    for name, reason in formats.items():
        checker.checks(name, raises=ValueError)(_raising(reason))
    return checker


def _raising(reason: Callable[[str], str | None]) -> Callable[[object], bool]:
    def check(value: object) -> bool:
        said = reason(value) if isinstance(value, str) else None
        if said is not None:
            raise ValueError(said)
        return True

    return check


def shown(value: object) -> str:
    """Write a value for a message: a scalar as YAML would have it, of anything larger only what it is."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _printable(text: str) -> str:
    """Keep a message on one line, whatever the keys of a value hold."""
    return text if text.isprintable() else text.encode("unicode_escape").decode()


@cache
def _validator_class(patterns: bool) -> Any:  # noqa: FBT001 - a cached function has no use for keywords
    """Make a validator that knows ``x-syntax`` and takes a tuple for a list, as jsonschema-rs does."""
    lists = Draft202012Validator.TYPE_CHECKER.redefine("array", lambda _, value: isinstance(value, (list, tuple)))
    make: Any = extend  # the stubs give it no types
    own = {"x-syntax": _check_syntax} | ({} if patterns else {"pattern": _pass})
    return make(Draft202012Validator, own, type_checker=lists)


def _check_syntax(_: object, syntax: str, value: object, __: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and names.SYNTAXES[syntax].refuse(value) is not None:
        yield ValidationError(syntax)


def _pass(*_: object) -> Iterator[ValidationError]:
    return iter(())


def _reasons(error: ValidationError) -> Iterator[Reason]:
    route: Route = tuple(error.absolute_path)
    value: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if "propertyNames" in error.absolute_schema_path:
        route = (*route, str(value))
    if "x-otherwise" in schema:
        yield _otherwise(route, value, schema["x-otherwise"])
    elif error.validator == "additionalProperties":
        yield from _unknown(route, value, schema.get("properties", {}))
    elif error.validator == "required":
        yield from _missing(route, value, rule)
    elif error.validator == "format":
        yield Reason(route, f"{shown(value)} {error.cause}")
    elif error.validator == "pattern":
        examples = " or ".join(map(shown, schema.get("examples", ())))
        yield Reason(route, f"{shown(value)} is not of the right form; write one such as {examples or rule}")
    elif error.validator == "anyOf":
        yield from _of_branches(error)
    elif error.validator == "oneOf" and all("required" in branch for branch in rule):
        if isinstance(value, Mapping):  # of anything else its type is told
            yield Reason(route, _say_one_field(value, [branch["required"][0] for branch in rule]))
    else:
        yield Reason(route, _SAY[str(error.validator)](value, rule))


def _otherwise(route: Route, value: object, said: str) -> Reason:
    """Say what the schema says instead; where several texts stand for one, which of them there are to choose from."""
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        return Reason(route, said)
    first = value[:_CHOICES]
    choices = " or ".join(map(shown, first)) + (", ..." if len(value) > _CHOICES else "")
    return Reason(route, f"{said.partition('; ')[0]}; write {choices}", tuple((*route, i) for i in range(len(first))))


def _of_branches(error: ValidationError) -> Iterator[Reason]:
    """Explain a choice by the branch that was meant: the one for values of this type, if there is one."""
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    meant = [inner for inner in branches.values() if not any(_is_of_another_type(one) for one in inner)]
    if meant:
        for one in meant[0]:
            yield from _reasons(one)
        return
    says = [reason.text for inner in branches.values() for reason in _reasons(inner[0])]
    yield Reason(tuple(error.absolute_path), ", and ".join(dict.fromkeys(says)))


def _is_of_another_type(error: ValidationError) -> bool:
    if error.path:
        return False
    return error.validator == "type" or (error.validator == "enum" and not isinstance(error.instance, str))


def _say_one_field(value: Mapping[str, Any], fields: Sequence[str]) -> str:
    """Explain that exactly one of several fields is wanted."""
    given = [field for field in fields if field in value]
    wanted = ", ".join(fields)
    if given:
        return f"{' and '.join(given)} exclude each other; write one of {wanted}"
    return f"says nothing of whom or what; write one of {wanted}"


def _unknown(route: Route, value: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[Reason]:
    for name in value:
        if name not in fields:
            yield Reason((*route, name), f"there is no such field; {instead(str(name), fields)}")


def _missing(route: Route, value: Mapping[str, Any], fields: list[str]) -> Iterator[Reason]:
    for name in fields:
        if name not in value:
            yield Reason((*route, name), "is missing; write it")


def _say_type(value: object, rule: str | list[str]) -> str:
    """Say which type is wanted. That most fields may be null too is left out: nobody means to write it."""
    types = [rule] if isinstance(rule, str) else rule
    wanted = [name for name in dict.fromkeys(types) if name != "null"] or types
    remedy = next(filter(None, (_rewritten(value, name) for name in wanted)), None)
    said = f"{shown(value)} is not {' or '.join(_TYPES[name] for name in wanted)}"
    return f"{said}; write {remedy}" if remedy else said


def _say_one_of(value: object, rule: list[Mapping[str, Any]]) -> str:
    """Explain a choice. The Kubernetes schemas leave one only between types: of quantities, of ports."""
    return _say_type(value, [name for branch in rule for name in branch["type"]])


def _say_enum(value: object, rule: list[str]) -> str:
    return f"{shown(value)} is not allowed; {instead(str(value), rule)}"


def _say_const(value: object, rule: object) -> str:
    return f"{shown(value)} is not allowed; write {shown(rule)}"


def _say_syntax(value: str, rule: str) -> str:
    return f"{shown(value)} {names.SYNTAXES[rule].refuse(value)}"


def _say_short(value: Sized, least: int) -> str:
    """Explain a least size."""
    return f"{shown(value)} is empty; fill it" if not value else f"{shown(value)} is too short; write {least} or more"


def _say_long(value: list[object], rule: int) -> str:
    return f"a list of {len(value)} is too long; keep {rule} at most"


def _say_dependency(value: Mapping[str, Any], rule: Mapping[str, list[str]]) -> str:
    lacking = [(field, needed) for field in rule if field in value for needed in rule[field] if needed not in value]
    return "; ".join(
        f"{field} stands without {needed}, which it needs; write both or neither" for field, needed in lacking
    )


def _say_doubled(value: Sequence[object], _: bool) -> str:  # noqa: FBT001 - every saying takes the keyword's value
    doubled = [item for i, item in enumerate(value) if item in value[:i]]
    return f"{shown(doubled[0])} is in the list twice; write it once"


_SAY: Mapping[str, Callable[[Any, Any], str]] = {
    "const": _say_const,
    "dependentRequired": _say_dependency,
    "enum": _say_enum,
    "maximum": lambda value, rule: f"{shown(value)} is too much; write {rule} or less",
    "minimum": lambda value, rule: f"{shown(value)} is too little; write {rule} or more",
    "minItems": _say_short,
    "minLength": _say_short,
    "minProperties": _say_short,
    "maxItems": _say_long,
    "maxLength": lambda value, rule: f"a text of {len(value)} characters is too long; write {rule} at most",
    "maxProperties": lambda value, rule: f"a mapping of {len(value)} is too large; keep {rule} at most",
    "oneOf": _say_one_of,
    "type": _say_type,
    "uniqueItems": _say_doubled,
    "x-syntax": _say_syntax,
}


def _rewritten(value: object, wanted: str) -> str | None:
    """Write a scalar as the wanted type, if it was only written as the wrong one: quoted, not quoted, not listed."""
    if isinstance(value, str):
        if wanted == "array":
            return f"[{shown(value)}]"
        spelled = {"boolean": ("true", "false"), "integer": (value,) if value.isdecimal() else ()}
        return value if value in spelled.get(wanted, ()) else None
    if wanted == "string" and isinstance(value, (bool, int, float)):
        return repr(shown(value))
    return None


def _foreign(value: object, route: Route) -> Iterator[Reason]:
    """Find values that JSON does not have, such as dates; an object can hold none, whatever its schema."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if type(key) is not str:
                yield Reason(route, f"key {shown(key)} is not a string; write {str(key)!r}")
            yield from _foreign(item, (*route, str(key)))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _foreign(item, (*route, index))
    elif not _plain(value):
        yield Reason(route, f"{shown(value)} is nothing that an object can hold; write {str(value)!r} if text is meant")


def _plain(value: object) -> bool:
    if type(value) is str:
        return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
    return type(value) in {int, bool, type(None)} or (type(value) is float and math.isfinite(value))
