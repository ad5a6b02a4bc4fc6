"""Each custom resource that has a controller act for somebody is asked about by one policy, and by one only."""

from pathlib import Path

from access.rbac import binding, role, rule
from agreement import agreed
from rules.judging import tenants_space

from generator.judgement import catalogue, policy
from generator.manifest import Manifest
from generator.problems import Place

CODES = {"R029", "R042", "R043"}
POLICIES = [one for one in catalogue.read(Path("/nowhere"))[0] if {*one.codes} & CODES and one.rule == "forbid-grants"]
#: What makes pods besides is asked about with all that makes pods.
DEPUTIES = [
    one
    for one in catalogue.customs(Path("/nowhere"))[0]
    if "acts-as-controller" in one.effects and "creates-pods" not in one.effects
]


def found(*bodies):
    manifests = [Manifest(body, Place("m.yaml", (index,))) for index, body in enumerate(bodies)]
    return [finding.policy.id for finding in policy.judge(POLICIES, manifests)]


def test_one_policy_asks_about_each():
    def asking(deputy):
        return found(role("r", rule("create", deputy.group, deputy.resource)), binding("b", "r", "Group:ml"))

    answers = [(deputy.full, asking(deputy)) for deputy in DEPUTIES]
    agreed((f"{name}: {ids}" for name, ids in answers if len(ids) != 1), of=len(answers))


def test_a_tenant_has_each_by_a_role_binding_if_it_is_in_a_namespace():
    def asking(deputy):
        granted = role("r", rule("create", deputy.group, deputy.resource))
        return found(tenants_space("ns1"), granted, binding("ns1/b", "r", "Group:ml"))

    answers = [(deputy, asking(deputy)) for deputy in DEPUTIES]
    wrong = ((one.full, one.scope, ids) for one, ids in answers if len(ids) != (one.scope == "Namespaced"))
    agreed(wrong, of=len(answers))


def test_there_are_some():
    assert len(DEPUTIES) > 30
