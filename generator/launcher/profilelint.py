"""What is wrong between the settings of the Posit Job Launcher's profiles, for the people whom they are about.

A person gets settings from several sections, so that each rule looks at what somebody gets and blames the setting
that decided. Who is in which group is not written in the file: besides the members that are known, each section is
looked at alone, where what is found is an error, and each two of them together, where it is a warning, for perhaps
nobody is in both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, islice

from msgspec import Struct

from generator.launcher import options, profiles, sizes
from generator.launcher.images import is_from
from generator.launcher.profiles import ANYBODY, Decision, Level, Profile, Setting, spot
from generator.launcher.sizes import Size
from generator.problems import Place, Problem, instead

#: Somebody: a user and all groups, the primary one included.
Person = tuple[str, tuple[str, ...]]

#: How many persons are looked at; more are made by some dozens of sections in one file.
_MOST = 2000


class Facts(Struct, frozen=True):
    """What the profiles are held against; ``None`` where it is not known, and nothing is said of it.

    ``groups`` and ``users`` are those that somebody declared, ``people`` the members whose groups are known,
    ``registries`` the prefixes that an image may have, and ``templating`` says whether jobs are made from templates.
    """

    sizes: tuple[Size, ...] | None = None
    groups: frozenset[str] | None = None
    users: frozenset[str] | None = None
    people: tuple[Person, ...] = ()
    registries: tuple[str, ...] | None = None
    templating: bool | None = None


#: When nothing else is known.
NOTHING = Facts()


#: What a problem is about, as policies ask for it: ``order``, ``undeclared``, ``free-placement``, ``contradiction``,
#: ``overrides-beside-templates``, ``unknown-images`` or ``no-maximum``; `configuration` adds others.
Told = tuple[str, Problem]


def lint(found: Sequence[Profile], facts: Facts, origin: Place) -> list[Problem]:
    """Find all that is wrong between *found*, which `profiles.check` has looked at; *origin* is where they stand."""
    return [problem for _, problem in judged(found, facts, origin)]


def judged(found: Sequence[Profile], facts: Facts, origin: Place) -> Iterator[Told]:
    """Find what `lint` does, each with what it is about."""
    yield from (("order", problem) for problem in profiles.check_order(found))
    yield from (("undeclared", problem) for problem in _declared(found, facts))
    yield from _settings(found, facts)
    yield from _everybody(found, origin)
    yield from (("contradiction", problem) for problem in _for_people(found, facts))


# -- sections and settings by themselves


def _declared(found: Iterable[Profile], facts: Facts) -> Iterator[Problem]:
    for profile in found:
        if profile.level is Level.GROUP and facts.groups is not None and profile.subject not in facts.groups:
            message = f"{profile.title}: nobody declared the group {profile.subject!r}, and the product does not start"
            yield Problem(
                profile.place, f"{message} with a group that it cannot find; {instead(profile.subject, facts.groups)}"
            )
        if profile.level is Level.USER and facts.users is not None and profile.subject not in facts.users:
            message = f"{profile.title}: {profile.subject!r} is declared nowhere as a member; "
            yield Problem(profile.place, message + instead(profile.subject, facts.users), warning=True)


def _settings(found: Iterable[Profile], facts: Facts) -> Iterator[Told]:
    for profile in found:
        for key, setting in profile.settings.items():
            if key in _BY_KEY:
                about, check = _BY_KEY[key]
                yield from ((about, problem) for problem in check(setting, facts))


def _images(setting: Setting, facts: Facts) -> Iterator[Problem]:
    for image in options.items(setting.text):
        if facts.registries is not None and image and not is_from(image, facts.registries):
            allowed = ", ".join(facts.registries) or "none"
            message = f"image {image!r} is from no registry that may be used; take it from one of these: {allowed}"
            yield Problem(setting.place, message)


def _constraints(setting: Setting, _: Facts) -> Iterator[Problem]:
    for item in options.items(setting.text):
        if item and ":" not in item:
            message = (
                f"placement-constraints: {item!r} has no value, so that people choose any; write each as {item}:value"
            )
            yield Problem(setting.place, message, warning=True)


def _overrides(setting: Setting, facts: Facts) -> Iterator[Problem]:
    if facts.templating:
        message = "job-json-overrides: the product ignores it beside use-templating=1; write it into the templates"
        yield Problem(setting.place, message)


def _unknown_images(setting: Setting, _: Facts) -> Iterator[Problem]:
    if setting.text == "1":
        message = "allow-unknown-images=1: people may run any image; write 0, and list theirs in container-images"
        yield Problem(setting.place, message, warning=True)


def _no_maximum(key: str) -> Callable[[Setting, Facts], Iterator[Problem]]:
    def check(setting: Setting, _: Facts) -> Iterator[Problem]:
        if not setting.text.strip("0."):
            message = f"{key}=0 is no maximum: a job may ask for all there is; write the largest job that should run"
            yield Problem(setting.place, message, warning=True)

    return check


_BY_KEY: Mapping[str, tuple[str, Callable[[Setting, Facts], Iterator[Problem]]]] = {
    "container-images": ("undeclared", _images),
    "default-container-image": ("undeclared", _images),
    "placement-constraints": ("free-placement", _constraints),
    "job-json-overrides": ("overrides-beside-templates", _overrides),
    "allow-unknown-images": ("unknown-images", _unknown_images),
    "max-cpus": ("no-maximum", _no_maximum("max-cpus")),
    "max-mem-mb": ("no-maximum", _no_maximum("max-mem-mb")),
}


def _everybody(found: Sequence[Profile], origin: Place) -> Iterator[Told]:
    """Find what is left to the product's defaults for whomever no other section is about."""
    everybody = next((profile for profile in found if profile.level is Level.ALL), None)
    place = origin if everybody is None else everybody.place
    held = {} if everybody is None else everybody.settings
    missing = (
        "allow-unknown-images is not set for everybody, and is 1 then: people may run any image; write 0 under [*]"
    )
    if "allow-unknown-images" not in held:
        yield "unknown-images", Problem(place, missing, warning=True)
    for key in ("max-cpus", "max-mem-mb"):
        if key not in held:
            message = f"{key} is not set for everybody, and a job may ask for all there is; write it under [*]"
            yield "no-maximum", Problem(place, message, warning=True)


