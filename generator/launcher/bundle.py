"""What a launcher of a tenant is made of: a preset, or several under one name, each for an account.

A bundle is a data file in ``bundles/``, as a preset is one in ``presets/``; a preset by itself is a bundle of one part.
Where a preset comes from, the program or the site, is known here alone.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from msgspec import Struct, field

from generator import shipped
from generator.launcher import preset
from generator.launcher.preset import Preset
from generator.problems import Place, Problem, instead
from generator.yaml import documents


class Part(Struct, frozen=True):
    """One preset of a bundle, for the account of the part *account*.

    *default* ``None`` means that it is always there; otherwise it is an option, and *title* says what for.
    """

    name: str
    preset: str
    account: str
    default: bool | None
    title: str


class Bundle(Struct, frozen=True):
    """Presets that go together; *account* is what its account is called, empty for the launcher's own name."""

    name: str
    title: str
    account: str
    parts: tuple[Part, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        """The parts that have an account of their own, in order."""
        return tuple(dict.fromkeys(part.account for part in self.parts))


class Grant(Struct, frozen=True):
    """What one part gives its account: the preset, with options that are all decided."""

    part: Part
    preset: Preset
    options: Mapping[str, bool]

    def __hash__(self) -> int:  # options have none
        return hash((self.part, self.preset))


class Presets(Struct, frozen=True, eq=False):
    """All presets and bundles of a site: those that ship, and *own*, the site's, by name."""

    own: Mapping[str, Preset] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What a tenant may write as ``preset``, by alphabet."""
        return tuple(sorted({*preset.names(), *bundles(), *self.own}))

    def preset(self, name: str) -> Preset:
        """Return the preset of a name that there is."""
        return self.own[name] if name in self.own else preset.named(name)

    def bundle(self, name: str) -> Bundle:
        """Return what a name stands for, which is one of `names`."""
        if name in bundles():
            return named(name)
        one = self.preset(name)
        return Bundle(one.name, one.title, "", (Part(one.name, one.name, one.name, None, ""),))

    def options(self, name: str) -> Mapping[str, tuple[str, bool]]:
        """Return the options of a bundle or preset, in order: what each is for, and whether it is on by default."""
        found: dict[str, tuple[str, bool]] = {}
        for part in self.bundle(name).parts:
            if part.default is not None:
                found[part.name] = (part.title, part.default)
        for part in self.bundle(name).parts:
            found |= {option.name: (option.title, option.default) for option in self.preset(part.preset).options}
        return found

    def grants(self, name: str, options: Mapping[str, bool]) -> tuple[Grant, ...]:
        """Return what a bundle or preset gives with these options; `check` accepts the names."""
        on = {option: options.get(option, default) for option, (_, default) in self.options(name).items()}
        parts = [part for part in self.bundle(name).parts if part.default is None or on[part.name]]
        return tuple([Grant(part, made, _of(made, on)) for part in parts for made in [self.preset(part.preset)]])

    def check(self, name: str, options: Mapping[str, bool], origin: Place) -> Iterator[Problem]:
        """Find what somebody who names a preset and sets its options has misspelled.

        *origin* is where the fields ``preset`` and ``options`` stand.
        """
        if name not in self.names:
            yield Problem(origin / "preset", f"{name!r} is not a preset; {instead(name, self.names)}")
            return
        known = self.options(name)
        for wrong in sorted(options.keys() - known.keys()):
            message = f"{wrong!r} is not an option of {name}; {instead(wrong, known)}"
            yield Problem(origin / "options" / wrong, message)


def _of(made: Preset, on: Mapping[str, bool]) -> Mapping[str, bool]:
    return {option.name: on[option.name] for option in made.options}


#: What ships, for sites without presets of their own.
SHIPPED = Presets()


@cache
def bundles() -> frozenset[str]:
    """Return the names of all bundles; no file is opened for it."""
    return frozenset(path.stem for path in shipped.bundles().glob("*.yaml"))


@lru_cache
def named(name: str) -> Bundle:
    """Return a bundle by its name, which is one of `bundles`."""
    document = documents.read(shipped.bundles(), f"{name}.yaml")
    if document.problems:
        raise AssertionError(document.problems[0])  # the file is ours
    value: Any = document.value
    parts = [
        Part(one["name"], one["preset"], one.get("account", one["name"]), one.get("default"), one.get("title", ""))
        for one in value["parts"]
    ]
    return Bundle(value["name"], value["title"], value.get("account", ""), tuple(parts))
