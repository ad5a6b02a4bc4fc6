"""The jobs that a launcher lets people ask for: the default and the largest of each section of its profiles, each size.

A section stands for somebody whom no other is about but ``[*]``: each option is decided in one section, so what several
of them give together has been looked at one by one.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from generator.kubernetes.quantity import parse
from generator.launcher import demand, options, profiles
from generator.launcher.demand import Demand
from generator.launcher.profiles import Level, Profile, Setting
from generator.launcher.sizes import Size
from generator.problems import Place

#: Resource -> the option that says how much of it, without ``default-`` or ``max-``; and the one for what is reserved.
KEYS: Mapping[str, str] = {
    "cpu": "cpus",
    "memory": "mem-mb",
    "nvidia.com/gpu": "nvidia-gpus",
    "amd.com/gpu": "amd-gpus",
}
RATIOS: Mapping[str, str] = {"cpu": "cpu-request-ratio", "memory": "memory-request-ratio"}

#: More than any namespace has: what somebody may ask for who has no maximum.
_ENDLESS = {"cpu": parse("1000000000"), "memory": parse("1000000000000M")}

#: What a tenant adds to the object templates: by the object, then by field.
Settings = Mapping[str, Mapping[str, Any]]


class Offer(Struct, frozen=True):
    """A launcher as people see it: what they may ask for, and what their jobs are made with.

    ``profiles`` are in the order of precedence; both they and ``sizes`` have to be sound. ``settings`` are what the
    tenant adds to the object templates, and ``templates`` gives the files' texts for such settings. ``origin`` is the
    launcher's place, below which ``profiles`` and ``templates`` stand.
    """

    profiles: tuple[Profile, ...]
    sizes: tuple[Size, ...]
    templates: Callable[[Settings], Mapping[str, str]]
    settings: Settings
    origin: Place

    @property
    def undecided(self) -> Place:
        """Where to decide for everybody what nobody has decided."""
        return next((one.place for one in self.profiles if one.level is Level.ALL), self.origin)

    @property
    def templates_place(self) -> Place:
        """Where the templates are chosen."""
        return self.origin / "templates" if self.settings else self.origin

    def default_place(self, kind: str, resource: str) -> Place | None:
        """Where the templates are told how much of a resource a job gets that asks for none; ``None`` if they are not.

        *kind* is ``limits`` or ``requests``, the one to look at first.
        """
        given = self.settings.get("pod", {}).get("resources", {})
        found = next((one for one in (kind, "limits", "requests") if resource in given.get(one, {})), None)
        return None if found is None else self.origin / "templates" / "pod" / "resources" / found / resource


class Ask(Struct, frozen=True):
    """One job that somebody may ask for.

    ``place`` is where to decide what nobody has decided. ``settings`` are the options that decide it, called as they
    are where they stand, with ``prefix`` before those of `KEYS`. ``size`` is empty for jobs of no named size, and
    ``endless`` is a resource of which the job may ask for any amount; empty for all others. ``images`` are those that
    it may run, the default one first, each with its place.
    """

    who: str
    demand: Demand
    place: Place
    settings: Mapping[str, Setting]
    prefix: str = ""
    size: str = ""
    endless: str = ""
    images: Mapping[str, Place] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Name the job and who asks for it, at the beginning of a sentence."""
        return f"a job of size {self.size}, which {self.who} may choose," if self.size else f"a job of {self.who}"

    @property
    def manner(self) -> str:
        """Say at the end of a clause that nothing was asked for, if so."""
        return " by default" if self.prefix == "default-" else ""

    def number(self, key: str) -> str | None:
        """Return what an option has been set to; ``None`` where nobody has."""
        setting = self.settings.get(key)
        return None if setting is None else setting.text


def asks(offer: Offer) -> Iterator[Ask]:
    """Yield the jobs, those of everybody first: what they share with others is told of them."""
    for profile in offer.profiles:
        if profile.level is Level.ALL:
            break
    else:
        yield from _of("anybody", profiles.by_position(offer.profiles, profiles.ANYBODY, ()), offer)
    for profile in offer.profiles:
        user = profile.subject if profile.level is Level.USER else profiles.ANYBODY
        groups = (profile.subject,) if profile.level is Level.GROUP else ()
        yield from _of(_WHO[profile.level](profile), profiles.by_position(offer.profiles, user, groups), offer)


_WHO: Mapping[Level, Callable[[Profile], str]] = {
    Level.ALL: lambda _: "anybody",
    Level.GROUP: lambda profile: f"group {profile.section}",
    Level.USER: lambda profile: f"user {profile.subject}",
}


def _of(who: str, decided: profiles.Decided, offer: Offer) -> Iterator[Ask]:
    values = profiles.values(decided)
    settings = {key: decision.setting for key, decision in decided.items()}
    default, most, *sized = demand.demands(values, offer.sizes)
    plain = Ask(who, default, offer.undecided, settings, "default-", images=_images(settings))
    yield plain
    yield replace(plain, demand=most, prefix="max-")
    chosen = options.items(values.get("resource-profiles", ""))
    for size, asked in zip((one for one in offer.sizes if one.name in chosen), sized, strict=True):
        shares = {key: settings[key] for key in RATIOS.values() if key in settings}
        own = shares | dict(size.settings)
        yield replace(plain, demand=asked, place=size.place, settings=own, prefix="", size=size.name)
    if options.is_on(values["allow-custom-resources"]):
        yield from _endless(plain, most)


def _images(settings: Mapping[str, Setting]) -> Mapping[str, Place]:
    listed = [settings[key] for key in ("default-container-image", "container-images") if key in settings]
    found: dict[str, Place] = {}
    for one in listed:
        for image in options.items(one.text):
            found.setdefault(image, one.place)
    return found


def _endless(plain: Ask, most: Demand) -> Iterator[Ask]:
    """Yield a job for each resource that has no maximum; of everything else it asks for the default."""
    for resource, amount in _ENDLESS.items():
        if resource not in most.limits:
            asked = Demand(
                f"any {resource}",
                {**plain.demand.limits, resource: amount},
                {**plain.demand.requests, resource: most.requests.get(resource, amount)},
            )
            yield replace(plain, demand=asked, prefix="max-", endless=resource)
