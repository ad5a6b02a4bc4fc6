import pytest
from rules.judging import asking, messages, named

ASKED = asking("forbid-plaintext-secrets")
SEALED = "ENC[AES256_GCM,data:c2VjcmV0,iv:aXY=,tag:dGFn,type:str]"


def secret(**fields):
    return named("Secret", "s", "ns1", **fields)


def test_a_value_in_base64_can_be_read_and_is_not_repeated():
    assert messages(ASKED, secret(data={"b": "aHVudGVyMg=="}, stringData={"a": "hunter2"})) == [
        "Secret s has values that can be read: a, b"
    ]


def test_what_sops_has_encrypted_cannot_be_read():
    assert messages(ASKED, secret(data={"a": SEALED}, stringData={"b": SEALED}, sops={"version": "3.9.4"})) == []


def test_a_value_that_sops_left_out_can_be_read():
    assert messages(ASKED, secret(data={"a": SEALED, "b": "dmlzaW9u"}, sops={"version": "3.9.4"})) == [
        "Secret s has values that can be read: b, although other values are encrypted"
    ]


@pytest.mark.parametrize("sops", [None, {}, [], "yes"])
def test_what_looks_encrypted_is_not_without_the_key_to_it(sops):
    assert len(messages(ASKED, secret(data={"a": SEALED}, sops=sops))) == 1


@pytest.mark.parametrize("value", ["${TOKEN}", "<path:kv/data/vision#token>", "", None])
def test_what_is_put_in_later_is_no_value(value):
    assert messages(ASKED, secret(stringData={"a": value})) == []


def test_what_is_put_in_later_may_be_in_base64():
    assert messages(ASKED, secret(data={"a": "JHtUT0tFTn0="})) == []


@pytest.mark.parametrize("value", ["${TOKEN}x", "$TOKEN", "<b>hunter2</b>", 5, True, ["x"]])
def test_what_has_more_in_it_is_a_value(value):
    assert len(messages(ASKED, secret(stringData={"a": value}))) == 1


@pytest.mark.parametrize("fields", [{}, {"data": {}}, {"data": None}, {"data": []}, {"type": "Opaque"}])
def test_an_empty_secret_holds_nothing(fields):
    assert messages(ASKED, secret(**fields)) == []


def test_other_kinds_hold_no_secret():
    assert messages(ASKED, named("ConfigMap", "s", "ns1", data={"a": "b"})) == []
    assert messages(ASKED, named("Secret", "s", "ns1", "example.com/v1", data={"a": "b"})) == []


def test_of_many_keys_the_first_are_named():
    (message,) = messages(ASKED, secret(stringData={f"k{i}": "x" for i in range(8)}))
    assert message.endswith("k0, k1, k2, k3, k4 and 3 more")
