"""Amounts as Kubernetes writes them (``500m``, ``64``, ``16Gi``), as exact numbers with one canonical text.

The law: a quantity reads, rounds and prints exactly as an entry of a ResourceList (quota, limit range, container
resources) does in the API server, so that a rendered file equals what is stored. Such an entry is rounded up, away from
zero, to whole thousandths (``SetDefaults_ResourceList``), so thousandths are all that a `Quantity` has to keep. The
grammar and its oddities are those of apimachinery's ``resource.Quantity``; ``tests/oracles/quantities.jsonl`` has them.
"""

import re
from enum import Enum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

_INT64_MAX = 2**63 - 1
_KIBI = 1024

#: Longest number or largest exponent that is read. Kubernetes has no such bound, but nobody means more, and a file
#: must not be able to make us compute with millions of digits.
_MOST_DIGITS = 1000
_TOO_LARGE = 10**_MOST_DIGITS

_DECIMAL_SUFFIXES = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_BINARY_SUFFIXES = {10: "Ki", 20: "Mi", 30: "Gi", 40: "Ti", 50: "Pi", 60: "Ei"}
_DECIMAL_EXPONENTS = {suffix: exponent for exponent, suffix in _DECIMAL_SUFFIXES.items()}
_BINARY_EXPONENTS = {suffix: exponent for exponent, suffix in _BINARY_SUFFIXES.items()}

_GRAMMAR = re.compile(
    r"(?P<sign>[+-]?)(?=\.?[0-9])(?P<whole>[0-9]*)\.?(?P<part>[0-9]*)(?P<suffix>[numkMGTPE]?|[KMGTPE]i|[eE][+-]?[0-9]+)"
)


class QuantityError(ValueError):
    """A value is no Kubernetes quantity; the message names it and says what was probably meant.

    ``reason`` is the message without the value before it, for whoever has shown that already.
    """

    def __init__(self, shown: str, reason: str) -> None:
        super().__init__(shown, reason)  # both, or it could not be pickled
        self.reason = reason

    def __str__(self) -> str:
        return " ".join(self.args)


class Style(Enum):
    """The family of suffixes that a quantity was written in, and that its sums are written in."""

    DECIMAL = "decimal"  # 1500m, 64, 5G
    BINARY = "binary"  # 16Gi
    EXPONENT = "exponent"  # 12e6


class Quantity(Struct, frozen=True, eq=False):
    """An exact amount, in thousandths of the resource's unit (cores, bytes, objects).

    Quantities compare, and hash, by amount alone: ``1Gi`` equals ``1024Mi``. A sum keeps the style of its left operand,
    or of the right one if the left is zero, as Go's ``Add`` does. ``str`` is the text that the API server stores.
    """

    milli: int
    style: Style = Style.DECIMAL
    #: The stored text of a quantity that was read; ``None`` for a computed one, whose text follows from the other two.
    text: str | None = None

    def __str__(self) -> str:
        return _canonical(self.milli, self.style) if self.text is None else self.text

    def __repr__(self) -> str:
        return f"Quantity({str(self)!r})"

    def __hash__(self) -> int:
        return hash(self.milli)

    def __bool__(self) -> bool:
        return self.milli != 0

    def __eq__(self, other: object) -> bool:
        return self.milli == other.milli if isinstance(other, Quantity) else NotImplemented

    def __ne__(self, other: object) -> bool:  # that of a struct does not ask the one above
        return self.milli != other.milli if isinstance(other, Quantity) else NotImplemented

    def __lt__(self, other: "Quantity") -> bool:
        return self.milli < other.milli

    def __le__(self, other: "Quantity") -> bool:
        return self.milli <= other.milli

    def __gt__(self, other: "Quantity") -> bool:
        return self.milli > other.milli

    def __ge__(self, other: "Quantity") -> bool:
        return self.milli >= other.milli

    def __add__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.milli + other.milli, self.style if self.milli else other.style)

    def __sub__(self, other: "Quantity") -> "Quantity":
        return Quantity(self.milli - other.milli, self.style if self.milli else other.style)

    def __neg__(self) -> "Quantity":
        return Quantity(-self.milli, self.style)

    def __mul__(self, times: int) -> "Quantity":
        return Quantity(self.milli * times, self.style)

    __rmul__ = __mul__

    @property
    def whole(self) -> bool:
        """Whether the amount has no fraction, as counts of objects and devices must have none."""
        return self.milli % 1000 == 0

    def styled(self, style: Style) -> "Quantity":
        """Return the same amount, to be written with the suffixes of *style*."""
        return replace(self, style=style, text=None)

    def shortest(self) -> "Quantity":
        """Return the same amount in whichever of the decimal and binary styles is shorter; decimal if neither is."""
        return min(self.styled(Style.DECIMAL), self.styled(Style.BINARY), key=lambda q: len(str(q)))


