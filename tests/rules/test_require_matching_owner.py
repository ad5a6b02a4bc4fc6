from rules.judging import asking, messages, named, space

ASKED = asking("require-matching-owner")
PROFILE = named("Profile", "ns1", api="kubeflow.org/v1", spec={"owner": {"kind": "User", "name": "ann"}})


def home(owner):
    body = space()
    body["metadata"]["annotations"] = {"owner": owner}
    return body


def test_both_name_the_same_owner():
    assert messages(ASKED, PROFILE, home("ann")) == []
    assert messages(ASKED, PROFILE, home("bob")) == [
        "namespace ns1 names the owner bob, and its Profile is owned by ann"
    ]
    assert messages(ASKED, PROFILE, space()) == ["namespace ns1 names no owner, and its Profile is owned by ann"]


def test_without_a_profile_or_a_namespace_there_is_nothing_to_match():
    assert messages(ASKED, home("bob")) == []
    assert messages(ASKED, PROFILE, space("ns2")) == []
    assert messages(ASKED, {**PROFILE, "spec": {}}, space()) == []
