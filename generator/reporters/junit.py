"""Findings as JUnit's XML, which every CI shows: a suite for each policy, a failed test for each finding."""

import re
import xml.etree.ElementTree as ET  # it only writes here, and reads nobody's XML
from collections.abc import Iterator, Sequence
from itertools import groupby

from generator.finding import Finding
from generator.problems import Problem
from generator.reporters import accepted, called, distinct, ordered, shown, spot, worded

#: What XML 1.0 (2.2) cannot hold in any spelling.
_NO_CHARACTER = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report(findings: Sequence[Finding], *, tool_version: str, problems: Sequence[Problem] = ()) -> str:
    """Write all findings, accepted ones as skipped; a test that passes when there are none.

    What is wrong with the input is a test with an error; a warning is none. The name of a test has no line in it, so
    that CI recognizes it after lines have moved.
    """
    errors = [problem for problem in distinct(problems) if not problem.warning]
    counted = _counts(findings, errors)
    root = ET.Element("testsuites", {"name": f"tenantry {_held(tool_version)}", **counted})
    if errors:
        suite = ET.SubElement(root, "testsuite", {"name": "input", **_counts((), errors)})
        suite.extend(_error(problem) for problem in errors)
    by_policy = sorted(ordered(findings), key=lambda finding: finding.policy.id)  # stable: worst first in each
    for _, group in groupby(by_policy, key=lambda finding: finding.policy.id):
        same = list(group)
        suite = ET.SubElement(root, "testsuite", {"name": _held(same[0].policy.id), **_counts(same)})
        suite.extend(_test(finding) for finding in same)
    if not findings and not errors:
        suite = ET.SubElement(root, "testsuite", {"name": "policies", **_counts(())})
        ET.SubElement(suite, "testcase", {"classname": "policies", "name": "no findings"})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(findings: Sequence[Finding], errors: Sequence[Problem] = ()) -> dict[str, str]:
    skipped = sum(not finding.is_open for finding in findings)
    tests = len(findings) + len(errors)
    counted = {"tests": tests or 1, "failures": len(findings) - skipped, "errors": len(errors), "skipped": skipped}
    return {key: str(number) for key, number in counted.items()}


def _error(problem: Problem) -> ET.Element:
    name, place = worded(problem), problem.place
    attributes = {"classname": "input", "name": f"{place.document}: {name}", "file": place.document}
    test = ET.Element("testcase", {key: _held(value) for key, value in attributes.items()})
    error = ET.SubElement(test, "error", {"type": "input", "message": _held(name)})
    error.text = shown(f"{spot(place)}: {name}")
    return test


def _test(finding: Finding) -> ET.Element:
    name = ": ".join(filter(None, (finding.cluster, finding.place.document, finding.message)))
    attributes = {"classname": finding.policy.id, "name": name, "file": finding.place.document}
    if finding.place.line:
        attributes["line"] = str(finding.place.line)
    test = ET.Element("testcase", {key: _held(value) for key, value in attributes.items()})
    if not finding.is_open:
        ET.SubElement(test, "skipped", {"message": _held(accepted(finding))})
    else:
        failure = ET.SubElement(test, "failure", {"type": finding.severity, "message": _held(finding.message)})
        failure.text = "\n".join(map(shown, _details(finding)))
    return test


def _details(finding: Finding) -> Iterator[str]:
    policy = finding.policy
    yield f"{spot(finding.place)}: {finding.message}"
    yield from (f"  {step}" for step in finding.chain)
    yield from (f"  see {spot(place)}" for place in finding.related)
    if finding.includes:
        yield f"with it: {', '.join(finding.includes)}"
    if policy.codes:
        yield f"policy: {called(policy)}"
    yield f"why: {' '.join(policy.why.split())}"
    yield f"fix: {' '.join(policy.fix.split())}"
    if finding.instead:
        yield f"instead: {finding.instead}"


def _held(text: str) -> str:
    """Spell what XML cannot hold, and keep all else."""
    return _NO_CHARACTER.sub(lambda match: match[0].encode("unicode_escape").decode(), text)
