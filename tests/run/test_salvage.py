from tenancy import home, platform_of, told

from generator.run import salvage
from generator.validation import schema
from generator.yaml import documents


def further(text):
    """Return what is told beyond the schema's words of a tenant file with this ``spec``."""
    data = f"apiVersion: tenantry.dev/v1\nkind: Tenant\nmetadata: {{name: vision}}\nspec:\n{text}".encode()
    found = documents.parse(data, home("vision"))
    first = schema.problems(found, "tenant")
    assert first
    return told(salvage.further(found.value, home("vision"), first, platform_of()))


def test_what_is_wrong_beside_a_mistake_is_told_in_the_same_run():
    assert further("  memebers: []\n  tier: hugee\n  members: [{group: a, role: edtor}]\n") == [
        "tenants/vision.yaml#spec/tier: 'hugee' is not a tier of the platform; there are none",
        "tenants/vision.yaml#spec/members/a/role: 'edtor' is not a role of the platform; did you mean 'editor'?",
    ]


def test_a_field_with_a_mistake_is_not_asked_for_anything_else():
    assert further("  members: [{group: a, role: edtor}, {grop: b}]\n") == []


def test_a_gap_is_no_mistake_of_its_own():
    assert further("  namespaces: [{name: Train}]\n  members: [{group: a, role: editor, namespaces: [train]}]\n") == []
    assert further("  quota: {hard: {cpu: x}}\n") == []


def test_a_file_that_cannot_be_mended_by_leaving_fields_out_is_left_alone():
    assert further("  - a\n") == []
