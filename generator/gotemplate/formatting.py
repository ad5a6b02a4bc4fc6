"""``printf`` with Go's verbs, flags, widths and its words for what does not fit: ``%!d(string=x)``."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from generator.gotemplate import printing
from generator.gotemplate.budget import Budget
from generator.gotemplate.errors import Failure
from generator.gotemplate.values import MISSING, ExecResult, Int64, type_name

#: Go takes no wider width and no more precision than this.
_WIDEST = 1_000_000
_DIRECTIVE = re.compile(
    r"%(?P<flags>[-+# 0]*)(?P<width_at>\[[0-9]+\])?(?P<width>\*|[0-9]*)"
    r"(?:(?P<point>\.)(?P<precision_at>\[[0-9]+\])?(?P<precision>\*|[0-9]*))?(?P<at>\[[0-9]+\])?(?P<verb>.)?",
    re.DOTALL,
)
_BASES = {"d": "d", "b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}
_PREFIXES = {"b": "0b", "o": "0", "x": "0x", "X": "0X"}
_NOTHING = object()


class Directive(Struct, frozen=True):
    """What stands between ``%`` and its verb, with the verb."""

    verb: str
    flags: str = ""
    width: int = 0
    precision: int | None = None


def formatted(pattern: str, values: Sequence[Any], budget: Budget) -> str:
    """Write *values* into *pattern* as Go's ``fmt.Sprintf`` does."""
    parts: list[str] = []
    arguments = _Arguments(values)
    at = 0
    for found in _DIRECTIVE.finditer(pattern):
        budget.step()
        parts += (pattern[at : found.start()], *_written(found, arguments, budget))
        at = found.end()
    parts.append(pattern[at:])
    if not arguments.reordered and arguments.at < len(values):
        extra = [
            f"{type_name(value)}={printing.text(value, budget)}" if value is not None else "<nil>"
            for value in values[arguments.at :]
        ]
        parts.append(f"%!(EXTRA {', '.join(extra)})")
    budget.text(sum(map(len, parts)))
    return "".join(parts)


class _Arguments:
    def __init__(self, values: Sequence[Any]) -> None:
        self.values, self.at, self.reordered, self.wrong = values, 0, False, False

    def move(self, index: str | None) -> None:
        if index is None:
            return
        self.reordered = True
        number = int(index[1:-1]) if len(index) < len(str(_WIDEST)) else 0
        self.wrong = not 1 <= number <= len(self.values)
        self.at = number - 1 if not self.wrong else self.at

    def take(self) -> Any:
        if self.at >= len(self.values):
            return _NOTHING
        self.at += 1
        return self.values[self.at - 1]


def _written(found: re.Match[str], arguments: _Arguments, budget: Budget) -> Iterator[str]:
    """Yield the parts of one directive: complaints about its width and precision, and the value."""
    flags, verb = found["flags"], found["verb"]
    arguments.wrong = False
    arguments.move(found["width_at"])
    width, complaint = _size(found["width"], arguments, "WIDTH")
    yield complaint
    # An index holds for a star or for the verb, and not for a number.
    misplaced = (
        found["width_at"] is not None and found["width"] != "*" and (bool(found["width"]) or bool(found["point"]))
    )
    if width is not None and width < 0:
        flags, width = flags + "-", -width
    precision: int | None = None
    if found["point"]:
        arguments.move(found["precision_at"])
        misplaced |= found["precision_at"] is not None and found["precision"].isdigit()
        precision, complaint = _size(found["precision"] or "0", arguments, "PREC")
        yield complaint
        if precision is not None and precision < 0:
            precision = None
    arguments.move(found["at"])
    if verb is None:
        yield "%!(NOVERB)"
        return
    if verb == "%":
        yield "%"
        return
    if arguments.wrong or misplaced:
        yield f"%!{verb}(BADINDEX)"
        return
    value = arguments.take()
    if value is _NOTHING:
        yield f"%!{verb}(MISSING)"
        return
    yield written(value, Directive(verb, flags, width or 0, precision), budget)


def _size(text: str | None, arguments: _Arguments, name: str) -> tuple[int | None, str]:
    """Return a width or precision, and what is wrong with it."""
    if text != "*":
        return (int(text) if text and len(text) <= len(str(_WIDEST)) and int(text) <= _WIDEST else None), ""
    value = arguments.take()
    if type(value) in {int, Int64} and abs(value) <= _WIDEST and (value >= 0 or name == "WIDTH"):
        return int(value), ""
    return None, f"%!(BAD{name})"


def written(value: Any, directive: Directive, budget: Budget) -> str:
    """Write one value by its directive; lists and maps element by element, as Go does."""
    verb = directive.verb
    if verb == "T":
        return _padded(type_name(value)[: directive.precision], directive)
    if value is None or value is MISSING:
        return _padded("<nil>", directive) if verb == "v" else f"%!{verb}(<nil>)"
    if verb == "v" and "#" in directive.flags:
        return _padded(source(value, budget), directive)
    if verb == "v":
        directive = replace(directive, flags=directive.flags.replace("+", ""))
    if isinstance(value, list | dict) and verb == "p":
        raise Failure("%p would write an address in memory; write %v")
    if isinstance(value, list | dict):
        return printing.nested(value, budget, lambda item: scalar(item, directive, budget))
    return scalar(value, directive, budget)


def scalar(value: Any, directive: Directive, budget: Budget) -> str:
    """Write what is neither a list nor a map."""
    done: str | None = None
    if isinstance(value, ExecResult):
        value = value.Stdout
    budget.text(directive.width + (directive.precision or 0) + (len(value) if isinstance(value, str) else 0))
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        done = printing.scalar(value) if directive.verb in "vt" else None
    elif isinstance(value, int):
        return _integer(int(value), directive, value)
    elif isinstance(value, float):
        return _float(value, directive)
    elif isinstance(value, str):
        done = _string(value, directive)
    return _unfit(value, directive) if done is None else _padded(done, directive)


