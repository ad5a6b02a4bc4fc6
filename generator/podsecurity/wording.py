"""How the API server words what it refuses."""

from collections.abc import Iterable, Sequence

_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_ESCAPES |= {'"': '\\"', "\\": "\\\\"}
_ASCII, _BASIC = 0x80, 0x10000


def plural(count: int, one: str, more: str) -> str:
    """Return the word for so many."""
    return one if count == 1 else more


def listed(words: Iterable[str]) -> str:
    """Write words in quotes; one that has a quote itself is written as it is."""
    return ", ".join(f'"{word}"' for word in words)


def of_containers(names: Sequence[str]) -> str:
    """Name the containers: ``containers "init", "main"``."""
    return f"{plural(len(names), 'container', 'containers')} {listed(names)}"


def setters(names: Sequence[str], *, pod: bool) -> str:
    """Name who set something: the pod, containers, or both; the empty text stands for nobody."""
    return " and ".join([*(["pod"] if pod else []), *([of_containers(names)] if names else [])])


def quoted(text: str) -> str:
    """Write a text as a literal of Go (``%q``)."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code < _ASCII:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < _BASIC else f"\\U{code:08x}"
