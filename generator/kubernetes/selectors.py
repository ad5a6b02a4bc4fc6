"""Label selectors as texts, as ``kubectl --selector`` and HNC's annotations have them, and HNC's selectors of trees.

The grammar of label selectors is that of ``k8s.io/apimachinery/pkg/labels``, without its comparisons of numbers, which
a LabelSelector cannot hold and HNC refuses.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from msgspec import Struct

from generator.kubernetes import names

_EXISTS = re.compile(r"(?P<not>!?)\s*(?P<key>[^\s!=<>(),]+)")
_EQUALS = re.compile(r"(?P<key>[^\s!=<>(),]+)\s*(?P<operator>==?|!=)\s*(?P<value>[^\s!=<>(),]*)")
_IN = re.compile(r"(?P<key>[^\s!=<>(),]+)\s+(?P<operator>in|notin)\s*\((?P<values>[^()!=<>]*)\)")
#: Commas between requirements, and not those between values.
_COMMA = re.compile(r",(?![^()]*\))")
_FORM = "write requirements such as env=prod, tier!=web, zone in (a,b), team or !legacy, with commas between them"


class Requirement(Struct, frozen=True):
    """What is asked of one label: that it has one of the values, or (*values* ``None``) is there at all; or not."""

    key: str
    values: frozenset[str] | None
    negated: bool

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether labels meet it; one that is not there has none of the values."""
        found = labels.get(self.key)
        there = found is not None and (self.values is None or found in self.values)
        return there is not self.negated


@lru_cache(maxsize=256)
def parse(text: str) -> tuple[Requirement, ...]:
    """Return what a selector asks for, all of it together; ``ValueError`` says what is wrong, as a reason."""
    return tuple(_requirement(part.strip()) for part in _COMMA.split(text))


def _requirement(text: str) -> Requirement:
    exists, equals, among = _EXISTS.fullmatch(text), _EQUALS.fullmatch(text), _IN.fullmatch(text)
    if among:
        values = [value.strip() for value in among["values"].split(",")]
        return _checked(Requirement(among["key"], frozenset(values), among["operator"] == "notin"))
    if equals:
        return _checked(Requirement(equals["key"], frozenset([equals["value"]]), equals["operator"] == "!="))
    if exists:
        return _checked(Requirement(exists["key"], None, bool(exists["not"])))
    raise ValueError(f"is not a label selector, for {text!r} is no requirement; {_FORM}")


def _checked(one: Requirement) -> Requirement:
    reason = names.label_key(one.key)
    if reason is not None:
        raise ValueError(f"is not a label selector, for {one.key!r} {reason}")
    for value in sorted(one.values or ()):
        reason = names.label_value(value)
        if reason is not None:
            raise ValueError(f"is not a label selector, for {value!r} {reason}")
    return one


def matches(text: str, labels: Mapping[str, str]) -> bool:
    """Tell whether labels are among those that a selector is for."""
    return all(one.matches(labels) for one in parse(text))


def refuse(text: str) -> str | None:
    """Say why a text is no label selector, if it is none."""
    try:
        parse(text)
    except ValueError as error:
        return str(error)
    return None


@lru_cache(maxsize=256)
def parse_tree(text: str) -> tuple[tuple[str, bool], ...]:
    """Return the names of a selector of trees, each with whether it is negated; ``ValueError`` says what is wrong."""
    parts = [part.strip() for part in text.split(",")]
    found = tuple((part.removeprefix("!"), part.startswith("!")) for part in parts)
    for name, _ in found:
        if names.dns_label(name) is not None:
            raise ValueError(
                f"is not a selector of trees, for {name!r} is no name; write a name, or names with '!' before each"
            )
    wanted = [name for name, negated in found if not negated]
    if len(wanted) > 1:
        raise ValueError(
            f"asks for what is below {' and '.join(wanted)} at once, which nothing may be; write one without a '!'"
        )
    return found


def matches_tree(text: str, line: Collection[str]) -> bool:
    """Tell whether whatever is below all of *line*, and they themselves, is among those that a selector is for."""
    return all((name in line) is not negated for name, negated in parse_tree(text))


def refuse_tree(text: str) -> str | None:
    """Say why a text is no selector of trees, if it is none."""
    try:
        parse_tree(text)
    except ValueError as error:
        return str(error)
    return None
