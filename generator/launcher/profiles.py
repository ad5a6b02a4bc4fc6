"""The profiles of the Posit Job Launcher: which limits and images one person gets, and which section decides each.

Two readings of ``launcher.kubernetes.profiles.conf`` are documented, and which of them the closed plugin follows is
not known. The manual: sections are read from top to bottom, and the last one that is about somebody wins. The open
framework (``AbstractUserProfiles::getValueForUser``): a user's section beats a group's, and that beats ``[*]``; the
last wins only among its like, and once a section of a higher level was met, lower ones are passed over, even for keys
that it lacks. In the order of `ordered` both give the same for everybody; `check_order` finds where another order
makes them differ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum

from msgspec import Struct

from generator.launcher import ini, options
from generator.problems import Place, Problem

#: The section that is about everybody.
EVERYBODY = "*"


class Level(IntEnum):
    """How specific a section is."""

    ALL = 0
    GROUP = 1
    USER = 2


class Setting(Struct, frozen=True):
    """A value as it was written, and where."""

    text: str
    place: Place


class Profile(Struct, frozen=True):
    """A section: ``*``, ``@group`` or ``user``. It holds at least one setting: a parser drops one that does not."""

    section: str
    settings: Mapping[str, Setting]
    place: Place

    @property
    def level(self) -> Level:
        """How specific it is."""
        if self.section == EVERYBODY:
            return Level.ALL
        return Level.GROUP if self.section.startswith("@") else Level.USER

    @property
    def subject(self) -> str:
        """The group's or the user's name."""
        return self.section.removeprefix("@")

    @property
    def title(self) -> str:
        """The section as it stands in the file."""
        return f"[{self.section}]"

    def is_about(self, user: str, groups: Iterable[str]) -> bool:
        """Tell whether it holds for somebody; *groups* includes the primary one."""
        if self.level is Level.USER:
            return self.subject == user
        return self.level is Level.ALL or self.subject in groups


class Decision(Struct, frozen=True):
    """A setting, and the section that it stands in."""

    profile: Profile
    setting: Setting


#: Key -> what decides it; a key that nothing decides is missing, and has the product's default.
Decided = Mapping[str, Decision]


class Limit(Struct, frozen=True):
    """What one person gets for one option.

    ``value`` is ``None`` where neither a section nor the product has one, and ``decision`` where it is the product's
    default. ``otherwise`` is what the framework's reading gives instead of the manual's, if the values differ.
    """

    option: options.Option
    value: str | None
    decision: Decision | None
    otherwise: "Limit | None" = None


def from_text(text: ini.Text) -> tuple[Profile, ...]:
    """Take the profiles from the sections of a file."""
    return tuple([_profile(section) for section in text.sections])


def _profile(section: ini.Section) -> Profile:
    settings = {entry.key: Setting(entry.value, entry.place) for entry in section.entries}
    return Profile(section.name, settings, section.place)


def check(profiles: Iterable[Profile]) -> Iterator[Problem]:
    """Find what keeps the product from starting with these sections: names, keys, values of the wrong type."""
    for profile in profiles:
        reason = ini.refuse_section(profile.section)
        if reason is not None:
            yield Problem(profile.place, f"{profile.title} {reason}")
        for key, setting in profile.settings.items():
            yield from options.check_value(key, setting.text, setting.place, options.PROFILE, "a profile")


# -- precedence


def by_position(profiles: Iterable[Profile], user: str, groups: Iterable[str]) -> Decided:
    """Decide as the manual says: from top to bottom, and the last wins."""
    found: dict[str, Decision] = {}
    for profile in _about(profiles, user, groups):
        found |= _all_of(profile)
    return found


def by_specificity(profiles: Iterable[Profile], user: str, groups: Iterable[str]) -> Decided:
    """Decide as the framework does: a section below the highest level that was met is passed over."""
    found: dict[str, Decision] = {}
    met = Level.ALL
    for profile in _about(profiles, user, groups):
        if profile.level >= met:
            met = profile.level
            found |= _all_of(profile)
    return found


def effective(profiles: Sequence[Profile], user: str, groups: Iterable[str]) -> tuple[Limit, ...]:
    """Return what somebody gets for every option, in the order of the options."""
    groups = frozenset(groups)
    one, other = by_position(profiles, user, groups), by_specificity(profiles, user, groups)
    return tuple([_limit(option, one, other) for option in options.PROFILE.values()])


def values(decided: Decided) -> dict[str, str]:
    """Return the value of every option that has one, with the product's defaults."""
    defaults = {option.name: option.default for option in options.PROFILE.values() if option.default is not None}
    return defaults | {key: decision.setting.text for key, decision in decided.items()}


