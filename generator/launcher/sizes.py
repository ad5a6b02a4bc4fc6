"""The resource profiles of the Posit Job Launcher: the sizes that people choose from, by their ids.

Sections of ``launcher.kubernetes.resources.conf``, in the order in which people see them; a profile's
``resource-profiles`` names them. ``custom`` is no section: it stands for whatever somebody types in.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from generator.launcher import ini, options
from generator.launcher.profiles import Setting
from generator.problems import Place, Problem

CUSTOM = "custom"


class Size(Struct, frozen=True):
    """A resource profile; ``name`` is its id."""

    name: str
    settings: Mapping[str, Setting]
    place: Place


def from_text(text: ini.Text) -> tuple[Size, ...]:
    """Take the sizes from the sections of a file."""
    return tuple([_size(section) for section in text.sections])


def _size(section: ini.Section) -> Size:
    settings = {entry.key: Setting(entry.value, entry.place) for entry in section.entries}
    return Size(section.name, settings, section.place)


def check(sizes: Iterable[Size]) -> Iterator[Problem]:
    """Find what is wrong with each size by itself."""
    for size in sizes:
        reason = ini.refuse_section(size.name) or ("holds a comma, which divides ids" if "," in size.name else None)
        if reason is not None:
            yield Problem(size.place, f"[{size.name}] {reason}")
        for key, setting in size.settings.items():
            yield from options.check_value(key, setting.text, setting.place, options.RESOURCE, "a resource profile")
        for key in ("cpus", "mem-mb"):
            yield from _requests(size, key)
            if key not in size.settings:
                message = f"[{size.name}] sets no {key}, so that its jobs have no such limit; set one"
                yield Problem(size.place, message, warning=True)


def _requests(size: Size, key: str) -> Iterator[Problem]:
    limit, request = number(size, key), number(size, f"{key}-request")
    if limit and request is not None and request > limit:
        place = size.settings[f"{key}-request"].place
        asked, most = size.settings[f"{key}-request"].text, size.settings[key].text
        message = (
            f"{key}-request={asked} is more than {key}={most}, and Kubernetes refuses the job; write at most {most}"
        )
        yield Problem(place, message)


def number(size: Size, key: str) -> float | None:
    """Return a number of a size; ``None`` where it is not set, or is no number."""
    setting = size.settings.get(key)
    if setting is None or options.refuse(options.RESOURCE[key], setting.text) is not None:
        return None
    return float(setting.text)