def source(value: Any, budget: Budget, depth: int = 0) -> str:
    """Write a value as Go source: ``%#v``."""
    budget.step()
    if depth > printing.DEEPEST:
        raise Failure(f"a value nests more than {printing.DEEPEST} deep, or holds itself")
    if isinstance(value, str):
        done = printing.quoted(value)
    elif isinstance(value, list):
        done = f"{type_name(value)}{{{', '.join([source(item, budget, depth + 1) for item in value])}}}"
    elif isinstance(value, dict):
        pairs = [f"{printing.quoted(key)}:{source(value[key], budget, depth + 1)}" for key in sorted(value)]
        done = f"{type_name(value)}{{{', '.join(pairs)}}}"
    elif value is None:
        done = "interface {}(nil)" if depth else "<nil>"
    else:
        done = printing.scalar(value)
    budget.text(len(done))
    return done


def _unfit(value: Any, directive: Directive) -> str:
    """Write a value that the verb does not fit, as ``%v`` with the same width, and say so."""
    return f"%!{directive.verb}({type_name(value)}={_plain(value, replace(directive, verb='v'))})"


def _plain(value: Any, directive: Directive) -> str:
    if isinstance(value, bool):
        return _padded(printing.scalar(value), directive)
    if isinstance(value, int):
        return _integer(int(value), directive, value)
    return _float(value, directive) if isinstance(value, float) else _padded(value[: directive.precision], directive)


def _padded(text: str, directive: Directive) -> str:
    if "-" in directive.flags:
        return text.ljust(directive.width)
    return text.rjust(directive.width, "0" if "0" in directive.flags else " ")


def _string(value: str, directive: Directive) -> str | None:
    verb, flags = directive.verb, directive.flags
    if verb in "xX":
        octets = value.encode("utf-8", "surrogateescape")[: directive.precision]
        text = octets.hex(" ") if " " in flags else octets.hex()
        if "#" in flags and octets:
            text = "0x" + text.replace(" ", " 0x")
        return text.upper() if verb == "X" else text
    cut = value[: directive.precision]
    if verb in "vs":
        return cut
    if verb != "q":
        return None
    if "#" in flags and "`" not in cut and (cut.isprintable() or cut.replace("\t", "").isprintable()):
        return f"`{cut}`"
    return _ascii(printing.quoted(cut)) if "+" in flags else printing.quoted(cut)


def _ascii(text: str) -> str:
    return "".join(char if char.isascii() else printing.code(char) for char in text)


def _integer(number: int, directive: Directive, value: int) -> str:
    verb = directive.verb
    if verb == "c":
        return _padded(_character(number), directive)
    if verb == "q":
        return _padded(_quoted_character(number, directive), directive)
    if verb == "U":
        shown = f"U+{number:04X}"
        mark = f" '{chr(number)}'" if "#" in directive.flags and _character(number).isprintable() else ""
        return _padded(shown + mark, directive)
    base = "d" if verb == "v" else _BASES.get(verb)
    if base is None:
        return _unfit(value, directive)
    if directive.precision == 0 and number == 0:
        return " " * directive.width
    digits = format(abs(number), base)
    prefix = "0o" if verb == "O" else _PREFIXES.get(verb, "") if "#" in directive.flags else ""
    return _signed(digits, prefix, directive, negative=number < 0)


def _signed(digits: str, prefix: str, directive: Directive, *, negative: bool) -> str:
    """Put a sign and zeros before digits, and blanks around them."""
    flags = directive.flags
    sign = "-" if negative else "+" if "+" in flags else " " if " " in flags else ""
    if directive.precision is not None:
        digits = digits.rjust(directive.precision, "0")
    elif "0" in flags and "-" not in flags:
        digits = digits.rjust(directive.width - len(sign), "0")
    if prefix == "0" and digits.startswith("0"):
        prefix = ""
    text = sign + prefix + digits
    return text.ljust(directive.width) if "-" in flags else text.rjust(directive.width)


def _character(number: int) -> str:
    return chr(number) if 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000 else "\ufffd"  # noqa: PLR2004 - Unicode's bounds


def _quoted_character(number: int, directive: Directive) -> str:
    char = _character(number)
    if char in "'\"":
        return "'\\''" if char == "'" else "'\"'"
    inner = printing.quoted(char)[1:-1]
    return f"'{_ascii(inner) if '+' in directive.flags else inner}'"


def _float(value: float, directive: Directive) -> str:
    verb, precision = directive.verb, directive.precision
    if verb in "bxX" or ("#" in directive.flags and (verb in "vgG" or precision == 0)):
        raise Failure(f"%{directive.flags}{verb} of a float is not computed by this tool; write %v, %f or %e")
    if verb not in "veEfFgG":
        return _unfit(value, directive)
    special = printing.special(value)
    if special is not None:
        plain = special if "+" in directive.flags else special.removeprefix("+")
        plain = special if special == "+Inf" else plain
        return _padded(plain, Directive(verb, directive.flags.replace("0", ""), directive.width))
    size = abs(value)
    if verb in "vgG":
        text = printing.general(size) if precision is None else format(size, f".{precision}g")
    else:
        text = format(size, f".{6 if precision is None else precision}{verb}")
    text = text.upper() if verb in "EG" else text
    unlimited = Directive(verb, directive.flags, directive.width)
    return _signed(text, "", unlimited, negative=str(value)[0] == "-")
