import pytest
from access.rbac import binding, manifests
from rules.judging import asking, findings, messages

from generator.rules.scene import Scene

ASKED = asking("forbid-changed-role-refs")
WAS = binding("ns1/b", "view", "Group:ml")


def test_another_role_is_told_with_the_one_before():
    (finding,) = findings(ASKED, binding("ns1/b", "edit", "Group:ml"), before=manifests(WAS))
    assert (finding.message, finding.namespace, finding.kind, finding.name) == (
        "RoleBinding b gave ClusterRole view and is to give ClusterRole edit, which the API server refuses",
        "ns1",
        "RoleBinding",
        "b",
    )


def test_a_role_of_the_same_name_may_be_another():
    now = binding("ns1/b", "view", "Group:ml", kind="Role")
    assert len(messages(ASKED, now, before=manifests(WAS))) == 1


@pytest.mark.parametrize(
    "now",
    [
        binding("ns1/b", "view", "Group:other"),
        binding("ns1/c", "edit", "Group:ml"),
        binding("ns2/b", "edit", "Group:ml"),
        binding("b", "edit", "Group:ml"),
    ],
)
def test_other_subjects_and_other_bindings_are_fine(now):
    assert messages(ASKED, now, before=manifests(WAS)) == []


def test_a_binding_that_is_gone_is_fine():
    assert messages(ASKED, before=manifests(WAS)) == []


def test_where_nothing_is_known_of_before_nothing_is_found():
    assert messages(ASKED, binding("ns1/b", "edit", "Group:ml")) == []
    assert Scene(manifests(WAS)).before == ()


def test_of_two_that_were_written_either_may_have_been_applied():
    before = manifests(WAS, binding("ns1/b", "edit", "Group:ml"))
    assert messages(ASKED, binding("ns1/b", "edit", "Group:ml"), before=before) == []
    assert messages(ASKED, binding("ns1/b", "admin", "Group:ml"), before=before) == [
        (
            "RoleBinding b gave ClusterRole edit and ClusterRole view and is to give ClusterRole admin, "
            "which the API server refuses"
        )
    ]
