"""Judge manifests by policies: each finding is one cause for which a policy is broken.

No I/O here. A policy that cannot be asked (an unknown rule, wrong parameters) is a problem and never silence: it would
otherwise find nothing for ever. The manifests of a cluster are looked through once for all policies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from generator.finding import Finding, Policy
from generator.manifest import Manifest
from generator.problems import InputError, Place, Problem, instead
from generator.rules import RULES
from generator.rules.scene import Hit, Scene


def from_value(value: Mapping[str, Any], origin: Place) -> Policy:
    """Take a policy from a value that its schema has found valid; *origin* is its document."""
    examples = value["examples"]
    return Policy(
        id=value["id"],
        title=value["title"],
        severity=value["severity"],
        category=value["category"],
        why=value["why"],
        fix=value["fix"],
        references=tuple(value.get("references", ())),
        rule=value["rule"],
        parameters=value.get("parameters", {}),
        passes=tuple(map(tuple, examples["passes"])),
        fails=tuple(map(tuple, examples["fails"])),
        origin=origin,
    )


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
            yield Problem(place, f"{policy.rule} asks for {name!r}, which is not there; write it")
            continue
        for route, message in parameter.wrong(policy.parameters[name]):
            yield Problem(Place(place.document, (*place.route, name, *route)), message)


def judge(
    policies: Iterable[Policy], manifests: Iterable[Manifest], *, version: str | None = None, cluster: str = ""
) -> Iterator[Finding]:
    """Yield what the manifests of one cluster are found with: by policy, then by where, always in the same order.

    *version* is the cluster's Kubernetes version, for its built-in roles; ``None`` takes the newest that is known.
    Raises :class:`InputError` with all problems of policies that cannot be asked.
    """
    asked = sorted(policies, key=lambda policy: policy.id)
    problems = [problem for policy in asked for problem in check(policy)]
    if problems:
        raise InputError(problems)
    scene = Scene(manifests, version)
    for policy in asked:
        yield from _findings(policy, scene, cluster)


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
    return judge([policy], [Manifest(body, place / index) for index, body in enumerate(bodies)])


def _findings(policy: Policy, scene: Scene, cluster: str) -> Iterator[Finding]:
    """Yield each cause once, though an object that is written twice may lead to it twice."""
    seen: set[tuple[str, ...]] = set()
    hits = RULES[policy.rule].check(scene, policy.parameters)
    for finding in sorted((_finding(policy, hit, scene, cluster) for hit in hits), key=_order):
        if finding.identity not in seen:
            seen.add(finding.identity)
            yield finding


def _finding(policy: Policy, hit: Hit, scene: Scene, cluster: str) -> Finding:
    return Finding(
        policy=policy,
        message=hit.message,
        place=hit.place,
        severity=policy.severity,
        cluster=cluster,
        tenant=scene.tenants.get(hit.namespace, ""),
        namespace=hit.namespace,
        kind=hit.kind,
        name=hit.name,
        subject=hit.subject,
        chain=hit.chain,
    )


def _order(finding: Finding) -> tuple[tuple[str, ...], str]:
    return finding.identity, str(finding.place)
