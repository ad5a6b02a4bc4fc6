import pytest

from generator.validation import fields


def path(kind, text):
    field, left = fields.find(kind, fields.steps(text))
    return field.path, list(left)


def test_a_path_is_followed_through_references_lists_and_alternatives():
    assert path("tenant", "spec.members.namespaces") == (("tenant", "spec", "members", "namespaces"), [])
    assert path("tenant", "spec.podSecurity.enforce") == (("tenant", "spec", "podSecurity", "enforce"), [])
    assert path("tenant", "spec.network.ingress[0].ports[]") == (("tenant", "spec", "network", "ingress", "ports"), [])


def test_a_path_is_followed_as_far_as_it_leads():
    assert path("tenant", "spec.quota.hrad.cpu") == (("tenant", "spec", "quota"), ["hrad", "cpu"])
    assert path("tenant", "") == (("tenant",), [""])


def test_a_free_key_is_one_step_where_fields_stand_below_it_and_the_whole_rest_where_none_do():
    assert path("platform", "spec.tiers.a.quota")[0] == ("platform", "spec", "tiers", "a", "quota")
    assert path("tenant", "metadata.labels.example.com/team")[0] == ("tenant", "metadata", "labels", "example.com/team")


def test_keys_with_dots_and_a_slash_are_one_step_with_fields_below_them():
    path_of_a_limit = path("tenant", "spec.queue.flavors.h100.nvidia.com/gpu.lend")
    assert path_of_a_limit == (("tenant", "spec", "queue", "flavors", "h100", "nvidia.com/gpu", "lend"), [])


def test_what_stands_beside_a_reference_goes_before_what_it_leads_to():
    quota, _ = fields.find("platform", ["spec", "defaults", "quota"])
    assert quota.schema["description"] == "What a tenant may consume that does not say."
    assert quota.schema["type"] == "object"


@pytest.mark.parametrize(
    ("kind", "text", "required"),
    [
        ("tenant", "metadata", True),
        ("tenant", "spec", False),
        ("tenant", "spec.members.role", True),
        ("tenant", "spec.podSecurity.enforce", True),
    ],
)
def test_a_field_knows_whether_it_is_required(kind, text, required):
    assert fields.find(kind, fields.steps(text))[0].required is required


def test_every_field_is_found_by_its_own_path():
    for field in fields.every(fields.root("platform")):
        assert fields.find("platform", field.path[1:])[0].path == field.path
