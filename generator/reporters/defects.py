"""What is wrong with object templates, as text for people and as JSON for programs."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from generator.launcher.defect import RULES, SEVERITIES, Defect
from generator.launcher.templatecheck import Verdict
from generator.reporters import dumped, shown

#: The form of the JSON; a field that is added does not change it.
VERSION = 1


def text(defects: Iterable[Defect], folder: str) -> str:
    """Write each defect with its place, its code and what would be right; nothing for none."""
    lines = []
    for one in defects:
        lines.append(f"{_where(one, folder)}: {one.level}: {one.code}: {one.message}")
        if one.payload:
            lines.append(f"    shown by the job: {one.payload}")
        lines.append(f"    instead: {one.remedy}")
    return "".join(f"{shown(line)}\n" for line in lines)


def summary(verdict: Verdict) -> str:
    """Say how much was rendered, and count defects by how bad they are."""
    found = Counter(one.level for one in verdict.defects)
    told = [f"{found[level]} {level}{'' if found[level] == 1 else 's'}" for level in SEVERITIES if found[level]]
    return f"{len(verdict.rendered)} objects rendered: {', '.join(told) or 'no findings'}"


def renderings(verdict: Verdict) -> str:
    """Write what each template gave for each payload, as one stream of YAML."""
    return "".join(
        f"--- # {one.file}: {one.payload}\n" + "".join(f"{shown(line)}\n" for line in one.text.split("\n") if line)
        for one in verdict.rendered
    )


def as_json(verdict: Verdict, folder: str, *, verbose: bool = False) -> str:
    """Write all defects as one JSON document, with what was rendered if that is wanted."""
    report: dict[str, Any] = {"version": VERSION, "folder": folder, "findings": [*map(_object, verdict.defects)]}
    if verbose:
        report["rendered"] = [{"file": one.file, "payload": one.payload, "text": one.text} for one in verdict.rendered]
    return dumped(report)


def _object(one: Defect) -> dict[str, Any]:
    return {
        "code": one.code,
        "severity": one.level,
        "title": RULES[one.code].title,
        "message": one.message,
        "file": one.place.document,
        "line": one.place.line or None,
        "column": one.place.column or None,
        "field": one.field or None,
        "payload": one.payload or None,
        "instead": one.remedy,
    }


def _where(one: Defect, folder: str) -> str:
    place = one.place
    name = place.document if folder in {"", "."} or place.document.startswith("/") else f"{folder}/{place.document}"
    return f"{name}:{place.line}:{place.column}" if place.line else name
