"""What was found, in words and formats for people and machines; nothing here reads or writes files.

Every format of findings is a module with one function, ``report(findings, *, tool_version, problems) -> str``. It is
imported when somebody asks for it, for most runs need none. A report does not depend on the order of its findings, and
holds whatever their strings hold without becoming anything else: names in manifests may be chosen by anybody.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from generator.finding import SEVERITIES, Finding, Policy
from generator.judgement.baseline import fingerprint
from generator.problems import Place, Problem

#: What people call a format -> its module.
FORMATS: Mapping[str, str] = {
    "text": "text",
    "json": "json_report",
    "sarif": "sarif",
    "junit": "junit",
    "github": "github",
    "gitlab": "gitlab",
    "markdown": "markdown",
}

_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}
#: In JSON as ``json.dumps`` writes it: an escaped backslash or a pair, which stay, or half a character.
_HALF = re.compile(r"(\\\\|\\ud[89ab]..\\ud[c-f]..)|\\ud[89a-f]..")


class Reporter(Protocol):
    """Write findings in one format."""

    def __call__(self, findings: Sequence[Finding], *, tool_version: str, problems: Sequence[Problem] = ()) -> str:
        """Write findings whose places have their lines already; a line of 0 is not known.

        *problems* are what was not judged for being wrong, and what is wrong with waivers and the baseline. Without
        them, what nobody has looked at would seem to be well.
        """


def reporter(name: str) -> Reporter:
    """Return the function that writes a format of ``FORMATS``."""
    from importlib import import_module

    report: Reporter = import_module(f"{__name__}.{FORMATS[name]}").report
    return report


def distinct(problems: Iterable[Problem]) -> list[Problem]:
    """Sort problems by place, each once: several clusters may share what is wrong."""
    return sorted(set(problems), key=lambda one: (one.place.document, one.place.line, one.place.column, worded(one)))


def worded(problem: Problem) -> str:
    """Say what is wrong, and with which field."""
    return f"{problem.field}: {problem.message}" if problem.place.route else problem.message


def level(problem: Problem) -> str:
    """Say whether a problem stops something: ``error`` or ``warning``."""
    return "warning" if problem.warning else "error"


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: worst first, then by policy and place; those that are told apart at all have one order."""
    return sorted(findings, key=_key)


def _key(finding: Finding) -> tuple[Any, ...]:
    place, waiver = finding.place, finding.waiver
    return (
        _RANK[finding.severity],
        finding.policy.id,
        (place.document, place.line, place.column, str(place)),
        finding.identity,
        (finding.tenant, finding.confidence, finding.reach, finding.chain, tuple(map(str, finding.related))),
        (finding.includes, finding.instead, bool(finding.known)),
        (waiver.until, waiver.owner, waiver.reason, str(waiver.origin)) if waiver else (),
    )


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Count the open findings, of every severity that has any."""
    found = [finding.severity for finding in findings if finding.is_open]
    return {severity: found.count(severity) for severity in SEVERITIES if severity in found}


def fingerprinted(findings: Iterable[Finding]) -> Iterator[tuple[str, Finding]]:
    """Yield findings, in the order of *findings*, each with what recognizes it after its lines have moved.

    No two have the same fingerprint: services that compare reports drop whatever they take for a double.
    """
    seen: dict[tuple[str, ...], int] = {}
    for finding in findings:
        identity = finding.identity
        seen[identity] = again = seen.get(identity, 0) + 1
        yield fingerprint(identity if again == 1 else (*identity, again)), finding


def accepted(finding: Finding) -> str:
    """Say who accepted a finding, if anybody has."""
    if waiver := finding.waiver:
        return f"accepted by {waiver.owner} until {waiver.until}: {waiver.reason}"
    return "known: the baseline holds it" if finding.known else ""


def called(policy: Policy) -> str:
    """Write what a policy is called, its number first: ``R013 no-secret-reading``."""
    return " ".join((*policy.codes, policy.id))


def headline(findings: Sequence[Finding], total: str = "{}") -> str:
    """Count findings: what is open, by severity, as *total* has it, then what has been accepted."""
    found = counts(findings)
    waived = sum(finding.waiver is not None for finding in findings)
    known = len(findings) - waived - sum(found.values())
    each = ", ".join(f"{count} {severity}" for severity, count in found.items())
    said = [total.format(each) if each else "no findings"]
    said += [f"{number} {word}" for number, word in ((known, "known"), (waived, "waived")) if number]
    return "; ".join(said)


def shown(text: str) -> str:
    """Write *text* on one line with whatever cannot be seen escaped, such as the codes that move a cursor."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def spot(place: Place) -> str:
    """Write a place as editors follow it: ``tenants/vision.yaml:14:26``, as far as it is known."""
    known = [str(number) for number in (place.line, place.column if place.line else 0) if number]
    return shown(":".join([place.document, *known]))


def dumped(value: Any) -> str:
    """Write JSON that every parser takes: in ASCII, with U+FFFD for half a character, which some refuse."""
    from json import dumps

    return _HALF.sub(lambda match: match[1] or r"\ufffd", dumps(value, indent=2)) + "\n"
