"""Sprig's functions with regular expressions."""

import re
from collections.abc import Callable
from typing import Any

from generator.gotemplate.errors import Failure
from generator.gotemplate.functions.function import Callee, Run, function
from generator.gotemplate.matching import Match, every, search
from generator.gotemplate.patterns import Pattern, compiled
from generator.gotemplate.values import NilList, Strings

_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<plain>[0-9A-Za-z_]+)|\{(?P<braced>[0-9A-Za-z_]+)\})")
#: Steps of finding out that a pattern is none.
_FAILED = 500
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


def _compiled(run: Run, text: str) -> Pattern:
    """Compile, and charge it each time, so that a rendering costs the same whatever has been compiled before."""
    try:
        found = compiled(text)
    except Failure:
        run.budget.step(_FAILED)
        raise
    run.budget.step(len(found.program))
    return found


def _matches(run: Run, pattern: str, text: str) -> bool:
    return search(_compiled(run, pattern), text, 0, run.budget) is not None


def _matches_or_not(run: Run, pattern: str, text: str) -> bool:
    """Return false for a pattern that is none, as Sprig does; what is used up stays used up."""
    try:
        found = _compiled(run, pattern)
    except Failure:
        return False
    return search(found, text, 0, run.budget) is not None


def _find(run: Run, pattern: str, text: str) -> str:
    match = search(_compiled(run, pattern), text, 0, run.budget)
    return "" if match is None else text[match[0] : match[1]]


def _find_all(run: Run, pattern: str, text: str, most: int) -> Any:
    found = [text[match[0] : match[1]] for match in every(_compiled(run, pattern), text, most, run.budget)]
    return Strings(found) if found else NilList()


def _replace(run: Run, pattern: str, text: str, replacement: str) -> str:
    found = _compiled(run, pattern)
    return _replaced(run, found, text, lambda match: _expanded(run, found, match, text, replacement))


def _replace_literal(run: Run, pattern: str, text: str, replacement: str) -> str:
    return _replaced(run, _compiled(run, pattern), text, lambda _: replacement)


def _replaced(run: Run, pattern: Pattern, text: str, replacement: Callable[[Match], str]) -> str:
    parts: list[str] = []
    last = at = 0
    while at <= len(text):
        match = search(pattern, text, at, run.budget)
        if match is None:
            break
        start, end = match[0] or 0, match[1] or 0
        parts.append(text[last:start])
        if end > last or start == 0:
            parts.append(replacement(match))
            run.budget.text(len(parts[-1]))
        last = end
        at = max(end, at + 1)
    return "".join([*parts, text[last:]])


def _expanded(run: Run, pattern: Pattern, match: Match, text: str, template: str) -> str:
    def group(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        name = found["plain"] or found["braced"]
        number = int(name) if name.isdigit() and len(name) < 6 else dict(pattern.names).get(name)  # noqa: PLR2004 - no more groups
        if number is None or number >= pattern.groups or match[2 * number] is None:
            return ""
        part = text[match[2 * number] : match[2 * number + 1]]
        run.budget.text(len(part))
        return part

    return _REFERENCE.sub(group, template)


def _split(run: Run, pattern: str, text: str, most: int) -> Any:
    found = _compiled(run, pattern)
    if most == 0:
        return NilList()
    if pattern and not text:
        return Strings([""])
    parts: list[str] = []
    begin = end = 0
    for match in every(found, text, most, run.budget):
        if 0 < most == len(parts) + 1:
            break
        end = match[0] or 0
        if match[1]:
            parts.append(text[begin:end])
        begin = match[1] or 0
    return Strings([*parts, text[begin:]] if end != len(text) else parts)


def _both(name: str, types: str, run: Callable[..., Any]) -> tuple[Callee, Callee]:
    return function(name, types, run), function(f"must{name[0].upper()}{name[1:]}", types, run)


FUNCTIONS: tuple[Callee, ...] = (
    function("regexMatch", "string string", _matches_or_not),
    function("mustRegexMatch", "string string", _matches),
    *_both("regexFind", "string string", _find),
    *_both("regexFindAll", "string string int", _find_all),
    *_both("regexReplaceAll", "string string string", _replace),
    *_both("regexReplaceAllLiteral", "string string string", _replace_literal),
    *_both("regexSplit", "string string int", _split),
    function("regexQuoteMeta", "string", lambda _, text: _META.sub(r"\\\g<0>", text)),
)
