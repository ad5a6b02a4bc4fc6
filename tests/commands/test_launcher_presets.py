"""``tenantry launcher list`` and ``explain``, with a site's own presets."""

import json

import pytest
from repositories import repository, write

from generator.launcher.bundle import SHIPPED

OWN = """\
name: labelling
title: Our labelling tool
class: launcher
flags: [creates-pods]
rules: [{apiGroups: [batch], resources: [jobs], verbs: [create]}]
source: Our own.
"""


@pytest.fixture
def own(tmp_path):
    """Make a repository with one preset of its own."""

    def make(text):
        write(repository(tmp_path, "vision"), "presets/labelling.yaml", text)

    return make


def test_presets_are_listed_anywhere(tenantry):
    code, out, err = tenantry("launcher", "list")
    assert (code, err) == (0, "")
    assert out.endswith(f"\n{len(SHIPPED.names)} presets\n")


def test_a_sites_own_are_listed_and_explained(tenantry, own):
    own(OWN)
    listed = json.loads(tenantry("launcher", "list", "--format", "json")[1])["presets"]
    assert [one["name"] for one in listed if one["site"]] == ["labelling"]
    assert tenantry("launcher", "explain", "labelling")[1].startswith("labelling: Our labelling tool\n")


def test_a_preset_that_is_not_there_is_told(tenantry):
    code, _, err = tenantry("launcher", "explain", "airflw")
    assert code == 2
    assert "there is no preset 'airflw'; did you mean 'airflow'?" in err


def test_what_is_wrong_with_a_sites_own_is_told_with_its_line(tenantry, own):
    own(OWN.replace("verbs: [create]", 'verbs: ["*"]'))
    code, _, err = tenantry("launcher", "list")
    assert code == 2
    assert "presets/labelling.yaml:5:" in err
    assert "'*' is whatever there will ever be; name each" in err