# -- what people get


def _for_people(found: Sequence[Profile], facts: Facts) -> Iterator[Problem]:
    """Find each mistake once, for the first person whom it hits."""
    told: set[tuple[Place, str]] = set()
    for person, is_certain in islice(_people(found, facts), _MOST):
        view = View(found, person)
        for hit in chain.from_iterable(rule(view, facts) for rule in _RULES):
            if (hit.place, hit.about) not in told:
                told.add((hit.place, hit.about))
                yield Problem(hit.place, hit.message, hit.warning or not is_certain)


def _people(found: Sequence[Profile], facts: Facts) -> Iterator[tuple[Person, bool]]:
    """Yield whom to look at, and whether there surely is somebody like that."""
    yield (ANYBODY, ()), True
    alone = [profile for profile in found if profile.level is not Level.ALL]
    yield from ((_person(profile), True) for profile in alone)
    yield from ((person, True) for person in facts.people)
    for one, other in combinations(alone, 2):
        if Level.GROUP in (one.level, other.level):
            yield _person(one, other), False


def _person(*about: Profile) -> Person:
    user = next((profile.subject for profile in about if profile.level is Level.USER), ANYBODY)
    return user, tuple(profile.subject for profile in about if profile.level is Level.GROUP)


class Hit(Struct, frozen=True):
    """What is wrong for somebody; ``about`` tells mistakes in one place apart."""

    place: Place
    about: str
    message: str
    warning: bool = False


class View:
    """What one person gets, by the manual's reading; where the other differs, `profiles.check_order` says so."""

    def __init__(self, found: Sequence[Profile], person: Person) -> None:
        self.who = profiles.called(*person)
        self.decided = profiles.by_position(found, *person)
        self._values = profiles.values(self.decided)
        self._rank = {id(profile): rank for rank, profile in enumerate(found)}

    def text(self, key: str) -> str | None:
        """Return a value; ``None`` where there is none."""
        return self._values.get(key)

    def number(self, key: str) -> float | None:
        """Return a number; ``None`` where there is none."""
        text = self.text(key)
        return None if text is None or options.refuse(options.PROFILE[key], text) is not None else float(text)

    def items(self, key: str) -> tuple[str, ...]:
        """Return the items of a list."""
        return options.items(self.text(key) or "")

    def shown(self, key: str) -> str:
        """Write ``key=value`` and where it stands."""
        decision = self.decided.get(key)
        where = "by default" if decision is None else f"of {decision.profile.title} in {spot(decision.setting.place)}"
        return f"{key}={self.text(key)} {where}"

    def last(self, *keys: str) -> Decision | None:
        """Return the decision of the key that was decided furthest down."""
        made = [self.decided[key] for key in keys if key in self.decided]
        return max(made, key=self._position, default=None)

    def _position(self, decision: Decision) -> tuple[int, int]:
        return self._rank[id(decision.profile)], decision.setting.place.line


Rule = Callable[[View, Facts], Iterator[Hit]]


def _above(view: View, small: str, large: str) -> Iterator[Hit]:
    """Compare two numbers of which the first must not be above the second, and blame the section further down."""
    low, high = view.number(small), view.number(large)
    at = view.last(small, large)
    if at is None or low is None or high is None or low <= high:
        return
    if view.decided.get(small) is at or view.decided[small].profile is at.profile:
        message = f"{small}={view.text(small)} is more than {view.shown(large)}, for {view.who}; "
        yield Hit(view.decided[small].setting.place, large, f"{message}write at most {view.text(large)}")
        return
    message = f"{large}={view.text(large)} is less than {view.shown(small)}, for {view.who}; "
    yield Hit(at.setting.place, small, f"{message}write {small}={view.text(large)} below it, or less")