def _about(profiles: Iterable[Profile], user: str, groups: Iterable[str]) -> Iterator[Profile]:
    groups = frozenset(groups)
    return (profile for profile in profiles if profile.is_about(user, groups))


def _all_of(profile: Profile) -> dict[str, Decision]:
    return {key: Decision(profile, setting) for key, setting in profile.settings.items()}


def _limit(option: options.Option, one: Decided, other: Decided) -> Limit:
    limit, otherwise = _single(option, one), _single(option, other)
    return limit if limit.value == otherwise.value else Limit(option, limit.value, limit.decision, otherwise)


def _single(option: options.Option, decided: Decided) -> Limit:
    decision = decided.get(option.name)
    return Limit(option, option.default if decision is None else decision.setting.text, decision)


# -- order


def ordered(profiles: Iterable[Profile]) -> tuple[Profile, ...]:
    """Put everybody first, then groups, then users; groups stay in their order, from least to most privileged."""
    return tuple(sorted(profiles, key=lambda profile: profile.level))


def check_order(profiles: Sequence[Profile]) -> Iterator[Problem]:
    """Find each section that stands after a more specific one, and for whom the two readings then differ."""
    for index, profile in enumerate(profiles):
        before = [other for other in profiles[:index] if other.level > profile.level]
        if before:
            yield Problem(profile.place, _misplaced(profile, before, profiles), warning=True)


def _misplaced(profile: Profile, before: Sequence[Profile], profiles: Sequence[Profile]) -> str:
    """Say who is hit: with two sections, somebody whom both are about."""
    first = before[0]
    message = f"{profile.title} stands after {first.title} of {spot(first.place)}"
    for other in before[:_TRIED]:
        user = other.subject if other.level is Level.USER else ANYBODY
        groups = [one.subject for one in (other, profile) if one.level is Level.GROUP]
        for limit in sorted(effective(profiles, user, groups), key=_is_by_default):
            if limit.otherwise is not None:
                message = f"{profile.title} stands after {other.title} of {spot(other.place)}"
                who = called(user, groups)
                given = (
                    f"{limit.option.name}={_value(limit)} if the last section wins, {_value(limit.otherwise)} if the"
                )
                return f"{message}: {who} gets {given} most specific one does; move it above"
    return f"{message}; move it above, so that both readings of the file stay the same"


#: With how many sections that stand before it one is tried, to find somebody who is hit.
_TRIED = 20
#: A user whom no section names: no account has this name.
ANYBODY = ""


def called(user: str, groups: Iterable[str]) -> str:
    """Name somebody in a message."""
    within = " and ".join(groups)
    who = user or ("somebody" if within else "anybody")
    return f"{who} in group {within}" if within else who


def spot(place: Place) -> str:
    """Name a place within the same file."""
    return f"line {place.line}" if place.line else str(place)


def _is_by_default(limit: Limit) -> bool:
    """Tell the differences that say little, between a value and none, from those between two values."""
    return limit.otherwise is None or limit.otherwise.decision is None


def _value(limit: Limit) -> str:
    return "nothing" if limit.value is None else limit.value
