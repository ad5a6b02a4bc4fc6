import pytest
from repositories import repository, write

from generator import catalogue
from generator.problems import InputError

OWN = """\
id: {id}
title: Roles name their verbs
severity: {severity}
category: access
why: A wildcard grants tomorrow's verbs too.
fix: List the verbs.
rule: {rule}
parameters: {{fields: [verbs]}}
examples: {{passes: [], fails: []}}
"""


def test_the_shipped_policies_hold_where_a_site_has_none(tmp_path):
    policies, problems = catalogue.read(tmp_path)
    assert problems == []
    assert [one.id for one in policies][:2] == ["default-account-has-no-token", "namespace-denies-traffic"]


def test_a_sites_policy_replaces_the_shipped_one_of_its_id(tmp_path):
    repository(tmp_path)
    text = OWN.format(id="no-wildcard-verbs", severity="low", rule="forbid-wildcards")
    write(tmp_path, "policies/no-wildcard-verbs.yaml", text)
    policies, problems = catalogue.read(tmp_path)
    assert problems == []
    assert {one.id: one.severity for one in policies}["no-wildcard-verbs"] == "low"
    assert len(policies) == len(catalogue.read(tmp_path / "tenants")[0])


def test_a_policy_that_cannot_be_asked_is_told_and_left_out(tmp_path):
    repository(tmp_path)
    write(tmp_path, "policies/mine.yaml", OWN.format(id="mine", severity="low", rule="forbid-wildcard"))
    policies, problems = catalogue.read(tmp_path)
    assert [f"{p.place}: {p.message}" for p in problems] == [
        "policies/mine.yaml#rule: 'forbid-wildcard' is not a rule; did you mean 'forbid-wildcards'?"
    ]
    assert "mine" not in [one.id for one in policies]


def test_policies_are_chosen_by_id_and_unknown_ids_are_refused(tmp_path):
    policies, _ = catalogue.read(tmp_path)
    assert [one.id for one in catalogue.choose(policies, ["no-escalation"], [])] == ["no-escalation"]
    assert len(catalogue.choose(policies, [], ["no-escalation"])) == len(policies) - 1
    with pytest.raises(InputError) as refused:
        catalogue.choose(policies, ["no-escalatoin"], ["x"])
    assert [f"{p.place}: {p.message}"[:70] for p in refused.value.problems] == [
        "--select: 'no-escalatoin' is not a policy; did you mean 'no-escalation",
        "--ignore: 'x' is not a policy; use one of 'default-account-has-no-toke",
    ]


def test_a_repository_without_waivers_accepts_nothing(tmp_path):
    repository(tmp_path)
    assert catalogue.accepted(tmp_path) == ((), [])


def test_a_sites_own_custom_resources_are_in_the_policies_that_mean_them(tmp_path):
    repository(tmp_path)
    own = "{group: example.com, resource: trainings, scope: Namespaced, effects: [creates-pods], by: our own}"
    write(tmp_path, "policies/data/custom-resources.yaml", f"version: 1\nresources:\n  - {own}\n")
    policies, problems = catalogue.read(tmp_path)
    assert problems == []
    (asked,) = [one for one in policies if one.id == "no-custom-workloads"]
    listed = {group: one["resources"] for one in asked.parameters["grants"] for group in one["apiGroups"]}
    assert listed["example.com"] == ["trainings"]
    assert "rayjobs" in listed["ray.io"]
