import pytest
from access.rbac import role, rule
from rules.judging import asking, findings, messages

EMPTY = asking("forbid-resource-names", case="empty-name")
NEVER = asking("forbid-resource-names", case="never-matches")
LISTED = asking("forbid-resource-names", case="needs-field-selector")


def named(verbs, names, resources="pods"):
    return role("ns1/r", {**rule(verbs, "", resources), "resourceNames": names})


@pytest.mark.parametrize(
    ("verbs", "names", "allowed"),
    [
        ("get,list", [""], "list"),
        ("*", [""], "create, list, watch, deletecollection"),
        ("create,update,deletecollection", ["a", ""], "create, deletecollection"),
    ],
)
def test_an_empty_name_is_told_with_what_it_opens(verbs, names, allowed):
    assert messages(EMPTY, named(verbs, names)) == [
        f"Role r has an empty name among its resourceNames, which allows {allowed} of any, in its rule about pods"
    ]


@pytest.mark.parametrize(("verbs", "names"), [("get", [""]), ("list", ["a"]), ("list", ["*"]), ("list", [])])
def test_nothing_is_opened_by_a_name_or_for_a_request_that_has_one(verbs, names):
    assert messages(EMPTY, named(verbs, names)) == []


@pytest.mark.parametrize(
    ("verbs", "resources", "said"),
    [
        ("get,create", "pods", "allows create by name, which no POST carries (only a PUT or a server-side apply does)"),
        ("deletecollection", "pods", "allows deletecollection by name, which no request carries"),
        (
            "create",
            "pods/exec,pods",
            "allows create by name, which no POST carries (only a PUT or a server-side apply does)",
        ),
    ],
)
def test_what_names_nothing_is_not_allowed_by_name(verbs, resources, said):
    assert messages(NEVER, named(verbs, ["a"], resources)) == [
        f"Role r {said}, in its rule about {resources.replace(',', ', ')}"
    ]


@pytest.mark.parametrize(
    ("verbs", "names", "resources"),
    [
        ("create", ["a"], "pods/exec,serviceaccounts/token"),
        ("create", [], "pods"),
        ("create", ["", "a"], "pods"),
        ("get,update,delete", ["a"], "pods"),
        ("create", ["a"], "*"),
        ("*", ["a"], "pods"),
    ],
)
def test_where_names_work_they_may_stand(verbs, names, resources):
    assert messages(NEVER, named(verbs, names, resources)) == []


def test_a_list_by_name_needs_a_field_selector():
    assert messages(LISTED, named("get,list,watch", ["a"])) == [
        "Role r allows list and watch by name, which works with a field selector only, in its rule about pods"
    ]
    assert messages(LISTED, named("get", ["a"])) == []
    assert messages(LISTED, named("list", [""])) == []


def test_the_names_are_in_the_chain():
    (finding,) = findings(EMPTY, named("list", ["a", ""]))
    assert finding.chain == ("resourceNames: 'a', ''",)


@pytest.mark.parametrize("asked", [EMPTY, NEVER, LISTED])
def test_kubernetes_own_roles_are_no_finding(asked):
    assert messages(asked) == []
