"""Judge manifests by policies: each finding is one cause for which a policy is broken.

No I/O here. A policy that cannot be asked (an unknown rule, wrong parameters) is a problem and never silence: it would
otherwise find nothing for ever. The manifests of a cluster are looked through once for all policies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from generator.access import Rule
from generator.checkout import Checkout
from generator.finding import OFF, REACHES, SEVERITIES, Finding, Policy
from generator.judgement.causes import Cause, united
from generator.judgement.examples import laid_out
from generator.manifest import Manifest
from generator.problems import InputError, Place, Problem, instead
from generator.rules import RULES
from generator.rules.memory import Memory
from generator.rules.parameters import Optional
from generator.rules.scene import Hit, RuleKey, Scene

if TYPE_CHECKING:
    from generator.launcher.suggestion import Candidate, Suggestion


def from_value(value: Mapping[str, Any], origin: Place) -> Policy:
    """Take a policy from a value that its schema has found valid; *origin* is its document."""
    examples = value["examples"]
    return Policy(
        id=value["id"],
        title=value["title"],
        severities=_severities(value["severity"]),
        category=value["category"],
        why=value["why"],
        fix=value["fix"],
        references=tuple(value.get("references", ())),
        rule=value["rule"],
        parameters=value.get("parameters", {}),
        passes=tuple(map(tuple, examples["passes"])),
        fails=tuple(map(tuple, examples["fails"])),
        origin=origin,
        codes=tuple(value.get("codes", ())),
        before=tuple(examples.get("before", ())),
    )


def adjusted(policy: Policy, value: Mapping[str, Any], origin: Place) -> Policy:
    """Return a policy as a repository changes it: its severity, its parameters, or both, for a reason that it gives."""
    severity = value.get("severity")
    return replace(
        policy,
        severities=policy.severities if severity is None else _severities(severity),
        parameters={**policy.parameters, **value.get("parameters", {})},
        adjusted=origin,
        reason=value["reason"],
    )


def _severities(value: str | Mapping[str, str]) -> Mapping[str, str]:
    return dict.fromkeys(REACHES, value) if isinstance(value, str) else {reach: value[reach] for reach in REACHES}


def check(policy: Policy) -> Iterator[Problem]:
    """Say why a policy cannot be asked; nothing means that it can."""
    rule = RULES.get(policy.rule)
    if rule is None:
        yield Problem(policy.origin / "rule", f"{policy.rule!r} is not a rule; {instead(policy.rule, RULES)}")
        return
    place = policy.origin / "parameters"
    for name in sorted(policy.parameters.keys() - rule.parameters.keys()):
        message = f"{name!r} is not a parameter of {policy.rule}; {instead(name, rule.parameters)}"
        yield Problem(place / name, message)
    for name, parameter in rule.parameters.items():
        if name not in policy.parameters:
            if isinstance(parameter, Optional):
                continue
            yield Problem(place, f"{policy.rule} asks for {name!r}, which is not there; write it")
            continue
        for route, message in parameter.wrong(policy.parameters[name]):
            yield Problem(Place(place.document, (*place.route, name, *route)), message)


def judge(
    policies: Iterable[Policy],
    manifests: Iterable[Manifest],
    *,
    version: str | None = None,
    cluster: str = "",
    before: Iterable[Manifest] = (),
    checkout: Checkout | None = None,
) -> Iterator[Finding]:
    """Yield what the manifests of one cluster are found with: by policy, then by where, always in the same order.

    *version* is the cluster's Kubernetes version, for its built-in roles; ``None`` takes the newest that is known.
    *before* is what the manifests were; nothing means that it is not known. *checkout* knows the files of those that
    were read from files.
    Raises :class:`InputError` with all problems of policies that cannot be asked.
    """
    asked = sorted(policies, key=lambda policy: policy.id)
    problems = [problem for policy in asked for problem in check(policy)]
    if problems:
        raise InputError(problems)
    yield from findings(asked, Scene(manifests, version, before=before, checkout=checkout), cluster)


def findings(policies: Iterable[Policy], scene: Scene, cluster: str = "") -> Iterator[Finding]:
    """Yield what a scene is found with by policies that can be asked."""
    hits = (cause for one in policies if one.severity != OFF for cause in _causes(one, scene))
    causes = united(hits, SEVERITIES)
    suggested = Memory(partial(_suggestion, scene))  # thousands of findings are about a role
    before: tuple[str, ...] | None = None
    for (identity, *_), finding in sorted(
        [(_order(finding), finding) for finding in (_finding(cause, scene, cluster, suggested) for cause in causes)],
        key=itemgetter(0),
    ):
        if identity != before:  # an object that is written twice leads to it twice
            before = identity
            yield finding


def _causes(policy: Policy, scene: Scene) -> Iterator[Cause]:
    """Ask a policy's question where its answer counts, if there is anything that it is about."""
    rule = RULES[policy.rule]
    if not (scene.before if rule.compares else scene.holds(rule.about)):  # what is gone is not among the objects
        return
    asked = scene.silenced([reach for reach, severity in policy.severities.items() if severity == OFF])
    for hit in rule.check(asked, policy.parameters):
        severity = policy.severities[hit.reach or scene.reach(hit.namespace)]
        if severity != OFF:
            yield Cause(policy, hit, severity)


