"""Judge what tenants get while it is still in memory, a few at a time.

Proving by bytes that ``rendered/`` is what was just built, and judging what was just built, proves the same as reading
it all again, at a tenth of the cost. What a tenant gets lies in its own namespaces, so that it can be judged with
nothing beside it but what all tenants share; what reaches beyond a tenant is kept, and judged at the end with what
it reaches. Nothing here reads tenant files: it is manifests that are judged, as everywhere.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from msgspec import Struct, field
from msgspec.json import decode, encode

from generator.access.lists import Item
from generator.access.subject import SERVICE_ACCOUNTS
from generator.finding import Finding, Policy
from generator.judgement import policy
from generator.manifest import TENANT_LABEL, Manifest
from generator.podsecurity import ENFORCE
from generator.problems import Place, Problem
from generator.rules import REACHING, RULES
from generator.rules.scene import Scene

#: So many tenants are judged together: what they share is looked at once for all of them, and forgotten with them.
_TOGETHER = 200

#: A service account as the user that it is.
_ACCOUNT = re.compile("system:serviceaccount:[^:]+:[^:]+")
_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_PARENT_LABEL = "tenantry.dev/parent"


class Ground(NamedTuple):
    """What all tenants of a cluster share: its Kubernetes version, the objects that are nobody's own, its own roles."""

    cluster: str
    version: str
    manifests: tuple[Manifest, ...]
    snapshot: tuple[Item, ...] = ()

    def scene(self, manifests: Iterable[Manifest] = ()) -> Scene:
        """Return what is to be judged when these manifests are applied too."""
        everything = (*self.manifests, *manifests)
        return Scene(everything, self.version, snapshot=self.snapshot, tenants_known=True)

    def is_ours(self, place: Place) -> bool:
        """Tell whether something is said of what is judged, and not of what the cluster has of its own."""
        return place.document not in {one.origin.document for one in self.snapshot[:1]}

    def findings(self, policies: Iterable[Policy], scene: Scene) -> list[Finding]:
        """Return what policies find in a scene of this cluster."""
        return [one for one in policy.findings(policies, scene, self.cluster) if self.is_ours(one.place)]

    def refused(self, scene: Scene) -> list[Problem]:
        """Return what the API server would refuse of a scene of this cluster."""
        return [one for one in scene.access.problems if self.is_ours(one.place)]


def digest(policies: Iterable[Policy], grounds: Iterable[Ground]) -> str:
    """Return what a verdict depends on besides a tenant's manifests: policies, as far as they decide, and grounds."""
    decisive = [(one.id, dict(one.severities), one.rule, one.parameters) for one in policies]
    shared = [(*one[:2], [m.body for m in one.manifests], [m.body for m in one.snapshot]) for one in grounds]
    return sha256(json.dumps((decisive, shared), sort_keys=True, default=str).encode()).hexdigest()


class Judge(Struct):
    """Hears what tenants get, and answers with a verdict for each document, as a text that can be kept."""

    policies: Sequence[Policy]
    grounds: Mapping[str, Ground]
    _heard: dict[str, list[tuple[str, tuple[Manifest, ...]]]] = field(default_factory=lambda: defaultdict(list))
    _found: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(dict))
    _beyond: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    _named: dict[str, frozenset[str]] = field(default_factory=dict)
    _told: dict[str, frozenset[object]] = field(default_factory=dict)
    _refused: dict[str, set[Problem]] = field(default_factory=lambda: defaultdict(set))

    def hear(self, document: str, cluster: str, manifests: Iterable[Manifest]) -> None:
        """Take what the tenant of a document gets on a cluster."""
        kept = tuple(manifests)
        self._heard[cluster].append((document, kept))
        self._beyond[document][cluster] = _beyond(kept, self._named_by(cluster))
        if len(self._heard[cluster]) >= _TOGETHER:
            self._judge(cluster)

    def verdicts(self) -> dict[str, str]:
        """Judge what is left; return all verdicts by document."""
        for cluster in list(self._heard):
            self._judge(cluster)
        return {
            document: encode([self._found.get(document, {}), beyond, _plain(self._refused.get(document, ()))]).decode()
            for document, beyond in self._beyond.items()
        }

    def _judge(self, cluster: str) -> None:
        heard = self._heard.pop(cluster)
        found, refused = self._findings(cluster, [one for _, manifests in heard for one in manifests])
        homes = {name: document for document, manifests in heard for name in _namespaces(manifests)}
        is_plain = all(finding.namespace in homes for finding in found) and not refused
        if len(heard) > 1 and not is_plain:
            for document, manifests in heard:  # whose doing it is shows when each is judged alone
                self._keep(cluster, document, *self._findings(cluster, manifests))
            return
        for document, _ in heard:
            own = [one for one in found if homes.get(one.namespace, document) == document]
            self._keep(cluster, document, own, refused)

    def _keep(self, cluster: str, document: str, findings: Sequence[Finding], refused: Iterable[Problem]) -> None:
        if findings:
            self._found[document][cluster] = [_packed(one) for one in findings]
        if refused:
            self._refused[document].update(refused)

    def _findings(self, cluster: str, manifests: Iterable[Manifest]) -> tuple[list[Finding], list[Problem]]:
        """Return what is found, and what would be refused, because of these manifests and not without them."""
        ground = self.grounds[cluster]
        if cluster not in self._told:
            alone, wrong = of_ground(self.policies, ground)
            self._told[cluster] = frozenset((*(one.identity for one in alone), *wrong))
        asked = [one for one in self.policies if not RULES[one.rule].across]
        scene = ground.scene(manifests)
        told = self._told[cluster]
        found = [one for one in ground.findings(asked, scene) if one.identity not in told]
        return found, [one for one in ground.refused(scene) if one not in told]

    def _named_by(self, cluster: str) -> frozenset[str]:
        """Return the subjects that cluster-wide bindings name, as texts."""
        if cluster not in self._named:
            bodies = (one.body for one in self.grounds[cluster].manifests)
            subjects = (subject for body in bodies if body.get("kind") == _BINDINGS[1] for subject in _subjects(body))
            self._named[cluster] = frozenset(map(_written, subjects))
        return self._named[cluster]