#: Nothing, as the start of a sum: ``sum(quantities, ZERO)`` takes its style from the first quantity that is not zero.
ZERO = Quantity(0, text="0")


def parse(value: object) -> Quantity:
    """Read a quantity from a text or a whole number; raise `QuantityError` for anything else that YAML can hold.

    Negative amounts are read: what may not be negative is for its field to say. Texts without any digit (``Gi``) are
    refused although the API server reads them as 0, since nobody means them. Reading is memoised by text.
    """
    return _read(value if type(value) is str else _text_of(value))


def _text_of(value: object) -> str:
    """Write a whole number as a text; explain why other types cannot be quantities."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) < _TOO_LARGE:
            return str(value)
        raise QuantityError("a number", f"of more than {_MOST_DIGITS} digits is {_NOT_ONE}; write a smaller one")
    if isinstance(value, float):
        reason = f"is a YAML float, whose digits depend on the reader; write {_advice(repr(value))}"
        raise QuantityError(repr(value), reason)
    kind = "nothing" if value is None else repr(value) if isinstance(value, bool) else f"a {type(value).__name__}"
    raise QuantityError(kind, f"is {_NOT_ONE}; write {_EXAMPLES}")


@lru_cache(maxsize=65_536)
def _read(text: str) -> Quantity:
    stripped = text.strip(" ")  # as UnmarshalJSON does
    match = _GRAMMAR.fullmatch(stripped)
    if match is None or len(stripped) > _MOST_DIGITS:
        raise _error(text)
    sign, whole, part, suffix = match.group("sign", "whole", "part", "suffix")
    digits = (whole.lstrip("0") or "0") + part
    if suffix in _BINARY_EXPONENTS:
        milli, style, kept = _binary(digits, len(part), _BINARY_EXPONENTS[suffix])
    else:
        style = Style.DECIMAL if suffix in _DECIMAL_EXPONENTS else Style.EXPONENT
        exponent = _DECIMAL_EXPONENTS[suffix] if suffix in _DECIMAL_EXPONENTS else int(suffix[1:])
        if abs(exponent) > _MOST_DIGITS:
            raise _error(text, f"has an exponent of more than {_MOST_DIGITS}; write the amount that is meant")
        milli, kept = _decimal(digits, exponent - len(part))
    milli = -milli if sign == "-" else milli
    return Quantity(milli, style, stripped if kept else _canonical(milli, style))


def _decimal(digits: str, scale: int) -> tuple[int, bool]:
    """Return ``digits * 10**scale`` in thousandths, rounded up, and whether Go keeps its text as it was written.

    Go keeps a text that looks canonical to a quick test: at most 18 digits, an exponent that is a multiple of
    three and needs no rounding, no zeros that a larger suffix could take. ``416.229546k`` and ``5.M`` pass it.
    """
    kept = (
        len(digits) <= 18  # noqa: PLR2004 - the decimal digits that surely fit an int64
        and scale >= -3  # noqa: PLR2004 - thousandths
        and scale % 3 == 0
        and not digits.endswith("000")
        and not digits.startswith("0")
    )
    number, power = int(digits), scale + 3
    return (number * 10**power if power >= 0 else -(-number // 10**-power)), kept


def _binary(digits: str, places: int, exponent: int) -> tuple[int, Style, bool]:
    """Return ``digits / 10**places * 2**exponent`` in thousandths, its style, and whether Go keeps the text.

    The amount is cut at 2**63 - 1. Go's quick test here is that the number fits its estimate of an int64's digits
    (what is 15 less three for each Ki) and is not a multiple of eight.
    """
    number = int(digits)
    milli = min(-((-number * 1000 << exponent) // 10**places), _INT64_MAX * 1000)
    quick = not places and len(digits) + exponent * 3 // 10 < 15  # noqa: PLR2004 - maxInt64Factors less three
    style = Style.DECIMAL if 0 < milli < 1000 and places else Style.BINARY  # noqa: PLR2004 - less than one byte
    return milli, style, quick and number % 8 != 0


def _canonical(milli: int, style: Style) -> str:
    """Write an amount with the largest suffix of *style* that leaves a whole number.

    Binary amounts below 1Ki or with a fraction are written in decimal, as Go does. So are two that Go writes so that
    they read back as something else: binary amounts above 2**63 - 1 (cut there) and decimal ones from 1000E on, which
    Kubernetes 1.32 prints without their suffix.
    """
    if milli == 0:
        return "0"
    sign, size = "-" if milli < 0 else "", abs(milli)
    if style is Style.BINARY and size % 1000 == 0 and _KIBI <= size // 1000 <= _INT64_MAX:
        return sign + _with_binary_suffix(size // 1000)
    digits = str(size)
    exponent = (len(digits) - len(digits.rstrip("0"))) // 3 * 3 - 3
    number = digits[: len(digits) - exponent - 3]
    if style is Style.EXPONENT or exponent not in _DECIMAL_SUFFIXES:
        return f"{sign}{number}e{exponent}" if exponent else sign + number
    return sign + number + _DECIMAL_SUFFIXES[exponent]


def _with_binary_suffix(amount: int) -> str:
    twos = (amount & -amount).bit_length() - 1
    exponent = twos // 10 * 10
    return f"{amount >> exponent}{_BINARY_SUFFIXES.get(exponent, '')}"


# What was probably meant ----------------------------------------------------------------------------------------------

_NOT_ONE = "not a Kubernetes quantity"
_EXAMPLES = "a number with at most one unit, such as 500m, 64 or 16Gi"
_NUMBER = re.compile(r"([+-]?(?:[0-9]+(?:[.,][0-9]+)*[.,]?|[.,][0-9]+))(?:[eE]([0-9]{1,2})(?=[A-Za-z]))?(.*)")
_HEXADECIMAL = re.compile(r"0[xX][0-9a-fA-F]{1,15}")
_THOUSANDS = re.compile(r"([+-]?[0-9]{1,3})((?:,[0-9]{3})+|(?:\.[0-9]{3}){2,})")
_PREFIXED = re.compile(r"([kmgtpe])(i?)(?:b|bits?|bytes?|o)?", re.IGNORECASE)
_THINGS = frozenset({"b", "byte", "bytes", "c", "core", "cores", "cpu", "cpus", "vcpu", "vcpus", "gpu", "gpus", "pods"})
_THOUSANDTHS = frozenset({"millicore", "millicores", "millicpu", "millicpus", "mcpu", "mcore", "mcores"})
_NO_LIMIT = frozenset({"inf", "infinity", "unlimited", "nolimit", "max", "none", "nan", "*"})
_SHOWN = 40  # characters of a wrong text that a message repeats


def _error(text: str, reason: str = "") -> QuantityError:
    shown = repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
    if not reason and text.lstrip("+-").lower() in _NO_LIMIT:
        reason = f"is {_NOT_ONE}; leave the key out where there is no limit"
    return QuantityError(shown, reason or f"is {_NOT_ONE}; write {_advice(text)}")


def _advice(text: str) -> str:
    """Name the quantities that *text* may have meant, or else how a quantity is written."""
    return " or ".join(dict.fromkeys(_guesses(text))) or _EXAMPLES


def _guesses(text: str) -> list[str]:
    """Return what *text* was probably meant to be, most likely first."""
    import unicodedata  # only a mistake pays for its import

    squeezed = "".join(str(unicodedata.decimal(c, c)) for c in text if not c.isspace() and c != "_")
    if _HEXADECIMAL.fullmatch(squeezed):
        return [str(int(squeezed, 16))]
    match = _NUMBER.fullmatch(squeezed)
    if match is None or len(squeezed) > _SHOWN:
        return []
    written, exponent, unit = match.groups(default="")
    units = [] if "." in written and exponent else _units(unit)
    numbers = [number + "0" * int(exponent or 0) for number in _numbers(written)]
    guesses = [parse(number + suffix) for number in numbers for suffix in units]
    texts = [_canonical(guess.milli, guess.style) for guess in guesses]
    return texts + [f"{guess.milli}m" for guess in guesses[:1] if _unknown(unit)]


def _numbers(written: str) -> list[str]:
    """Return the readings of a number with commas or several points: thousands, or a decimal comma."""
    if not _THOUSANDS.fullmatch(written):
        return [written.replace(",", ".")] if written.count(",") + written.count(".") <= 1 else []
    plain = written.replace(",", "").replace(".", "")
    return [plain, written.replace(",", ".")] if written.count(",") == 1 else [plain]


def _units(unit: str) -> list[str]:
    """Return the suffixes that *unit* may stand for; none when it is nothing that looks like a unit."""
    if match := _PREFIXED.fullmatch(unit):
        letter, binary = match.group(1).upper(), match.group(2)
        decimal = "k" if letter == "K" else letter
        return [letter + "i"] if binary else ["k", "Ki"] if unit == "K" else [letter + "i", decimal]
    if unit.lower() in _THOUSANDTHS:
        return ["m"]
    return [""] if not unit or unit.isalpha() else []


def _unknown(unit: str) -> bool:
    return unit.isalpha() and not _PREFIXED.fullmatch(unit) and unit.lower() not in _THINGS | _THOUSANDTHS
