"""Presets under one name: what ships, what a site adds, and what a tenant may write of them."""

from pathlib import Path

import pytest

from generator import shipped
from generator.launcher import bundle, preset
from generator.launcher.bundle import SHIPPED, Presets
from generator.problems import Place
from generator.validation import schema
from generator.yaml import documents

HERE = Place("tenants/vision.yaml", ("spec", "launchers", "pipelines"))
OWN = preset.from_value(
    {
        "name": "labelling",
        "title": "Our labelling tool",
        "class": "launcher",
        "flags": ["creates-pods"],
        "rules": [{"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["create"]}],
        "source": "Our own.",
    }
)


def told(name, options, presets=SHIPPED):
    return [f"{one.place}: {one.message}" for one in presets.check(name, options, HERE)]


@pytest.mark.parametrize("path", sorted(shipped.bundles().iterdir()), ids=lambda path: path.name)
def test_a_bundle_is_valid_called_like_its_file_and_made_of_presets_that_there_are(path):
    document = documents.read(path.parent, path.name)
    assert not schema.problems(document, "bundle")
    one = bundle.named(path.stem)
    assert one.name == path.stem
    names = [part.name for part in one.parts]
    assert len(set(names)) == len(names)
    assert {part.preset for part in one.parts} <= set(preset.names())
    assert {part.account for part in one.parts if part.account != part.name} <= set(names)


def test_no_name_means_two_things():
    assert not bundle.bundles() & set(preset.names())
    for name in bundle.bundles():
        options = [part.name for part in bundle.named(name).parts if part.default is not None]
        options += [one.name for part in bundle.named(name).parts for one in preset.named(part.preset).options]
        assert len(set(options)) == len(options), name


def test_the_engines_that_need_several_presets_have_them_under_one_name():
    assert bundle.bundles() == {"airflow", "argo-workflows", "kfp", "posit"}
    assert bundle.named("argo-workflows").accounts == ("executor", "submitter")
    assert bundle.named("airflow").accounts == ("pods",)


def test_a_preset_by_itself_is_a_bundle_of_one_part():
    one = SHIPPED.bundle("batch-jobs")
    assert [(part.name, part.preset, part.account, part.default) for part in one.parts] == [
        ("batch-jobs", "batch-jobs", "batch-jobs", None),
    ]


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ({}, ["executor", "submitter"]),
        ({"memoizer": True}, ["executor", "submitter", "memoizer"]),
        ({"memoizer": False, "follow": False}, ["executor", "submitter"]),
    ],
)
def test_options_of_a_bundle_add_parts_and_reach_the_presets(options, parts):
    grants = SHIPPED.grants("argo-workflows", options)
    assert [grant.part.name for grant in grants] == parts
    assert grants[1].options == {"follow": options.get("follow", True)}


@pytest.mark.parametrize(
    ("name", "options", "problems"),
    [
        ("batch-jobs", {}, []),
        ("batch-jobs", {"volumes": True, "suspend": False}, []),
        ("argo-workflows", {"memoizer": True, "follow": False}, []),
        ("batch-job", {"x": True}, [f"{HERE}/preset: 'batch-job' is not a preset; did you mean 'batch-jobs'?"]),
        ("argo-workflow", {}, [f"{HERE}/preset: 'argo-workflow' is not a preset; did you mean 'argo-workflows'?"]),
        (
            "airflow",
            {"xcm": False},
            [f"{HERE}/options/xcm: 'xcm' is not an option of airflow; did you mean 'xcom'?"],
        ),
        (
            "argo-executor",
            {"pvc": True},
            [f"{HERE}/options/pvc: 'pvc' is not an option of argo-executor; there are none"],
        ),
        (
            "batch-jobs",
            {"zz": True, "aa": True},
            [
                f"{HERE}/options/{word}: {word!r} is not an option of batch-jobs; use one of 'cronjobs', 'suspend', 'volumes'"
                for word in ("aa", "zz")
            ],
        ),
    ],
)
def test_names_of_presets_and_options_that_are_not_there_are_told(name, options, problems):
    assert told(name, options) == problems


def test_a_site_has_its_own_presets_beside_those_that_ship():
    mine = Presets({"labelling": OWN})
    assert set(mine.names) == {*SHIPPED.names, "labelling"}
    assert told("labelling", {}, mine) == []
    assert told("labeling", {}, mine) == [f"{HERE}/preset: 'labeling' is not a preset; did you mean 'labelling'?"]
    assert [grant.preset for grant in mine.grants("labelling", {})] == [OWN]


def test_every_preset_that_needs_an_addon_names_one_of_the_platform_file():
    addons = schema.bundled("platform")["$defs"]["cluster"]["properties"]["addons"]["items"]["enum"]
    needed = {one.needs for one in preset.every() if one.needs}
    assert needed
    assert needed <= set(addons)
    assert needed == set(schema.bundled("preset")["properties"]["needs"]["enum"])


def test_a_preset_needs_an_addon_exactly_if_it_is_about_kinds_that_kubernetes_does_not_have():
    for one in preset.every():
        rules = preset.rules(one, {option.name: True for option in one.options})
        groups = {group for rule in rules for group in rule["apiGroups"]}
        foreign = not groups <= {"", "apps", "batch", "metrics.k8s.io"}
        assert bool(one.needs) == foreign or one.name == "argo-memoizer", one.name  # that one's kind is a ConfigMap


def test_bundles_are_named_without_opening_a_file(monkeypatch):
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a file was opened"))
    bundle.bundles.cache_clear()
    assert "posit" in bundle.bundles()
