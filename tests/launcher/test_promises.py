"""What a site's own preset may not be."""

import re
from pathlib import Path

import pytest

from generator.launcher import preset, promises
from generator.problems import Place
from generator.validation import schema
from generator.yaml import documents

HERE = Place("presets/labelling.yaml")
JOBS = {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}


def told(*rules, **fields):
    value = {"name": "labelling", "title": "a", "class": "launcher", "flags": ["creates-pods"], "source": "b"}
    made = preset.from_value({**value, "rules": list(rules) or [JOBS], **fields})
    return [f"{one.place}: {one.message}" for one in promises.check(made, HERE)]


def rule(**fields):
    return {**JOBS, **fields}


def test_a_preset_that_says_what_it_does_is_fine():
    assert told() == []


@pytest.mark.parametrize("name", ["batch-jobs", "posit"])
def test_a_preset_may_not_take_the_place_of_one_that_ships(name):
    assert told(name=name) == [
        f"{HERE}#name: {name!r} is a preset that ships with tenantry, and tenants would get another; rename it"
    ]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"verbs": ["*", "create"]}, "'*' is whatever there will ever be; name each"),
        ({"resources": ["*/scale", "jobs"]}, "'*/scale' is whatever there will ever be; name each"),
        ({"apiGroups": ["batch", "*"]}, "'*' is whatever there will ever be; name each"),
        ({"verbs": ["create", "impersonate"]}, "'impersonate' hands out rights that nobody reviews; leave it to the platform"),
    ],
)  # fmt: skip
def test_a_rule_that_reaches_too_far_is_told(fields, problem):
    assert f"{HERE}#rules/0: {problem}" in told(rule(**fields))


def test_rights_tokens_and_what_lies_in_no_namespace_are_the_platforms():
    rights = {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["get"]}
    tokens = {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}
    nodes = {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}
    assert told(JOBS, rights, tokens, nodes) == [
        f"{HERE}#rules/1: 'rbac.authorization.k8s.io' is what rights and admission are made of; leave it to the platform",
        f"{HERE}#rules/2: 'serviceaccounts/token' is every account of the namespace; leave it to the platform",
        f"{HERE}#rules/3: 'nodes' lies in no namespace, so that a Role cannot give it; drop it",
    ]


def test_flags_are_what_the_rules_are_good_for():
    assert told(flags=[]) == [f"{HERE}#flags: [] is not what the rules are good for; write [creates-pods]"]
    assert told(flags=["creates-pods", "exec"]) == [
        f"{HERE}#flags: [creates-pods, exec] is not what the rules are good for; write [creates-pods]"
    ]


def test_an_option_is_held_to_the_same():
    secrets = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]}
    option = {"title": "a", "default": False, "rules": [secrets]}
    assert told(options={"keys": option}) == [
        f"{HERE}#options/keys/rules/0: '*' is whatever there will ever be; name each",
        f"{HERE}#options/keys/flags: [] is not what the rules are good for; write [secrets]",
    ]
    fine = {**option, "flags": ["secrets"], "rules": [{**secrets, "verbs": ["get"]}]}
    assert told(options={"keys": fine}) == []


def test_the_example_of_the_documentation_keeps_its_promises():
    text = (Path(__file__).parent.parent.parent / "docs/launchers.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n# presets/labelling.yaml\n(.*?)```", text, re.DOTALL)[1]
    document = documents.parse(example.encode(), HERE.document)
    assert not schema.problems(document, "preset")
    assert list(promises.check(preset.from_value(document.value), HERE)) == []
