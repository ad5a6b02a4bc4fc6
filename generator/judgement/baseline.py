"""Findings that were there when somebody started to judge: which are known, and which entries are over.

A baseline can be taken of any cluster, so that only what is new fails from then on. It never hides what is more
severe than it was when it was taken. A waiver says who answers for a finding and until when, and so comes first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from json import dumps
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from generator.finding import SEVERITIES, Finding
from generator.problems import Place, Problem

#: The form of the file.
VERSION = 1
#: How to write it again.
UPDATE = "tenantry lint --update-baseline"


class Entry(Struct, frozen=True):
    """What was found *count* times, and how severe it was at worst; *message* is for whoever reads the file."""

    fingerprint: str
    policy: str
    severity: str
    count: int
    message: str
    origin: Place


class Applied(Struct, frozen=True):
    """Findings, each with whether it is known, and what there is to say of the baseline itself."""

    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


def fingerprint(identity: Sequence[object]) -> str:
    """Reduce what stays the same of a finding while its lines move."""
    return sha256(dumps(identity).encode()).hexdigest()


def taken(findings: Iterable[Finding]) -> list[Entry]:
    """Return the entries that make all *findings* known, except those that a waiver covers."""
    found: dict[str, Entry] = {}
    for finding in findings:
        if finding.waiver is None:
            key = fingerprint(finding.identity)
            entry = Entry(key, finding.policy.id, finding.severity, 0, finding.message, finding.place)
            old = found.get(key, entry)
            found[key] = replace(old, severity=_worse(old.severity, finding.severity), count=old.count + 1)
    return sorted(found.values(), key=lambda entry: (entry.policy, entry.message, entry.fingerprint))


def common(entries: Iterable[Entry], before: Iterable[Entry]) -> list[Entry]:
    """Return what is known now and was before: a change cannot make known what it brings along."""
    known = {entry.fingerprint: entry for entry in before}
    return [
        replace(
            entry,
            count=min(entry.count, known[entry.fingerprint].count),
            severity=max(entry.severity, known[entry.fingerprint].severity, key=SEVERITIES.index),
        )
        for entry in entries
        if entry.fingerprint in known
    ]


def text(entries: Iterable[Entry]) -> str:
    """Write a baseline, one finding a line, so that a review shows what came and what went."""
    lines = [f"    {_line(entry)}" for entry in entries]
    listed = "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'


def _line(entry: Entry) -> str:
    value = {
        "policy": entry.policy,
        "severity": entry.severity,
        "count": entry.count,
        "message": "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in entry.message),
        "fingerprint": entry.fingerprint,
    }
    return dumps(value, ensure_ascii=False)  # YAML's readers take a character of four bytes as it is, and not as a pair


def from_value(value: Mapping[str, Any], document: str) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Take the entries of a value that its schema has found valid, and say which of them stand there twice."""
    place = Place(document, ("findings",))
    entries = tuple(
        Entry(item["fingerprint"], item["policy"], item["severity"], item["count"], item["message"], place / index)
        for index, item in enumerate(value["findings"])
    )
    return entries, tuple(_doubles(entries))


def _doubles(entries: Iterable[Entry]) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in entries:
        if first.setdefault(entry.fingerprint, entry) is not entry:
            message = f"the finding stands here twice; drop one, or write the file again with: {UPDATE}"
            yield Problem(entry.origin, message)


def apply(findings: Iterable[Finding], entries: Sequence[Entry], *, whole: bool = True) -> Applied:
    """Mark each finding that nobody has waived: known if an entry counts it and it is no worse than recorded.

    Entries that count more than there is are told if *whole*: if everything was judged that the baseline is about.
    """
    by_key = {entry.fingerprint: entry for entry in entries}
    used: Counter[str] = Counter()
    marked = [_marked(finding, by_key, used) for finding in findings]
    over = [entry for entry in entries if used[entry.fingerprint] < entry.count]
    return Applied(tuple(marked), tuple(_idle(over, used)) if whole else ())


def _marked(finding: Finding, entries: Mapping[str, Entry], used: Counter[str]) -> Finding:
    if finding.waiver is not None:
        return finding
    entry = entries.get(fingerprint(finding.identity))
    if entry is None or used[entry.fingerprint] >= entry.count or _is_worse(finding.severity, entry.severity):
        return replace(finding, known=False)
    used[entry.fingerprint] += 1
    return replace(finding, known=True)


def _idle(over: Sequence[Entry], used: Counter[str]) -> Iterator[Problem]:
    """Tell of the first entry that is over, and how many there are: one run writes them all again."""
    if not over:
        return
    entry = over[0]
    times = used[entry.fingerprint]
    what = f"is found {times} and no more {entry.count} times" if times else "is not found any more"
    others = f", nor are {len(over) - 1} others as they were" if len(over) > 1 else ""
    yield Problem(entry.origin, f"this {what}{others}; write the file again with: {UPDATE}", warning=True)


def _is_worse(one: str, other: str) -> bool:
    return SEVERITIES.index(one) < SEVERITIES.index(other)


def _worse(one: str, other: str) -> str:
    return one if _is_worse(one, other) else other
