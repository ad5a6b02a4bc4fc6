import pytest
from access.rbac import binding
from rules.judging import asking, messages

ASKED = asking("require-one-contributor")


def share(*subjects, of="kubeflow-edit", **annotations):
    body = binding("ns1/b", of, *subjects)
    body["metadata"]["annotations"] = annotations or {"user": "ann", "role": "edit"}
    return body


def test_the_only_subject_is_the_user():
    assert messages(ASKED, share("User:ann")) == []


@pytest.mark.parametrize(
    ("subjects", "said"),
    [([], "no subjects"), (["User:ann", "User:bob"], "2 subjects"), (["User:bob"], "the subject bob")],
)
def test_others_are_told(subjects, said):
    assert messages(ASKED, share(*subjects)) == [f"RoleBinding b is shown as the share of ann, and has {said}"]


def test_a_binding_that_is_not_shown_may_have_many():
    assert messages(ASKED, share("User:a", "User:b", user="a")) == []
    assert messages(ASKED, share("User:a", "User:b", of="edit")) == []
    assert messages(ASKED, binding("ns1/b", "kubeflow-edit", "User:a", "User:b")) == []
