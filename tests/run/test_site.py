"""What all tenants have in common is read once, with all that is wrong with it."""

import pytest
from repositories import PLATFORM, repository, told, write

from generator.run.site import read_site

CLASS = (
    "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: batch}\nvalue: {{ values.value | yaml }}\n"
)
SHARED = PLATFORM + "  extras: {classes: {value: 7}}\n"
POLICY = "id: no-pods\n"


def test_a_platform_alone_is_enough(tmp_path):
    site = read_site(repository(tmp_path))
    assert (site.shared.files, site.problems) == ({}, ())
    assert list(site.assembly.platform.clusters) == ["eu", "us"]


def test_shared_files_are_made_for_each_cluster(tmp_path):
    write(tmp_path, "tenants/templates/classes.yaml.j2", CLASS)
    site = read_site(repository(tmp_path, platform=SHARED))
    assert list(site.shared.files) == ["rendered/eu/platform/70-extras.yaml", "rendered/us/platform/70-extras.yaml"]
    assert b"\nvalue: 7\n" in site.shared.files["rendered/eu/platform/70-extras.yaml"]


def test_a_missing_platform_file_is_told(tmp_path):
    write(tmp_path, "tenants/nlp.yaml", "")
    site = read_site(tmp_path)
    assert (site.assembly, told(site)) == (
        None,
        ["tenants/platform.yaml: there is no such file; create it, or correct the path"],
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("kind: Platform", "kind: Tenant", "kind: 'Tenant' is not allowed; write 'Platform'"),
        ('"1.34"', '"1.1"', "spec.clusters.eu.version: '1.1' has no schemas to check against; write 1."),
        (
            "{name: us,",
            "{name: eu,",
            "spec.clusters[1]: 'eu' is the name of an earlier cluster too; a cluster is named once",
        ),
        (
            "clusters: [eu]",
            "clusters: [au]",
            "spec.defaults.clusters.au: 'au' is not a cluster of the platform; use one of 'eu', 'us'",
        ),
    ],
)
def test_a_platform_that_cannot_be_used_is_told_and_makes_no_assembly(tmp_path, old, new, message):
    site = read_site(repository(tmp_path, platform=PLATFORM.replace(old, new)))
    assert site.assembly is None
    assert any(line.startswith(f"tenants/platform.yaml: {message}") for line in told(site)), told(site)


def test_a_template_that_fails_is_told_where_it_is_asked_for(tmp_path):
    site = read_site(repository(tmp_path, platform=SHARED))
    assert told(site) == [
        "tenants/platform.yaml: spec.extras.classes: 'classes' is not a template in tenants/templates/; there are none"
    ]
    assert site.shared.files == {}
    assert site.assembly is not None


def test_the_digest_changes_with_all_that_tenants_are_made_with(tmp_path):
    repository(tmp_path)
    digests = [read_site(tmp_path).digest, read_site(tmp_path).digest]
    assert digests[0] == digests.pop()
    for path, text in [
        ("tenants/templates/a.yaml.j2", "a"),
        ("tenants/templates/a.yaml.j2", "b"),
        ("tenants/templates/c.yaml.j2", "b"),
        ("tenants/platform.yaml", PLATFORM + "# a word\n"),
    ]:
        write(tmp_path, path, text)
        digests.append(read_site(tmp_path).digest)
    assert len(set(digests)) == 5
    write(tmp_path, "tenants/nlp.yaml", "a tenant is not common to all")
    assert read_site(tmp_path).digest == digests[-1]


OWN = """\
name: labelling
title: Our labelling tool
class: launcher
flags: [creates-pods]
rules: [{apiGroups: [batch], resources: [jobs], verbs: [create]}]
source: Our own.
"""


def test_a_sites_own_presets_stand_beside_its_tenants(tmp_path):
    write(tmp_path, "presets/labelling.yaml", OWN)
    site = read_site(repository(tmp_path))
    assert told(site) == []
    assert site.assembly.platform.presets.preset("labelling").title == "Our labelling tool"
    assert "labelling" in site.assembly.platform.presets.names


def test_whatever_a_sites_presets_say_is_in_the_digest(tmp_path):
    before = read_site(repository(tmp_path)).digest
    write(tmp_path, "presets/labelling.yaml", OWN)
    with_it = read_site(tmp_path).digest
    write(tmp_path, "presets/labelling.yaml", f"{OWN}# looked over\n")
    assert len({before, with_it, read_site(tmp_path).digest}) == 3


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("labelling", OWN.replace("[create]", "['*']"), "rules[0]: '*' is whatever there will ever be; name each"),
        ("labelling", OWN.replace("flags", "flag"), "flag: there is no such field; did you mean 'flags'?"),
        ("labeling", OWN, "name: 'labelling' is not the name of the file, 'labeling'; rename one of them"),
        ("labelling", "a: [", "the file ends within brackets; write the closing one"),
        (
            "kfp",
            OWN.replace("labelling", "kfp"),
            "name: 'kfp' is a preset that ships with tenantry, and tenants would get another; rename it",
        ),
    ],
)
def test_a_preset_that_cannot_be_used_is_told(tmp_path, path, text, message):
    write(tmp_path, f"presets/{path}.yaml", text)
    found = told(read_site(repository(tmp_path)))
    assert any(line.startswith(f"presets/{path}.yaml: {message}") for line in found), found
