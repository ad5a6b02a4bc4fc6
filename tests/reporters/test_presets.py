"""Presets told to people and programs."""

import json

import pytest

from generator.launcher import preset
from generator.launcher.bundle import SHIPPED, Presets
from generator.reporters import presets

OWN = Presets(
    {
        "labelling": preset.from_value(
            {
                "name": "labelling",
                "title": "Our labelling tool",
                "class": "launcher",
                "flags": ["creates-pods"],
                "rules": [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"], "resourceNames": ["a"]}],
                "source": "Our own.",
            }
        )
    }
)


def test_each_preset_has_a_line_and_those_of_the_site_are_marked():
    head, *lines, empty, total = presets.listing(OWN).splitlines()
    assert head.split() == ["NAME", "CLASS", "POWERS", "TITLE"]
    assert [line.split()[0] for line in lines] == list(OWN.names)
    assert "labelling *" in presets.listing(OWN)
    assert (empty, total) == ("", f"{len(OWN.names)} presets; * 1 of this site")
    assert "*" not in presets.listing(SHIPPED)


def test_programs_get_all_of_it():
    (mine,) = [one for one in json.loads(presets.as_json(OWN))["presets"] if one["site"]]
    assert mine == {
        "name": "labelling",
        "title": "Our labelling tool",
        "site": True,
        "classes": ["launcher"],
        "powers": ["creates-pods"],
        "needs": [],
        "options": [],
        "parts": [
            {
                "name": "labelling",
                "preset": "labelling",
                "account": "labelling",
                "rules": [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"], "resourceNames": ["a"]}],
                "source": "Our own.",
            }
        ],
    }
    assert json.loads(presets.one_as_json("labelling", OWN))["preset"] == mine


def test_an_explanation_says_what_it_may_do_and_what_to_write():
    assert (
        presets.explanation("labelling", OWN)
        == """\
labelling: Our labelling tool

class   launcher
powers  creates-pods

It may, in its namespace:
  create: jobs.batch called a
  source: Our own.

In a tenant file:

  launchers:
    - name: labelling
      preset: labelling
      namespace: train              # the short name; leave it out where there is just one
"""
    )


@pytest.mark.parametrize("name", SHIPPED.names)
def test_every_option_and_source_is_in_the_explanation(name):
    text = " ".join(presets.explanation(name, SHIPPED).split())
    for option, (title, on) in SHIPPED.options(name).items():
        assert f"{option} {'on' if on else 'off'} {title}" in text
    for part in SHIPPED.bundle(name).parts:
        assert " ".join(preset.named(part.preset).source.split()) in text


@pytest.mark.parametrize("name", SHIPPED.names)
def test_the_example_of_an_explanation_is_one_that_a_tenant_file_may_hold(name):
    import yaml

    text = presets.explanation(name, SHIPPED).partition("In a tenant file:\n")[2]
    (example,) = yaml.safe_load(text)["launchers"]
    assert list(SHIPPED.check(example["preset"], example.get("options", {}), None)) == []
    assert set(example.get("accounts", {})) in ({*SHIPPED.bundle(name).accounts}, set())