def test(policy: Policy) -> Iterator[Problem]:
    """Hold a policy against its own examples; what is wrong with the policy itself comes instead."""
    problems = [*check(policy)]
    yield from problems
    if problems:
        return
    for index, bodies in enumerate(policy.passes):
        place = policy.origin / "examples" / "passes" / index
        for finding in _found(policy, bodies, place):
            yield Problem(place, f"the set should pass, but {finding.message}; correct the set or the parameters")
    for index, bodies in enumerate(policy.fails):
        place = policy.origin / "examples" / "fails" / index
        if not any(True for _ in _found(policy, bodies, place)):
            yield Problem(place, "the set should fail, but nothing is found in it; correct the set or the parameters")


def _found(policy: Policy, bodies: Sequence[Mapping[str, Any]], place: Place) -> Iterator[Finding]:
    manifests, checkout = laid_out(bodies, place)
    earlier = policy.origin / "examples" / "before"
    before = [Manifest(body, earlier / index) for index, body in enumerate(policy.before)]
    return judge([policy], manifests, before=before, checkout=checkout)


@cache
def _candidates() -> "tuple[Candidate, ...]":
    """Return what could stand in the place of a role: presets of launchers, and the roles that tenants give."""
    from generator.launcher.suggestion import candidate, of_presets  # where nothing is found, nobody waits for it
    from generator.spec.tenantroles import BUILT_IN

    return (*of_presets(), *(candidate(name, "tenant role", rules) for name, rules in BUILT_IN.items()))


def _instead(hit: Hit, suggested: Memory[[frozenset[RuleKey]], str]) -> str:
    """Say what would do in the place of the role that a finding is about."""
    found = suggested.of(hit.rules) if hit.rules else ""
    return found if not found or hit.namespace else f"{found}, bound in each namespace that needs it"


def _suggestion(scene: Scene, rules: frozenset[RuleKey]) -> str:
    """Say what would do in the place of the role of all of some rules; nothing if they are of several roles."""
    roles = {key for key, _ in rules}
    role = scene.access.roles.get(*roles) if len(roles) == 1 else None
    found = _nearest.of(role.rules) if role is not None else None
    return f"{found.called} would do" if found is not None and found.beyond else ""


def _likest(rules: tuple[Rule, ...]) -> "Suggestion | None":
    from generator.launcher.suggestion import nearest

    return nearest(rules, _candidates())


# Thousands of roles have the same rules.
_nearest = Memory(_likest)


def _finding(cause: Cause, scene: Scene, cluster: str, suggested: Memory[[frozenset[RuleKey]], str]) -> Finding:
    hit = cause.hit
    return Finding(
        policy=cause.policy,
        message=hit.message,
        place=hit.place,
        severity=cause.severity,
        confidence=hit.confidence,
        cluster=cluster,
        tenant=scene.tenants.get(hit.namespace, ""),
        namespace=hit.namespace,
        kind=hit.kind,
        name=hit.name,
        subject=hit.subject,
        reach=hit.reach or scene.reach(hit.namespace),
        chain=hit.chain,
        includes=cause.includes,
        instead=_instead(hit, suggested),
    )


def _order(finding: Finding) -> tuple[tuple[str, ...], int, str]:
    """Sort by what stays the same; of one thing that two policies of an id tell, the more severe comes first."""
    return finding.identity, SEVERITIES.index(finding.severity), str(finding.place)
