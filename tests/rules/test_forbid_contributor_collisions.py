import pytest
from access.rbac import binding
from rules.judging import asking, messages

from generator.manifest import Manifest
from generator.problems import Place
from generator.rules.profiles import shares
from generator.rules.scene import Scene

ASKED = asking("forbid-contributor-collisions")


def share(user, role="edit", namespace="ns1", name=None):
    body = binding(f"{namespace}/{name or user}", f"kubeflow-{role}", f"User:{user}")
    body["metadata"]["annotations"] = {"user": user, "role": role}
    return body


def test_two_who_are_called_the_same_collide():
    assert messages(ASKED, share("a.b@x.com"), share("a-b@x.com"), share("c@x.com")) == [
        ("contributors a-b@x.com and a.b@x.com of namespace ns1 are both called user-a-b-x-com-clusterrole-edit")
    ]


@pytest.mark.parametrize(
    "other",
    [
        share("a-b@x.com", "view"),
        share("a-b@x.com", namespace="ns2"),
        share("a.b@x.com", name="again"),
        share("a-b@x.com", name="namespaceAdmin"),
    ],
)
def test_another_role_namespace_or_binding_of_the_same_user_does_not(other):
    assert messages(ASKED, share("a.b@x.com"), other) == []


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("alice@example.com", "user-alice-example-com-clusterrole-edit"),
        ("o..o@x.com", "user-o-o-x-com-clusterrole-edit"),
        ("Alice.B+ml@ex--ample.com", "user-alice-b-ml-ex-ample-com-clusterrole-edit"),
    ],
)
def test_a_contributor_is_called_as_kubeflow_calls_them(user, name):
    (found,) = shares(Scene([Manifest(share(user), Place("m.yaml"))]))
    assert found.expected_name == name
