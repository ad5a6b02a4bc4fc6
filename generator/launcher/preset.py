"""What the account of a launcher or a pipeline engine may do: presets, one data file each in ``presets/``.

The law: a preset gives rights in one namespace, names every verb and resource, and hands out no rights, identities or
tokens. What an engine does not need for all of its work is an option. Each file is read once, when it is asked for.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct

from generator import shipped
from generator.fixed import Fixed, FixedList
from generator.yaml import documents

#: A rule as a manifest has it.
Rule = Mapping[str, Any]

#: What a preset's account is for: pods run as it, it submits what an operator makes pods of, it makes pods or Jobs
#: itself, or a person has it.
CLASSES = ("workload", "client", "launcher", "human")


class Option(Struct, frozen=True):
    """A switch that adds rules; *flags* are the powers that these add."""

    name: str
    title: str
    default: bool
    flags: frozenset[str]
    rules: tuple[Rule, ...]

    def __hash__(self) -> int:  # rules have none
        return hash((self.name, self.title))


class Preset(Struct, frozen=True):
    """A preset as its file describes it; *kind* is one of ``CLASSES``, and *flags* those of ``powers``.

    *needs* is the add-on without which it is good for nothing, empty for none.
    """

    name: str
    title: str
    kind: str
    flags: frozenset[str]
    options: tuple[Option, ...]
    source: str
    rules: tuple[Rule, ...]
    needs: str = ""

    def __hash__(self) -> int:  # rules have none
        return hash((self.name, self.source))


def from_value(value: Mapping[str, Any]) -> Preset:
    """Take a preset from a value that its schema has found valid."""
    return Preset(
        name=value["name"],
        title=value["title"],
        kind=value["class"],
        flags=frozenset(value["flags"]),
        options=tuple(_option(name, option) for name, option in value.get("options", {}).items()),
        source=value["source"],
        rules=tuple(map(Fixed, value["rules"])),
        needs=value.get("needs", ""),
    )


def _option(name: str, value: Mapping[str, Any]) -> Option:
    flags = frozenset(value.get("flags", ()))
    return Option(name, value["title"], value["default"], flags, tuple(map(Fixed, value["rules"])))


@cache
def names() -> tuple[str, ...]:
    """Return the names of all presets, by alphabet; no file is opened for it."""
    return tuple(sorted(path.stem for path in shipped.presets().glob("*.yaml")))


@cache
def named(name: str) -> Preset:
    """Return a preset by its name, which is one of `names`."""
    if name not in names():
        raise KeyError(name)
    document = documents.read(shipped.presets(), f"{name}.yaml")
    if document.problems:
        raise AssertionError(document.problems[0])  # the file is ours
    value: Any = document.value
    return from_value(value)


def every() -> tuple[Preset, ...]:
    """Return all presets, by name."""
    return tuple(map(named, names()))


def rules(preset: Preset, options: Mapping[str, bool]) -> FixedList:
    """Return what a preset allows with these options, as a Role has it; the list is never changed.

    An option that is not named has its default.
    """
    return _rules(preset, chosen(preset, options))


def chosen(preset: Preset, options: Mapping[str, bool]) -> tuple[Option, ...]:
    """Return the options that are on."""
    return tuple([option for option in preset.options if options.get(option.name, option.default)])


def flags(preset: Preset, options: Mapping[str, bool]) -> frozenset[str]:
    """Return what a reviewer must know of a preset with these options: the powers that it gives."""
    return preset.flags.union(*(option.flags for option in chosen(preset, options)))


@lru_cache(256)
def _rules(preset: Preset, on: tuple[Option, ...]) -> FixedList:
    return FixedList([*preset.rules, *(rule for option in on for rule in option.rules)])
