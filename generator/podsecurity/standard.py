"""The Pod Security Standard that a namespace enforces, and what it refuses of a pod.

``latest`` is the version of the cluster itself, and so is whatever is newer: no API server knows the rules of the
next one. Versions of a standard are written as in labels (``latest``, ``v1.29``), those of clusters as elsewhere
(``1.36``).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from generator.podsecurity.check import Rule
from generator.podsecurity.pod import decode
from generator.problems import Place, Problem

#: The labels of a namespace that keep pods out; those for ``warn`` and ``audit`` let them in.
ENFORCE = "pod-security.kubernetes.io/enforce"
ENFORCE_VERSION = "pod-security.kubernetes.io/enforce-version"

PRIVILEGED, BASELINE, RESTRICTED = LEVELS = ("privileged", "baseline", "restricted")
LATEST = "latest"

#: The version of Kubernetes whose API server the recorded answers come from.
NEWEST = "1.36"

#: Go refuses numbers of more digits.
_VERSION = re.compile(r"v1\.(0|[1-9][0-9]{0,17})")
_CLUSTER = re.compile(r"1\.([0-9]{1,9})")


class Standard(NamedTuple):
    """A level, and the version whose rules hold."""

    level: str = PRIVILEGED
    version: str = LATEST

    def __str__(self) -> str:
        return f"{self.level}:{self.version}"


def enforced(labels: Mapping[str, Any]) -> Standard:
    """Return what a namespace with these labels enforces.

    No label is no level, so that every pod is let in. What is no level means restricted, and what is no version means
    the latest, as the API server takes them, though it lets nobody write such labels.
    """
    level, version = labels.get(ENFORCE), labels.get(ENFORCE_VERSION)
    if not isinstance(level, str):
        return Standard()
    known = isinstance(version, str) and _VERSION.fullmatch(version)
    return Standard(level if level in LEVELS else RESTRICTED, str(version) if known else LATEST)


def violations(
    metadata: Any, spec: Any, level: str, version: str = LATEST, *, cluster: str = NEWEST
) -> tuple[str, ...]:
    """Say why a pod is refused, in the API server's words and order; nothing means that it is admitted.

    *metadata* and *spec* are a pod's or those of a pod's template, as :func:`~.workload.of_workload` finds them; what
    in them cannot be decoded is left out, and :func:`problems` tells it. *cluster* is the API server's own version.
    Raises ``ValueError`` for what is no level or no version.
    """
    if level not in LEVELS:
        raise ValueError(f"{level!r} is no level of Pod Security; use one of {', '.join(LEVELS)}")
    rules = _rules(level, _minor(version, cluster))
    if not rules:
        return ()
    pod, _ = decode(metadata, spec)
    return tuple(reason for rule in rules if (reason := rule(pod)) is not None)


def message(reasons: Sequence[str], level: str, version: str = LATEST) -> str:
    """Write the whole of what the API server says of a pod that it refuses; empty without a reason."""
    return f'violates PodSecurity "{Standard(level, version)}": {", ".join(reasons)}' if reasons else ""


def problems(metadata: Any, spec: Any, place: Place) -> Iterator[Problem]:
    """Yield what in a pod cannot be decoded; *place* is that of the object or template that has both.

    The API server refuses an object with any of it. Only what Pod Security asks about is looked at.
    """
    for route, said in decode(metadata, spec)[1]:
        yield Problem(Place(place.document, (*place.route, *route)), said)


@cache
def _rules(level: str, minor: int) -> tuple[Rule, ...]:
    """Return the rules that hold, in order; restricted has those of baseline that it does not override."""
    if level == PRIVILEGED:
        return ()
    from generator.podsecurity.checks import CHECKS  # most runs meet no pods

    found = [(check, rule) for check in CHECKS if (rule := check.at(minor)) is not None]
    if level == BASELINE:
        return tuple(rule for check, rule in found if check.level == BASELINE)
    overridden = {check.overrides for check, _ in found}
    return tuple(rule for check, rule in found if check.id not in overridden)


def _minor(version: str, cluster: str) -> int:
    own = _CLUSTER.fullmatch(cluster)
    if own is None:
        raise ValueError(f"{cluster!r} is no version of a cluster; write one such as {NEWEST}")
    if version == LATEST:
        return int(own[1])
    asked = _VERSION.fullmatch(version)
    if asked is None:
        raise ValueError(f"{version!r} is no version of Pod Security; write {LATEST}, or one such as v{NEWEST}")
    return min(int(asked[1]), int(own[1]))