def _maxima(view: View, _: Facts) -> Iterator[Hit]:
    for what in ("cpus", "mem-mb", "cpus-request", "mem-mb-request"):
        default, most = view.number(f"default-{what}"), view.number(f"max-{what}")
        if not most:
            continue
        if default:
            yield from _above(view, f"default-{what}", f"max-{what}")
        elif not what.endswith("request") and (default is not None or f"default-{what}" not in view.decided):
            yield from _no_default(view, what)
    for what in ("nvidia-gpus", "amd-gpus"):
        yield from _above(view, f"default-{what}", f"max-{what}")


def _no_default(view: View, what: str) -> Iterator[Hit]:
    at = view.last(f"default-{what}", f"max-{what}")
    if at is not None:
        message = (
            f"default-{what} is 0, no limit, beside {view.shown(f'max-{what}')}: a job that asks for none is under no"
        )
        yield Hit(at.setting.place, what, f"{message} limit, for {view.who}; write default-{what} too", warning=True)


def _requests(view: View, _: Facts) -> Iterator[Hit]:
    for what, ratio in (("cpus", "cpu-request-ratio"), ("mem-mb", "memory-request-ratio")):
        for kind in ("default", "max"):
            request, limit = f"{kind}-{what}-request", f"{kind}-{what}"
            if view.number(limit):
                yield from _above(view, request, limit)
            at = view.last(request, ratio)
            if at is not None and request in view.decided and ratio in view.decided:
                message = f"{view.shown(request)} and {view.shown(ratio)} both say what is reserved; keep one"
                yield Hit(at.setting.place, f"{request} {ratio}", message, warning=True)


def _listed(view: View, _: Facts) -> Iterator[Hit]:
    """Ask for a list of images where nothing else may run, and for the default one to be on it."""
    at = view.last("allow-unknown-images", "container-images", "default-container-image")
    if at is None or view.text("allow-unknown-images") != "0":
        return
    images, default = view.items("container-images"), view.text("default-container-image")
    if not images:
        place = view.decided["allow-unknown-images"].setting.place
        message = f"allow-unknown-images=0 without container-images: no image is left to run, for {view.who}; list some"
        yield Hit(place, "container-images", message)
    elif default and default not in images:
        place = view.decided["default-container-image"].setting.place
        message = f"default-container-image {default!r} is not among {_named(view)}, for {view.who}; "
        yield Hit(place, "default-container-image", message + instead(default, images))


def _named(view: View) -> str:
    decision = view.decided["container-images"]
    return f"container-images of {decision.profile.title} in {spot(decision.setting.place)}"


def _chosen(view: View, facts: Facts) -> Iterator[Hit]:
    """Hold the sizes that somebody may choose against the file that has them, and against the maxima."""
    decision = view.decided.get("resource-profiles")
    if decision is None or facts.sizes is None:
        return
    known = {size.name: size for size in facts.sizes}
    for name in view.items("resource-profiles"):
        size = known.get(name)
        if size is not None:
            yield from _fits(view, size, decision.setting.place)
        elif name not in ("", sizes.CUSTOM):
            message = f"resource-profiles: there is no resource profile {name!r}; {instead(name, known)}"
            yield Hit(decision.setting.place, name, message)


def _fits(view: View, size: Size, place: Place) -> Iterator[Hit]:
    for key in ("cpus", "mem-mb", "cpus-request", "mem-mb-request", "nvidia-gpus", "amd-gpus"):
        asked, most = sizes.number(size, key), view.number(f"max-{key}")
        if asked is None or most is None or (not most and not key.endswith("gpus")):
            continue
        if asked > most:
            written = size.settings[key]
            message = f"resource-profiles: {size.name} has {key}={written.text} ({written.place.document}, "
            message += f"{spot(written.place)}), more than {view.shown(f'max-{key}')}, for {view.who}; leave it out"
            yield Hit(place, f"{size.name} {key}", message)
    offered = view.items("placement-constraints")
    wanted = size.settings.get("placement-constraints")
    for constraint in options.items(wanted.text) if wanted is not None else ():
        if constraint not in offered and constraint.partition(":")[0] not in offered:
            message = f"resource-profiles: {size.name} asks for {constraint}, which {view.who} is not offered; "
            yield Hit(place, f"{size.name} {constraint}", f"{message}add it to placement-constraints", warning=True)


def _gpus(view: View, _: Facts) -> Iterator[Hit]:
    """Ask for both vendors to be set: a product has been seen to ask for the other's device as well."""
    for one, other in (("nvidia", "amd"), ("amd", "nvidia")):
        decision = view.decided.get(f"default-{one}-gpus")
        if decision is not None and view.number(f"default-{one}-gpus") and f"default-{other}-gpus" not in view.decided:
            message = (
                f"default-{one}-gpus={decision.setting.text} without default-{other}-gpus, which products have taken"
            )
            message += f" for the same; write default-{other}-gpus=0 too"
            yield Hit(decision.setting.place, other, message, warning=True)


_RULES: tuple[Rule, ...] = (_maxima, _requests, _listed, _chosen, _gpus)
