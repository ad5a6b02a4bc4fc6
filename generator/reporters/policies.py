"""Policies told to people and programs: what each asks for, how bad it is to break it, why, and how to mend it."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from generator import emit
from generator.finding import OFF, REACHES, Policy
from generator.reporters import called, dumped, shown
from generator.rules import RULES

#: The form of the JSON; a field that is added does not change it.
VERSION = 1
_WIDTH = 80
#: What the reaches are called.
_WHERE = {
    "control-plane": "the control plane and the whole cluster",
    "shared": "a namespace that others use",
    "tenant": "a tenant's own namespace",
}


def listing(policies: Sequence[Policy]) -> str:
    """Write a line for each policy; what a repository has changed or switched off is told below it.

    A severity is one word, or one for each reach: the control plane, shared namespaces, tenants' own.
    """
    rows = [(" ".join(policy.codes), policy.id, severities(policy), policy.title) for policy in policies]
    head = ("CODE", "ID", "SEVERITY", "TITLE")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    lines = [_row(head, widths)]
    for row, policy in zip(rows, policies, strict=True):
        lines.append(_row(row, widths))
        lines += [f"{'':{widths[0]}}  {shown(line)}" for line in _adjusted(policy)]
    total = f"{len(policies)} policies" if len(policies) != 1 else "1 policy"
    off = sum(policy.severity == OFF for policy in policies)
    adjusted = sum(policy.adjusted is not None for policy in policies)
    counted = [f"{number} {word}" for number, word in ((adjusted, "adjusted here"), (off, "switched off")) if number]
    lines += ["", "; ".join([total, *counted])]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [f"{shown(cell):{width}}" for cell, width in zip(cells, (*widths, 0), strict=True)]
    return "  ".join(padded).rstrip()


def _adjusted(policy: Policy) -> Iterator[str]:
    if policy.adjusted is not None:
        yield f"  adjusted by {policy.adjusted.document}: {' '.join(policy.reason.split())}"


def severities(policy: Policy) -> str:
    """Write ``high``, or ``critical/high/off`` for the control plane, shared namespaces and tenants' own."""
    each = [policy.severities[reach] for reach in REACHES]
    return each[0] if len(set(each)) == 1 else "/".join(each)


def as_json(policies: Sequence[Policy]) -> str:
    """Write the policies for programs."""
    return dumped({"version": VERSION, "policies": [_value(policy) for policy in policies]})


def _value(policy: Policy) -> dict[str, Any]:
    return {
        "id": policy.id,
        "codes": list(policy.codes),
        "title": policy.title,
        "severity": policy.severity,
        "severities": {reach: policy.severities[reach] for reach in REACHES},
        "category": policy.category,
        "why": policy.why,
        "fix": policy.fix,
        "references": list(policy.references),
        "rule": policy.rule,
        "parameters": policy.parameters,
        "file": policy.origin.document,
        "adjusted": {"file": policy.adjusted.document, "reason": policy.reason} if policy.adjusted else None,
    }


def explanation(policy: Policy) -> str:
    """Write all that is known of a policy, within 80 columns but for its examples."""
    parts = [
        f"{called(policy)}: {policy.title}",
        _paragraph(policy.why),
        f"Severity:\n\n{_severity(policy)}",
        f"Fix:\n\n{_paragraph(policy.fix)}",
    ]
    if policy.rule:  # what is asked of waivers is asked by no rule
        parts.append(f"Rule:\n\n{_rule(policy)}")
    if policy.references:
        parts.append("References:\n\n" + "\n".join(_folded(reference) for reference in policy.references))
    parts += _examples("Passes", policy.passes)
    parts += _examples("Fails", policy.fails)
    return "\n\n".join(parts)


def _severity(policy: Policy) -> str:
    each = policy.severities
    said = {"everywhere": policy.severity} if len(set(each.values())) == 1 else {_WHERE[r]: each[r] for r in REACHES}
    lines = [f"  {severity:8}  {where}" for where, severity in said.items()]
    lines += [_folded(line.strip()) for line in _adjusted(policy)]
    return "\n".join(lines)


def _rule(policy: Policy) -> str:
    """Write the rule with its documentation, which is the docstring of its module, and what it is asked with."""
    rule = RULES.get(policy.rule)
    documentation = (import_module(rule.check.__module__).__doc__ or "") if rule is not None else ""
    paragraphs = [_paragraph(paragraph) for paragraph in documentation.split("\n\n") if paragraph.strip()]
    asked = [textwrap.indent(emit.document(policy.parameters).rstrip(), "    ")] if policy.parameters else []
    return "\n\n".join([f"  {policy.rule}", *paragraphs, *asked])


def _examples(title: str, sets: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    for index, bodies in enumerate(sets, 1):
        number = f" {index} of {len(sets)}" if len(sets) > 1 else ""
        text = "---\n".join(emit.document(body) for body in bodies)
        yield f"{title}{number}:\n\n{textwrap.indent(text.rstrip(), '  ')}"


def _paragraph(text: str) -> str:
    return _folded(" ".join(text.replace("``", "").split()))


def _folded(text: str) -> str:
    return textwrap.fill(
        shown(text),
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
