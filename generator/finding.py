"""What was found against a policy, with all that a reader needs to act on it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from generator.problems import Place

#: Worst first.
SEVERITIES = ("critical", "high", "medium", "low", "info")
#: How far what is found reaches: into a tenant's own namespace, one that others use too, or the control plane, which
#: is also what holds in the whole cluster.
REACHES = ("control-plane", "shared", "tenant")
#: What a policy says of a reach in which it asks for nothing.
OFF = "off"
#: How sure a finding is: ``certain`` follows from the manifests alone, ``likely`` also from what clusters usually do.
CONFIDENCES = ("certain", "likely")


class Policy(Struct, frozen=True):
    """One policy as its file describes it; *examples* are sets of manifests that keep it, and that break it.

    *codes* are its numbers in the catalogue. *severities* holds one for each of ``REACHES`` (``OFF``: nothing is asked
    there). *adjusted* is where a repository has changed a shipped policy, and *reason* why. *before* is what the
    manifests of all examples were, for a policy that compares.
    """

    id: str
    title: str
    severities: Mapping[str, str]
    category: str
    why: str
    fix: str
    references: tuple[str, ...]
    rule: str
    parameters: Mapping[str, Any]
    passes: tuple[tuple[Mapping[str, Any], ...], ...]
    fails: tuple[tuple[Mapping[str, Any], ...], ...]
    origin: Place
    codes: tuple[str, ...] = ()
    adjusted: Place | None = None
    reason: str = ""
    before: tuple[Mapping[str, Any], ...] = ()

    @property
    def severity(self) -> str:
        """How bad it is to break the policy where that is worst; ``OFF`` if it asks for nothing anywhere."""
        return min(self.severities.values(), key=(*SEVERITIES, OFF).index)

    @property
    def names(self) -> tuple[str, ...]:
        """What the policy is called by: its id, and its codes."""
        return (self.id, *self.codes)


class Waiver(Struct, frozen=True):
    """An accepted finding: its scope (fields of :class:`Finding`, each narrowing it), and who answers until when."""

    policy: str
    scope: Mapping[str, str]
    reason: str
    owner: str
    until: str
    origin: Place


class Finding(Struct, frozen=True):
    """One cause for which a policy is broken.

    *message* is a sentence with a subject and a verb. *place* is where to mend it: the tenant file's line where the
    manifest is ours, else the manifest's own; *related* is the rendered file. *subject* is ``user:ann``,
    ``group:ml`` or ``serviceaccount:ns/name`` where the finding is about somebody, else empty. *reach* is one of
    ``REACHES``. *chain* says how the grant comes about, one step a line. *includes* are the policies that the same
    grant breaks too, and that are not told apart from it: what a wildcard covers has one cause. *instead* is what
    would do in its place. *waiver* is the one that covers it, if any. *known* tells whether a baseline holds it;
    ``None`` means that none was asked.
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
    reach: str = ""
    chain: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    instead: str = ""
    related: tuple[Place, ...] = ()
    waiver: Waiver | None = None
    known: bool | None = None

    @property
    def is_open(self) -> bool:
        """Whether nobody has accepted it yet, by a waiver or in a baseline: only such a finding can fail a run."""
        return self.waiver is None and not self.known

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays the same while lines move: for fingerprints, baselines and waivers."""
        about = (self.cluster, self.namespace, self.kind, self.name, self.subject)
        return (self.policy.id, *about, self.message)
