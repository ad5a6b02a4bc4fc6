"""Sprig's arithmetic: 64-bit integers that wrap around, and floats computed as decimals."""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from generator.gotemplate import printing
from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.literals import floating, integer
from generator.gotemplate.values import LARGEST, SMALLEST, Int64, Ints, wrapped

#: Enough to add the largest and the smallest float, and to multiply a few dozen of them, exactly.
_EXACT = Context(prec=2000)
#: How exactly the library that Sprig uses divides.
_DIVIDED = Decimal("1e-16")
#: The largest power of ten that is a float.
_PLACES = 308


def to_int(value: Any) -> int:
    """Make an integer of anything, 0 of what is no number."""
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and SMALLEST <= value <= LARGEST else SMALLEST
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        whole = integer(value)
        return whole if whole is not None and SMALLEST <= whole <= LARGEST else 0
    return 0


def to_float(value: Any) -> float:
    """Make a float of anything, 0 of what is no number."""
    if isinstance(value, bool | int | float):
        return float(value)
    found = _SPECIAL.get(value.lower(), floating(value)) if isinstance(value, str) else None
    return found if found is not None and (math.isfinite(found) or value.lower() in _SPECIAL) else 0.0


_SPECIAL = {
    sign + name: factor * value
    for sign, factor in (("", 1), ("+", 1), ("-", -1))
    for name, value in (("inf", math.inf), ("infinity", math.inf))
} | {"nan": math.nan}


def _decimal(value: Any) -> Decimal:
    number = to_float(value)
    if not math.isfinite(number):
        raise Failure(f"{printing.general(number)} cannot be computed with; give a finite number")
    return Decimal(repr(number))


def _computed(run: Run, first: Any, others: tuple[Any, ...], step: Callable[[Decimal, Decimal], Decimal]) -> float:
    run.budget.step(20 * len(others))
    found = _decimal(first)
    for other in others:
        found = step(found, _decimal(other))
    return float(found) + 0.0  # a decimal's zero has no sign there


def _divided(one: Decimal, other: Decimal) -> Decimal:
    if not other:
        raise Failure("division by zero; test the divisor")
    return _EXACT.divide(one, other).quantize(_DIVIDED, ROUND_HALF_UP, _EXACT)


def _quotient(one: Any, other: Any) -> tuple[int, int]:
    """Divide towards zero, as Go does."""
    dividend, divisor = to_int(one), to_int(other)
    if divisor == 0:
        raise Failure("division by zero; test the divisor")
    quotient = abs(dividend) // abs(divisor) * (1 if (dividend < 0) == (divisor < 0) else -1)
    return quotient, dividend - quotient * divisor


def _product(_: Run, *values: Any) -> Int64:
    found = 1
    for value in values:
        found = wrapped(found * to_int(value))
    return Int64(found)


def _sequence(run: Run, start: int, stop: int, step: int) -> Ints:
    if step == 0 or (stop < start) != (step < 0):
        return Ints()
    numbers = range(start, stop, step)
    # len() of a range ends at 63 bits.
    run.budget.step((stop - start) // step + 1)
    return Ints(numbers)


def _seq(run: Run, *numbers: int) -> str:
    if len(numbers) not in {1, 2, 3}:
        return ""
    start = numbers[0] if len(numbers) > 1 else 1
    stop = numbers[-1]
    direction = -1 if stop < start else 1
    step = numbers[1] if len(numbers) == 3 else direction  # noqa: PLR2004 - start, step, stop
    if direction < 0 < step:
        return ""
    return " ".join(map(str, _sequence(run, start, stop + direction, step)))


def _round(_: Run, value: Any, places: int, *on: float) -> float:
    if len(on) == 0:
        on = (0.5,)
    number = to_float(value)
    if abs(places) > _PLACES:
        return math.nan
    power = 10.0**places
    digit = power * number
    if not math.isfinite(digit):
        return math.nan
    whole = math.ceil(digit) if math.modf(digit)[0] >= on[0] else math.floor(digit)
    return float(whole) / power


def _whole(value: Any, step: Callable[[float], int]) -> float:
    number = to_float(value)
    return float(step(number)) if math.isfinite(number) else number


def _octal(run: Run, value: Any) -> Int64:
    text = printing.text(value, run.budget)
    digits = text.lstrip("+-")
    if not digits or not set(digits) <= set("01234567") or len(text) - len(digits) > 1 or len(digits) > 22:  # noqa: PLR2004 - 64 bits
        return Int64(0)
    number = int(text, 8)
    return Int64(number if SMALLEST <= number <= LARGEST else 0)


def _atoi(_: Run, value: str) -> int:
    digits = value.lstrip("+-")
    if not digits.isascii() or not digits.isdigit() or len(value) - len(digits) > 1 or len(digits) > 400:  # noqa: PLR2004 - no number is so long
        return 0
    return max(SMALLEST, min(LARGEST, int(value)))


FUNCTIONS: tuple[Callee, ...] = (
    function("atoi", "string", _atoi),
    function("int", "any", lambda _, value: to_int(value)),
    function("int64", "any", lambda _, value: Int64(to_int(value))),
    function("float64", "any", lambda _, value: to_float(value)),
    function("toDecimal", "any", _octal),
    function("add1", "any", lambda _, value: Int64(wrapped(to_int(value) + 1))),
    function("add", "any...", lambda _, *values: Int64(wrapped(sum(map(to_int, values))))),
    function("sub", "any any", lambda _, one, other: Int64(wrapped(to_int(one) - to_int(other)))),
    function("div", "any any", lambda _, one, other: Int64(wrapped(_quotient(one, other)[0]))),
    function("mod", "any any", lambda _, one, other: Int64(_quotient(one, other)[1])),
    function("mul", "any any...", _product),
    function("max", "any any...", lambda _, *values: Int64(max(map(to_int, values)))),
    function("biggest", "any any...", lambda _, *values: Int64(max(map(to_int, values)))),
    function("min", "any any...", lambda _, *values: Int64(min(map(to_int, values)))),
    function("maxf", "any any...", lambda _, *values: max(map(to_float, values))),
    function("minf", "any any...", lambda _, *values: min(map(to_float, values))),
    function("add1f", "any", lambda run, value: _computed(run, value, (1,), _EXACT.add)),
    function("addf", "any...", lambda run, *values: _computed(run, 0, values, _EXACT.add)),
    function("subf", "any any...", lambda run, one, *values: _computed(run, one, values, _EXACT.subtract)),
    function("mulf", "any any...", lambda run, one, *values: _computed(run, one, values, _EXACT.multiply)),
    function("divf", "any any...", lambda run, one, *values: _computed(run, one, values, _divided)),
    function("floor", "any", lambda _, value: _whole(value, math.floor)),
    function("ceil", "any", lambda _, value: _whole(value, math.ceil)),
    function("round", "any int float64...", _round),
    function("until", "int", lambda run, stop: _sequence(run, 0, stop, -1 if stop < 0 else 1)),
    function("untilStep", "int int int", _sequence),
    function("seq", "int...", _seq),
)