def of_ground(policies: Iterable[Policy], ground: Ground) -> tuple[list[Finding], list[Problem]]:
    """Judge what tenants share by itself; return what is found, and what the API server would refuse."""
    if not ground.manifests:
        return [], []
    scene = ground.scene()
    asked = [one for one in policies if not RULES[one.rule].across]
    return ground.findings(asked, scene), ground.refused(scene)


class Outcome(Struct, frozen=True):
    """All findings, and the RBAC objects that the API server would refuse, which were not judged."""

    findings: list[Finding]
    refused: list[Problem]


def united(policies: Sequence[Policy], grounds: Mapping[str, Ground], verdicts: Iterable[str]) -> Outcome:
    """Return all that was found: by each verdict, in what tenants share, and in what reaches beyond a tenant."""
    by_id = {one.id: one for one in policies}
    beyond: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    findings: list[Finding] = []
    refused: list[Problem] = []
    for found, reaching, wrong in decode(f"[{','.join(verdicts)}]"):
        for cluster, packed in found.items():
            findings += [_unpacked(one, cluster, by_id) for one in packed]
        for cluster, some in reaching.items():
            beyond[cluster].append(some)
        refused += [Problem(Place(name, tuple(route)), message, warning=w) for name, route, message, w in wrong]
    for cluster, ground in grounds.items():
        alone, wrong = of_ground(policies, ground)
        findings += [*alone, *_across(policies, ground, beyond.get(cluster, []))]
        refused += wrong
    return Outcome(findings, list(dict.fromkeys(refused)))


def _plain(problems: Iterable[Problem]) -> list[Any]:
    """Write problems as JSON can hold them."""
    return sorted([one.place.document, list(one.place.route), one.message, one.warning] for one in problems)


