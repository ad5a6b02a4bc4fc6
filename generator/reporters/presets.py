"""Presets of launchers told to people and programs: what each may do, what can be switched, and how to ask for it."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from generator.launcher import preset
from generator.launcher.bundle import Bundle, Grant, Presets
from generator.reporters import dumped, shown

#: The form of the JSON; a field that is added does not change it.
VERSION = 1
_WIDTH = 100
_COLUMNS = ("NAME", "CLASS", "POWERS", "TITLE")


def listing(presets: Presets) -> str:
    """Write a line for each preset; those of the site are marked with a star."""
    rows = [_COLUMNS, *(_row(name, presets) for name in presets.names)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join(f"{shown(cell):{width}}" for cell, width in zip(row, (*widths, 0), strict=True)) for row in rows]
    total = f"{len(presets.names)} presets" + (f"; * {len(presets.own)} of this site" if presets.own else "")
    return "\n".join([*map(str.rstrip, lines), "", total]) + "\n"


def _row(name: str, presets: Presets) -> tuple[str, str, str, str]:
    grants = presets.grants(name, {})
    marked = name + (" *" if name in presets.own else "")
    return marked, "+".join(_classes(grants)), ",".join(_powers(grants)) or "-", presets.bundle(name).title


def _classes(grants: tuple[Grant, ...]) -> list[str]:
    return list(dict.fromkeys(grant.preset.kind for grant in grants))


def _powers(grants: tuple[Grant, ...]) -> list[str]:
    return sorted(frozenset[str]().union(*(preset.flags(grant.preset, grant.options) for grant in grants)))


def as_json(presets: Presets) -> str:
    """Write all presets as JSON."""
    return dumped({"version": VERSION, "presets": [_value(name, presets) for name in presets.names]})


def one_as_json(name: str, presets: Presets) -> str:
    """Write one preset as JSON."""
    return dumped({"version": VERSION, "preset": _value(name, presets)})


def _value(name: str, presets: Presets) -> Mapping[str, Any]:
    grants = presets.grants(name, {})
    return {
        "name": name,
        "title": presets.bundle(name).title,
        "site": name in presets.own,
        "classes": _classes(grants),
        "powers": _powers(grants),
        "needs": _needs(grants),
        "options": [
            {"name": option, "title": title, "default": on} for option, (title, on) in presets.options(name).items()
        ],
        "parts": [
            {
                "name": part.name,
                "preset": part.preset,
                "account": part.account,
                "rules": list(preset.rules(made, {})),
                "source": made.source,
            }
            for part in presets.bundle(name).parts
            for made in [presets.preset(part.preset)]
        ],
    }


def _needs(grants: tuple[Grant, ...]) -> list[str]:
    return sorted({grant.preset.needs for grant in grants if grant.preset.needs})


def explanation(name: str, presets: Presets) -> str:
    """Say all about one preset: its rights, its options, their source, and what to write."""
    bundle, grants = presets.bundle(name), presets.grants(name, {})
    lines = [f"{name}: {bundle.title}", ""]
    lines += [f"class   {' and '.join(_classes(grants))}", f"powers  {', '.join(_powers(grants)) or 'none to tell of'}"]
    lines += [f"needs   {', '.join(_needs(grants))} among the cluster's addons"] if _needs(grants) else []
    for part in bundle.parts:
        lines += ["", *_part(bundle, part.name, presets)]
    options = presets.options(name)
    if options:
        width = max(map(len, options))
        lines += ["", "Options:"]
        for option, (title, on) in options.items():
            lines += _wrapped(f"  {option:{width}}  {'on ' if on else 'off'}  ", title)
    lines += ["", "In a tenant file:", "", *_example(name, bundle, options)]
    return "\n".join(lines) + "\n"


def _part(bundle: Bundle, name: str, presets: Presets) -> Iterator[str]:
    """Tell what one part may do, and what its options add."""
    part = next(part for part in bundle.parts if part.name == name)
    made = presets.preset(part.preset)
    whose = f", for the account of {part.account}" if part.account != part.name else ""
    several = len(bundle.parts) > 1
    yield f"{part.name} ({part.preset}{whose}) may, in its namespace:" if several else "It may, in its namespace:"
    for rule in made.rules:
        yield from _rule(rule, "")
    for option in made.options:
        for rule in option.rules:
            yield from _rule(rule, f"  ({option.name})")
    yield from _wrapped("  source: ", made.source)


def _rule(rule: Mapping[str, Any], suffix: str) -> list[str]:
    resources = [
        f"{resource}.{group}" if group else resource for group in rule["apiGroups"] for resource in rule["resources"]
    ]
    names = f" called {', '.join(rule['resourceNames'])}" if "resourceNames" in rule else ""
    return _wrapped("  ", f"{', '.join(rule['verbs'])}: {', '.join(resources)}{names}{suffix}")


def _wrapped(start: str, text: str) -> list[str]:
    return textwrap.wrap(
        shown(text), _WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False
    )


def _example(name: str, bundle: Bundle, options: Mapping[str, tuple[str, bool]]) -> Iterator[str]:
    yield "  launchers:"
    yield f"    - name: {bundle.name}"
    yield f"      preset: {name}"
    yield "      namespace: train              # the short name; leave it out where there is just one"
    if len(bundle.accounts) > 1:
        given = ", ".join(f"{part}: {name}-{part}" for part in bundle.accounts)
        yield f"      accounts: {{{given}}}"
    for option, (_, on) in list(options.items())[:1]:
        yield f"      options: {{{option}: {str(not on).lower()}}}"
