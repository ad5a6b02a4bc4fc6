import pytest
from msgspec.structs import replace
from repositories import repository, write

from generator import shipped
from generator.finding import REACHES
from generator.judgement import catalogue
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
    assert [one.id for one in policies] == sorted(path.stem for path in shipped.policies().glob("*.yaml"))


def test_what_decides_of_a_shipped_policy_stands_above_its_examples(tmp_path):
    whole, _ = catalogue.read(tmp_path)
    assert catalogue.read(tmp_path, examples=False) == (
        [replace(one, passes=(), fails=(), before=()) for one in whole],
        [],
    )


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


def test_what_is_beside_the_tenants_is_checked(tmp_path):
    repository(tmp_path)
    write(tmp_path, "policies/no-secrets.yaml", OWN.format(id="no-pods", severity="low", rule="forbid-wildcards"))
    write(tmp_path, "policies/broken.yaml", "a: {\n")
    write(tmp_path, "policies/README.md", "")
    _, problems = catalogue.read(tmp_path)
    assert {str(problem.place) for problem in problems} == {"policies/broken.yaml", "policies/no-secrets.yaml#id"}
    assert "'no-pods' is not the name of the file, 'no-secrets'; rename one of them" in [p.message for p in problems]
    write(tmp_path, "tenants/waivers.yaml", "waivers: 1\n")
    assert "tenants/waivers.yaml#waivers" in [str(problem.place) for problem in catalogue.accepted(tmp_path)[1]]


def adjustment(**more):
    return "\n".join(f"{key}: {value}" for key, value in {"id": "no-secret-reading", "reason": "ours", **more}.items())


def test_an_adjustment_changes_what_it_names_and_says_why(tmp_path):
    repository(tmp_path)
    write(tmp_path, "policies/adjustments/no-secret-reading.yaml", adjustment(severity="low"))
    policies, problems = catalogue.read(tmp_path)
    assert problems == []
    (one,) = [one for one in policies if one.id == "no-secret-reading"]
    assert (one.severity, one.reason, str(one.adjusted)) == (
        "low",
        "ours",
        "policies/adjustments/no-secret-reading.yaml",
    )
    assert one.why


def test_an_adjustment_can_switch_a_policy_off_in_some_reaches_or_all(tmp_path):
    repository(tmp_path)
    reaches = "{control-plane: critical, shared: low, tenant: off}"
    for severity, expected in (("off", ["off", "off", "off"]), (reaches, ["critical", "low", "off"])):
        write(
            tmp_path,
            "policies/adjustments/no-secret-reading.yaml",
            adjustment(severity=f'"{severity}"' if severity == "off" else severity.replace("off", '"off"')),
        )
        (one,) = [one for one in catalogue.read(tmp_path)[0] if one.id == "no-secret-reading"]
        assert [*one.severities.values()] == expected


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (adjustment(severity="lwo"), "severity", "did you mean 'low'?"),
        (adjustment(parameters="{grant: 1}"), "parameters/grant", "did you mean 'grants'?"),
        (adjustment(id="no-secrets-reading"), "id", "is not the name of the file"),
        ("id: no-secret-reading\nseverity: low\n", "reason", "write it"),
    ],
)
def test_an_adjustment_with_mistakes_is_told_and_changes_nothing(tmp_path, text, place, message):
    repository(tmp_path)
    write(tmp_path, "policies/adjustments/no-secret-reading.yaml", text)
    policies, (problem,) = catalogue.read(tmp_path)
    assert problem.place.document == "policies/adjustments/no-secret-reading.yaml"
    assert "/".join(map(str, problem.place.route)) == place
    assert message in problem.message
    assert {one.id: one.severity for one in policies}["no-secret-reading"] == "critical"


def test_an_adjustment_of_nothing_is_told(tmp_path):
    repository(tmp_path)
    write(tmp_path, "policies/adjustments/no-secrets-reading.yaml", adjustment(id="no-secrets-reading"))
    _, (problem,) = catalogue.read(tmp_path)
    assert problem.message == "'no-secrets-reading' is not a policy; did you mean 'no-secret-reading'?"


def test_what_a_change_drops_or_softens_holds_as_in_the_base(tmp_path):
    policies, _ = catalogue.read(tmp_path)
    softer = [replace(one, severities=dict.fromkeys(REACHES, "info")) for one in policies if one.id == "no-escalation"]
    rest = [one for one in policies if one.id not in ("no-escalation", "no-exec")]
    held = catalogue.with_base([*rest, *softer], policies, "main")
    assert len(held) == len(policies) + 1
    added = held[len(policies) - 1 :]
    assert [(one.id, one.severity) for one in added] == [("no-escalation", "critical"), ("no-exec", "critical")]
    assert all(one.title.endswith(" (as in main)") for one in added)
    assert catalogue.with_base(policies, policies, "main") == policies


def test_policies_are_chosen_by_id_and_unknown_ids_are_refused(tmp_path):
    policies, _ = catalogue.read(tmp_path)
    assert [one.id for one in catalogue.choose(policies, ["no-escalation"], [])] == ["no-escalation"]
    assert len(catalogue.choose(policies, [], ["no-escalation"])) == len(policies) - 1
    with pytest.raises(InputError) as refused:
        catalogue.choose(policies, ["no-escalatoin"], ["x"])
    assert [f"{p.place}: {p.message}"[:70] for p in refused.value.problems] == [
        "--select: 'no-escalatoin' is not a policy; did you mean 'no-escalation",
        f"--ignore: 'x' is not a policy; use one of {', '.join(repr(one.id) for one in policies)}"[:70],
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
