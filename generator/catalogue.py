"""The policies that hold in a repository: those that ship with the program, and the site's own over them."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from generator import documents, policy, repository, schema, shipped, waivers
from generator.documents import Document
from generator.finding import Policy, Waiver
from generator.problems import InputError, Place, Problem, instead


def read(root: Path) -> tuple[list[Policy], list[Problem]]:
    """Return the policies in order of their ids; a site's policy replaces the shipped one of the same id."""
    folder = shipped.policies()
    found = {name: documents.read(folder, f"{name}.yaml") for name in sorted(p.stem for p in folder.glob("*.yaml"))}
    for source in repository.policy_sources(root):
        found[repository.name_of(source.document)] = documents.read(root, source.document)
    policies: list[Policy] = []
    problems: list[Problem] = []
    for name in sorted(found):
        wrong = [*found[name].problems, *_wrong(found[name], "policy")]
        problems += wrong
        value: Any = found[name].value
        if not wrong:
            made = policy.from_value(value, Place(found[name].name))
            faults = list(policy.check(made))
            problems += faults
            policies += [] if faults else [made]
    return policies, problems


def _wrong(document: Document, kind: str) -> list[Problem]:
    return list(schema.check(document, kind)) if document.value is not None else []


def choose(policies: Sequence[Policy], selected: Collection[str], ignored: Collection[str]) -> list[Policy]:
    """Return the selected policies (all, if none is) without the ignored ones; refuse ids that no policy has."""
    ids = [one.id for one in policies]
    unknown = [("--select", name) for name in selected if name not in ids]
    unknown += [("--ignore", name) for name in ignored if name not in ids]
    if unknown:
        problems = [Problem(Place(where), f"{name!r} is not a policy; {instead(name, ids)}") for where, name in unknown]
        raise InputError(problems)
    return [one for one in policies if one.id not in ignored and (not selected or one.id in selected)]


def accepted(root: Path) -> tuple[tuple[Waiver, ...], list[Problem]]:
    """Return the repository's waivers."""
    if not (root / repository.WAIVERS).exists():
        return (), []
    document = documents.read(root, repository.WAIVERS)
    problems = [*document.problems, *_wrong(document, "waivers")]
    value: Any = document.value
    return (() if problems else waivers.from_value(value, document.name)), problems
