"""Who has to agree to a move: asked of real repositories, and of forests in memory."""

import subprocess
from itertools import product

import pytest
from repositories import repository, tenant, tenantry, write

from generator.organisation import moves
from generator.organisation.moves import Forest

IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")


def git(root, *arguments):
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)


def forest(**specs):
    return Forest({name: tenant(name, spec).encode() for name, spec in specs.items()})


TREES = {
    "a": "{owners: [{group: as}]}",
    "b": "{parent: a, owners: [{group: bs}, {inherited: true}]}",
    "c": "{parent: b, owners: [{user: carl}]}",
    "d": "{parent: b}",
    "x": "{owners: [{group: xs}]}",
    "z": "{parent: x}",
}

#: From which parent to which, and whose owners are asked.
APPROVERS = [
    ("c", "d", ["b"]),
    ("d", "c", ["b"]),
    ("c", "a", ["a"]),
    ("a", "c", ["a"]),
    ("c", "z", ["a", "z"]),
    ("z", "b", ["x", "b"]),
    ("c", None, ["a"]),
    (None, "c", ["c"]),
    ("gone", "c", ["c"]),
    ("c", "new", ["a", "new"]),
    ("gone", None, []),
]


@pytest.mark.parametrize(("old", "new", "asked"), APPROVERS)
def test_within_a_tree_the_nearest_above_both_is_asked_and_otherwise_both_sides(old, new, asked):
    assert list(moves.approvers(old, new, forest(**TREES))) == asked


def test_whoever_is_asked_is_above_the_old_place_or_is_the_new_parent():
    found = forest(**TREES)
    above = {name: {one.name for one in found.line(name)} for name in TREES}
    for old, new in product(TREES, TREES):
        asked = moves.approvers(old, new, found)
        if above[old] & above[new]:
            assert set(asked) <= above[old] & above[new]
        else:
            assert set(asked) == {found.line(old)[-1].name, new}


def test_owners_are_those_of_the_nearest_list_and_those_that_it_keeps():
    found = forest(**TREES)
    assert found.owners("d") == ["group bs", "group as"]
    assert found.owners("c") == ["user carl"]
    assert found.owners("nobody") == []


def test_a_circle_is_followed_once():
    assert [one.name for one in forest(a="{parent: b}", b="{parent: a}").line("a")] == ["a", "b"]


@pytest.fixture
def root(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    owned = "namespaces: [], owners: [{group: %s}]"
    repository(
        tmp_path,
        left=f"{{{owned % 'lefts'}}}",
        right=f"{{{owned % 'rights'}}}",
        free="{tier: small}",
        team="{tier: small, parent: left}",
    )
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def told(root):
    return [(str(one.place), one.warning, one.message) for one in moves.since(root, "main")]


def test_a_change_of_the_parent_is_told_with_those_to_be_asked(root):
    assert told(root) == []
    write(root, "tenants/team.yaml", tenant("team", "{tier: large, parent: right}"))
    write(root, "tenants/free.yaml", tenant("free", "{tier: small, parent: left}"))
    write(root, "tenants/new.yaml", tenant("new", "{tier: small, parent: left}"))
    assert told(root) == [
        (
            "tenants/free.yaml#spec/parent",
            True,
            "free moves from the top to left; ask the owners of left, the new parent (group lefts) to approve it",
        ),
        (
            "tenants/team.yaml#spec/parent",
            True,
            "team moves from left to right; ask the owners of left, the root above it so far (group lefts) and the owners of right, the new parent (group rights) to approve it",
        ),
    ]


def test_owners_that_the_change_itself_names_are_not_asked(root):
    write(root, "tenants/team.yaml", tenant("team", "{tier: large, parent: right}"))
    write(root, "tenants/right.yaml", tenant("right", "{namespaces: [], owners: [{user: mallory}]}"))
    assert "group rights" in told(root)[0][2]
    assert "mallory" not in told(root)[0][2]


def test_a_move_to_the_top_and_one_with_the_file_are_told_where_the_file_is_now(root):
    (root / "tenants/team.yaml").unlink()
    write(root, "tenants/teams/team.yaml", tenant("team", "{tier: small}"))
    assert told(root) == [
        (
            "tenants/teams/team.yaml#spec",
            True,
            "team moves from left to the top; ask the owners of left, the root above it so far (group lefts) to approve it",
        )
    ]


def test_check_tells_it_as_a_note_that_does_not_fail(root):
    write(root, "tenants/team.yaml", tenant("team", "{tier: small, parent: right}"))
    tenantry(root, "render")
    run = tenantry(root, "check", "--base", "main", "--select", "R013")
    assert (run.returncode, "warning: spec.parent: team moves from left to right" in run.stderr) == (0, True)
