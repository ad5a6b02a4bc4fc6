import pytest
from rules.judging import asking, messages, named, space

ASKED = asking("require-token-opt-out", accounts=["default"])
MOUNTED = "the service account default of namespace ns1 has its token mounted"


def account(namespace="ns1", name="default", **fields):
    return named("ServiceAccount", name, namespace, **fields)


OUT = {"automountServiceAccountToken": False}


def test_an_account_that_opts_out_is_fine():
    assert messages(ASKED, space(), account(**OUT)) == []


def test_an_account_that_nobody_declares_is_there_all_the_same():
    expected = ["namespace ns1 does not declare the service account default, so that its token is mounted"]
    assert messages(ASKED, space()) == expected
    assert messages(ASKED, space(), account("ns2", **OUT), account(name="runner", **OUT)) == expected


@pytest.mark.parametrize("fields", [{}, {"automountServiceAccountToken": True}, {"automountServiceAccountToken": None}])
def test_an_account_that_does_not_opt_out_is_told(fields):
    assert messages(ASKED, space(), account(**fields)) == [MOUNTED]


def test_of_two_of_one_name_each_counts():
    assert messages(ASKED, space(), account(**OUT), account()) == [MOUNTED]
