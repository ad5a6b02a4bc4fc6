"""Benchmarks of others as tables: each control is decided by policies and rules, or it says why manifests cannot tell.

No I/O here. A control holds when all of its policies are kept and all that it asks itself finds nothing. What somebody
has accepted by a waiver is told as accepted, and does not fail. A policy that a repository has turned off decides
nothing: its control is then as undecided as one that nobody can decide.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from generator.finding import OFF, REACHES, Finding, Policy
from generator.problems import Place

State = Literal["failed", "accepted", "passed", "undecided"]
#: Worst first.
STATES: tuple[State, ...] = ("failed", "accepted", "undecided", "passed")

#: The category of what controls ask by themselves.
_CATEGORY = "benchmark"


class Control(Struct, frozen=True):
    """One control of a benchmark; *level* is 0 where it has none.

    *policies* are ids. *asks* are questions of its own. *undecided* says why manifests cannot tell, where there is
    neither. *note* says what the answer leaves aside.
    """

    id: str
    title: str
    level: int
    policies: tuple[str, ...]
    asks: tuple[Policy, ...]
    undecided: str
    note: str


class Benchmark(Struct, frozen=True):
    """The controls of one version of a benchmark, in its order."""

    id: str
    title: str
    version: str
    references: tuple[str, ...]
    controls: tuple[Control, ...]

    @property
    def asks(self) -> tuple[Policy, ...]:
        """All questions that its controls ask by themselves, each once."""
        return tuple({one.id: one for control in self.controls for one in control.asks}.values())

    @property
    def policies(self) -> frozenset[str]:
        """The ids of all policies that its controls ask about."""
        return frozenset(name for control in self.controls for name in control.policies)


class Result(Struct, frozen=True):
    """What became of a control: *findings* are what speaks against it, *reason* why it is not decided."""

    control: Control
    state: State
    findings: tuple[Finding, ...] = ()
    reason: str = ""


def from_value(value: Mapping[str, Any], version: str, document: str) -> Benchmark:
    """Take one version of a benchmark from a value that its schema has found valid; *document* names its file."""
    controls = [
        _control(one, name, Place(document, ("controls", index)))
        for index, one in enumerate(value["controls"])
        if (name := one["ids"].get(version) if "ids" in one else one["id"]) is not None
    ]
    return Benchmark(value["id"], value["title"], version, tuple(value["references"]), tuple(controls))


def _control(value: Mapping[str, Any], name: str, place: Place) -> Control:
    asks = value.get("asks", ())
    return Control(
        id=name,
        title=value["title"],
        level=value.get("level", 0),
        policies=tuple(value.get("policies", ())),
        asks=tuple(_asked(one, name, value["title"], place / "asks" / index) for index, one in enumerate(asks)),
        undecided=" ".join(value.get("undecided", "").split()),
        note=" ".join(value.get("note", "").split()),
    )


def _asked(value: Mapping[str, Any], name: str, title: str, place: Place) -> Policy:
    """Return a question as a policy, so that it is judged as one; nobody is shown its severity."""
    parameters = value.get("parameters", {})
    return Policy(
        id=f"{value['rule']} {sorted(parameters.items())!r}",
        title=title,
        severities=dict.fromkeys(REACHES, "medium"),
        category=_CATEGORY,
        why=f"{name} asks for it.",
        fix="",
        references=(),
        rule=value["rule"],
        parameters=parameters,
        passes=(),
        fails=(),
        origin=place,
    )


def results(benchmark: Benchmark, policies: Iterable[Policy], findings: Sequence[Finding]) -> Iterator[Result]:
    """Yield what becomes of each control by what was found; *policies* are all that were asked about."""
    by_policy: dict[str, list[Finding]] = {}
    for finding in findings:
        for name in dict.fromkeys((finding.policy.id, *finding.includes)):
            by_policy.setdefault(name, []).append(finding)
    known = {one.id: one for one in policies}
    for control in benchmark.controls:
        yield _result(control, known, by_policy)


def _result(control: Control, known: Mapping[str, Policy], by_policy: Mapping[str, Sequence[Finding]]) -> Result:
    if control.undecided:
        return Result(control, "undecided", reason=control.undecided)
    names = (*control.policies, *(one.id for one in control.asks))
    found = tuple({id(finding): finding for name in names for finding in by_policy.get(name, ())}.values())
    if any(finding.waiver is None for finding in found):
        return Result(control, "failed", found)
    off = [name for name in control.policies if name not in known or known[name].severity == OFF]
    if off:
        what = "policies are" if off[1:] else "policy is"
        return Result(control, "undecided", found, f"a part of it is not asked, for its {what} off: {', '.join(off)}")
    return Result(control, "accepted" if found else "passed", found)
