import pytest
from rules.judging import asking, messages

from generator import policy
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


def test_a_policy_that_cannot_be_asked_finds_nothing_in_silence_never():
    with pytest.raises(InputError, match="did you mean 'verbs'"):
        messages(asking("forbid-wildcards", fields=["verb"]))
