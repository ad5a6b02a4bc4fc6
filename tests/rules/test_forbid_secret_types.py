from rules.judging import asking, messages, named

TYPE = "kubernetes.io/service-account-token"
ASKED = asking("forbid-secret-types", types=[TYPE])


def test_a_secret_of_the_type_is_told_with_its_account():
    body = named("Secret", "t", "ns1", type=TYPE)
    assert messages(ASKED, body) == [f"Secret t is of type {TYPE}"]
    body["metadata"]["annotations"] = {"kubernetes.io/service-account.name": "runner"}
    assert messages(ASKED, body) == [f"Secret t is of type {TYPE}, for the service account runner"]


def test_another_type_is_fine():
    assert messages(ASKED, named("Secret", "t", "ns1", type="Opaque"), named("Secret", "u", "ns1")) == []
