"""A tenant's Posit Job Launcher in the product's own words: its configuration and object templates, checked, written.

What a tenant file says becomes the sections that the product's files would have, each value with the place where it was
written, so that one set of checks serves both. Only what keeps the product from starting, or jobs from running, is told
here: what is a risk is judged where it is rendered.
"""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

from msgspec.structs import replace

from generator import shipped
from generator.launcher import configuration, ini, objecttemplates, profilelint, profiles, sizes
from generator.launcher.asks import Offer
from generator.launcher.ini import Entry, Section, Text
from generator.problems import Problem
from generator.spec.launchers import Launcher, Values
from generator.yaml.documents import natural_key

_TEMPLATES = ("job.tpl", "service.tpl")
#: The fields of the tenant file that name a profile and a size.
_FOR, _ID = "for", "id"


def check(launcher: Launcher, groups: Collection[str], users: Collection[str]) -> Iterator[Problem]:
    """Find what keeps the launcher from starting, or its jobs from running.

    *groups* and *users* are those that the tenant has; where it has neither, nothing is said of who is named.
    """
    plugin, people, choices = _plugin(launcher), _profiles(launcher), _sizes(launcher)
    problems = [*_check_texts((plugin, ini.FLAT), (people, ini.SECTIONS), (choices, ini.SECTIONS))]
    problems += configuration.check_options(plugin.entries)
    chosen, found = sizes.from_text(choices), profiles.from_text(people)
    known = bool(groups or users)
    facts = profilelint.Facts(
        sizes=chosen,
        groups=frozenset(groups) if known else None,
        users=frozenset(users) if known else None,
        templating=True,
    )
    problems += [*sizes.check(chosen), *profiles.check(found)]
    problems += profilelint.lint(found, facts, launcher.origin / "profiles") if found else ()
    yield from (problem for problem in dict.fromkeys(problems) if not problem.warning)


def texts(launcher: Launcher, cluster: str, namespace: str) -> Mapping[str, str]:
    """Return the configuration's files by name, for a launcher that `check` accepts.

    *cluster* is what the launcher calls this plugin; *namespace* is where its jobs run.
    """
    own = {entry.key: entry.value for entry in _plugin(launcher).entries}
    scratch = own.pop("scratch-path", f"/var/lib/rstudio-launcher/{cluster}")
    return configuration.texts(
        configuration.Posit(
            cluster=cluster,
            namespace=namespace,
            folder=f"/etc/rstudio/{cluster}",
            scratch_path=scratch,
            profiles=_pairs(_profiles(launcher)),
            sizes=_pairs(_sizes(launcher)),
            options=tuple(own.items()),
        )
    )


def templates(launcher: Launcher) -> Mapping[str, str]:
    """Return the object templates by file name, with what the tenant adds to them."""
    given = (launcher.posit.templates if launcher.posit is not None else None) or {}
    pod = {**given.get("pod", {}), "serviceAccountName": launcher.session_account}
    return {**_shipped(), objecttemplates.DATA: objecttemplates.data_text({**given, "pod": pod})}


def offer(launcher: Launcher) -> Offer:
    """Return what a launcher that `check` accepts lets people ask for, and what it makes their jobs with."""
    own = launcher.posit
    return Offer(
        profiles=profiles.from_text(_profiles(launcher)),
        sizes=sizes.from_text(_sizes(launcher)),
        templates=lambda given: templates(replace(launcher, posit=replace(own, templates=given)) if own else launcher),
        settings=(own.templates if own is not None else None) or {},
        origin=launcher.origin,
    )


@cache
def _shipped() -> Mapping[str, str]:
    return {name: shipped.object_template(objecttemplates.VERSIONS[-1], name).decode() for name in _TEMPLATES}


# -- the tenant file's values as the product's texts


def _plugin(launcher: Launcher) -> Text:
    place = launcher.origin / "kubernetes"
    values = (launcher.posit.kubernetes if launcher.posit is not None else None) or {}
    entries = tuple([Entry(key, written(value), place / key) for key, value in values.items()])
    return Text(place.document, (Section("", entries, place),) if entries else ())


def _profiles(launcher: Launcher) -> Text:
    """Return the profiles in the order in which both readings of their precedence agree."""
    found = _sections(launcher, "profiles", _FOR)
    ranked = sorted(found.sections, key=lambda section: _rank(section.name))
    return Text(found.name, tuple(ranked), found.problems)


def _rank(name: str) -> int:
    return 0 if name == profiles.EVERYBODY else 1 if name.startswith("@") else 2


def _sizes(launcher: Launcher) -> Text:
    return _sections(launcher, "resources", _ID)


def _sections(launcher: Launcher, field: str, named_by: str) -> Text:
    """Take a list of the tenant file as sections, each called by one of its fields; a second of a name is a problem."""
    place = launcher.origin / field
    found: dict[str, Section] = {}
    problems: list[Problem] = []
    values: tuple[Values, ...] = (launcher.posit and getattr(launcher.posit, field)) or ()
    for index, value in enumerate(values):
        here = place / natural_key(value, index)
        name = value[named_by]
        entries = tuple([Entry(key, written(one), here / key) for key, one in value.items() if key != named_by])
        if name in found:
            problems.append(Problem(here / named_by, f"{name!r} is there already; write its fields in one place"))
        elif not entries:
            problems.append(Problem(here, f"says nothing of {name!r}, and the product drops it; give it a field"))
        found.setdefault(name, Section(name, entries, here))
    return Text(place.document, tuple(found.values()), tuple(problems))


def written(value: Any) -> str:
    """Write a value as the product reads it: a switch as 1 or 0, a list with commas."""
    if isinstance(value, bool):
        return str(int(value))
    return ",".join(map(written, value)) if isinstance(value, (list, tuple)) else str(value)


def _pairs(text: Text) -> configuration.Sections:
    return tuple(
        [(section.name, tuple([(one.key, one.value) for one in section.entries])) for section in text.sections]
    )


def _check_texts(*files: tuple[Text, ini.Dialect]) -> Iterator[Problem]:
    """Find what no file of the product can hold."""
    for text, dialect in files:
        yield from text.problems
        for entry in text.entries:
            reason = ini.refuse_value(entry.value, dialect)
            if reason is not None:
                yield Problem(entry.place, f"{entry.value!r} {reason}")
