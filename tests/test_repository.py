"""Where things lie, and which of them there are."""

import os

import pytest
from repositories import repository, write

from generator import repository as lies
from generator.problems import InputError

UNIX = pytest.mark.skipif(os.name == "nt", reason="links are made otherwise")


def test_the_root_is_the_nearest_folder_above_with_a_platform_file(tmp_path):
    repository(tmp_path)
    repository(tmp_path / "inner")
    (tmp_path / "inner/tenants/deep").mkdir()
    assert lies.find_root(tmp_path) == tmp_path
    assert lies.find_root(tmp_path / "tenants") == tmp_path
    assert lies.find_root(tmp_path / "inner/tenants/deep") == tmp_path / "inner"


def test_without_a_platform_file_it_is_said_how_to_begin(tmp_path):
    with pytest.raises(InputError) as caught:
        lies.find_root(tmp_path)
    (problem,) = caught.value.problems
    assert (problem.place.document, problem.message) == (
        str(tmp_path),
        "there is no tenants/platform.yaml here or in a folder above; start one with: tenantry init",
    )


def test_tenant_files_are_listed_in_order_and_all_else_is_passed_over(tmp_path):
    repository(tmp_path, "b", "a-b", "a")
    for path in ("a/z.yml", ".schemas/x.yaml", ".x.yaml", "waivers.yaml", "notes.md", "templates/t.yaml", "c.yaml~"):
        write(tmp_path, f"tenants/{path}", "")
    write(tmp_path, "tenants/deep/templates/kept.yaml", "")
    assert [source.document for source in lies.tenant_sources(tmp_path)] == [
        "tenants/a-b.yaml",
        "tenants/a.yaml",
        "tenants/a/z.yml",
        "tenants/b.yaml",
        "tenants/deep/templates/kept.yaml",
    ]


def test_a_stamp_changes_with_time_size_and_file(tmp_path):
    write(tmp_path, "a", "12")

    def stamp():
        os.utime(tmp_path / "a", ns=(0, 5))
        return lies.stamp((tmp_path / "a").stat())

    first = stamp()
    (tmp_path / "a").write_text("123")
    assert stamp() != first
    (tmp_path / "a").write_text("12")
    assert stamp() == first
    (tmp_path / "a").rename(tmp_path / "old")
    write(tmp_path, "a", "12")
    assert stamp() != first
    os.utime(tmp_path / "old", ns=(0, 6))
    assert lies.stamp((tmp_path / "old").stat()) != first


@UNIX
def test_a_link_has_the_stamp_of_what_it_leads_to(tmp_path):
    repository(tmp_path)
    write(tmp_path, "a.yaml", "1")
    (tmp_path / "tenants/a.yaml").symlink_to("../a.yaml")
    (tmp_path / "tenants/lost.yaml").symlink_to("nowhere")
    (tmp_path / "tenants/round.yaml").symlink_to("round.yaml")
    (tmp_path / "tenants/folder").symlink_to(tmp_path)
    first, lost, rounds = lies.tenant_sources(tmp_path)
    assert first.stamp == lies.stamp((tmp_path / "a.yaml").stat())
    assert lost.stamp == lies.stamp((tmp_path / "tenants/lost.yaml").lstat())
    assert rounds.document == "tenants/round.yaml"
    write(tmp_path, "a.yaml", "12")
    assert lies.tenant_sources(tmp_path)[0] != first


def test_policies_are_listed_where_there_are_any(tmp_path):
    assert lies.policy_sources(tmp_path) == []
    for path in ("b.yaml", "a.yaml", "README.md", "data/custom-resources.yaml"):
        write(tmp_path, f"policies/{path}", "")
    assert [source.document for source in lies.policy_sources(tmp_path)] == ["policies/a.yaml", "policies/b.yaml"]


def test_templates_are_read_by_name(tmp_path):
    assert lies.template_texts(tmp_path) == ({}, [])
    write(tmp_path, "tenants/templates/b.yaml.j2", "ü")
    write(tmp_path, "tenants/templates/a.yaml.j2", "")
    write(tmp_path, "tenants/templates/README.md", "")
    assert lies.template_texts(tmp_path) == ({"a": "", "b": "ü"}, [])


@UNIX
def test_templates_that_cannot_be_read_are_told(tmp_path):
    write(tmp_path, "tenants/templates/latin.yaml.j2", b"a: \xfc")
    (tmp_path / "tenants/templates/out.yaml.j2").symlink_to("/etc/hostname")
    _, problems = lies.template_texts(tmp_path)
    assert [(p.place.document, p.message) for p in problems] == [
        ("tenants/templates/latin.yaml.j2", "byte 3 is not UTF-8; save the file as UTF-8"),
        (
            "tenants/templates/out.yaml.j2",
            "the path leads out of the repository; write a file there instead of a link",
        ),
    ]


@pytest.mark.parametrize(
    ("document", "name"), [("tenants/nlp.yaml", "nlp"), ("tenants/a/v.1.yml", "v.1"), ("policies/no-x.yaml", "no-x")]
)
def test_a_document_is_named_after_its_file(document, name):
    assert lies.name_of(document) == name


@pytest.mark.parametrize(
    ("path", "tenants", "clusters", "belongs"),
    [
        ("rendered/eu/tenants/nlp/00-namespace.yaml", {"nlp"}, set(), True),
        ("rendered/eu/tenants/nlp.yaml", {"nlp"}, {"eu"}, True),
        ("rendered/eu/tenants/07/nlp.yaml", {"nlp"}, {"eu"}, True),
        ("rendered/eu/tenants/07/nlp/20-rbac.yaml", {"nlp", "x"}, set(), True),
        ("rendered/eu/tenants/nlp/deep/er/notes.txt", {"nlp"}, set(), True),
        ("rendered/eu/tenants/nlp.yaml", set(), set(), True),
        ("rendered/eu/tenants/nlp.yaml", {"nlp"}, {"us"}, False),
        ("rendered/eu/tenants/vision.yaml", {"nlp"}, set(), False),
        ("rendered/eu/tenants/vision.yaml", {"tenants", "eu", "rendered"}, set(), False),
        ("rendered/eu/platform/70-extras.yaml", {"platform"}, set(), False),
        ("rendered/eu/platform/70-extras.yaml", set(), {"eu"}, True),
        ("rendered/README.md", {"nlp"}, set(), False),
        ("rendered", {"nlp"}, set(), False),
        ("rendered", set(), {"eu"}, False),
    ],
)
def test_an_output_belongs_to_a_tenant_and_a_cluster(path, tenants, clusters, belongs):
    assert lies.is_output_of(path, tenants, clusters) is belongs
