"""What was found against a policy, with all that a reader needs to act on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.problems import Place

#: Worst first.
SEVERITIES = ("critical", "high", "medium", "low", "info")
#: How sure a finding is: ``certain`` follows from the manifests alone, ``likely`` also from what clusters usually do.
CONFIDENCES = ("certain", "likely")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy as its file describes it; *examples* are sets of manifests that keep it, and that break it."""

    id: str
    title: str
    severity: str
    category: str
    why: str
    fix: str
    references: tuple[str, ...]
    rule: str
    parameters: Mapping[str, Any]
    passes: tuple[tuple[Mapping[str, Any], ...], ...]
    fails: tuple[tuple[Mapping[str, Any], ...], ...]
    origin: Place


@dataclass(frozen=True, slots=True)
class Waiver:
    """An accepted finding: its scope (fields of :class:`Finding`, each narrowing it), and who answers until when."""

    policy: str
    scope: Mapping[str, str]
    reason: str
    owner: str
    until: str
    origin: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause for which a policy is broken.

    *message* is a sentence with a subject and a verb. *place* is where to mend it: the tenant file's line where the
    manifest is ours, else the manifest's own; *related* is the rendered file. *subject* is ``user:ann``,
    ``group:ml`` or ``serviceaccount:ns/name`` where the finding is about somebody, else empty. *chain* says how
    the grant comes about, one step a line. *waiver* is the one that covers it, if any.
    """

    policy: Policy
    message: str
    place: Place
    severity: str
    confidence: str = "certain"
    cluster: str = ""
    tenant: str = ""
    namespace: str = ""
    kind: str = ""
    name: str = ""
    subject: str = ""
    chain: tuple[str, ...] = ()
    related: tuple[Place, ...] = ()
    waiver: Waiver | None = None

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays the same while lines move: for fingerprints, baselines and waivers."""
        about = (self.cluster, self.namespace, self.kind, self.name, self.subject)
        return (self.policy.id, *about, self.message)
