import json

import pytest

from generator import shipped
from generator.gotemplate import parse
from generator.launcher.jobfields import VERSIONS as PUBLISHED
from generator.launcher.objecttemplates import DATA, DEFINED, VERSIONS, data_text
from generator.launcher.templatelint import MAIN, version_of

VALUES = [
    {},
    {"pod": {"annotations": {"note": '{{ .Job.user }} }} {{- end }} "x" \\ {{{{'}}},
    {"pod": {"labels": {"é": "日本\n\u2028"}}},
    {"pod": {"affinity": {"a": [[{"b": {}}]]}}},
]


@pytest.mark.parametrize("values", VALUES)
def test_data_comes_through_the_engine_as_it_was(values):
    text = parse({DATA: data_text(values)}).render(DEFINED, None)
    assert json.loads(text) == values


def test_the_order_of_values_does_not_matter():
    assert data_text({"a": 1, "b": 2}) == data_text({"b": 2, "a": 1})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", MAIN)
def test_each_version_has_its_templates_with_its_header(version, name):
    assert version in PUBLISHED
    text = shipped.object_template(version, name).decode()
    assert version_of(text) == version
    assert text.endswith("\n")
