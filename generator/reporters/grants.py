"""Findings that come from one grant, put together: who is given what, by which binding, and all that is wrong with it.

A role such as ``edit`` breaks a dozen policies at once. Told one by one, that is a dozen times the same chain; told as
one grant, it is one heading, a line for each policy, and the chain once.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct

from generator.finding import SEVERITIES, Finding, Policy
from generator.problems import Place
from generator.reporters import accepted

_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_KINDS = frozenset({*_BINDINGS, "Role", "ClusterRole"})
_SUBJECTS = {"user": "User", "group": "Group", "serviceaccount": "ServiceAccount"}
#: So many subjects are named in a heading.
_NAMED = 4


class Line(Struct, frozen=True):
    """One policy that a grant breaks: *said* is what of the grant does, *who* are the subjects if not all of them.

    *aside* is what else there is to know: that it is not certain, or who has accepted it.
    """

    severity: str
    policy: Policy
    said: str
    who: tuple[str, ...]
    aside: str
    includes: tuple[str, ...]


class Grant(Struct, frozen=True, dict=True):
    """One binding, or one role, with all that was found against it, worst first; what is worked out is kept."""

    findings: tuple[Finding, ...]

    @property
    def severity(self) -> str:
        """That of the worst finding."""
        return self.findings[0].severity

    @property
    def place(self) -> Place:
        """Where to mend it."""
        return self.findings[0].place

    @property
    def related(self) -> tuple[Place, ...]:
        """The other places that have to do with it, once each."""
        return tuple(dict.fromkeys(place for finding in self.findings for place in finding.related))

    @property
    def called(self) -> str:
        """The binding or role by kind and name."""
        return f"{self.findings[0].kind} {self.findings[0].name}"

    @cached_property
    def subjects(self) -> tuple[str, ...]:
        """Who is given it."""
        return tuple(sorted({_subject(finding) for finding in self.findings if finding.subject}))

    @cached_property
    def role(self) -> str:
        """The role that a binding gives, as the chain has it; empty where it does not say."""
        if self.findings[0].kind not in _BINDINGS:
            return ""
        chain = self.findings[0].chain
        if len(chain) < 2 or not chain[1].startswith(("Role ", "ClusterRole ")):  # noqa: PLR2004 - the role comes second
            return ""
        kind, _, name = chain[1].partition(" (")[0].partition(" ")
        return f"{kind} {name.rpartition('/')[2]}"  # a Role is in the namespace of its binding

    @property
    def where(self) -> str:
        """Where it holds."""
        finding = self.findings[0]
        if finding.namespace:
            return f"in namespace {finding.namespace}"
        return "in the whole cluster" if finding.kind in _BINDINGS else ""

    @property
    def heading(self) -> str:
        """Who is given what, and where; of a role, which and where."""
        first = self.findings[0]
        reach = {"control-plane": "control plane", "shared": "shared"}.get(first.reach, "") if first.namespace else ""
        aside = "; ".join(filter(None, (first.cluster, reach)))
        return " ".join(filter(None, (self._given, self.where, f"({aside})" if aside else "")))

    @property
    def whose(self) -> str:
        """Who has it, and where: what tells it apart from one that is alike."""
        cluster = self.findings[0].cluster
        subjects = listed(self.subjects) if self.subjects else self.called
        return " ".join(filter(None, (subjects, self.where, f"({cluster})" if cluster else "")))

    @property
    def _given(self) -> str:
        if not self.subjects:
            return self.called
        verb = "are" if len(self.subjects) > 1 else "is"
        return f"{listed(self.subjects)} {verb} given {self.role or self.called}"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What is wrong with it, one line for each policy and what of the grant breaks it, worst first."""
        found: dict[tuple[str, str, str, str], list[Finding]] = {}
        for finding in self.findings:
            key = (finding.severity, finding.policy.id, _said(finding, self.role), _aside(finding))
            found.setdefault(key, []).append(finding)
        return tuple([self._line(same, said, aside) for (_, _, said, aside), same in found.items()])

    def _line(self, same: Sequence[Finding], said: str, aside: str) -> Line:
        first = same[0]
        who = tuple(sorted({_subject(finding) for finding in same if finding.subject}))
        includes = tuple(sorted({name for finding in same for name in finding.includes}))
        return Line(first.severity, first.policy, said, () if who == self.subjects else who, aside, includes)

    @property
    def instead(self) -> tuple[str, ...]:
        """What would do in its place, once for all that is wrong with it."""
        return tuple(dict.fromkeys(finding.instead for finding in self.findings if finding.instead))

    @property
    def steps(self) -> tuple[str, ...]:
        """How it comes about, each step once; the binding itself stands in the heading."""
        steps = dict.fromkeys(step for finding in self.findings for step in finding.chain)
        first = self.findings[0]
        by = f"{first.kind} {first.namespace}/{first.name} (" if first.namespace else f"{first.kind} {first.name} ("
        return tuple(step for step in steps if first.kind not in _BINDINGS or not step.startswith(by))

    @property
    def likeness(self) -> tuple[object, ...]:
        """What it has in common with those that are as wrong as it is, in other namespaces or for others."""
        lines = tuple((line.severity, line.policy.id, line.said, line.aside) for line in self.lines)
        return (self.findings[0].kind, self.role or self.called, lines)


def is_grant(finding: Finding) -> bool:
    """Tell whether a finding is about a role or a binding."""
    return finding.kind in _KINDS


def grants(findings: Iterable[Finding]) -> list[Grant]:
    """Put ordered findings about roles and bindings together; worst first, and of these the one that breaks most."""
    found: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        if is_grant(finding):
            key = (finding.cluster, finding.place, finding.kind, finding.namespace, finding.name)
            found.setdefault(key, []).append(finding)
    made = [Grant(tuple(same)) for same in found.values()]
    return sorted(made, key=lambda grant: (SEVERITIES.index(grant.severity), -len(grant.lines)))  # stable


def alike(found: Iterable[Grant]) -> list[list[Grant]]:
    """Put grants together that are wrong in the same way, in the order of the first of each."""
    groups: dict[tuple[object, ...], list[Grant]] = {}
    for grant in found:
        groups.setdefault(grant.likeness, []).append(grant)
    return list(groups.values())


def listed(words: Sequence[str], most: int = _NAMED) -> str:
    """Write ``a, b and c``; of many, the first."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _subject(finding: Finding) -> str:
    kind, _, name = finding.subject.partition(":")
    return f"{_SUBJECTS.get(kind, kind)} {name}"


def _aside(finding: Finding) -> str:
    confidence = "" if finding.confidence == "certain" else finding.confidence
    return "; ".join(filter(None, (confidence, accepted(finding))))


def _said(finding: Finding, role: str) -> str:
    """Leave out of a message what the heading says: who, where, and by which binding."""
    text = finding.message
    for end in _ends(finding, role):
        text = text.removesuffix(end)
    who = _subject(finding)
    for start in (f"{who} is granted ", f"{who} ", f"{finding.kind} {finding.name} of {role} "):
        if text.startswith(start):
            return text.removeprefix(start) or finding.message
    return text or finding.message


def _ends(finding: Finding, role: str) -> tuple[str, ...]:
    by = f" by {finding.kind} {finding.name} of {role}"
    where = f" in namespace {finding.namespace}" if finding.namespace else " in the whole cluster"
    return (f",{by}", by, f",{where}", where)
