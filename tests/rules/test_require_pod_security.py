import pytest
from rules.judging import asking, messages, named, space

ASKED = asking("require-pod-security", enforce=["baseline", "restricted"])
ENFORCE = "pod-security.kubernetes.io__enforce"


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_a_level_that_is_asked_for_is_fine(level):
    assert messages(ASKED, space(**{ENFORCE: level})) == []


@pytest.mark.parametrize("level", ["privileged", "Restricted", "", 5])
def test_another_level_is_named(level):
    expected = f"namespace ns1 enforces the Pod Security level {level!r}, not baseline or restricted"
    assert messages(ASKED, space(**{ENFORCE: level})) == [expected]


@pytest.mark.parametrize(
    "body", [space(), space(**{"pod-security.kubernetes.io__warn": "restricted"}), named("Namespace", "ns1")]
)
def test_only_enforcing_counts(body):
    assert messages(ASKED, body) == ["namespace ns1 enforces no Pod Security level"]


def test_namespaces_in_a_list_are_judged_too():
    body = {"apiVersion": "v1", "kind": "List", "items": [space("a"), space("b")]}
    assert len(messages(ASKED, body)) == 2