def _across(policies: Sequence[Policy], ground: Ground, beyond: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Judge what reaches beyond a tenant, with the namespaces and accounts that it may reach."""
    asked = [one for one in policies if RULES[one.rule].across]
    reaching = [Manifest(body, Place(document, tuple(route))) for some in beyond for body, document, route in some["r"]]
    manifests = list(reaching)
    if not asked or not any(one.body.get("kind") in _REACHING for one in (*ground.manifests, *reaching)):
        return []
    bodies = [one.body for one in (*ground.manifests, *reaching)]
    named = {_home(subject) for body in bodies for subject in _subjects(body)}
    named |= {one.body["metadata"].get("namespace", "") for one in reaching}
    named |= {parent for body in bodies if isinstance(parent := _parent(body), str)}
    named -= {one.body["metadata"]["name"] for one in reaching if one.body.get("kind") == "Namespace"}  # there as such
    for some in beyond:
        for name, (labels, document, route, accounts) in some["n"].items():
            if name in named:
                origin = Place(document, tuple(route))
                manifests.append(Manifest(_object("Namespace", name, labels=labels), origin))
                manifests += [Manifest(_object("ServiceAccount", one, namespace=name), origin) for one in accounts]
    return ground.findings(asked, ground.scene(manifests))


def _object(kind: str, name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}}


def _beyond(manifests: Iterable[Manifest], named: frozenset[str]) -> dict[str, Any]:
    """Return what others may reach of a tenant's (n: its namespaces), and what of it reaches others (r).

    Where it has objects by which tenants reach one another, such as an Ingress, all of it may matter to them.
    """
    namespaces: dict[str, tuple[dict[str, str], str, list[Any], list[str]]] = {}
    accounts: list[tuple[str, str]] = []
    bindings: list[Manifest] = []
    is_whole = False
    for one in manifests:
        is_whole = is_whole or one.body["kind"] in REACHING
        kind, metadata = one.body["kind"], one.body["metadata"]
        if kind == "Namespace":
            labels = {key: text for key, text in metadata.get("labels", {}).items() if key in _LABELS}
            namespaces[metadata["name"]] = (labels, one.origin.document, list(one.origin.route), [])
        elif kind == "ServiceAccount":
            accounts.append((metadata["namespace"], metadata["name"]))
        elif kind == "RoleBinding":
            bindings.append(one)
    for namespace, name in accounts:
        if namespace in namespaces:
            namespaces[namespace][3].append(name)
    own = {*accounts, *((namespace, "default") for namespace in namespaces)}

    def reaches(subject: Mapping[str, Any]) -> bool:
        """Tell whether a subject is another tenant's, not there at all, or bound in the whole cluster too."""
        home = _home(subject)
        is_strange = home and (home not in namespaces or (home, str(subject.get("name")).split(":")[-1]) not in own)
        return bool(is_strange) or _written(subject) in named

    found = [one for one in bindings if any(map(reaches, _subjects(one.body)))] if not is_whole else manifests
    reaching = [(one.body, one.origin.document, list(one.origin.route)) for one in found]
    return {"n": namespaces, "r": reaching}


_LABELS = (TENANT_LABEL, _PARENT_LABEL, ENFORCE)
_REACHING = REACHING.union(_BINDINGS)


def _namespaces(manifests: Iterable[Manifest]) -> Iterator[str]:
    return (one.body["metadata"]["name"] for one in manifests if one.body["kind"] == "Namespace")


def _subjects(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the subjects of a binding that are of the right form; the rules tell of others."""
    subjects = body.get("subjects") if body.get("kind") in _BINDINGS else None
    return (one for one in subjects if isinstance(one, (dict, Mapping))) if isinstance(subjects, list) else iter(())


def _parent(body: Mapping[str, Any]) -> object:
    """Return the namespace that HNC is asked to put another one below, if it is."""
    spec = body.get("spec") if body.get("kind") == "HierarchyConfiguration" else None
    return spec.get("parent") if isinstance(spec, Mapping) else None


def _home(subject: Mapping[str, Any]) -> str:
    """Return the namespace that a subject belongs to; the empty text where it belongs to none."""
    name = subject.get("name")
    if subject.get("kind") == "ServiceAccount":
        return str(subject.get("namespace") or "")
    prefix, _, rest = name.partition(f"{SERVICE_ACCOUNTS}:") if isinstance(name, str) else ("", "", "")
    if rest and not prefix:
        return rest
    return name.split(":")[2] if isinstance(name, str) and _ACCOUNT.fullmatch(name) else ""


def _written(subject: Mapping[str, Any]) -> str:
    return f"{subject.get('kind')}:{subject.get('namespace') or ''}:{subject.get('name')}"


_FIELDS = ("message", "severity", "confidence", "tenant", "namespace", "kind", "name", "subject", "reach", "instead")


def _packed(finding: Finding) -> list[Any]:
    """Write a finding as JSON can hold it, without its cluster."""
    places = [[place.document, list(place.route)] for place in (finding.place, *finding.related)]
    fields = [getattr(finding, name) for name in _FIELDS]
    return [finding.policy.id, fields, list(finding.chain), list(finding.includes), places]


def _unpacked(packed: Sequence[Any], cluster: str, policies: Mapping[str, Policy]) -> Finding:
    policy_id, fields, chain, includes, places = packed
    place, *related = [Place(document, tuple(route)) for document, route in places]
    return Finding(
        policy=policies[policy_id],
        place=place,
        cluster=cluster,
        chain=tuple(chain),
        includes=tuple(includes),
        related=tuple(related),
        **dict(zip(_FIELDS, fields, strict=True)),
    )
