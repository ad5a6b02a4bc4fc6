"""Why the API server refuses an object, for a machine to read, and the code and message that it answers with."""

from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import takewhile

from msgspec import Struct

from generator.kubernetes.quantity import Quantity


class Plugin(Enum):
    """Who refuses, in the order in which the API server asks them; the value is the code that it answers with."""

    DECODING = ("decoding", 400)
    VALIDATION = ("validation", 422)
    LIMIT_RANGER = ("LimitRanger", 403)
    RESOURCE_QUOTA = ("ResourceQuota", 403)


class Rule(Enum):
    """What was not kept."""

    MALFORMED = "malformed"  # cannot be read at all
    INVALID = "invalid"  # an amount or a resource that no pod may have
    REQUEST = "request"  # the request is more than the limit, or not the limit where it has to be
    MIN = "min"
    MAX = "max"
    RATIO = "maxLimitRequestRatio"
    REQUIRED = "required"  # a quota counts it, so each container has to name it
    EXCEEDED = "exceeded"


class Refusal(Struct, frozen=True):
    """One cause for which an object is refused.

    ``source`` is the name of the LimitRange or quota (empty for others), ``subject`` whose amount it is: a container's
    name (several with commas), the type of a limit or the object's kind. ``resource`` is a resource, or a quota's key.
    ``asked`` and ``allowed`` are amounts; for `Rule.RATIO` both are ratios. ``None`` is an amount that is not there.
    ``used`` is what the quota had given away before. ``message`` is the API server's, for all causes of one quota.
    """

    plugin: Plugin
    rule: Rule
    message: str
    source: str = ""
    subject: str = ""
    resource: str = ""
    asked: Quantity | None = None
    allowed: Quantity | None = None
    used: Quantity | None = None


class Answer(Struct, frozen=True):
    """What the API server answers: an HTTP code, and a message unless it is 201."""

    code: int
    message: str | None = None


def answered(refusals: Sequence[Refusal], kind: str, resource: str, name: str) -> Answer:
    """Return the answer to the creation of an object, from all its refusals in the order of the API server.

    *kind* and *resource* are qualified by their group as the messages have them: ``Job.batch``, ``jobs.batch``. The API
    server stops at the first LimitRange or quota that refuses.
    """
    if not refusals:
        return Answer(201)
    first = refusals[0]
    stage = takewhile(lambda one: _stage(one) == _stage(first), refusals)
    causes = _joined(one.message for one in stage)
    code = first.plugin.value[1]
    if first.plugin is Plugin.DECODING:
        bare = kind.partition(".")[0]
        return Answer(code, f'{bare} in version "v1" cannot be handled as a {bare}: {causes}')
    if first.plugin is Plugin.VALIDATION:
        return Answer(code, f'{kind} "{name}" is invalid: {causes}')
    return Answer(code, f'{resource} "{name}" is forbidden: {causes}')


def _stage(one: Refusal) -> tuple[Plugin, str, bool]:
    return one.plugin, one.source, one.rule is Rule.REQUIRED


def _joined(messages: Iterable[str]) -> str:
    """Join messages as Go's aggregates do: each once, in brackets if there are several."""
    distinct = list(dict.fromkeys(messages))
    return distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"
