"""What one person gets from a launcher's profiles, told to people and to machines: each value, and what decided it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from generator.kubernetes.quantity import Quantity
from generator.launcher.demand import Demand
from generator.launcher.profiles import Limit, called
from generator.problems import Place
from generator.reporters.access import folded, shown

#: The form of the JSON; a field that is added does not change it.
VERSION = 1


class Limits(Struct, frozen=True):
    """What somebody gets by one file, ``source``."""

    source: str
    user: str
    groups: tuple[str, ...]
    limits: tuple[Limit, ...]
    jobs: tuple[Demand, ...]


# -- text


def text(answers: Sequence[Limits]) -> str:
    """Write answers for people, one below the other."""
    return "\n\n".join("\n".join(_lines(answer)) for answer in answers)


def _lines(answer: Limits) -> Iterator[str]:
    yield from folded(f"{shown(answer.source)}: {shown(called(answer.user, answer.groups))} gets this", "", "  ")
    yield ""
    rows = [(limit.option.name, _value(limit), _why(limit)) for limit in answer.limits if limit.value is not None]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    second = min(second, _WIDEST)
    for name, value, why in rows:
        yield f"  {name:<{first}}  {value:<{second}}  {why}"
    for limit in answer.limits:
        yield from _differing(limit)
    yield ""
    for job in answer.jobs:
        yield from folded(f"a job {shown(job.name)}: {_demanded(job)}", "  ", "    ")


#: Characters of a column of values; a longer value pushes what decided it to the right.
_WIDEST = 24


def _value(limit: Limit) -> str:
    return "nothing" if limit.value is None else shown(limit.value)


def _why(limit: Limit) -> str:
    if limit.decision is None:
        return "by default" if limit.value is not None else "not set"
    return f"{shown(limit.decision.profile.title)}, {_line(limit.decision.setting.place)}"


def _line(place: Place) -> str:
    return f"line {place.line}" if place.line else shown(str(place))


def _differing(limit: Limit) -> Iterator[str]:
    if limit.otherwise is not None:
        other = limit.otherwise
        yield from folded(
            f"note: {limit.option.name} is {_value(other)} ({_why(other)}) if the most specific section wins, "
            "and not the last one: put [*] first, then groups, then users",
            "  ",
            "    ",
        )


def _demanded(job: Demand) -> str:
    parts = [f"{what} {_amounts(amounts)}" for what, amounts in (("limits", job.limits), ("requests", job.requests))]
    return "; ".join(parts)


def _amounts(amounts: Mapping[str, Quantity]) -> str:
    return ", ".join(f"{name}={amount}" for name, amount in amounts.items()) or "none"


# -- json


def as_json(answers: Sequence[Limits]) -> str:
    """Write answers for programs."""
    return json.dumps({"version": VERSION, "answers": [_answer(answer) for answer in answers]}, indent=2)


def _answer(answer: Limits) -> dict[str, Any]:
    return {
        "source": answer.source,
        "user": answer.user,
        "groups": list(answer.groups),
        "limits": {limit.option.name: _limit(limit) for limit in answer.limits},
        "jobs": [
            {"name": job.name, "limits": _texts(job.limits), "requests": _texts(job.requests)} for job in answer.jobs
        ],
    }


def _limit(limit: Limit) -> dict[str, Any]:
    """Write a limit; ``section`` is null for a default, ``otherwise`` is there where the two readings differ."""
    decision = limit.decision
    value: dict[str, Any] = {
        "value": limit.value,
        "section": None if decision is None else decision.profile.section,
        "line": None if decision is None else decision.setting.place.line,
    }
    return value if limit.otherwise is None else value | {"otherwise": _limit(limit.otherwise)}


def _texts(amounts: Mapping[str, Quantity]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}
