from pathlib import Path

import pytest

from generator.yaml import documents, draft
from generator.yaml.draft import Wishes

TENANTS = sorted(
    path
    for path in (Path(__file__).parent.parent.parent / "tenants").glob("*.yaml")
    if path.name not in ("platform.yaml", "waivers.yaml")
)


def after(text, **wishes):
    return draft.after(text, Wishes("new", **wishes)).text


def tenant(spec):
    return f"metadata:\n  name: old\nspec:\n{spec}"


@pytest.mark.parametrize("path", TENANTS, ids=lambda path: path.stem)
def test_a_copy_of_our_own_tenants_changes_no_line_that_it_need_not(path):
    text = path.read_text(encoding="utf-8")
    copy = draft.after(
        text, Wishes(path.stem, display_name=documents.parse(text.encode(), "f").value["spec"].get("displayName"))
    )
    left_out = [line for line in text.splitlines() if line not in copy.text.splitlines()]
    assert [line for line in copy.text.splitlines() if line not in text.splitlines()] == []
    assert bool(left_out) == bool(copy.dropped)
    assert documents.parse(copy.text.encode(), "f").problems == ()


def test_the_comment_above_what_is_left_out_goes_with_it_and_the_next_one_stays():
    text = tenant(
        "  tier: a\n  # its role\n  # in the cloud\n  identity:\n    aws: {roleArn: x}  # ours\n  # sizes\n  quota: {}\n"
    )
    assert after(text) == "metadata:\n  name: new\nspec:\n  tier: a\n  # sizes\n  quota: {}\n"


def test_lists_that_stand_in_line_with_their_key_are_left_out_whole():
    text = tenant(
        "  network:\n    egress:\n    - tenant: a\n      ports: [1]\n    # names\n    - dns: true\n    sameTenant: true\n"
    )
    assert after(text) == (
        "metadata:\n  name: new\nspec:\n  network:\n    egress:\n    # names\n    - dns: true\n    sameTenant: true\n"
    )


def test_a_list_whose_items_are_all_left_out_says_nothing_may_be_reached():
    text = tenant("  network:\n    egress:\n      - {tenant: a}\n      - {tenant: b}\n")
    assert after(text) == "metadata:\n  name: new\nspec:\n  network:\n    egress: []\n"


def test_what_stands_within_a_line_is_left_out_of_it():
    text = tenant(
        "  namespaces: [{fullName: x, name: a}, {name: b}]\n  network: {egress: [{tenant: a}, {dns: true}, {tenant: b}]}\n"
    )
    assert after(text) == (
        "metadata:\n  name: new\nspec:\n  namespaces: [{name: a}, {name: b}]\n  network: {egress: [{dns: true}]}\n"
    )


def test_the_first_key_of_a_list_item_is_left_out_without_its_dash():
    text = tenant("  namespaces:\n    - fullName: x\n      name: a\n    - name: b\n")
    assert after(text) == "metadata:\n  name: new\nspec:\n  namespaces:\n    - name: a\n    - name: b\n"


def test_a_spec_of_which_nothing_is_left_is_an_empty_one():
    assert after(tenant("  description: x\n")) == "metadata:\n  name: new\nspec: {}\n"
    assert after("metadata: {name: old}\n") == "metadata: {name: new}\nspec: {}\n"


def test_a_list_that_is_replaced_keeps_its_place_and_the_comments_around_it():
    text = tenant(
        "  tier: a\n  # who runs it\n  owners:\n  - user: x  # until May\n  # who works in it\n  members: []\n"
    )
    assert after(text, owner_groups=("g", "1")) == tenant(
        '  tier: a\n  # who runs it\n  owners:\n  - group: g\n  - group: "1"\n  # who works in it\n  members: []\n'
    ).replace("old", "new")


def test_what_is_asked_for_and_was_not_there_is_put_in_order():
    text = tenant("  displayName: 'Old'\n  quota: {hard: {pods: 1}}\n")
    wishes = {"parent": "p", "tier": "t", "clusters": ("c",), "owner_groups": ("g",), "labels": {"a": "1"}}
    assert after(text, display_name="New: one", **wishes) == (
        "metadata:\n  name: new\n  labels:\n    a: \"1\"\nspec:\n  displayName: 'New: one'\n  parent: p\n  tier: t\n"
        "  clusters:\n    - c\n  owners:\n    - group: g\n  quota: {hard: {pods: 1}}\n"
    )


def test_quotes_long_lines_and_the_start_of_the_document_stay_as_they_are():
    text = f"# first\n---\nmetadata:\n    name: 'old'\nspec:\n    tier: {'x' * 300}\n    members:\n        - {{group: \"a\"}}\n"
    assert after(text) == text.replace("'old'", "'new'")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a: 1\n", "# yaml-language-server: $schema=s.json\na: 1\n"),
        ("# x\n#yaml-language-server:  $schema=t.json\na: 1\n", "# x\n# yaml-language-server: $schema=s.json\na: 1\n"),
    ],
)
def test_the_schema_for_editors_is_named_once(text, wanted):
    assert draft.with_schema(text, "s.json") == wanted
    assert draft.with_schema(wanted, "s.json") == wanted
    assert draft.with_schema(text, None) == text
