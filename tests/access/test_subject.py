import pytest

from generator.access import group, implicit_groups, service_account, user


def test_a_user_of_a_service_accounts_name_is_that_service_account():
    assert user("system:serviceaccount:ci:runner") == service_account("ci", "runner")
    assert service_account("ci", "runner").username == "system:serviceaccount:ci:runner"


@pytest.mark.parametrize("name", ["ada", "*", "", "system:serviceaccount:ci", "system:serviceaccount::runner", "a:b"])
def test_other_users_are_whom_they_are_called(name):
    assert user(name).kind == "User"
    assert user(name).username == name


def test_subjects_with_one_username_are_one_subject():
    assert service_account("a:b", "c") == service_account("a", "b:c")


def test_a_user_a_group_and_a_service_account_of_one_name_differ():
    assert len({user("a"), group("a"), service_account("n", "a")}) == 3


@pytest.mark.parametrize(
    ("subject", "groups"),
    [
        (service_account("ci", "a"), ("system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated")),
        (user("ada"), ("system:authenticated",)),
        (user("system:anonymous"), ("system:unauthenticated",)),
        (group("devs"), ()),
    ],
)
def test_authentication_puts_subjects_into_groups(subject, groups):
    assert implicit_groups(subject) == groups


def test_a_subject_is_shown_with_its_namespace():
    assert [str(one) for one in (user("ada"), group("devs"), service_account("ci", "a"))] == [
        "User ada",
        "Group devs",
        "ServiceAccount ci/a",
    ]
