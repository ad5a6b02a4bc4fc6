"""The roles that tenants can give on a platform: the built-in ones, and those of the platform file."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from generator.fixed import FixedList
from generator.launcher import preset
from generator.problems import Problem, instead
from generator.spec.platform import Platform
from generator.spec.tenantroles import BUILT_IN, Rule


@lru_cache(maxsize=4)
def table(platform: Platform) -> Mapping[str, FixedList]:
    """Return the rules of every role of a platform that :func:`check` accepts; each list is never changed."""
    return {name: FixedList(_rules(name, platform)) for name in {**BUILT_IN, **platform.roles}}


#: What users of a queue may do.
QUEUE_USER = "kueue-tenant-user"


@lru_cache(maxsize=4)
def with_queues(platform: Platform) -> Mapping[str, FixedList]:
    """Return the same where jobs wait in queues: whoever may look at a tenant sees its queues and what waits there."""
    queues = preset.rules(platform.presets.preset(QUEUE_USER), {})
    return {
        name: FixedList([*rules, *queues]) if includes_viewer(name, platform) else rules
        for name, rules in table(platform).items()
    }


def includes_viewer(name: str, platform: Platform) -> bool:
    """Tell whether whoever has this role may also do what a viewer may."""
    definition = platform.roles.get(name)
    if definition is None:
        return name == "viewer" or "viewer" not in platform.roles  # the built-in roles include the built-in viewer
    if name == "viewer":
        return True
    if definition.extends == name:
        return "viewer" not in platform.roles
    return definition.extends is not None and includes_viewer(definition.extends, platform)


def _rules(name: str, platform: Platform) -> list[Rule]:
    definition = platform.roles.get(name)
    if definition is None:
        return list(BUILT_IN[name])
    return [*(_rules_below(definition.extends, name, platform)), *definition.rules]


def _rules_below(extended: str | None, name: str, platform: Platform) -> list[Rule]:
    """Return the rules of the role that *name* extends; a role that replaces a built-in one can extend that."""
    if extended is None:
        return []
    return list(BUILT_IN[name]) if extended == name else _rules(extended, platform)


def check(platform: Platform) -> Iterator[Problem]:
    """Find roles that extend nothing, or themselves in a circle."""
    known = {**BUILT_IN, **platform.roles}
    for name, definition in platform.roles.items():
        trail, step = [name], definition.extends
        while step is not None:
            place = definition.origin / "extends"
            if step not in known:
                yield Problem(place, f"{step!r} is not a role; {instead(step, known)}")
                break
            if step in trail:
                if step == trail[-1] and step in BUILT_IN:
                    break
                line = " -> ".join((*trail, step))
                yield Problem(
                    place, f"the roles extend one another in a circle: {line}; one must extend another, or none"
                )
                break
            trail.append(step)
            below = platform.roles.get(step)
            step = below.extends if below else None
