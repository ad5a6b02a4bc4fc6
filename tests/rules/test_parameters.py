import pytest
from rules.judging import asking, messages

from generator.judgement import policy
from generator.problems import InputError


def told(rule, **parameters):
    return [f"{problem.field}: {problem.message}" for problem in policy.check(asking(rule, **parameters))]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"fields": ["verb"]}, "parameters.fields[0]: 'verb' cannot be asked about; did you mean 'verbs'?"),
        (
            {"fields": []},
            "parameters.fields: a list of at least one text is expected here; an empty one would find nothing",
        ),
        (
            {"fields": "verbs"},
            "parameters.fields: a list of at least one text is expected here; an empty one would find nothing",
        ),
        ({"fields": [True]}, "parameters.fields[0]: a text is expected here, not bool; quote it"),
        ({}, "parameters: forbid-wildcards asks for 'fields', which is not there; write it"),
    ],
)
def test_a_parameter_that_cannot_be_asked_about_is_told(parameters, expected):
    assert told("forbid-wildcards", **parameters) == [expected]


def test_whom_a_policy_is_about_is_a_known_word():
    assert told("forbid-cluster-bindings", subjects="tenant") == [
        "parameters.subjects: 'tenant' cannot be asked about; did you mean 'tenants'?"
    ]
    assert told("forbid-cluster-bindings", subjects=None) == [
        "parameters.subjects: a text is expected here; use one of 'tenants'"
    ]


def test_a_quota_that_nothing_counts_cannot_be_asked_for():
    (message,) = told("require-quota", resources=["nvidia.com/gpu"])
    assert message.startswith("parameters.resources[0]: 'nvidia.com/gpu' ")
    assert told("require-quota", resources=["requests.nvidia.com/gpu"]) == []


FULL = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}


@pytest.mark.parametrize("grant", [FULL, {"customs": ["creates-pods"], "verbs": ["get"], "since": "1.30"}])
def test_a_grant_is_about_named_resources_or_about_custom_ones_by_what_they_lead_to(grant):
    assert told("forbid-grants", grants=[grant]) == []
    assert told("forbid-combined-grants", combinations=[[grant, FULL]]) == []


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        ({**FULL, "verb": ["get"]}, "[0].verb: there is no such field; did you mean 'verbs'?"),
        ({"apiGroups": [""], "resources": ["pods"]}, "[0]: verbs is not there; write it"),
        ({"customs": ["creates-pods"]}, "[0]: verbs is not there; write it"),
        (
            {"customs": ["creates-pod"], "verbs": ["get"]},
            "[0].customs[0]: 'creates-pod' cannot be asked about; did you mean 'creates-pods'?",
        ),
        (
            {"customs": ["creates-pods"], "verbs": ["get"], "resources": ["jobs"]},
            "[0].resources: there is no such field; use one of 'before', 'customs', 'since', 'verbs'",
        ),
        ({**FULL, "before": 1.35}, '[0].before: a minor version of Kubernetes is expected here, such as "1.35"'),
        ({**FULL, "since": "1.x"}, '[0].since: a minor version of Kubernetes is expected here, such as "1.35"'),
        ("get", "[0]: a mapping of apiGroups, resources and verbs is expected here"),
    ],
)
def test_what_is_wrong_with_a_grant_is_told_where_it_is(grant, expected):
    assert told("forbid-grants", grants=[grant]) == [f"parameters.grants{expected}"]
    assert told("forbid-combined-grants", combinations=[[FULL], [grant]]) == [f"parameters.combinations[1]{expected}"]


@pytest.mark.parametrize("value", [[], {}, "all"])
def test_nothing_is_not_a_list_of_combinations(value):
    assert told("forbid-combined-grants", combinations=value) == [
        "parameters.combinations: a list of at least one list of grants is expected here; an empty one would find nothing"
    ]
    assert told("forbid-combined-grants", combinations=[value]) == [
        "parameters.combinations[0]: a list of at least one grant is expected here; an empty one would find nothing"
    ]


def test_a_policy_that_cannot_be_asked_finds_nothing_in_silence_never():
    with pytest.raises(InputError, match="did you mean 'verbs'"):
        messages(asking("forbid-wildcards", fields=["verb"]))
