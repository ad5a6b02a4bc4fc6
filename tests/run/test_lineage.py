import pytest
from repositories import repository, write

from generator.kubernetes.quantity import parse
from generator.organisation import shares
from generator.problems import InputError, Place
from generator.run import lineage
from generator.spec import platform
from generator.yaml import documents

ASKED = Place("--tenant")


def read(root, name):
    made = platform.from_document(documents.read(root, "tenants/platform.yaml"))
    return lineage.read(root, name, made, ASKED)


def told(root, name):
    with pytest.raises(InputError) as error:
        read(root, name)
    return [f"{problem.place}: {problem.message}" for problem in error.value.problems]


def test_a_tenant_has_what_those_above_it_say(tmp_path):
    repository(
        tmp_path,
        top="{tier: small, members: [{group: all, role: viewer}]}",
        middle="{parent: top, tier: small}",
        low="{parent: middle, tier: small}",
    )
    (member,) = read(tmp_path, "low").members
    assert member.subject.name == "all"


def test_a_tenant_without_a_quota_may_use_what_those_above_it_share(tmp_path):
    repository(tmp_path, top="{quota: {mode: shared, hard: {pods: 9}}}", low="{parent: top}")
    assert shares.of(read(tmp_path, "low"))[None] == {"pods": parse(9)}


def test_of_two_caps_the_lower_one_counts(tmp_path):
    spec = "{parent: top, quota: {hard: {pods: 20, secrets: 3}}}"
    repository(tmp_path, top="{quota: {mode: shared, hard: {pods: 9}}}", low=spec)
    assert shares.of(read(tmp_path, "low"))[None] == {"pods": parse(9), "secrets": parse(3)}


def test_what_is_wrong_elsewhere_is_nothing_to_it(tmp_path):
    repository(tmp_path, "vision", other="{tire: large}")
    assert read(tmp_path, "vision").name == "vision"


def test_a_tenant_that_is_not_there_is_told_where_it_is_asked_for(tmp_path):
    repository(tmp_path, "vision")
    assert told(tmp_path, "visoin") == ["--tenant: 'visoin' is not a tenant; did you mean 'vision'?"]


def test_a_parent_that_is_not_there_is_told_where_it_is_named(tmp_path):
    repository(tmp_path, vision="{parent: reserach}", research="{}")
    assert told(tmp_path, "vision") == [
        "tenants/vision.yaml#spec/parent: 'reserach' is not a tenant; did you mean 'research'?"
    ]


def test_a_circle_of_parents_ends(tmp_path):
    repository(tmp_path, a="{parent: b}", b="{parent: a}")
    assert told(tmp_path, "a") == [
        "tenants/b.yaml#spec/parent: 'a' is its own ancestor; let one of them have no parent"
    ]


def test_a_file_that_is_called_otherwise_is_told(tmp_path):
    repository(tmp_path, "vision")
    write(tmp_path, "tenants/other.yaml", (tmp_path / "tenants/vision.yaml").read_text())
    assert told(tmp_path, "other") == [
        "tenants/other.yaml#metadata/name: 'vision' is not the name of the file; rename one of them"
    ]


def test_what_its_file_asks_wrongly_of_the_platform_is_told_at_once(tmp_path):
    repository(tmp_path, vision="{tier: small, tire: 1, members: [{group: a, role: boss}]}")
    assert len(told(tmp_path, "vision")) == 1  # without a form there is nothing to ask about
    repository(tmp_path, vision="{tier: huge, quota: {hard: {pods: 1}}, members: [{group: a, role: boss}]}")
    assert told(tmp_path, "vision") == [
        "tenants/vision.yaml#spec/tier: 'huge' is not a tier of the platform; use one of 'large', 'small'",
        "tenants/vision.yaml#spec/members/a/role: 'boss' is not a role of the platform; use one of 'admin', 'editor', 'viewer'",
    ]
